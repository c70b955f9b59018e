//! HTTP triggers: the request goes to the program as it is, but for the fields
//! that only the platform says.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_DISPOSITION,
    CONTENT_TYPE, HOST, HeaderName, ORIGIN,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Request, Response, Uri};
use serde_json::{Value, json};

use super::function::{Function, Particulars, passed_on};
use super::invoke::{check_size, describe, run, tail};
use super::jwt::Gate;
use super::outcome::{UNHANDLED, failed};
use super::{Failure, task};
use crate::aliyun_api::Plane;
use crate::aliyun_api::call::{Api, LATEST};
use crate::aliyun_api::error::Refused;
use crate::aliyun_api::reply;
use crate::aliyun_api::resource::{lone_service, text};
use crate::aliyun_api::signature;
use crate::aliyun_api::store::{Item, Shelf as _};

const MOST_HEADERS: usize = 8 * 1024;
const MOST_TARGET: usize = 4 * 1024;

/// Where a request wants to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) api: Api,
    service: String,
    qualifier: String,
    function: String,
    /// What stands before the function's own paths.
    base: String,
    /// The path and query that the program gets.
    target: String,
}

fn split(name: &str) -> (&str, &str) {
    name.split_once('.').unwrap_or((name, LATEST))
}

impl Target {
    /// The function that a path names, if it is the path of a trigger.
    pub(crate) fn of(uri: &Uri) -> Option<Self> {
        let path = uri.path();
        let query = uri
            .query()
            .map(|query| format!("?{query}"))
            .unwrap_or_default();
        if let Some(rest) = path.strip_prefix("/2016-08-15/proxy/") {
            let (service, rest) = rest.split_once('/')?;
            let function = rest.split('/').next().filter(|name| !name.is_empty())?;
            let (service, qualifier) = split(service);
            let base = format!("/2016-08-15/proxy/{}/{function}", path.split('/').nth(3)?);
            return Some(Self {
                api: Api::V2016,
                service: service.to_owned(),
                qualifier: qualifier.to_owned(),
                function: function.to_owned(),
                base,
                target: format!("{path}{query}"),
            });
        }
        let rest = path.strip_prefix("/2023-03-30/proxy/")?;
        let name = rest.split('/').next().filter(|name| !name.is_empty())?;
        let own = match rest.get(name.len()..) {
            Some("") | None => "/",
            Some(own) => own,
        };
        let (function, qualifier) = split(name);
        Some(Self {
            api: Api::V2023,
            service: lone_service(function),
            qualifier: qualifier.to_owned(),
            function: function.to_owned(),
            base: own.to_owned(),
            target: format!("{own}{query}"),
        })
    }

    /// The path as it is behind the trigger's own address.
    fn path(&self) -> &str {
        let path = self.target.split('?').next().unwrap_or_default();
        let own = match self.api {
            Api::V2016 => path.strip_prefix(&self.base),
            _ => None,
        };
        own.map_or(path, |own| if own.is_empty() { "/" } else { own })
    }

    /// The function that a domain's route names.
    pub(crate) fn of_route(route: &Value, uri: &Uri) -> Option<Self> {
        let text = |member: &str| route.get(member)?.as_str().map(str::to_owned);
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        Some(Self {
            api: Api::V2016,
            service: text("serviceName")?,
            qualifier: text("qualifier")?,
            function: text("functionName")?,
            base: String::new(),
            target: target.to_owned(),
        })
    }
}

fn size(headers: &HeaderMap) -> usize {
    let field = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len();
    headers.iter().map(field).sum()
}

