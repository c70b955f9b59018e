//! The query as the gateway decodes it. It looks like OpenResty's
//! `ngx.req.get_uri_args`: a name without `=` is `true`, a repeated one an
//! array in the order sent, and beyond a hundred arguments none count.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

const MOST_ARGUMENTS: usize = 100;

/// The member `queryString`.
pub(in crate::gateways) fn decode(query: &str) -> Map<String, Value> {
    let mut decoded = Map::new();
    let arguments = query.split('&').filter(|argument| !argument.is_empty());
    for argument in arguments.take(MOST_ARGUMENTS) {
        let (name, value) = match argument.split_once('=') {
            Some((name, value)) => (unescape(name), Value::String(unescape(value))),
            None => (unescape(argument), Value::Bool(true)),
        };
        if name.is_empty() {
            continue;
        }
        match decoded.get_mut(&name) {
            None => {
                decoded.insert(name, value);
            }
            Some(Value::Array(values)) => values.push(value),
            Some(before) => *before = Value::Array(vec![before.take(), value]),
        }
    }
    decoded
}

fn unescape(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_and_values_are_decoded() {
        for (query, expected) in [
            ("", json!({})),
            ("&&", json!({})),
            ("a=1", json!({"a": "1"})),
            ("a=", json!({"a": ""})),
            ("a", json!({"a": true})),
            ("=1&a=1", json!({"a": "1"})),
            ("a=1&b=2&a=3&a", json!({"a": ["1", "3", true], "b": "2"})),
            ("q=x+y%2Bz%20%E7%8C%AB", json!({"q": "x y+z 猫"})),
            ("%61=1", json!({"a": "1"})),
            ("a=b=c", json!({"a": "b=c"})),
            ("a=%zz", json!({"a": "%zz"})),
        ] {
            assert_eq!(Value::Object(decode(query)), expected, "{query}");
        }
    }

    #[test]
    fn a_hundred_arguments_count() {
        let query: Vec<String> = (0..150).map(|i| format!("a{i}=1")).collect();
        assert_eq!(decode(&query.join("&")).len(), 100);
    }
}
