//! Paths that are about the site, not about a picture.

use http::StatusCode;
use serde::Serialize;

use super::{Exchange, Route};
use crate::answer::{Answer, Body, Cache};
use crate::catalogue::FacetKind;
use crate::error::{Code, Error};
use crate::query::Query;
use crate::settings::AnswerType;

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
    pictures: u64,
}

#[derive(Serialize)]
struct Categories<'a> {
    categories: Vec<Named<'a>>,
}

#[derive(Serialize)]
struct Info<'a> {
    name: &'static str,
    version: &'static str,
    pictures: u64,
    entries: u32,
    categories: usize,
    tags: usize,
    orientations: Vec<Named<'a>>,
    formats: Vec<Named<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    problems: &'a [String],
}

impl Exchange<'_> {
    pub(super) fn service(&self, route: Route, query: &Query) -> Result<Answer<'_>, Error> {
        let catalogue = self.site.catalogue;
        let named = |kind| -> Vec<Named<'_>> {
            let facets = catalogue.facets(kind);
            facets
                .map(|facet| {
                    let list = catalogue.list(facet);
                    Named {
                        name: catalogue.facet_name(facet),
                        pictures: list.pictures_before(list.len()),
                    }
                })
                .collect()
        };
        let kept = Cache::For(u64::from(self.site.settings.max_age));
        let form = query.answer.get().copied();
        let (body, cache) = match route {
            Route::Categories if form == Some(AnswerType::Text) => {
                let names = named(FacetKind::Category)
                    .into_iter()
                    .map(|row| format!("{}\n", row.name));
                (Body::text(names.collect()), kept)
            }
            Route::Categories => {
                only(AnswerType::Json, form, "json or text")?;
                (
                    Body::json(&Categories {
                        categories: named(FacetKind::Category),
                    }),
                    kept,
                )
            }
            Route::Info => {
                only(AnswerType::Json, form, "json")?;
                let info = Info {
                    name: env!("CARGO_PKG_NAME"),
                    version: env!("CARGO_PKG_VERSION"),
                    pictures: catalogue.pictures(),
                    entries: catalogue.entries(),
                    categories: catalogue.facets(FacetKind::Category).count(),
                    tags: catalogue.facets(FacetKind::Tag).count(),
                    orientations: named(FacetKind::Orientation),
                    formats: named(FacetKind::Format),
                    problems: &self.site.settings.problems,
                };
                (Body::json(&info), kept)
            }
            Route::Robots => {
                only(AnswerType::Text, form, "text")?;
                (Body::text("User-agent: *\nDisallow: /\n".to_owned()), kept)
            }
            Route::Favicon => return Ok(Answer::new(StatusCode::NO_CONTENT, None, kept)),
            Route::Healthz | Route::Picture => {
                only(AnswerType::Text, form, "text")?;
                (Body::text("ok\n".to_owned()), Cache::Never)
            }
        };
        Ok(Answer::new(StatusCode::OK, Some(body), cache))
    }
}

fn only(has: AnswerType, form: Option<AnswerType>, accepted: &str) -> Result<(), Error> {
    match form {
        Some(form) if form != has => {
            Err(Error::new(Code::NotOffered, "this path has no such form")
                .hint(format!("accepted: type={accepted}")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::app::{Caller, Request, Site, respond};
    use crate::catalogue::{Entry, pack};
    use crate::settings::Settings;

    /// Where there is one picture there is nothing to choose.
    struct NoChoice;

    impl crate::picker::Dice for NoChoice {
        fn next_u64(&mut self) -> u64 {
            0
        }
    }

    /// The answer's JSON of a site that was packed in spite of a problem.
    fn json(entries: Vec<Entry>, target: &str) -> (u16, serde_json::Value) {
        let settings = Settings {
            problems: vec!["list.txt:2:1: is no picture".to_owned()],
            ..Settings::default()
        };
        let packed = pack(&serde_json::to_vec(&settings).unwrap(), entries).unwrap();
        let site = Site::open(packed.bytes.leak()).unwrap();
        let fields = http::HeaderMap::new();
        let request = Request {
            method: "GET",
            target,
            fields: &fields,
            body: &[],
        };
        let (response, _) = respond(&site, &mut NoChoice, &|| 0, request, Caller::default());
        let body = serde_json::from_slice(&response.body).unwrap();
        (response.status.as_u16(), body)
    }

    #[test]
    fn what_was_left_out_of_a_list_is_said() {
        let entry = Entry {
            url: "https://a.example/1.jpg".to_owned(),
            ..Entry::default()
        };
        let (status, info) = json(vec![entry], "/info");
        assert_eq!(status, 200);
        assert_eq!(info["pictures"], 1);
        assert_eq!(info["problems"][0], "list.txt:2:1: is no picture");
    }

    #[test]
    fn where_nothing_is_left_the_error_says_why() {
        let (status, error) = json(Vec::new(), "/");
        assert_eq!((status, &error["code"]), (503, &"empty_catalogue".into()));
        assert_eq!(error["hint"], "list.txt:2:1: is no picture");
        assert_eq!(json(Vec::new(), "/info").0, 200);
    }
}
