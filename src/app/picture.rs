//! Answers that hold pictures.

use http::StatusCode;
use serde::Serialize;

use super::choose::Chosen;
use super::{Exchange, Query};
use crate::answer::{Answer, Body, Record, RequestField, Vary, html_note, html_page, policy_for};
use crate::error::{Code, Error};
use crate::picker::{Dice, Picture};
use crate::settings::{AnswerType, Substitute};

#[derive(Serialize)]
struct Several<'a> {
    count: usize,
    images: Vec<Record<'a>>,
}

impl Exchange<'_> {
    /// The answer to a request that asks for nothing more than a picture.
    pub(super) fn any_picture(
        &self,
        dice: &mut dyn Dice,
        vary: &mut Vary,
    ) -> Result<Answer<'_>, Error> {
        self.check_referrer(vary)?;
        let form = self.form(None, vary);
        Ok(self.show(&self.choose_any(dice)?, form, false))
    }

    pub(super) fn picture(
        &self,
        dice: &mut dyn Dice,
        query: &Query,
        vary: &mut Vary,
    ) -> Result<Answer<'_>, Error> {
        self.check_referrer(vary)?;
        let form = self.form(query.answer.get(), vary);
        let asked = query
            .count
            .get()
            .copied()
            .map_or(query.ids.len(), usize::from);
        if asked > 1 && !matches!(form, AnswerType::Json | AnswerType::Text) {
            let (param, value) = if query.ids.len() > 1 {
                ("id", query.ids.join(","))
            } else {
                ("count", asked.to_string())
            };
            return Err(Error::bad_value(
                param,
                &value,
                "more than one picture with type=json or type=text only",
            ));
        }
        let chosen = self.choose(dice, query, vary)?;
        Ok(self.show(&chosen, form, asked > 1))
    }

    fn check_referrer(&self, vary: &mut Vary) -> Result<(), Error> {
        let rules = &self.site.settings.referrer;
        if !rules.any() {
            return Ok(());
        }
        let referer = vary.read(self.request.fields, RequestField::Referer);
        if rules.passes(referer.as_deref()) {
            return Ok(());
        }
        let error = Error::new(
            Code::ReferrerRefused,
            "this site's pictures are not for that page",
        );
        Err(match referer {
            Some(referer) => error.param("Referer", &referer),
            None => error.hint("send a Referer field"),
        })
    }

    /// The form of the answer: the caller's word, then `Accept`, then the
    /// settings; and what gets through where a redirect does not.
    fn form(&self, asked: Option<&AnswerType>, vary: &mut Vary) -> AnswerType {
        let form = match asked {
            Some(form) => *form,
            None if vary.reads_json_alone(self.request.fields) => AnswerType::Json,
            None => self.site.settings.answer,
        };
        match self.site.settings.substitute {
            _ if self.caller.redirects || !form.is_redirect() => form,
            Substitute::Json => AnswerType::Json,
            Substitute::Html => AnswerType::Html,
        }
    }

    fn show(&self, chosen: &Chosen, form: AnswerType, several: bool) -> Answer<'_> {
        let catalogue = &self.site.catalogue;
        let url = |picture: &Picture| catalogue.url(picture.entry, picture.member);
        let ok = |body| Answer::new(StatusCode::OK, Some(body), chosen.cache);
        // A choice holds at least one picture.
        let Some(first) = chosen.pictures.first() else {
            return Answer::new(StatusCode::NO_CONTENT, None, chosen.cache);
        };
        // Both at once: in a large catalogue each is far from all that was read
        // before, and they are fetched side by side.
        let location = url(first);
        let image_id = (!several).then(|| catalogue.picture_id(first.entry, first.member));
        let mut answer = match form {
            AnswerType::Found | AnswerType::TemporaryRedirect => {
                let status = if form == AnswerType::Found {
                    StatusCode::FOUND
                } else {
                    StatusCode::TEMPORARY_REDIRECT
                };
                let note = Body::note(html_note(&location));
                let mut answer = Answer::new(status, Some(note), chosen.cache);
                answer.location = Some(location);
                answer
            }
            AnswerType::Text => ok(Body::text(
                chosen
                    .pictures
                    .iter()
                    .map(|picture| url(picture).into_owned() + "\n")
                    .collect(),
            )),
            AnswerType::Html => {
                let record = self.record(first);
                let policy = policy_for(&self.site.settings, &record.url);
                ok(Body::html(html_page(&record, policy)))
            }
            AnswerType::Json if several => ok(Body::json(&Several {
                count: chosen.pictures.len(),
                images: chosen
                    .pictures
                    .iter()
                    .map(|picture| self.record(picture))
                    .collect(),
            })),
            AnswerType::Json => ok(Body::json(&self.record(first))),
        };
        answer.image_id = image_id;
        answer.hints = chosen.hints;
        answer
    }

    fn record(&self, picture: &Picture) -> Record<'_> {
        let (catalogue, entry) = (&self.site.catalogue, picture.entry);
        let size = catalogue.size(entry);
        Record {
            id: catalogue.picture_id(entry, picture.member),
            url: catalogue.url(entry, picture.member).into_owned(),
            width: size.map(|size| size.0),
            height: size.map(|size| size.1),
            orientation: catalogue
                .orientation(entry)
                .map(|orientation| orientation.as_str()),
            category: catalogue.category(entry),
            tags: catalogue.tags(entry).collect(),
            title: catalogue.title(entry),
            author: catalogue.author(entry),
            source: catalogue.source(entry),
            license: catalogue.license(entry),
        }
    }
}
