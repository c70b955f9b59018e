//! Emulated gateways, tests through the real component, and measurements.
//!
//! * [`gateways`]: one emulator a wire format, from its platform's documents
//!   alone.
//! * [`leancloud_api`]: LeanCloud's REST interface before two deployments.
//! * [`listener`]: the HTTP listener that all of them share.
//! * [`delivery`]: what platforms say beside an event.
//! * [`function`]: what stands behind a gateway; the component, deployed.
//! * [`runtimes`]: what a platform does with a zip, in place of the component.
//! * [`site`]: lists of pictures, baked into a component.
//! * [`aliyun_api`]: Alibaba Cloud's control plane.
//! * [`bench`](mod@bench): what a request costs.
//! * [`cli`]: all of it by hand.

pub mod aliyun_api;
pub mod bench;
pub mod cli;
pub mod delivery;
pub mod function;
#[expect(
    clippy::indexing_slicing,
    reason = "members are put into JSON objects that are made in the same place"
)]
pub mod gateways;
pub mod leancloud_api;
pub mod listener;
mod run;
pub mod runtimes;
mod shapes;
pub mod site;
