//! Apache OpenWhisk: the action loop unpacks the zip, starts its executable
//! `exec` once, and speaks to it in lines. A raw web action gets the query as
//! it was sent.

use super::kind::{Kind, Step};
use crate::runner_engine::Architecture;

pub(super) static OPENWHISK: Kind = Kind {
    name: "openwhisk",
    platform: "openwhisk",
    title: "Apache OpenWhisk, action loop",
    program: "exec",
    limit: Some(48_000_000),
    architectures: &[Architecture::X86_64],
    texts: &[],
    steps: &[
        Step::Do(
            "Create the action; with web-custom-options the site answers OPTIONS and CORS itself. For a later version: update in place of create.",
        ),
        Step::Type(
            "wsk action create edgepick {zip} --docker openwhisk/actionloop-base --web raw -a web-custom-options true --memory 128",
        ),
        Step::Do(
            "Ask for its address. Callers get the redirect there and with .http at its end; with .json they get the picture's JSON. Paths of the site follow, as in …/edgepick.http/random.",
        ),
        Step::Type("wsk action get edgepick --url"),
        Step::Do(
            "IBM Cloud Functions closed in October 2024. IBM Code Engine runs the folder of `--for google` as an application.",
        ),
    ],
};
