//! AWS Lambda: the runtime interface 2018-06-01
//! (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>). This
//! program is the zip's `bootstrap`.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Request, Response};
use serde_json::json;

use super::{Contract, Kind, text, until};
use crate::function::EventFailure;
use crate::runtime_api::{Invocation, RuntimeApi, get, post};

/// The variable that holds the interface's host and port.
const API: &str = "AWS_LAMBDA_RUNTIME_API";

const ID: HeaderName = HeaderName::from_static("lambda-runtime-aws-request-id");
/// Until when the answer is waited for, in milliseconds since 1970.
const DEADLINE: &str = "lambda-runtime-deadline-ms";
const ERROR_TYPE: HeaderName = HeaderName::from_static("lambda-runtime-function-error-type");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

pub(super) const KIND: Kind = Kind {
    name: "aws",
    platform: "aws",
    sign: API,
    told: |environment| environment.has(API),
    contract: |environment| {
        let authority = environment.required(API, "the host and port of the runtime interface")?;
        Ok(Contract::Api(Box::new(Lambda(authority.to_owned()))))
    },
};

/// By the interface's host and port.
struct Lambda(String);

/// `{"errorMessage":…,"errorType":…,"stackTrace":[]}`; a type begins with
/// `Runtime.` or `Function.`.
fn error(target: &str, kind: &str, message: &str) -> Request<Bytes> {
    let kind = format!("Runtime.{kind}");
    let document = json!({ "errorMessage": message, "errorType": kind, "stackTrace": [] });
    let mut request = post(target, document.to_string());
    if let Ok(kind) = HeaderValue::from_str(&kind) {
        request.headers_mut().insert(ERROR_TYPE, kind);
    }
    request.headers_mut().insert(CONTENT_TYPE, JSON);
    request
}

impl RuntimeApi for Lambda {
    fn authority(&self) -> &str {
        &self.0
    }

    fn not_ready(&self, why: &str) -> Option<Request<Bytes>> {
        Some(error("/2018-06-01/runtime/init/error", "InitError", why))
    }

    fn next(&self) -> Request<Bytes> {
        get("/2018-06-01/runtime/invocation/next")
    }

    fn invocation(&self, response: Response<Bytes>) -> Option<Invocation> {
        let mut invocation = Invocation::of(response, &ID)?;
        let deadline = text(&invocation.headers, DEADLINE).and_then(|ms| ms.parse().ok());
        invocation.left = deadline.and_then(until);
        Some(invocation)
    }

    fn reply(&self, invocation: &Invocation, document: Vec<u8>) -> Request<Bytes> {
        let id = &invocation.id;
        let mut request = post(
            &format!("/2018-06-01/runtime/invocation/{id}/response"),
            document,
        );
        request.headers_mut().insert(CONTENT_TYPE, JSON);
        request
    }

    fn failure(&self, invocation: &Invocation, failure: &EventFailure) -> Request<Bytes> {
        let id = &invocation.id;
        error(
            &format!("/2018-06-01/runtime/invocation/{id}/error"),
            failure.name(),
            &failure.to_string(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_its_type_twice() {
        let api = Lambda(String::new());
        let invocation = Invocation {
            id: "7".to_owned(),
            ..Invocation::default()
        };
        let request = api.failure(&invocation, &EventFailure::Panic);
        assert_eq!(request.uri(), "/2018-06-01/runtime/invocation/7/error");
        assert_eq!(request.headers()[ERROR_TYPE], "Runtime.internal");
        let body: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
        assert_eq!(body["errorType"], "Runtime.internal");
    }

    #[test]
    fn an_answer_without_an_id_is_no_invocation() {
        let api = Lambda(String::new());
        assert!(api.invocation(Response::new(Bytes::new())).is_none());
        let response = Response::builder()
            .header(ID, "7")
            .body("{}".into())
            .unwrap();
        assert_eq!(api.invocation(response).unwrap().id, "7");
    }

    #[test]
    fn a_deadline_that_is_over_is_none() {
        let left = |deadline: &str| {
            let response = Response::builder()
                .header(ID, "7")
                .header(DEADLINE, deadline)
                .body("{}".into())
                .unwrap();
            Lambda(String::new()).invocation(response).unwrap().left
        };
        // In the year 2100.
        assert!(left("4102444800000").is_some());
        for deadline in ["0", "1783711204", "soon"] {
            assert_eq!(left(deadline), None, "{deadline}");
        }
    }
}
