//! What stands behind a gateway.

use std::pin::Pin;
use std::sync::Arc;

use edgepick_host::bindings::gateway::Context;
use edgepick_host::site::{Failure as SiteFailure, Instances, Site};

use crate::gateways::{Failure, Invocation, Outcome};

/// A function of a cloud platform.
pub trait Function: Send + Sync + 'static {
    /// Calls it.
    fn invoke<'a>(
        &'a self,
        invocation: &'a Invocation,
    ) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;
}

/// A function written here, for tests of the gateways themselves.
impl<F: Fn(&Invocation) -> Outcome + Send + Sync + 'static> Function for F {
    fn invoke<'a>(
        &'a self,
        invocation: &'a Invocation,
    ) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'a>> {
        Box::pin(std::future::ready(self(invocation)))
    }
}

/// The component, deployed to a platform.
#[derive(Debug)]
pub struct Deployed {
    platform: &'static str,
    instances: Arc<Instances>,
    knows_mode: bool,
}

impl Deployed {
    /// Deploys a site to a platform.
    #[must_use]
    pub fn new(site: &Site, platform: &'static str) -> Self {
        Self {
            platform,
            instances: site.instances(),
            knows_mode: true,
        }
    }

    /// The same, but nobody tells the component how the gateway answers: the
    /// settings in it have to.
    #[must_use]
    pub fn without_mode(mut self) -> Self {
        self.knows_mode = false;
        self
    }
}

impl Function for Deployed {
    fn invoke<'a>(
        &'a self,
        invocation: &'a Invocation,
    ) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'a>> {
        Box::pin(async {
            let headers = lines(&invocation.headers);
            let context = Context {
                mount: None,
                client: None,
                request_id: Some(&invocation.request_id),
                pass_through: self.knows_mode.then_some(invocation.pass_through),
                target: invocation.target.as_deref(),
                headers: &headers,
            };
            match self
                .instances
                .gateway(self.platform, &invocation.event, context)
                .await
            {
                Ok(Ok(reply)) => Outcome::Returned(reply.document),
                Ok(Err(error)) => Outcome::Failed(Failure::Threw(error.message)),
                Err(failure) => Outcome::Failed(match failure {
                    SiteFailure::Timeout => Failure::TimedOut,
                    SiteFailure::Memory => Failure::Memory,
                    SiteFailure::Busy => Failure::Busy,
                    SiteFailure::Trap(_) | SiteFailure::NoAnswer(_) => Failure::Exited,
                }),
            }
        })
    }
}

/// Field lines, as `wit/edgepick.wit` has them.
fn lines(headers: &http::HeaderMap) -> Vec<u8> {
    let line = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat()
    };
    headers.iter().flat_map(line).collect()
}
