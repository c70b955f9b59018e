//! The emulated gateways: one file a wire format, one row in [`GATEWAYS`].
//!
//! An emulator is made from its platform's documents alone. It shares nothing
//! with the component's decoders: a mistake that both made would hide itself.

pub(crate) mod alibaba;
mod aliyun_apigw;
mod aliyun_events;
mod aliyun_fc_http;
mod arguments;
mod aws_alb;
mod aws_events;
mod aws_http_v2;
mod aws_rest_v1;
pub(crate) mod azure_functions;
mod baidu_cfc_http;
mod baidu_events;
mod document;
mod functiongraph;
mod google_cloudevents;
pub(crate) mod headers;
mod huawei_apig;
mod huawei_events;
pub(crate) mod ids;
pub(crate) mod lambda;
pub(crate) mod leancloud;
mod members;
mod messages;
pub(crate) mod openwhisk;
mod queries;
pub(crate) mod scf;
pub(crate) mod sending;
mod tencent_cloudbase;
mod tencent_events;
mod tencent_scf_apigw;
mod tencent_scf_url;
#[cfg(test)]
mod testing;
pub(crate) mod times;

use std::ffi::OsString;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use clap::{ArgMatches, Command, FromArgMatches};
use http::{HeaderMap, Request, Response};

/// What a platform hands to the function for one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invocation {
    /// The event, as it reaches the function.
    pub event: Vec<u8>,
    /// The platform's id of the request.
    pub request_id: String,
    /// Whether the gateway sends what the function gives as the body of a 200.
    pub pass_through: bool,
    /// The request target that the platform delivers the event to, where it
    /// says part of it there.
    pub target: Option<String>,
    /// The fields that it delivers with the event, likewise.
    pub headers: HeaderMap,
    /// Whether it is for the function's staging deployment, where the platform
    /// has that beside production.
    pub staging: bool,
}

/// What came of an invocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The bytes that the function gave.
    Returned(Vec<u8>),
    /// It gave none.
    Failed(Failure),
}

/// Why a function gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It reported an error; the text is its own.
    Threw(String),
    /// It did not answer within [`Gateway::patience`].
    TimedOut,
    /// It needed more memory than it may have.
    Memory,
    /// Its process ended.
    Exited,
    /// As many run as may.
    Busy,
}

/// A platform between its callers and the function.
pub trait Gateway: Send + Sync {
    /// The path below which the function is published, without a slash at its
    /// end: `/release`, or nothing.
    fn base(&self) -> String {
        String::new()
    }

    /// Most bytes of a caller's body that the platform takes, whatever becomes
    /// of it. [`Gateway::invocation`] refuses a longer one, of which it may not
    /// see all.
    fn most_body(&self) -> usize;

    /// How long the platform waits for the function.
    fn patience(&self) -> Duration;

    /// What the platform sends for a caller's request.
    ///
    /// # Errors
    /// The platform's own answer, where it does not call the function.
    fn invocation(
        &self,
        request: &Request<Bytes>,
        caller: IpAddr,
    ) -> Result<Invocation, Response<Bytes>>;

    /// What the caller sees. A [`Remark`] among the response's extensions is
    /// what a developer ought to know of it.
    fn response(
        &self,
        request: &Request<Bytes>,
        invocation: &Invocation,
        outcome: Outcome,
    ) -> Response<Bytes>;
}

/// Something that a platform lets through and its documents warn of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark(pub String);

/// A row of the table of emulators.
pub struct Emulator {
    /// What it is called on the command line.
    pub command: &'static str,
    /// The platform's name, as `gateway.handle` takes it.
    pub platform: &'static str,
    /// The wire format's name, which is its file's.
    pub name: &'static str,
    /// The product, for people.
    pub product: &'static str,
    /// The ways it can be set up that callers can tell apart.
    pub variants: &'static [Variant],
    arguments: fn(Command) -> Command,
    build: fn(&ArgMatches) -> Result<Box<dyn Gateway>, clap::Error>,
}

