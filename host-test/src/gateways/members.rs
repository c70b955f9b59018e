//! Members of JSON objects.

use serde_json::Value;

/// Sets a member of an object; what is no object stays as it is.
pub(super) fn set(object: &mut Value, name: &str, value: impl Into<Value>) {
    if let Value::Object(members) = object {
        members.insert(name.to_owned(), value.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_objects_have_members() {
        for (mut value, expected) in [
            (json!({"a": 1}), json!({"a": 1, "b": "c"})),
            (json!({"b": 1}), json!({"b": "c"})),
            (json!([]), json!([])),
        ] {
            set(&mut value, "b", "c");
            assert_eq!(value, expected);
        }
    }
}
