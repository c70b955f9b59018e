//! A field's value, whichever kind of source it stands in.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};

use super::problem::excerpt;

/// A value of JSON, or a cell of a table as [`Value::Text`]. Borrows from the
/// source where it can.
#[derive(Debug, PartialEq)]
pub(super) enum Value<'a> {
    Null,
    Text(Cow<'a, str>),
    /// A whole number from 0, also when written as `1200.0`.
    Integer(u64),
    /// Another number, or a truth value.
    Other(String),
    List(Vec<Self>),
    Object(Vec<(Cow<'a, str>, Self)>),
}

impl Value<'_> {
    /// The value as a message shows it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Text(text) => excerpt(text.trim()),
            Self::Integer(number) => number.to_string(),
            Self::Other(text) => text.clone(),
            Self::List(_) => "[…]".to_owned(),
            Self::Object(_) => "{…}".to_owned(),
        }
    }
}

/// A key of an object, borrowed where it can be.
#[derive(Deserialize)]
pub(super) struct Key<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Value<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value<'de>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value<'de>, E> {
        Ok(Value::Other(value.to_string()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value<'de>, E> {
        Ok(Value::Integer(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value<'de>, E> {
        Ok(u64::try_from(value).map_or_else(|_| Value::Other(value.to_string()), Value::Integer))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value<'de>, E> {
        // Below 2^53 every whole f64 is that very integer.
        Ok(
            if value.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&value) {
                Value::Integer(value as u64)
            } else {
                Value::Other(value.to_string())
            },
        )
    }

    fn visit_borrowed_str<E: de::Error>(self, value: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = seq.next_element()? {
            list.push(value);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
        let mut fields = Vec::new();
        while let Some((Key(key), value)) = map.next_entry()? {
            fields.push((key, value));
        }
        Ok(Value::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_kind() {
        let table = [
            ("null", Value::Null, "null"),
            ("\" cat \"", Value::Text(" cat ".into()), "cat"),
            (r#""\u732b""#, Value::Text("猫".into()), "猫"),
            ("12", Value::Integer(12), "12"),
            ("12.0", Value::Integer(12), "12"),
            ("-1", Value::Other("-1".to_owned()), "-1"),
            ("1.5", Value::Other("1.5".to_owned()), "1.5"),
            ("1e300", Value::Other(1e300.to_string()), &1e300.to_string()),
            ("true", Value::Other("true".to_owned()), "true"),
            ("[1]", Value::List(vec![Value::Integer(1)]), "[…]"),
            (
                "{\"a\":1}",
                Value::Object(vec![("a".into(), Value::Integer(1))]),
                "{…}",
            ),
        ];
        for (json, value, shown) in table {
            let read: Value<'_> = serde_json::from_str(json).unwrap();
            assert_eq!(read, value);
            assert_eq!(read.shown(), shown);
        }
    }
}
