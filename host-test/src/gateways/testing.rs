//! What the emulators' own tests share.

use std::net::{IpAddr, Ipv4Addr};

use bytes::Bytes;
use http::{Request, Response};

use super::{Emulator, Invocation};

/// Who asks.
pub(super) const CALLER: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9));

/// What they ask.
pub(super) fn request(
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: impl AsRef<[u8]>,
) -> Request<Bytes> {
    let mut request = Request::builder().method(method).uri(target);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Bytes::copy_from_slice(body.as_ref())).unwrap()
}

impl Emulator {
    /// What the platform sends where it is set up like this.
    pub(super) fn invoke(
        &self,
        arguments: &[&str],
        request: &Request<Bytes>,
    ) -> Result<Invocation, Response<Bytes>> {
        self.with(arguments).unwrap().invocation(request, CALLER)
    }
}
