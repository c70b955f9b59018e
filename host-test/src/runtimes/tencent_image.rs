//! Tencent Cloud SCF (云函数), event function that is an image: product 583,
//! "Images" (56051, 94320).
//!
//! Every event is a `POST /event-invoke` at port 9000, and the answer's body
//! the result.

use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use http::HeaderValue;

use super::machine::{GRACE, UNPRIVILEGED};
use super::proxy::{acknowledged, posted};
use super::scf::{LIMITS, NAME, SCF_REGION, UIN, fields};
use super::web::{NOT_LOOPBACK, Web};
use super::{DeployError, Deployment, Limits, Program, Runtime, image, tencent_event};
use crate::function::Function;
use crate::gateways::scf::APP_ID;
use crate::gateways::{Failure, Invocation, Outcome};

const PORT: u16 = 9000;

pub(super) const RUNTIME: Runtime = Runtime {
    kind: "tencent-image",
    product: "Tencent Cloud SCF, event function that is an image",
    deploy,
    ..tencent_event::RUNTIME
};

fn deploy(deployment: Deployment) -> Result<Box<dyn Program>, DeployError> {
    let limits = Limits {
        start: Duration::from_secs(30),
        ..LIMITS
    };
    let variables = [
        ("TENCENTCLOUD_RUNENV", "SCF".to_owned()),
        ("TENCENTCLOUD_REGION", SCF_REGION.to_owned()),
        ("TENCENTCLOUD_APPID", APP_ID.to_string()),
        ("TENCENTCLOUD_UIN", UIN.to_owned()),
        ("SCF_FUNCTIONNAME", NAME.to_owned()),
        ("SCF_FUNCTIONVERSION", "$LATEST".to_owned()),
        ("USER_CODE_ROOT", "/var/user/".to_owned()),
        ("USER", "qcloud".to_owned()),
    ];
    let mut plan = image::plan(&deployment, variables)?;
    plan.user = Some(UNPRIVILEGED);
    let address = SocketAddr::from((NOT_LOOPBACK, PORT));
    Ok(Box::new(Image(Web::new(deployment, plan, address, limits))))
}

#[derive(Clone)]
struct Image(Web);

impl Program for Image {
    fn function(&self) -> Option<Box<dyn Function>> {
        Some(Box::new(self.clone()))
    }

    fn log(&self) -> String {
        self.0.log().text()
    }

    fn stop(&self) -> Option<i32> {
        self.0.stop(GRACE)
    }
}

impl Function for Image {
    fn invoke<'a>(
        &'a self,
        invocation: &'a Invocation,
    ) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'a>> {
        Box::pin(async {
            let event = posted("/event-invoke", &invocation.headers, &invocation.event);
            let Some(mut event) = event else {
                return Outcome::Failed(Failure::Threw("no target".to_owned()));
            };
            for (name, value) in fields(self.0.limits(), &invocation.request_id) {
                if let Ok(value) = HeaderValue::try_from(value) {
                    event.headers_mut().insert(name, value);
                }
            }
            match self.0.exchange(event).await {
                Ok(response) => acknowledged(response),
                Err(failure) => {
                    let line = format!("{} {failure:?}", invocation.request_id);
                    self.0.log().line(&line);
                    Outcome::Failed(failure.into())
                }
            }
        })
    }
}
