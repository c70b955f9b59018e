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
                only_json(form, "json or text")?;
                (
                    Body::json(&Categories {
                        categories: named(FacetKind::Category),
                    }),
                    kept,
                )
            }
            Route::Info => {
                only_json(form, "json")?;
                let info = Info {
                    name: env!("CARGO_PKG_NAME"),
                    version: env!("CARGO_PKG_VERSION"),
                    pictures: catalogue.pictures(),
                    entries: catalogue.entries(),
                    categories: catalogue.facets(FacetKind::Category).count(),
                    tags: catalogue.facets(FacetKind::Tag).count(),
                    orientations: named(FacetKind::Orientation),
                    formats: named(FacetKind::Format),
                };
                (Body::json(&info), kept)
            }
            Route::Robots => (Body::text("User-agent: *\nDisallow: /\n".to_owned()), kept),
            Route::Favicon => return Ok(Answer::new(StatusCode::NO_CONTENT, None, kept)),
            Route::Healthz | Route::Picture => (Body::text("ok\n".to_owned()), Cache::Never),
        };
        Ok(Answer::new(StatusCode::OK, Some(body), cache))
    }
}

fn only_json(form: Option<AnswerType>, accepted: &str) -> Result<(), Error> {
    match form {
        None | Some(AnswerType::Json) => Ok(()),
        Some(_) => Err(Error::new(Code::NotOffered, "this path has no such form")
            .hint(format!("accepted: type={accepted}"))),
    }
}
