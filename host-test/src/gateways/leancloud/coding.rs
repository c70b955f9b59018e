//! `__type`: how values that JSON has not are written.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

/// What is wrong with the typed values in a value, at any depth.
pub(super) fn mistake(value: &Value) -> Option<String> {
    match value {
        Value::Array(values) => values.iter().find_map(mistake),
        Value::Object(members) => {
            let own = members
                .get("__type")
                .and_then(|kind| of_type(kind, members));
            own.or_else(|| members.values().find_map(mistake))
        }
        _ => None,
    }
}

fn of_type(kind: &Value, members: &Map<String, Value>) -> Option<String> {
    let Some(kind) = kind.as_str() else {
        return Some("__type is no text".to_owned());
    };
    let is_text = |name: &str| members.get(name).is_some_and(Value::is_string);
    let within = |name: &str, most: f64| {
        let number = members.get(name).and_then(Value::as_f64);
        number.is_some_and(|number| number.abs() <= most)
    };
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let right = match kind {
        "Object" | "Relation" => is_text("className"),
        "Pointer" => is_text("className") && is_text("objectId"),
        "Date" => text("iso").is_some_and(is_date),
        "Bytes" => text("base64").is_some_and(|text| STANDARD.decode(text).is_ok()),
        "GeoPoint" => within("latitude", 90.0) && within("longitude", 180.0),
        "File" => ["id", "objectId", "url"].iter().any(|name| is_text(name)),
        other => return Some(format!("__type {other:?} is none of the platform's")),
    };
    (!right).then(|| format!("a value of __type {kind:?} lacks what it needs"))
}

/// `YYYY-MM-DDTHH:MM:SS.mmmZ`.
fn is_date(text: &str) -> bool {
    let digits = |b: u8| if b.is_ascii_digit() { b'0' } else { b };
    text.bytes()
        .map(digits)
        .eq("0000-00-00T00:00:00.000Z".bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn types_have_their_members() {
        for right in [
            json!(1),
            json!({"url": "x"}),
            json!({"__type": "Object", "className": "Pic"}),
            json!({"__type": "Pointer", "className": "Pic", "objectId": "1"}),
            json!([{"at": {"__type": "Date", "iso": "2026-07-10T18:39:04.005Z"}}]),
            json!({"__type": "Bytes", "base64": "YQ=="}),
            json!({"__type": "GeoPoint", "latitude": -90, "longitude": 180.0}),
            json!({"__type": "File", "id": "1"}),
        ] {
            assert_eq!(mistake(&right), None, "{right}");
        }
        for wrong in [
            json!({"__type": 1}),
            json!({"__type": "Picture"}),
            json!({"__type": "Object"}),
            json!({"a": [{"__type": "Pointer", "className": "Pic"}]}),
            json!({"__type": "Object", "className": "A", "at": {"__type": "Date", "iso": "2026-07-10"}}),
            json!({"__type": "Bytes", "base64": "Y"}),
            json!({"__type": "GeoPoint", "latitude": 91, "longitude": 0}),
            json!({"__type": "File"}),
        ] {
            assert!(mistake(&wrong).is_some(), "{wrong}");
        }
    }
}
