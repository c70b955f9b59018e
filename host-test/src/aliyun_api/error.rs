//! Refusals: a status, a code and a sentence, in the form of each interface.

use bytes::Bytes;
use http::{HeaderValue, Response};
use serde_json::{Value, json};

use super::call::Api;
use super::reply;

/// Why a call is not carried out, as the platform says it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub(crate) struct Refused {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Refused {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }

    /// The request is wrong in itself.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "InvalidArgument", message)
    }

    /// A member has a value that is not accepted.
    pub(crate) fn value(member: &str, allowed: &str, actual: &str) -> Self {
        let member = capitalised(member);
        Self::invalid(format!(
            "{member} is set to an invalid value (allowed: {allowed}, actual: '{actual}')"
        ))
    }

    /// A member that has to be there is not.
    pub(crate) fn absent(member: &str) -> Self {
        let member = capitalised(member);
        Self::invalid(format!("{member} is required but not provided"))
    }

    /// The emulator itself failed.
    pub(crate) fn internal(error: impl std::fmt::Display) -> Self {
        Self::new(500, "InternalServerError", error.to_string())
    }

    /// The document of this interface: capitals of 2016-08-15, or those of
    /// 2023-03-30; the deployment endpoint has both.
    pub(crate) fn document(&self, api: Api, request_id: &str) -> Value {
        let (code, message) = (self.code, &self.message);
        match api {
            Api::V2016 => json!({ "ErrorCode": code, "ErrorMessage": message }),
            Api::V2023 => json!({ "Code": code, "Message": message, "RequestId": request_id }),
            Api::Deployments => json!({
                "ErrorCode": code, "ErrorMessage": message,
                "Code": code, "Message": message, "RequestId": request_id,
            }),
        }
    }

    /// The answer that carries the document.
    pub(crate) fn response(&self, api: Api, request_id: &str) -> Response<Bytes> {
        let mut response = reply::json(self.status, &self.document(api, request_id));
        let kind = HeaderValue::from_static("FcCommonError");
        response.headers_mut().insert(reply::ERROR_TYPE, kind);
        response
    }
}

fn capitalised(member: &str) -> String {
    let mut letters = member.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_have_the_form_of_their_interface() {
        let refused = Refused::value("runtime", "a | b", "10");
        assert_eq!(
            refused.message,
            "Runtime is set to an invalid value (allowed: a | b, actual: '10')"
        );
        for (api, members) in [
            (Api::V2016, &["ErrorCode", "ErrorMessage"][..]),
            (Api::V2023, &["Code", "Message", "RequestId"]),
            (
                Api::Deployments,
                &["Code", "ErrorCode", "ErrorMessage", "Message", "RequestId"],
            ),
        ] {
            let document = refused.document(api, "1");
            let named: Vec<_> = document.as_object().unwrap().keys().collect();
            assert_eq!(named, members);
        }
    }
}
