//! The calls there are, of both interfaces, in one table.

use std::collections::BTreeMap;

use http::Method;
use percent_encoding::percent_decode_str;

use super::call::Api;
use super::resource::{
    Answer, alias, async_config, function, lone_service, service, trigger, version,
};
use super::{Plane, call::Call, deployment, emulator, running::task};

/// What a route leads to.
#[derive(Clone, Copy)]
pub(crate) enum Handler {
    /// Reads or changes what is kept.
    Resource(fn(&Plane, &Call) -> Answer),
    /// Calls a function.
    Invoke,
    /// Fetches code, then makes resources.
    Deploy,
}

/// A call.
pub(crate) struct Route {
    api: Api,
    method: Method,
    /// Behind the interface's prefix; names in braces take one segment.
    path: &'static str,
    pub(crate) handler: Handler,
    /// Whether it is a call of the platform, to be signed.
    pub(crate) signed: bool,
}

const fn row(
    api: Api,
    method: Method,
    path: &'static str,
    handler: fn(&Plane, &Call) -> Answer,
) -> Route {
    Route {
        api,
        method,
        path,
        handler: Handler::Resource(handler),
        signed: true,
    }
}

const fn old(method: Method, path: &'static str, handler: fn(&Plane, &Call) -> Answer) -> Route {
    row(Api::V2016, method, path, handler)
}

const fn new(method: Method, path: &'static str, handler: fn(&Plane, &Call) -> Answer) -> Route {
    row(Api::V2023, method, path, handler)
}

const fn own(method: Method, path: &'static str, handler: fn(&Plane, &Call) -> Answer) -> Route {
    let mut route = row(Api::Deployments, method, path, handler);
    route.signed = false;
    route
}

const fn led(mut route: Route, handler: Handler) -> Route {
    route.handler = handler;
    route
}

const DELETE: Method = Method::DELETE;
const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PUT: Method = Method::PUT;

/// Every call that is answered.
#[rustfmt::skip]
pub(crate) static ROUTES: &[Route] = &[
    old(POST, "/services", service::create),
    old(GET, "/services", service::list),
    old(GET, "/services/{service}", service::get),
    old(PUT, "/services/{service}", service::update),
    old(DELETE, "/services/{service}", service::delete),
    old(POST, "/services/{service}/versions", version::publish),
    old(GET, "/services/{service}/versions", version::list),
    old(DELETE, "/services/{service}/versions/{version}", version::delete),
    old(POST, "/services/{service}/aliases", alias::create),
    old(GET, "/services/{service}/aliases", alias::list),
    old(GET, "/services/{service}/aliases/{alias}", alias::get),
    old(PUT, "/services/{service}/aliases/{alias}", alias::update),
    old(DELETE, "/services/{service}/aliases/{alias}", alias::delete),
    old(POST, "/services/{service}/functions", function::create),
    old(GET, "/services/{service}/functions", function::list),
    old(GET, "/services/{service}/functions/{function}", function::get),
    old(PUT, "/services/{service}/functions/{function}", function::update),
    old(DELETE, "/services/{service}/functions/{function}", function::delete),
    old(GET, "/services/{service}/functions/{function}/code", function::code),
    led(old(POST, "/services/{service}/functions/{function}/invocations", function::get), Handler::Invoke),
    old(POST, "/services/{service}/functions/{function}/triggers", trigger::create),
    old(GET, "/services/{service}/functions/{function}/triggers", trigger::list),
    old(GET, "/services/{service}/functions/{function}/triggers/{trigger}", trigger::get),
    old(PUT, "/services/{service}/functions/{function}/triggers/{trigger}", trigger::update),
    old(DELETE, "/services/{service}/functions/{function}/triggers/{trigger}", trigger::delete),
    old(GET, "/services/{service}/functions/{function}/async-invoke-configs", async_config::list),
    old(GET, "/services/{service}/functions/{function}/async-invoke-config", async_config::get),
    old(PUT, "/services/{service}/functions/{function}/async-invoke-config", async_config::put),
    old(DELETE, "/services/{service}/functions/{function}/async-invoke-config", async_config::delete),
    old(GET, "/services/{service}/functions/{function}/stateful-async-invocations", task::list),
    old(GET, "/services/{service}/functions/{function}/stateful-async-invocations/{task}", task::get),
    old(PUT, "/services/{service}/functions/{function}/stateful-async-invocations/{task}", task::stop),

    new(POST, "/functions", function::create),
    new(GET, "/functions", function::list),
    new(GET, "/functions/{function}", function::get),
    new(PUT, "/functions/{function}", function::update),
    new(DELETE, "/functions/{function}", function::delete),
    new(GET, "/functions/{function}/code", function::code),
    led(new(POST, "/functions/{function}/invocations", function::get), Handler::Invoke),
    new(POST, "/functions/{function}/versions", version::publish),
    new(GET, "/functions/{function}/versions", version::list),
    new(DELETE, "/functions/{function}/versions/{version}", version::delete),
    new(POST, "/functions/{function}/aliases", alias::create),
    new(GET, "/functions/{function}/aliases", alias::list),
    new(GET, "/functions/{function}/aliases/{alias}", alias::get),
    new(PUT, "/functions/{function}/aliases/{alias}", alias::update),
    new(DELETE, "/functions/{function}/aliases/{alias}", alias::delete),
    new(POST, "/functions/{function}/triggers", trigger::create),
    new(GET, "/functions/{function}/triggers", trigger::list),
    new(GET, "/functions/{function}/triggers/{trigger}", trigger::get),
    new(PUT, "/functions/{function}/triggers/{trigger}", trigger::update),
    new(DELETE, "/functions/{function}/triggers/{trigger}", trigger::delete),
    new(GET, "/async-invoke-configs", async_config::list),
    new(GET, "/functions/{function}/async-invoke-config", async_config::get),
    new(PUT, "/functions/{function}/async-invoke-config", async_config::put),
    new(DELETE, "/functions/{function}/async-invoke-config", async_config::delete),
    new(GET, "/functions/{function}/async-tasks", task::list),
    new(GET, "/functions/{function}/async-tasks/{task}", task::get),
    new(PUT, "/functions/{function}/async-tasks/{task}/stop", task::stop),

    led(row(Api::Deployments, POST, "/v2/{region}/deployments", deployment::list), Handler::Deploy),
    row(Api::Deployments, GET, "/v2/{region}/deployments", deployment::list),
    row(Api::Deployments, GET, "/v2/{region}/deployments/{deployment}", deployment::get),
    row(Api::Deployments, DELETE, "/v2/{region}/deployments/{deployment}", deployment::delete),

    own(GET, "/emulator/code/{digest}", function::download),
    own(GET, "/emulator/clock", emulator::clock),
    own(POST, "/emulator/clock", emulator::set_clock),
    own(GET, "/emulator/results", emulator::results),
    own(POST, "/emulator/fire/{service}/{function}/{trigger}", emulator::fire),
];

