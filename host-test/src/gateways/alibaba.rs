//! Alibaba Cloud Function Compute (函数计算 FC 3.0): what its doors have in
//! common. From the help pages of Function Compute, "Error codes" and "Request
//! headers and response headers", and recordings of the live service where
//! they are silent.

pub(crate) mod trigger;

use bytes::Bytes;
use http::header::HeaderName;
use http::{HeaderMap, HeaderValue, Method, Response};
use serde_json::json;

use super::headers::text;
use super::sending::answer;
use super::{Failure, ids, times::Moment};

/// The owner of everything, and where it stands.
pub(crate) const ACCOUNT: &str = "1042000000000042";
pub(crate) const REGION: &str = "cn-hongkong";

/// Most bytes that a function may be handed while its caller waits.
pub(crate) const MOST_BODY: usize = 32 * 1024 * 1024;

/// The same where nobody waits.
pub(crate) const MOST_ASYNC_BODY: usize = 128 * 1024;

/// How a caller says that it does not wait.
const INVOCATION_TYPE: HeaderName = HeaderName::from_static("x-fc-invocation-type");

const REQUEST_ID: HeaderName = HeaderName::from_static("x-fc-request-id");

/// Whose fault it was.
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-fc-error-type");

/// `1-6a5b0c01-15aa00bb-0123456789ab`: seconds since 1970, then chance.
pub(crate) fn request_id(moment: Moment) -> String {
    format!("1-{:08x}-{}-{}", moment.epoch(), ids::hex(8), ids::hex(12))
}

/// Whether the caller does not wait for the function.
pub(crate) fn is_async(headers: &HeaderMap) -> bool {
    headers
        .get(INVOCATION_TYPE)
        .is_some_and(|kind| text(kind).eq_ignore_ascii_case("async"))
}

/// Why the platform refuses a body of this size, if it does.
pub(crate) fn too_large(headers: &HeaderMap, size: usize) -> Option<Refusal> {
    let most = if is_async(headers) {
        MOST_ASYNC_BODY
    } else {
        MOST_BODY
    };
    (size > most).then(|| Refusal {
        status: 400,
        code: "EntityTooLarge",
        message: format!("payload size exceeds maximum allowed size ({most} bytes)"),
    })
}

/// An answer that is not the function's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Refusal {
    /// As many instances run as may.
    pub(crate) fn throttled() -> Self {
        Self {
            status: 429,
            code: "ResourceThrottled",
            message: "the function's instances are all busy".to_owned(),
        }
    }

    /// In the form of version 3.0.
    pub(crate) fn response(&self, request_id: &str, method: &Method) -> Response<Bytes> {
        let document = json!({
            "Code": self.code,
            "Message": self.message,
            "RequestId": request_id,
        });
        let body = document.to_string();
        let mut response = answer(self.status, "application/json", body, method);
        let fault = HeaderValue::from_static("FCCommonError");
        response.headers_mut().insert(ERROR_TYPE, fault);
        numbered(response, request_id)
    }
}

/// The answer to who does not wait.
pub(crate) fn accepted(request_id: &str, method: &Method) -> Response<Bytes> {
    let response = answer(202, "application/json", "", method);
    numbered(response, request_id)
}

/// The answer where the function's initializer failed: a success, but for a
/// field.
pub(crate) fn uninitialized(request_id: &str, text: &str, method: &Method) -> Response<Bytes> {
    let document = json!({ "errorMessage": text }).to_string();
    let mut response = answer(200, "application/json", document, method);
    let kind = HeaderValue::from_static("InitializationError");
    response.headers_mut().insert(ERROR_TYPE, kind);
    numbered(response, request_id)
}

/// What the function's caller gets with the failure's kind beside it.
pub(crate) fn marked(mut response: Response<Bytes>, failure: &Failure) -> Response<Bytes> {
    let kind = match failure {
        Failure::Threw(_) => "HandledInvocationError",
        Failure::TimedOut | Failure::Memory | Failure::Exited | Failure::Busy => {
            "UnhandledInvocationError"
        }
    };
    let headers = response.headers_mut();
    headers.insert(ERROR_TYPE, HeaderValue::from_static(kind));
    response
}

/// The answer with the request's id.
pub(crate) fn numbered(mut response: Response<Bytes>, request_id: &str) -> Response<Bytes> {
    if let Ok(id) = HeaderValue::try_from(request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_ids_have_four_parts() {
        let id = request_id(Moment::now());
        let lengths: Vec<_> = id.split('-').map(str::len).collect();
        assert_eq!(lengths, [1, 8, 8, 12], "{id}");
    }

    #[test]
    fn who_does_not_wait_may_send_less() {
        let waiting = HeaderMap::new();
        let mut leaving = HeaderMap::new();
        leaving.insert(INVOCATION_TYPE, HeaderValue::from_static("Async"));
        assert!(too_large(&waiting, MOST_BODY).is_none());
        assert!(too_large(&leaving, MOST_ASYNC_BODY).is_none());
        for (headers, most) in [(waiting, MOST_BODY), (leaving, MOST_ASYNC_BODY)] {
            let refusal = too_large(&headers, most + 1).unwrap();
            assert_eq!((refusal.status, refusal.code), (400, "EntityTooLarge"));
            assert!(refusal.message.contains(&most.to_string()));
        }
    }

    #[test]
    fn refusals_are_json_with_their_request_id() {
        let response = Refusal::throttled().response("1-a-b-c", &Method::GET);
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers()[REQUEST_ID], "1-a-b-c");
        assert_eq!(response.headers()[ERROR_TYPE], "FCCommonError");
        let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(body["Code"], "ResourceThrottled");
        assert_eq!(body["RequestId"], "1-a-b-c");
    }
}
