//! What several modules' tests share.

use std::sync::OnceLock;
use std::time::Duration;

use crate::COMPONENT;
use crate::bake::{Baked, bake};
use crate::input::sample;
use crate::site::{Site, SiteOptions};

/// Runs a future to its end.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

/// The embedded sample, packed.
pub(crate) fn packed() -> &'static [u8] {
    static PACKED: OnceLock<Vec<u8>> = OnceLock::new();
    PACKED.get_or_init(|| sample().unwrap().packed.bytes)
}

/// The component with the sample in it.
pub(crate) fn baked() -> &'static Baked {
    static BAKED: OnceLock<Baked> = OnceLock::new();
    BAKED.get_or_init(|| wait(bake(COMPONENT, packed())).unwrap())
}

/// Options of a site that has time, whatever else this machine does.
pub(crate) fn patient() -> SiteOptions {
    SiteOptions {
        timeout: Duration::from_secs(60),
        ..SiteOptions::default()
    }
}

/// A site of the sample.
pub(crate) fn site() -> &'static Site {
    static SITE: OnceLock<Site> = OnceLock::new();
    SITE.get_or_init(|| Site::new(&baked().component, patient()).unwrap())
}
