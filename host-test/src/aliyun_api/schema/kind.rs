//! Kinds of values.

use serde_json::Value;

use super::{Item, Member, complete, read};
use crate::aliyun_api::call::Api;
use crate::aliyun_api::error::Refused;

/// What a member may be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// Text of so many characters at least and at most.
    Text(usize, usize),
    /// A resource's name of at most so many characters.
    Name(usize),
    /// An ARN of a role, or nothing.
    Role,
    Flag,
    /// A whole number between two, in steps.
    Whole {
        least: i64,
        most: i64,
        step: i64,
    },
    /// Multiples of 0.05 up to this: parts of a CPU.
    Twentieths(f64),
    /// A whole number; its digits as text are taken too.
    Digits,
    /// One of some words, whatever their case.
    Choice(&'static [&'static str]),
    /// At most so many of a kind.
    List(&'static Kind, usize),
    Object(&'static [Member]),
    /// Environment variables.
    Variables,
    /// Text, or a list of texts.
    Words,
    /// Megabytes of a disk; there are two sizes.
    Disk,
    /// Whether an image is sped up, in both of the platform's ways to say it.
    Acceleration,
    /// Any object.
    Map,
    /// Any JSON.
    Free,
}

/// Most bytes of all environment variables together.
const MOST_VARIABLES: usize = 4 * 1024;

impl Kind {
    /// Any text.
    pub(crate) const TEXT: Self = Self::Text(0, 4096);

    /// Numbers between two, in steps.
    pub(crate) const fn whole(least: i64, most: i64, step: i64) -> Self {
        Self::Whole { least, most, step }
    }

    /// The value in the form that is kept.
    ///
    /// # Errors
    /// When it is not of this kind: what is accepted, and what it is.
    pub(crate) fn check(self, name: &str, value: &Value, api: Api) -> Result<Value, Refused> {
        let refused = |allowed: &str| Err(Refused::value(name, allowed, &plain(value)));
        match (self, value) {
            (Self::Text(least, most), Value::String(text)) => {
                if (least..=most).contains(&text.chars().count()) {
                    return Ok(value.clone());
                }
                refused(&format!("{least} to {most} characters"))
            }
            (Self::Name(most), Value::String(text)) => {
                if is_name(text, most) {
                    return Ok(value.clone());
                }
                refused(&format!(
                    "1 to {most} letters, digits, underscores and hyphens, the first a letter or an underscore"
                ))
            }
            (Self::Role, Value::String(text)) if text.is_empty() || is_role(text) => {
                Ok(value.clone())
            }
            (Self::Role, _) => refused("acs:ram::ACCOUNT:role/NAME"),
            (Self::Flag | Self::Acceleration, Value::Bool(_))
            | (Self::Map, Value::Object(_))
            | (Self::Free, _) => Ok(value.clone()),
            (Self::Acceleration, _) => Self::Choice(&["Default", "None"]).check(name, value, api),
            (Self::Disk, _) => match value.as_i64() {
                Some(512 | 10_240) => Ok(value.clone()),
                _ => refused("512 | 10240"),
            },
            (Self::Whole { least, most, step }, _) => match value.as_i64() {
                Some(number) if (least..=most).contains(&number) && number % step == 0 => {
                    Ok(number.into())
                }
                _ if step == 1 => refused(&format!("whole numbers from {least} to {most}")),
                _ => refused(&format!("multiples of {step} from {least} to {most}")),
            },
            (Self::Twentieths(most), _) => {
                let twentieths = value.as_f64().map(|n| n * 20.0);
                let fits = twentieths.is_some_and(|n| {
                    (1.0..=most * 20.0).contains(&n) && (n - n.round()).abs() < 1e-6
                });
                if fits {
                    return Ok(value.clone());
                }
                refused(&format!("multiples of 0.05 from 0.05 to {most}"))
            }
            (Self::Digits, _) => {
                let number = match value {
                    Value::String(text) => text.parse().ok(),
                    other => other.as_i64(),
                };
                match number {
                    Some(number) if number >= -1 => Ok(number.into()),
                    _ => refused("whole numbers from -1 on"),
                }
            }
            (Self::Choice(words), _) => {
                let mut same = words
                    .iter()
                    .filter(|word| value.as_str().is_some_and(|v| v.eq_ignore_ascii_case(word)));
                match same.next() {
                    Some(word) => Ok((*word).into()),
                    None => refused(&words.join(" | ")),
                }
            }
            (Self::List(kind, most), Value::Array(values)) => {
                if values.len() > most {
                    return refused(&format!("at most {most} items"));
                }
                let checked = values.iter().map(|value| kind.check(name, value, api));
                checked.collect::<Result<_, _>>().map(Value::Array)
            }
            (Self::Object(members), Value::Object(given)) => {
                let mut item = read(members, given, api)?;
                complete(members, &mut item, api)?;
                Ok(Value::Object(item))
            }
            (Self::Variables, Value::Object(given)) => variables(name, given),
            (Self::Words, Value::String(_)) => Ok(value.clone()),
            (Self::Words, Value::Array(words)) if words.iter().all(Value::is_string) => {
                Ok(value.clone())
            }
            (kind, _) => refused(kind.form()),
        }
    }

    /// The JSON type, in words.
    fn form(self) -> &'static str {
        match self {
            Self::Flag => "true | false",
            Self::List(..) => "a list",
            Self::Object(_) | Self::Variables | Self::Map => "an object",
            Self::Words => "a string or a list of strings",
            _ => "a string",
        }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The rule of names.
pub(crate) fn is_name(text: &str, most: usize) -> bool {
    let first = |b: u8| b.is_ascii_alphabetic() || b == b'_';
    text.len() <= most
        && text.bytes().next().is_some_and(first)
        && text
            .bytes()
            .all(|b| first(b) || b.is_ascii_digit() || b == b'-')
}

fn is_role(text: &str) -> bool {
    let named = text
        .strip_prefix("acs:ram::")
        .and_then(|rest| rest.split_once(":role/"));
    named.is_some_and(|(account, role)| {
        !account.is_empty() && account.bytes().all(|b| b.is_ascii_digit()) && !role.is_empty()
    })
}

fn variables(name: &str, given: &Item) -> Result<Value, Refused> {
    let mut size = 0;
    for (variable, value) in given {
        let letters = variable
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let first = variable
            .bytes()
            .next()
            .is_some_and(|b| b.is_ascii_alphabetic());
        if !letters || !first || variable.starts_with("FC_") {
            let allowed = "names of letters, digits and underscores that begin with a letter and not with FC_";
            return Err(Refused::value(name, allowed, variable));
        }
        let Some(text) = value.as_str() else {
            return Err(Refused::value(name, "strings", &plain(value)));
        };
        size += variable.len() + text.len();
    }
    if size > MOST_VARIABLES {
        let allowed = format!("at most {MOST_VARIABLES} bytes in all");
        return Err(Refused::value(name, &allowed, &format!("{size} bytes")));
    }
    Ok(Value::Object(given.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_taken_or_named() {
        const WORDS: Kind = Kind::Choice(&["anonymous", "function"]);
        for (kind, value, expected) in [
            (Kind::Name(4), json!("a-_1"), Some(json!("a-_1"))),
            (Kind::Name(4), json!("1a"), None),
            (Kind::Name(4), json!("abcde"), None),
            (Kind::Name(4), json!(""), None),
            (Kind::Role, json!(""), Some(json!(""))),
            (
                Kind::Role,
                json!("acs:ram::12:role/r"),
                Some(json!("acs:ram::12:role/r")),
            ),
            (Kind::Role, json!("admin"), None),
            (Kind::whole(128, 256, 64), json!(192), Some(json!(192))),
            (Kind::whole(128, 256, 64), json!(200), None),
            (Kind::whole(128, 256, 64), json!("128"), None),
            (Kind::Twentieths(16.0), json!(0.35), Some(json!(0.35))),
            (Kind::Twentieths(16.0), json!(0.33), None),
            (Kind::Twentieths(16.0), json!(17), None),
            (Kind::Digits, json!("-1"), Some(json!(-1))),
            (Kind::Digits, json!("x"), None),
            (WORDS, json!("ANONYMOUS"), Some(json!("anonymous"))),
            (WORDS, json!("none"), None),
            (Kind::List(&Kind::TEXT, 1), json!(["a"]), Some(json!(["a"]))),
            (Kind::List(&Kind::TEXT, 1), json!(["a", "b"]), None),
            (Kind::List(&Kind::TEXT, 1), json!([1]), None),
            (Kind::Disk, json!(512), Some(json!(512))),
            (Kind::Disk, json!(600), None),
            (Kind::Acceleration, json!("default"), Some(json!("Default"))),
            (Kind::Acceleration, json!(true), Some(json!(true))),
            (Kind::Acceleration, json!("fast"), None),
            (Kind::Map, json!({"a": 1}), Some(json!({"a": 1}))),
            (Kind::Map, json!("a"), None),
            (Kind::Words, json!(["a"]), Some(json!(["a"]))),
            (Kind::Words, json!(1), None),
            (
                Kind::Variables,
                json!({"A_1": "x"}),
                Some(json!({"A_1": "x"})),
            ),
            (Kind::Variables, json!({"FC_A": "x"}), None),
            (Kind::Variables, json!({"A": 1}), None),
            (Kind::Variables, json!({"A": "x".repeat(4096)}), None),
            (Kind::Flag, json!("true"), None),
        ] {
            let result = kind.check("member", &value, Api::V2016);
            match (result, expected) {
                (Ok(taken), Some(expected)) => assert_eq!(taken, expected),
                (Err(refused), None) => {
                    assert_eq!((refused.status, refused.code), (400, "InvalidArgument"));
                    assert!(refused.message.starts_with("Member is set"), "{refused}");
                }
                (result, expected) => panic!("{kind:?} {value}: {result:?}, {expected:?}"),
            }
        }
    }
}