/// The interface that a path belongs to, and what stands behind its prefix.
pub(crate) fn interface(path: &str) -> (Api, &str) {
    for (prefix, api) in [("/2016-08-15", Api::V2016), ("/2023-03-30", Api::V2023)] {
        if let Some(rest) = path.strip_prefix(prefix)
            && rest.starts_with('/')
        {
            return (api, rest);
        }
    }
    (Api::Deployments, path)
}

/// The route of a request, and the names in its path.
pub(crate) fn find(
    method: &Method,
    api: Api,
    path: &str,
) -> Option<(&'static Route, BTreeMap<&'static str, String>)> {
    let rows = ROUTES.iter();
    let mut rows = rows.filter(|row| row.api == api && row.method == *method);
    rows.find_map(|row| Some((row, names(api, row.path, path)?)))
}

fn names(api: Api, pattern: &'static str, path: &str) -> Option<BTreeMap<&'static str, String>> {
    let mut names = BTreeMap::new();
    let mut segments = path.split('/');
    for part in pattern.split('/') {
        let segment = segments.next()?;
        match part
            .strip_prefix('{')
            .and_then(|part| part.strip_suffix('}'))
        {
            None if part == segment => {}
            None => return None,
            Some(name) => {
                let decoded = percent_decode_str(segment).decode_utf8().ok()?;
                // Names are parts of keys.
                if decoded.is_empty() || decoded.contains(['/', '\0']) {
                    return None;
                }
                names.insert(name, decoded.into_owned());
            }
        }
    }
    if segments.next().is_some() {
        return None;
    }
    if api == Api::V2023
        && let Some(function) = names.get("function").cloned()
    {
        // A function of a service is called by both names here.
        let (service, function) = match function.split_once('$') {
            Some((service, function)) => (service.to_owned(), function.to_owned()),
            None => (lone_service(&function), function),
        };
        names.insert("service", service);
        names.insert("function", function);
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_split_into_names() {
        let named = |api, path: &str| {
            find(&GET, api, path).map(|(_, names)| names.into_values().collect::<Vec<_>>())
        };
        assert_eq!(named(Api::V2016, "/services"), Some(vec![]));
        assert_eq!(
            named(Api::V2016, "/services/s.prod/functions/f%201").unwrap(),
            ["f 1", "s.prod"]
        );
        assert_eq!(named(Api::V2023, "/functions/f").unwrap(), ["f", "$f"]);
        assert_eq!(named(Api::V2023, "/functions/s$f").unwrap(), ["f", "s"]);
        for path in [
            "/",
            "/services/",
            "/services/a/b",
            "/services/a%2Fb",
            "/functions/f",
        ] {
            assert_eq!(named(Api::V2016, path), None, "{path}");
        }
        assert_eq!(interface("/2016-08-15/services").1, "/services");
        assert_eq!(interface("/2016-08-15x/services").0, Api::Deployments);
    }

    #[test]
    fn a_call_has_one_route() {
        for (i, row) in ROUTES.iter().enumerate() {
            for other in &ROUTES[..i] {
                let same =
                    (row.api, &row.method, row.path) == (other.api, &other.method, other.path);
                assert!(!same, "{} {}", row.method, row.path);
            }
        }
    }
}
