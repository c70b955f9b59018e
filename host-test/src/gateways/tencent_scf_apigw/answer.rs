//! What the caller sees of what the function gives: integrated (集成响应) or
//! passed through (透传响应).

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, LOCATION};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use serde_json::{Map, Value};

use super::Options;
use super::refusal::Refusal;
use crate::gateways::headers::end_to_end;
use crate::gateways::scf::{self, MOST, error_document};
use crate::gateways::sending::answer;
use crate::gateways::{Failure, Outcome, Remark, document};

const JSON: &str = "application/json";

pub(super) fn response(
    options: &Options,
    request: &Request<Bytes>,
    request_id: &str,
    outcome: Outcome,
) -> Response<Bytes> {
    let method = request.method();
    let result = match outcome {
        Outcome::Returned(bytes) if bytes.len() > MOST => {
            Err(Refusal::AnswerTooLarge(request_id.to_owned()))
        }
        Outcome::Returned(bytes) if options.pass_through => Ok(pass_through(&bytes, method)),
        Outcome::Returned(bytes) => integrated(&bytes, request_id, method),
        Outcome::Failed(Failure::TimedOut)
            if options.gateway_timeout < options.function_timeout =>
        {
            Err(Refusal::Timeout)
        }
        Outcome::Failed(failure) => failed(options, &failure, request_id, method),
    };
    result.unwrap_or_else(|refusal| refusal.response(method))
}

/// The document of a call that failed. It goes where any document goes: as the
/// body of a 200, or into the check that it does not pass.
fn failed(
    options: &Options,
    failure: &Failure,
    request_id: &str,
    method: &Method,
) -> Result<Response<Bytes>, Refusal> {
    let (status, message) = scf::failure(failure, options.function_timeout);
    let document = error_document(request_id, status, &message).to_string();
    if options.failure_status {
        Ok(answer(status, JSON, document, method))
    } else if options.pass_through {
        Ok(answer(200, JSON, document, method))
    } else {
        Err(Refusal::Format)
    }
}

/// 200 and the JSON text; what is no JSON is a text of JSON then.
fn pass_through(bytes: &[u8], method: &Method) -> Response<Bytes> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) if serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() => text.to_owned(),
        _ => Value::from(String::from_utf8_lossy(bytes)).to_string(),
    };
    answer(200, JSON, text, method)
}

/// The document's own status, fields and body.
fn integrated(bytes: &[u8], request_id: &str, method: &Method) -> Result<Response<Bytes>, Refusal> {
    let document: Value =
        serde_json::from_slice(bytes).map_err(|_| Refusal::NotJson(request_id.to_owned()))?;
    let document = document.as_object().ok_or(Refusal::Format)?;
    let mut response = parse(document).ok_or(Refusal::Format)?;
    if response.status().is_informational() {
        return Err(Refusal::BadGateway);
    }
    if response.headers().contains_key(LOCATION) {
        response.extensions_mut().insert(Remark(
            "the platform's table of fields says that Location is not supported".to_owned(),
        ));
    }
    send(&mut response, method);
    Ok(response)
}

fn parse(value: &Map<String, Value>) -> Option<Response<Bytes>> {
    let headers = value.get("headers")?.as_object()?;
    if headers.is_empty() {
        return None;
    }
    document::read_in(value, &[], 100..600).ok()
}

/// Makes the document's answer one that HTTP can carry in answer to a request
/// with this method. The length that it says counts where no body shows it.
fn send(response: &mut Response<Bytes>, method: &Method) {
    let mut headers: HeaderMap = end_to_end(response.headers());
    let status = response.status();
    let said = headers.remove(CONTENT_LENGTH);
    if status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED {
        response.body_mut().clear();
        *response.headers_mut() = headers;
        return;
    }
    headers
        .entry(CONTENT_TYPE)
        .or_insert(HeaderValue::from_static(JSON));
    if *method == Method::HEAD {
        let length = said.unwrap_or_else(|| response.body().len().into());
        headers.insert(CONTENT_LENGTH, length);
        response.body_mut().clear();
    } else {
        headers.insert(CONTENT_LENGTH, response.body().len().into());
    }
    *response.headers_mut() = headers;
}