/// The trigger that lets a request in.
fn trigger(plane: &Plane, target: &Target, head: &Parts) -> Result<(Function, Item), Refused> {
    let too_long = |what: &str, most: usize| {
        Err(Refused::invalid(format!(
            "{what} exceeds maximum allowed size ({most} bytes)"
        )))
    };
    if size(&head.headers) > MOST_HEADERS {
        return too_long("the size of the header fields", MOST_HEADERS);
    }
    if head
        .uri
        .path_and_query()
        .is_some_and(|t| t.as_str().len() > MOST_TARGET)
    {
        return too_long("the size of path and query", MOST_TARGET);
    }
    let reading = plane.store.read()?;
    let Target {
        service,
        qualifier,
        function,
        ..
    } = target;
    let found = Function::find(&reading, service, qualifier, function)?;
    let triggers = reading.below(&format!("trigger/{service}/{function}/"))?;
    let mut triggers = triggers.into_iter().map(|(_, item)| item);
    let trigger = triggers
        .find(|item| text(item, "triggerType") == "http" && text(item, "qualifier") == qualifier);
    match trigger {
        Some(trigger) => Ok((found, trigger)),
        None => {
            let message = format!("function '{function}' has no http trigger for '{qualifier}'");
            Err(Refused::new(404, "TriggerNotFound", message))
        }
    }
}

/// Lets a caller in; gives the claims of its token, where the trigger asks for
/// one.
fn admit(
    plane: &Plane,
    trigger: &Item,
    target: &Target,
    head: &Parts,
    body: &[u8],
) -> Result<Option<(Gate, Item)>, Refused> {
    let none = Item::new();
    let config = trigger
        .get("triggerConfig")
        .and_then(Value::as_object)
        .unwrap_or(&none);
    if config.get("disableURLInternet").and_then(Value::as_bool) == Some(true) {
        let message = "access denied due to function internet URL is disabled";
        return Err(Refused::new(403, "AccessDenied", message));
    }
    let methods = config
        .get("methods")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let method = head.method.as_str();
    if !methods
        .filter_map(Value::as_str)
        .any(|listed| listed == method)
    {
        let message = format!("the http trigger does not allow the method {method}");
        return Err(Refused::new(403, "FCCommonError", message));
    }
    match text(config, "authType") {
        "anonymous" => Ok(None),
        "jwt" => {
            let gate = Gate::parse(config.get("authConfig"))?;
            let claims = gate.admit(head, target.path(), body)?;
            Ok(claims.map(|claims| (gate, claims)))
        }
        _ => signature::verify(plane, head, body, true).map(|()| None),
    }
}

/// Answers a request to a trigger.
pub(crate) async fn serve(
    plane: &Arc<Plane>,
    target: &Target,
    head: &Parts,
    body: Bytes,
    request_id: &str,
    caller: IpAddr,
) -> Response<Bytes> {
    match pass(plane, target, head, body, request_id, caller).await {
        Ok(response) => response,
        Err(refused) => refused.response(target.api, request_id),
    }
}

async fn pass(
    plane: &Arc<Plane>,
    target: &Target,
    head: &Parts,
    body: Bytes,
    request_id: &str,
    caller: IpAddr,
) -> Result<Response<Bytes>, Refused> {
    let (function, trigger) = trigger(plane, target, head)?;
    let admitted = admit(plane, &trigger, target, head, &body)?;
    let field = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
    let waits = !field("x-fc-invocation-type").is_some_and(|v| v.eq_ignore_ascii_case("async"));
    check_size(body.len(), waits)?;
    let mut request = Request::new(body);
    *request.method_mut() = head.method.clone();
    *request.uri_mut() = target.target.parse().map_err(Refused::internal)?;
    *request.headers_mut() = passed_on(&head.headers);
    if let Some((gate, claims)) = admitted {
        gate.pass_on(&claims, &mut request);
    }
    if !waits {
        return task::accept_http(plane, &function, request, &target.base, request_id).await;
    }
    let particulars = Particulars {
        request_id,
        account: &plane.options.account,
        region: &plane.options.region,
        control_path: "/http-invoke",
        base_path: &target.base,
        client: &caller.to_string(),
        retries: 0,
    };
    let forwarded = match field("x-forwarded-for") {
        Some(before) => format!("{before}, {caller}"),
        None => caller.to_string(),
    };
    if let Ok(value) = HeaderValue::try_from(forwarded) {
        request.headers_mut().insert("x-forwarded-for", value);
    }
    request.headers_mut().extend(function.control(&particulars));
    let (mut served, mut took) = run(plane, &function, request.clone()).await?;
    // What is safe to be sent again is.
    if head.method.is_safe() && matches!(served.finished.result, Err(Failure::Exited)) {
        (served, took) = run(plane, &function, request).await?;
    }
    let mut response = match &served.finished.result {
        Ok(response) if served.uninitialised => {
            let text = format!("the initializer answered {}", response.status());
            error(502, "InitializationError", &json!({ "errorMessage": text }))
        }
        Ok(response) => answer(plane, head, response, &target_host(head))?,
        Err(failure) => {
            let document = failed(failure, &served, function.timeout(), took)?;
            error(502, UNHANDLED, &document)
        }
    };
    describe(&mut response, &function, &served, took);
    if field("x-fc-log-type").is_some_and(|v| v.eq_ignore_ascii_case("tail")) {
        tail(&mut response, request_id, &served.finished.log);
    }
    Ok(response)
}

