//! An API with two resources, `/` and `/{proxy+}`, that take any method.

use bytes::Bytes;
use http::Request;

use super::Options;

/// What the method `ANY` stands for.
const METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/// A resource and the path that led to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Route {
    /// Its template.
    pub(super) resource: &'static str,
    /// Without the stage, with a base path.
    pub(super) path: String,
    /// As the caller sent it.
    pub(super) sent: String,
    /// What stands for `proxy`.
    pub(super) proxy: Option<String>,
}

impl Route {
    /// The resource that a request is for.
    pub(super) fn find(options: &Options, request: &Request<Bytes>) -> Option<Self> {
        if !options.http_api && !METHODS.contains(&request.method().as_str()) {
            return None;
        }
        let sent = request.uri().path();
        let base = super::Gateway::base(options);
        let below = sent
            .strip_prefix(&base)
            .filter(|below| below.is_empty() || below.starts_with('/'))?;
        // Recorded: slashes at the beginning become one, all others stay.
        let below = format!("/{}", below.trim_start_matches('/'));
        let proxy = below.trim_matches('/');
        let proxy = (!proxy.is_empty()).then(|| proxy.to_owned());
        let path = match &options.base_path {
            None if !options.http_api => below,
            // A base path, or the stage of an HTTP API.
            _ => format!("{base}{below}"),
        };
        Some(Self {
            resource: match () {
                () if options.http_api => "$default",
                () if proxy.is_some() => "/{proxy+}",
                () => "/",
            },
            path,
            sent: sent.to_owned(),
            proxy,
        })
    }
}
