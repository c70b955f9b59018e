//! The table of parameters.

use super::values;
use super::{Query, Slot};
use crate::error::{Code, Error};
use crate::settings::AnswerType;

/// One value of one parameter, on its way into a [`Query`].
pub(super) struct Given<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a str,
    pub(super) parameter: &'static Parameter,
}

impl Given<'_> {
    fn bad(&self) -> Error {
        Error::bad_value(self.name, self.value, self.parameter.accepts)
    }

    fn put<T: PartialEq>(&self, slot: &mut Slot<T>, value: Option<T>) -> Result<(), Error> {
        let value = value.ok_or_else(|| self.bad())?;
        slot.put(
            value,
            self.name,
            self.value,
            format!("{}={}", self.name, self.value),
        )
    }

    fn extend(&self, list: &mut Vec<String>, most: usize) -> Result<(), Error> {
        for part in self
            .value
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            if !list.iter().any(|have| have == part) {
                list.push(part.to_owned());
            }
        }
        if list.len() > most {
            Err(self.bad())
        } else {
            Ok(())
        }
    }
}

/// A row of the table of parameters.
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Other names for the same.
    pub also: &'static [&'static str],
    /// What is accepted, for people.
    pub accepts: &'static str,
    pub(super) set: fn(&Given<'_>, &mut Query) -> Result<(), Error>,
}

impl std::fmt::Debug for Parameter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parameter")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// The parameters of the public interface, one row each.
pub static PARAMETERS: [Parameter; 21] = [
    Parameter {
        name: "type",
        also: &["return"],
        accepts: TYPES,
        set: |given, query| {
            if given.value.eq_ignore_ascii_case("img") {
                return Err(type_disabled(given));
            }
            given.put(&mut query.answer, values::answer_type(given.value))
        },
    },
    Parameter {
        name: "format",
        also: &[],
        accepts: TYPES,
        set: |given, query| {
            if given.value.eq_ignore_ascii_case("img") {
                return Err(type_disabled(given));
            }
            let sized = given.value.eq_ignore_ascii_case("auto")
                || given.value.parse::<crate::catalogue::Format>().is_ok();
            if sized {
                return not_offered(given, query);
            }
            given.put(&mut query.answer, values::answer_type(given.value))
        },
    },
    Parameter {
        name: "json",
        also: &[],
        accepts: "nothing, 1 or true",
        set: |given, query| {
            let yes = matches!(given.value, "" | "1" | "true");
            given.put(&mut query.answer, yes.then_some(AnswerType::Json))
        },
    },
    Parameter {
        name: "category",
        also: &["cat", "sort"],
        accepts: "at most 20 names, comma separated: any of them",
        set: |given, query| given.extend(&mut query.categories, values::MOST_CATEGORIES),
    },
    Parameter {
        name: "tag",
        also: &["tags"],
        accepts: "at most 50 tags, comma separated: all of them; a|b: either; -a: not that one",
        set: |given, query| query.tags.add(given.value).ok_or_else(|| given.bad()),
    },
    Parameter {
        name: "orientation",
        also: &["device", "layout"],
        accepts: "landscape (h, pc), portrait (v, mobile), square, any, auto",
        set: |given, query| given.put(&mut query.orientation, values::orientation(given.value)),
    },
    Parameter {
        name: "count",
        also: &["num"],
        accepts: "a whole number from 1 to 50",
        set: |given, query| given.put(&mut query.count, values::number(given.value, 1..=50)),
    },
    Parameter {
        name: "id",
        also: &[],
        accepts: "at most 50 ids, comma separated",
        set: |given, query| given.extend(&mut query.ids, values::MOST_LISTED),
    },
    Parameter {
        name: "not",
        also: &[],
        accepts: "at most 50 ids, comma separated",
        set: |given, query| given.extend(&mut query.not, values::MOST_LISTED),
    },
    Parameter {
        name: "seed",
        also: &[],
        accepts: "a text of at most 256 bytes",
        set: |given, query| given.put(&mut query.seed, values::text(given.value)),
    },
    Parameter {
        name: "deck",
        also: &[],
        accepts: "a text of at most 256 bytes",
        set: |given, query| given.put(&mut query.deck, values::text(given.value)),
    },
    Parameter {
        name: "k",
        also: &[],
        accepts: "a whole number from 0",
        set: |given, query| given.put(&mut query.k, values::number(given.value, 0..=u64::MAX)),
    },
    Parameter {
        name: "every",
        also: &[],
        accepts: "hour, day, week, or seconds from 1 to 604800",
        set: |given, query| given.put(&mut query.every, values::every(given.value)),
    },
    Parameter {
        name: "min_width",
        also: &[],
        accepts: PIXELS,
        set: |given, query| {
            given.put(
                &mut query.min_width,
                values::number(given.value, 1..=u32::MAX),
            )
        },
    },
    Parameter {
        name: "max_width",
        also: &[],
        accepts: PIXELS,
        set: |given, query| {
            given.put(
                &mut query.max_width,
                values::number(given.value, 1..=u32::MAX),
            )
        },
    },
    Parameter {
        name: "min_height",
        also: &[],
        accepts: PIXELS,
        set: |given, query| {
            given.put(
                &mut query.min_height,
                values::number(given.value, 1..=u32::MAX),
            )
        },
    },
    Parameter {
        name: "max_height",
        also: &[],
        accepts: PIXELS,
        set: |given, query| {
            given.put(
                &mut query.max_height,
                values::number(given.value, 1..=u32::MAX),
            )
        },
    },
    Parameter {
        name: "ratio",
        also: &[],
        accepts: "width to height such as 16:9, each from 1 to 10000",
        set: |given, query| given.put(&mut query.ratio, values::ratio(given.value)),
    },
    Parameter {
        name: "width",
        also: &[],
        accepts: SIZED,
        set: not_offered,
    },
    Parameter {
        name: "height",
        also: &[],
        accepts: SIZED,
        set: not_offered,
    },
    Parameter {
        name: "quality",
        also: &[],
        accepts: SIZED,
        set: not_offered,
    },
];

const TYPES: &str = "302 (redirect), 307, json, text (url), html";
const PIXELS: &str = "pixels, a whole number from 1";
const SIZED: &str = "nothing: this site sends its pictures as they are";

fn type_disabled(given: &Given<'_>) -> Error {
    Error::new(
        Code::TypeDisabled,
        "this site does not pass pictures through itself",
    )
    .param(given.name, given.value)
    .hint(format!("accepted: {}", given.parameter.accepts))
}

fn not_offered(given: &Given<'_>, _: &mut Query) -> Result<(), Error> {
    Err(Error::new(
        Code::NotOffered,
        "this site does not resize or convert pictures",
    )
    .param(given.name, given.value)
    .hint(
        "min_width, max_width, min_height, max_height and ratio choose among the sizes there are",
    ))
}