fn target_host(head: &Parts) -> String {
    let host = head.headers.get(HOST).and_then(|host| host.to_str().ok());
    host.unwrap_or_default().to_owned()
}

fn error(status: u16, kind: &'static str, document: &Value) -> Response<Bytes> {
    let mut response = reply::json(status, document);
    let headers = response.headers_mut();
    headers.insert(reply::ERROR_TYPE, HeaderValue::from_static(kind));
    response
}

/// The program's answer as the platform lets it through.
fn answer(
    plane: &Plane,
    head: &Parts,
    given: &Response<Bytes>,
    host: &str,
) -> Result<Response<Bytes>, Refused> {
    if size(given.headers()) > MOST_HEADERS {
        let message = format!("the answer's header fields are over {MOST_HEADERS} bytes");
        return Err(Refused::new(502, "BadResponse", message));
    }
    let default = plane.options.default_domain && plane.is_default(host);
    if default && given.status().is_redirection() {
        let message = "redirects are not allowed on the default domain";
        return Err(Refused::new(400, "ExternalRedirectForbidden", message));
    }
    let mut response = Response::new(given.body().clone());
    *response.status_mut() = given.status();
    let headers = response.headers_mut();
    for (name, value) in given.headers() {
        let dropped = name.as_str().starts_with("x-fc-")
            || [
                "connection",
                "content-length",
                "date",
                "keep-alive",
                "server",
                "transfer-encoding",
                "upgrade",
            ]
            .contains(&name.as_str())
            || (*name == CONTENT_DISPOSITION && value.as_bytes().starts_with(b"attachment"));
        if !dropped {
            headers.append(name.clone(), value.clone());
        }
    }
    let page = headers
        .get(CONTENT_TYPE)
        .is_some_and(|media| media.as_bytes().starts_with(b"text/html"));
    if default && !page {
        headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    }
    if let Some(origin) = head.headers.get(ORIGIN)
        && !headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN)
    {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(
            ACCESS_CONTROL_ALLOW_CREDENTIALS,
            HeaderValue::from_static("true"),
        );
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_from_paths() {
        let of = |uri: &str| Target::of(&uri.parse().unwrap());
        let target = of("/2016-08-15/proxy/s.prod/f/a%20b?x=1").unwrap();
        assert_eq!(
            (
                &*target.service,
                &*target.qualifier,
                &*target.function,
                &*target.base,
                &*target.target
            ),
            (
                "s",
                "prod",
                "f",
                "/2016-08-15/proxy/s.prod/f",
                "/2016-08-15/proxy/s.prod/f/a%20b?x=1"
            )
        );
        let target = of("/2023-03-30/proxy/f.2/get?x").unwrap();
        assert_eq!(
            (
                &*target.service,
                &*target.qualifier,
                &*target.base,
                &*target.target
            ),
            ("$f", "2", "/get", "/get?x")
        );
        assert_eq!(of("/2023-03-30/proxy/f").unwrap().target, "/");
        for uri in [
            "/",
            "/2016-08-15/proxy/s",
            "/2016-08-15/proxy/s/",
            "/2016-08-15/services/s/f",
        ] {
            assert_eq!(of(uri), None, "{uri}");
        }
    }
}
