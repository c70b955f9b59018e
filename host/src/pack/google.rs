//! Google Cloud Run: Cloud Functions has no runtime for a program of one's
//! own, Cloud Run takes a folder. With a `Dockerfile` it is built to an image;
//! without a build the program is started on a bare Ubuntu.

use super::kind::{Kind, Step, TEXT, Text};
use crate::runner_engine::Architecture;

pub(super) static GOOGLE: Kind = Kind {
    name: "google",
    platform: "google",
    title: "Google Cloud Run",
    program: "edgepick-runner",
    limit: None,
    architectures: &[Architecture::X86_64],
    texts: &[Text {
        name: "Dockerfile",
        mode: TEXT,
        text: DOCKERFILE,
    }],
    steps: &[
        Step::Do(
            "Cloud Run takes a folder. Unpack the zip and deploy it; its Dockerfile says how it starts, the port is Cloud Run's PORT:",
        ),
        Step::Type("unzip {zip} -d edgepick-google"),
        Step::Type(
            "gcloud run deploy edgepick --source edgepick-google --region REGION --allow-unauthenticated",
        ),
        Step::Do("Or without a build:"),
        Step::Type(
            "gcloud beta run deploy edgepick --source edgepick-google --no-build --base-image osonly24 --command ./edgepick-runner --args=--platform,google --region REGION --allow-unauthenticated",
        ),
        Step::Do(
            "The command prints the address, https://edgepick-….run.app. Every method reaches the site, HEAD and OPTIONS too. Cloud Run keeps /healthz there for itself.",
        ),
    ],
};

const DOCKERFILE: &str = r#"FROM scratch
COPY . /app/
WORKDIR /app
ENTRYPOINT ["/app/edgepick-runner", "--platform", "google"]
"#;
