//! Azure Functions' custom handlers: the invocation document of the default
//! mode (Azure Functions documentation, "Custom handlers"). Forwarded and
//! proxied HTTP is plain HTTP and needs nothing.
//!
//! ```text
//! {"Data":{"req":{"Url":"https://pics.azurewebsites.net/api/pic/a%20b?id=1&id=2","Method":"GET",
//!                 "Query":{}|"{}","Headers":{"X":["1","2"]},"Params":{"name":"a b"}?,"Body":"…"?}},
//!  "Metadata":{"sys":{"MethodName":"pic","RandGuid":"…"}, …}}
//! {"Data":{"tick":{"Schedule":{},"ScheduleStatus":{}|null,"IsPastDue":false}},"Metadata":{…}}   timer
//! ->
//! {"Outputs":{"res":{"statusCode":302,"headers":{…},"body":"…"}},"Logs":null,"ReturnValue":{…}}
//! ```
//!
//! `Query` joins repeats with commas, so the query comes from `Url`, which has
//! it as it was sent. The event does not name the output: the answer stands
//! under `res`, its usual name, and as the return value for functions whose
//! output is `$return`; the host ignores the one it has no binding for. The
//! host follows a redirect of the handler's own, so it has to stand in there.

use http::Response;
use serde_json::{Map, Value};

use super::document::{self, Received};
use super::request::{above_parameters, address, field, forwarded, text};
use super::{Decoded, Delivery, EventError, Exchange, Reply, WireFormat, event};

/// The format.
pub(super) struct Invocation;

const NAME: &str = "azure_functions";

impl WireFormat for Invocation {
    fn platform(&self) -> &'static str {
        "azure"
    }

    fn name(&self) -> &'static str {
        NAME
    }

    fn recognise(&self, delivery: &Delivery<'_>) -> bool {
        ["Data", "Metadata"]
            .iter()
            .any(|name| delivery.json.get(name).is_some())
    }

    fn decode(&self, delivery: &Delivery<'_>) -> Result<Decoded, EventError> {
        for name in ["Data", "Metadata"] {
            let is_map = |name| delivery.json.get(name).is_some_and(Value::is_object);
            if !is_map(name) {
                return Err(bad(name, "an object"));
            }
        }
        let Some(trigger) = http_trigger(&delivery.json) else {
            return Ok(Decoded::Received(acknowledge(delivery)));
        };
        let headers = trigger
            .get("Headers")
            .ok_or_else(|| bad("Data.req.Headers", "lists of texts by name"))?;
        let headers = event::headers(Some(headers));
        let media = field(&headers, "content-type").unwrap_or_default();
        let base64 =
            media.starts_with("application/octet-stream") || media.starts_with("multipart/");
        let url = text(trigger, "Url").map(path_and_query);
        let target = url.map(|(path, query)| event::target(path, &event::query_as_sent(query)));
        let request = event::Parts {
            format: NAME,
            method: ("Data.req.Method", text(trigger, "Method")),
            target: ("Data.req.Url", target),
            headers,
            body: ("Data.req.Body", event::body(trigger.get("Body"), base64)),
        }
        .request()?;
        let id = field(&delivery.headers, "x-azure-functions-invocationid")
            .or_else(|| text(&delivery.json, "Metadata.sys.RandGuid"));
        let parameters = trigger.get("Params");
        // The platform's front adds whom it saw behind what the caller says.
        let client = forwarded(request.headers()).next_back().and_then(address);
        Ok(Decoded::Exchange(Exchange {
            client,
            request_id: id.map(str::to_owned),
            // A function is published under `/api` and its name, or under its
            // route, whose parameters are what the site is asked for.
            likely_mount: url.and_then(|(path, _)| above_parameters(path, parameters)),
            invoked: false,
            request,
            reply: Box::new(Outputs),
        }))
    }

    fn error_document(&self, error: &EventError, _: &Delivery<'_>) -> Option<Vec<u8>> {
        Some(Outputs.encode(document::refusal(error)))
    }
}

fn bad(field: &'static str, accepted: &'static str) -> EventError {
    EventError::BadField {
        format: NAME,
        field,
        accepted,
    }
}

/// The members that the binding of an HTTP trigger always has.
const HTTP: [&str; 3] = ["Url", "Method", "Headers"];

/// The binding of an HTTP trigger: the one with most of its members, of several
/// the one of the usual name. One member may stand in a queue's message too.
fn http_trigger(event: &Value) -> Option<&Value> {
    let has = |value: &Value, least: usize| {
        let members = HTTP.iter().filter(|name| value.get(name).is_some());
        members.count() >= least
    };
    let data = event.get("Data")?.as_object()?;
    let usual = || data.get("req").into_iter();
    let of = |least| usual().chain(data.values()).find(|value| has(value, least));
    of(HTTP.len()).or_else(|| of(HTTP.len() - 1))
}

/// Path and query of `scheme://host/path?query`, or of what follows the host.
fn path_and_query(url: &str) -> (&str, &str) {
    let rest = match url.split_once("://") {
        Some((scheme, rest)) if !scheme.contains(['/', '?']) => {
            let end = rest.find(['/', '?']).unwrap_or(rest.len());
            rest.get(end..).unwrap_or_default()
        }
        _ => url,
    };
    rest.split_once('?').unwrap_or((rest, ""))
}

/// What a timer, a queue or another trigger gets.
fn acknowledge(delivery: &Delivery<'_>) -> Vec<u8> {
    let data = delivery.json.get("Data").and_then(Value::as_object);
    let values = || data.into_iter().flat_map(Map::values);
    let is_timer = |value: &Value| value.get("IsPastDue").is_some();
    let records = values().find_map(Value::as_array).map_or(1, Vec::len);
    let called = delivery.target.and_then(|target| target.rsplit('/').next());
    let received = Received {
        kind: if values().any(is_timer) {
            "timer"
        } else {
            "trigger"
        },
        source: text(&delivery.json, "Metadata.sys.MethodName").or(called),
        records: Some(records),
    };
    let log = Value::Object(received.members()).to_string();
    event::document([
        ("Outputs", Map::new().into()),
        ("Logs", vec![log].into()),
        ("ReturnValue", Value::Null),
    ])
}

const NO_BYTES: &str = "bytes cannot leave through this function's outputs; set enableForwardingHttpRequest in host.json\n";

/// The answer in the bindings' outputs: texts only.
struct Outputs;

impl Reply for Outputs {
    fn redirects(&self) -> bool {
        true
    }

    fn encode(&self, response: Response<Vec<u8>>) -> Vec<u8> {
        let (parts, body) = response.into_parts();
        let mut headers = event::one_text_each(&parts.headers);
        let (body, base64) = event::body_text(&parts.headers, body);
        // The host writes a text as it is and never decodes it.
        let (status, body) = if base64 {
            headers = event::object([
                ("Content-Type", "text/plain; charset=utf-8".into()),
                ("Cache-Control", "no-store".into()),
            ]);
            (500, NO_BYTES.to_owned())
        } else {
            (parts.status.as_u16(), body)
        };
        let answer = event::object([
            ("statusCode", status.into()),
            ("headers", headers.into()),
            ("body", body.into()),
        ]);
        let outputs = event::object([("res", answer.clone().into())]);
        event::document([
            ("Outputs", outputs.into()),
            ("Logs", Value::Null),
            ("ReturnValue", answer.into()),
        ])
    }
}

#[cfg(test)]
mod tests;
