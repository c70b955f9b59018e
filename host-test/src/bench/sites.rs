//! The sites that are measured: made-up lists, read, packed and baked as the
//! command `bake` does it.

use std::collections::HashMap;
use std::fmt::Write as _;

use edgepick_host::bake::bake;
use edgepick_host::input::Input;
use edgepick_host::site::{Site, SiteOptions};

use super::Result;

/// Which list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct List {
    pub(super) pictures: u32,
    /// Whether the pictures weigh differently.
    pub(super) weighted: bool,
}

/// Sites, each baked and compiled once.
#[derive(Debug)]
pub(super) struct Sites {
    component: Vec<u8>,
    baked: HashMap<List, Vec<u8>>,
    compiled: HashMap<(List, u32), Site>,
}

impl Sites {
    pub(super) fn new(component: Vec<u8>) -> Self {
        Self {
            component,
            baked: HashMap::new(),
            compiled: HashMap::new(),
        }
    }

    /// The component with the list in it.
    pub(super) fn baked(&mut self, list: List) -> Result<&[u8]> {
        if !self.baked.contains_key(&list) {
            eprintln!("baking {} pictures", list.pictures);
            let folder = tempfile::tempdir()?;
            let path = folder.path().join("pictures.csv");
            std::fs::write(&path, table(list)?)?;
            let input = Input {
                sources: vec![path],
                ..Input::default()
            };
            let packed = input.prepare(&mut |_| {})?.packed;
            let runtime = tokio::runtime::Builder::new_current_thread().build()?;
            let baked = runtime.block_on(bake(&self.component, &packed.bytes))?;
            self.baked.insert(list, baked.component);
        }
        Ok(self.baked.get(&list).map_or(&[], Vec::as_slice))
    }

    /// The site of that list whose guests answer `reuse` requests each.
    pub(super) fn site(&mut self, list: List, reuse: u32) -> Result<Site> {
        if let Some(site) = self.compiled.get(&(list, reuse)) {
            return Ok(site.clone());
        }
        let options = SiteOptions {
            reuse,
            ..SiteOptions::default()
        };
        let site = Site::new(self.baked(list)?, options)?;
        self.compiled.insert((list, reuse), site.clone());
        Ok(site)
    }
}

/// The URL of the `n`-th picture; as long as any other's, so that all answers
/// are.
pub(super) fn url(n: u32) -> String {
    format!("https://i.example.org/photos/{n:07}.webp")
}

/// Pictures of two sizes that lie both ways; of two tags that all have and two
/// that half have, and of two categories.
fn table(list: List) -> Result<String> {
    let mut text = String::from("url,width,height,category,tags,weight\n");
    for n in 0..list.pictures {
        // Neighbours must not share everything.
        let bits = n.wrapping_mul(0x9e37_79b9) >> 16;
        let has = |bit: u32| bits >> bit & 1 == 1;
        let (long, short) = if has(0) { (4000, 3000) } else { (800, 600) };
        let (width, height) = if has(1) { (long, short) } else { (short, long) };
        let category = if has(2) { "land" } else { "water" };
        let sky = if has(3) { ";sky" } else { "" };
        let sea = if has(4) { ";sea" } else { "" };
        let weight = if list.weighted { bits % 1000 + 1 } else { 1 };
        let url = url(n);
        writeln!(
            text,
            "{url},{width},{height},{category},photo;public{sky}{sea},{weight}"
        )?;
    }
    Ok(text)
}
