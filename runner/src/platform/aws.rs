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
        let address = environment.required(API, "the host and port of the runtime interface")?;
        Ok(Contract::Api(Box::new(Lambda::of(address))))
    },
};

/// What every path of the interface begins with.
const VERSION: &str = "/2018-06-01/runtime";

/// Where the interface is.
struct Lambda {
    /// Host and port.
    authority: String,
    /// What its paths begin with.
    base: String,
}

impl Lambda {
    /// Of `HOST:PORT`. Cargo Lambda, by which AWS's documents have functions
    /// tried at home, says `http://HOST:PORT/PATH` instead.
    fn of(address: &str) -> Self {
        let address = address.strip_prefix("http://").unwrap_or(address);
        let (authority, path) = address.split_once('/').unwrap_or((address, ""));
        let path = path.trim_end_matches('/');
        let base = match path {
            "" => VERSION.to_owned(),
            path => format!("/{path}{VERSION}"),
        };
        Self {
            authority: authority.to_owned(),
            base,
        }
    }
}

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
        &self.authority
    }

    fn not_ready(&self, why: &str) -> Option<Request<Bytes>> {
        let target = format!("{}/init/error", self.base);
        Some(error(&target, "InitError", why))
    }

    fn next(&self) -> Request<Bytes> {
        get(&format!("{}/invocation/next", self.base))
    }

    fn invocation(&self, response: Response<Bytes>) -> Option<Invocation> {
        let mut invocation = Invocation::of(response, &ID)?;
        let deadline = text(&invocation.headers, DEADLINE).and_then(|ms| ms.parse().ok());
        invocation.left = deadline.and_then(until);
        Some(invocation)
    }

    fn reply(&self, invocation: &Invocation, document: Vec<u8>) -> Request<Bytes> {
        let target = format!("{}/invocation/{}/response", self.base, invocation.id);
        let mut request = post(&target, document);
        request.headers_mut().insert(CONTENT_TYPE, JSON);
        request
    }

    fn failure(&self, invocation: &Invocation, failure: &EventFailure) -> Request<Bytes> {
        let target = format!("{}/invocation/{}/error", self.base, invocation.id);
        error(&target, failure.name(), &failure.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_its_type_twice() {
        let api = Lambda::of("127.0.0.1:9001");
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
    fn the_interface_may_lie_below_a_path() {
        for (address, authority, path) in [
            ("127.0.0.1:9001", "127.0.0.1:9001", ""),
            ("http://127.0.0.1:9001/", "127.0.0.1:9001", ""),
            ("http://[::]:9000/.rt", "[::]:9000", "/.rt"),
            ("http://[::]:9000/.rt/pics/", "[::]:9000", "/.rt/pics"),
        ] {
            let api = Lambda::of(address);
            assert_eq!(api.authority(), authority);
            let target = format!("{path}/2018-06-01/runtime/invocation/next");
            assert_eq!(api.next().uri().path(), target);
        }
    }

    #[test]
    fn an_answer_without_an_id_is_no_invocation() {
        let api = Lambda::of("127.0.0.1:9001");
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
            Lambda::of("127.0.0.1:9001")
                .invocation(response)
                .unwrap()
                .left
        };
        // In the year 2100.
        assert!(left("4102444800000").is_some());
        for deadline in ["0", "1783711204", "soon"] {
            assert_eq!(left(deadline), None, "{deadline}");
        }
    }
}
