//! Whether a document is what its platform takes.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use edgepick::gateway::Delivery;
use http::{HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::Value;

/// A response as a document. Which members a platform takes is [`TAKEN`].
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Response {
    status_code: u16,
    status_description: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, Values>,
    #[serde(default)]
    multi_value_headers: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    cookies: Vec<String>,
    body: String,
    #[serde(default)]
    is_base64_encoded: bool,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Values {
    One(String),
    Several(Vec<String>),
}

impl Values {
    fn all(&self) -> &[String] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Several(values) => values,
        }
    }
}

/// For each format whose document is a response: whether a field may be a list
/// of texts, and the members beside `statusCode`, `headers` and `body`.
const TAKEN: [(&str, bool, &[&str]); 10] = [
    ("aliyun_apigw", false, &["isBase64Encoded"]),
    ("aliyun_fc_http", false, &["isBase64Encoded"]),
    ("aws_http_v2", false, &["cookies", "isBase64Encoded"]),
    (
        "aws_rest_v1",
        false,
        &["isBase64Encoded", "multiValueHeaders"],
    ),
    ("baidu_cfc_http", false, &["isBase64Encoded"]),
    ("huawei_apig", true, &["isBase64Encoded"]),
    ("openwhisk", true, &[]),
    ("tencent_cloudbase", true, &["isBase64Encoded"]),
    ("tencent_scf_apigw", true, &["isBase64Encoded"]),
    ("tencent_scf_url", true, &["isBase64Encoded"]),
];

const BALANCER: [&str; 2] = ["isBase64Encoded", "statusDescription"];

/// Panics where the document for a delivery, which this format claims, is none.
pub(crate) fn check(format: &str, delivery: &Delivery<'_>, document: &[u8]) {
    let value: Value = serde_json::from_slice(document)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(document)));
    let has = |name| value.get(name).is_some();
    match format {
        // The caller's own JSON gets JSON; so does who gets the body alone.
        "invoke" => {}
        "tencent_scf_apigw" if delivery.pass_through => {}
        "openwhisk" if delivery.pass_through || delivery.json.get("__ow_method").is_none() => {
            assert!(value.is_object(), "{value}");
        }
        "aws_alb"
            if delivery
                .json
                .get("multiValueHeaders")
                .is_some_and(Value::is_object) =>
        {
            assert!(!has("headers"), "{value}");
            response(
                &value,
                false,
                &[&BALANCER[..], &["multiValueHeaders"]].concat(),
            );
        }
        "aws_alb" => response(&value, false, &[&BALANCER[..], &["headers"]].concat()),
        "azure_functions" => {
            if let Some(answer) = value["Outputs"].get("res") {
                assert_eq!(*answer, value["ReturnValue"]);
                response(answer, false, &["headers"]);
            } else {
                assert!(
                    value["Outputs"].is_object() && value["Logs"].is_array(),
                    "{value}"
                );
                acknowledgement(&value["Logs"][0].as_str().unwrap().parse().unwrap());
            }
        }
        "leancloud" => {
            let failed = value["code"].is_u64() && value["error"].is_string();
            assert!(has("result") != failed, "{value}");
        }
        _ => match TAKEN.iter().find(|row| row.0 == format) {
            Some((_, lists, members)) => {
                response(&value, *lists, &[*members, &["headers"]].concat());
            }
            None => acknowledgement(&value),
        },
    }
}

fn acknowledgement(value: &Value) {
    assert!(value["received"].is_string(), "{value}");
}

fn response(value: &Value, lists: bool, members: &[&str]) {
    let mut names: Vec<_> = ["body", "statusCode"].iter().chain(members).collect();
    names.sort();
    assert!(value.as_object().unwrap().keys().eq(names), "{value}");
    let response = Response::deserialize(value).unwrap_or_else(|error| panic!("{error}: {value}"));

    let status = response.status_code;
    assert!((200..600).contains(&status), "{value}");
    if let Some(description) = &response.status_description {
        assert!(description.starts_with(&format!("{status} ")), "{value}");
    }
    if response.is_base64_encoded {
        assert!(STANDARD.decode(&response.body).is_ok(), "{value}");
    }
    for cookie in &response.cookies {
        field("set-cookie", cookie);
    }
    for (name, values) in &response.multi_value_headers {
        values.iter().for_each(|value| field(name, value));
    }
    for (name, values) in &response.headers {
        assert!(lists || matches!(values, Values::One(_)), "{value}");
        values.all().iter().for_each(|value| field(name, value));
    }
}

fn field(name: &str, value: &str) {
    assert!(HeaderName::try_from(name).is_ok(), "{name}");
    assert!(HeaderValue::try_from(value).is_ok(), "{name}: {value:?}");
    // Messages are framed by the gateway.
    assert!(!name.eq_ignore_ascii_case("content-length"));
}