/// One way to set up an emulator. What it does to answers, or why nothing can be
/// compared there, stands in `fixtures/scenarios/doors.txt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variant {
    /// In a word or two.
    pub name: &'static str,
    /// The arguments that make it.
    pub arguments: &'static [&'static str],
}

impl Variant {
    const fn new(name: &'static str, arguments: &'static [&'static str]) -> Self {
        Self { name, arguments }
    }
}

/// Every emulator, one row each. The first row of a platform is what its name
/// alone means.
pub static GATEWAYS: &[Emulator] = &[
    aliyun_fc_http::EMULATOR,
    aliyun_apigw::EMULATOR,
    aliyun_events::EMULATOR,
    aws_rest_v1::EMULATOR,
    aws_http_v2::EMULATOR,
    aws_alb::EMULATOR,
    aws_events::EMULATOR,
    azure_functions::EMULATOR,
    baidu_cfc_http::EMULATOR,
    baidu_events::EMULATOR,
    google_cloudevents::EMULATOR,
    huawei_apig::EMULATOR,
    huawei_events::EMULATOR,
    leancloud::EMULATOR,
    openwhisk::EMULATOR,
    tencent_cloudbase::EMULATOR,
    tencent_events::EMULATOR,
    tencent_scf_apigw::EMULATOR,
    tencent_scf_url::EMULATOR,
];

/// The gateway of a row whose options are the gateway.
fn build<G>(matches: &ArgMatches) -> Result<Box<dyn Gateway>, clap::Error>
where
    G: FromArgMatches + Gateway + 'static,
{
    Ok(Box::new(G::from_arg_matches(matches)?))
}

/// The emulator with this command or name; else the first of this platform.
#[must_use]
pub fn find(name: &str) -> Option<&'static Emulator> {
    let named = |row: &&Emulator| [row.command, row.name].contains(&name);
    let mut rows = GATEWAYS.iter();
    rows.find(named)
        .or_else(|| GATEWAYS.iter().find(|row| row.platform == name))
}

impl Emulator {
    /// The command line that sets it up.
    #[must_use]
    pub fn arguments(&self) -> Command {
        let command = Command::new(self.command).about(self.product);
        // The wire format's name does as well.
        let names = (self.name != self.command).then_some(self.name);
        (self.arguments)(command.visible_aliases(names))
    }

    /// The gateway that a parsed command line asks for.
    ///
    /// # Errors
    /// Values that contradict each other.
    pub fn build(&self, matches: &ArgMatches) -> Result<Box<dyn Gateway>, clap::Error> {
        (self.build)(matches)
    }

    /// The gateway that these arguments ask for.
    ///
    /// # Errors
    /// Arguments that it does not take.
    pub fn with<A: Into<OsString> + Clone>(
        &self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<Box<dyn Gateway>, clap::Error> {
        let matches = self
            .arguments()
            .no_binary_name(true)
            .try_get_matches_from(arguments)?;
        self.build(&matches)
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_by_unique_names() {
        for (i, row) in GATEWAYS.iter().enumerate() {
            assert!(row.name.starts_with(row.platform), "{}", row.name);
            for other in &GATEWAYS[..i] {
                assert_ne!(row.name, other.name);
                assert_ne!(row.command, other.command);
            }
            assert_eq!(find(row.name).unwrap().name, row.name);
            assert_eq!(find(row.command).unwrap().name, row.name);
        }
        assert!(find("tencnt").is_none());
    }

    #[test]
    fn every_variant_can_be_made() {
        for row in GATEWAYS {
            assert!(!row.variants.is_empty(), "{}", row.name);
            for variant in row.variants {
                row.with(variant.arguments)
                    .unwrap_or_else(|e| panic!("{} {}: {e}", row.name, variant.name));
            }
            assert!(row.with(["--no-such-argument"]).is_err());
        }
    }
}
