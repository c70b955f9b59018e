//! The document that the host posts to the handler: `Data` and `Metadata`.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use serde_json::{Map, Value, json};

use super::route::Route;
use super::{Options, Trigger};
use crate::gateways::headers::{end_to_end, named_host, text, texts, title_case};
use crate::gateways::ids;
use crate::gateways::members::set;
use crate::gateways::times::Moment;

/// The app's own name.
const HOST_NAME: &str = "pics.azurewebsites.net";

/// A caller's request.
pub(super) fn http(
    options: &Options,
    request: &Request<Bytes>,
    caller: IpAddr,
    route: &Route,
) -> Value {
    let host = named_host(request.headers()).unwrap_or_else(|| HOST_NAME.to_owned());
    let headers = headers(request, caller, &host);
    let sent = request.uri().query().unwrap_or_default();
    let query = Value::Object(query(sent));
    let mut url = format!("https://{host}{}", route.path);
    if !sent.is_empty() {
        url = format!("{url}?{sent}");
    }
    let parameters: Map<_, _> = route
        .parameter
        .iter()
        .map(|path| ("path".to_owned(), path.as_str().into()))
        .collect();
    let mut data = json!({
        "Url": url,
        "Method": request.method().as_str(),
        "Query": older(options, query.clone()),
        "Headers": headers,
        "Params": parameters,
        "Identities": older(options, identities()),
    });
    let body = body(request);
    if let Some(body) = &body {
        set(&mut data, "Body", body.as_str());
    }
    let firsts: Map<_, _> = headers
        .iter()
        .map(|(name, values)| (name.clone(), values.join(",").into()))
        .collect();
    let mut metadata = json!({ "Query": query, "Headers": firsts });
    // Members of a JSON body are binding data too.
    let members = body.and_then(|body| serde_json::from_str::<Map<_, _>>(&body).ok());
    for (name, value) in members.into_iter().flatten().chain(parameters) {
        let value = match value {
            Value::String(_) => value.to_string().into(),
            value => value,
        };
        set(&mut metadata, &name, value);
    }
    document(options, data, metadata)
}

/// A timer's.
pub(super) fn timer(options: &Options) -> Value {
    let now = Moment::now().fraction(7).replace('Z', "+00:00");
    let data = json!({
        "Schedule": { "AdjustForDST": true },
        "ScheduleStatus": { "Last": now, "Next": now, "LastUpdated": now },
        "IsPastDue": options.past_due,
    });
    document(options, data, json!({}))
}

/// A message of a queue: JSON if it is an object, else the text of JSON.
pub(super) fn queue(options: &Options, message: &Bytes) -> Value {
    let text = String::from_utf8_lossy(message);
    let data = match serde_json::from_str(&text) {
        Ok(Value::Object(object)) => Value::Object(object),
        _ => Value::from(text).to_string().into(),
    };
    let now = Moment::now().seconds().replace('Z', "+00:00");
    let text = |value: String| Value::from(Value::from(value).to_string());
    let metadata = json!({
        "DequeueCount": "1",
        "ExpirationTime": text(now.clone()),
        "Id": text(ids::uuid()),
        "InsertionTime": text(now.clone()),
        "NextVisibleTime": text(now),
        "PopReceipt": text(ids::short()),
    });
    document(options, data, metadata)
}

fn document(options: &Options, data: Value, mut metadata: Value) -> Value {
    let binding = match options.trigger {
        Trigger::Http => options.binding.as_str(),
        Trigger::Timer => "tick",
        Trigger::Queue => "item",
    };
    let sys = json!({
        "MethodName": options.function,
        "UtcNow": Moment::now().fraction(7),
        "RandGuid": ids::uuid(),
    });
    set(&mut metadata, "sys", sys);
    json!({ "Data": { binding: data }, "Metadata": metadata })
}

/// Older hosts pass the text of some objects.
fn older(options: &Options, value: Value) -> Value {
    if options.older_host {
        value.to_string().into()
    } else {
        value
    }
}

fn identities() -> Value {
    let claims = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name";
    let roles = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role";
    json!([{
        "AuthenticationType": null,
        "IsAuthenticated": false,
        "Actor": null,
        "BootstrapContext": null,
        "Claims": [],
        "Label": null,
        "Name": null,
        "NameClaimType": claims,
        "RoleClaimType": roles,
    }])
}

/// Text, but for two kinds of types; none unless a length announces it.
fn body(request: &Request<Bytes>) -> Option<String> {
    let headers = request.headers();
    let length = headers.get(CONTENT_LENGTH)?.to_str().ok()?;
    if length.parse::<u64>().ok()? == 0 {
        return None;
    }
    let content_type = headers.get(CONTENT_TYPE).map(text).unwrap_or_default();
    let content_type = content_type.to_ascii_lowercase();
    let binary = content_type.starts_with("application/octet-stream")
        || content_type.starts_with("multipart/");
    Some(if binary {
        STANDARD.encode(request.body())
    } else {
        String::from_utf8_lossy(request.body()).into_owned()
    })
}

/// Decoded, repeated names joined.
fn query(sent: &str) -> Map<String, Value> {
    let mut query: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(sent.as_bytes()) {
        let values = query.entry(name.into_owned()).or_default();
        values.push(value.into_owned());
    }
    let joined = query.into_iter();
    joined
        .map(|(name, values)| (name, values.join(",").into()))
        .collect()
}

/// With those that the platform's front adds.
fn headers(request: &Request<Bytes>, caller: IpAddr, host: &str) -> BTreeMap<String, Vec<String>> {
    let fields = end_to_end(request.headers());
    let mut headers: BTreeMap<_, _> = fields
        .keys()
        .map(|name| (title_case(name), texts(&fields, name)))
        .collect();
    let target = request.uri().path_and_query();
    let target = target.map_or_else(String::new, ToString::to_string);
    let caller = SocketAddr::new(caller, 53_124).to_string();
    let forwarded = headers.remove("X-Forwarded-For").unwrap_or_default();
    let callers = [forwarded, vec![caller.clone()]].concat().join(", ");
    for (name, value) in [
        ("Host", host.to_owned()),
        ("X-Forwarded-For", callers),
        ("X-Forwarded-Proto", "https".to_owned()),
        ("X-AppService-Proto", "https".to_owned()),
        ("X-Original-URL", target.clone()),
        ("X-WAWS-Unencoded-URL", target),
        ("X-ARR-LOG-ID", ids::uuid()),
        ("X-SITE-DEPLOYMENT-ID", "pics".to_owned()),
        ("CLIENT-IP", caller),
        ("DISGUISED-HOST", host.to_owned()),
        ("WAS-DEFAULT-HOSTNAME", HOST_NAME.to_owned()),
        (
            "traceparent",
            format!("00-{}-{}-00", ids::hex(32), ids::hex(16)),
        ),
    ] {
        headers.insert(name.to_owned(), vec![value]);
    }
    headers
}
