//! Images of the owner's own. One is given as a zip of the folder that its
//! program lies in, and what starts it is the owner's command.

use std::path::Path;

use super::machine::Plan;
use super::{DeployError, Deployment, environment};

/// Where that folder lies in the image.
const FOLDER: &str = "/app";

/// How an image is started, with these variables and the owner's.
pub(super) fn plan<'a>(
    deployment: &Deployment,
    variables: impl IntoIterator<Item = (&'a str, String)>,
) -> Result<Plan, DeployError> {
    let settings = &deployment.settings;
    let command = settings.command.clone().unwrap_or_default();
    let mut words = command.split_whitespace();
    let Some(program) = words.next() else {
        let text = "the image has no start command: none is given, and a zip says none";
        return Err(DeployError::Refused(text.to_owned()));
    };
    let at = deployment.ground.at(FOLDER);
    // Without namespaces the folder lies elsewhere.
    let program = match Path::new(program).strip_prefix(FOLDER) {
        Ok(below) => at.join(below),
        Err(_) => at.join(program),
    };
    let own = [("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned())];
    Ok(Plan {
        program,
        arguments: words.map(ToOwned::to_owned).collect(),
        environment: environment(own.into_iter().chain(variables), settings),
        at,
        ..Plan::default()
    })
}
