//! How much is read by a program that has little memory.

use edgepick::catalogue::Entry;

/// What is read at most; by default everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one list.
    pub list: usize,
    /// Bytes of memory for all that is read, from its first line until a guest
    /// has the packed site, as estimated from what is kept.
    pub memory: usize,
}

impl Limits {
    /// For a program that reads its lists where 128 MiB of memory and of
    /// addresses are all there is, and keeps a third for itself. Lists of 12 MB
    /// with 250,000 addresses fit in.
    pub const SMALL: Self = Self {
        list: 12_000_000,
        memory: 90 << 20,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            list: usize::MAX,
            memory: usize::MAX,
        }
    }
}

/// The least that an entry costs.
pub(super) const ENTRY: usize = 300;

/// What a remark costs.
pub(super) const REMARK: usize = 128;

/// What an entry takes in memory, measured with lists of all kinds at the edge
/// of what fits: its texts stand in the list, in the entry, in the packed site
/// and in a guest, never in all of them at once.
pub(super) fn cost(entry: &Entry) -> usize {
    const COPIES: usize = 3;
    const RANGE: usize = 150;
    const TEXT: usize = 32;
    const LABEL: usize = 120;
    let labels = entry.category.iter().chain(&entry.tags);
    let texts = [
        &entry.alias,
        &entry.title,
        &entry.author,
        &entry.source,
        &entry.license,
    ];
    let variants = entry.variants.iter().map(|variant| &variant.url);
    let range = entry.url.contains('{');
    let of = |fixed: usize, text: &String| fixed + COPIES * text.len();
    of(ENTRY, &entry.url)
        + if range { RANGE } else { 0 }
        + labels.map(|label| of(LABEL, label)).sum::<usize>()
        + texts
            .into_iter()
            .flatten()
            .map(|it| of(TEXT, it))
            .sum::<usize>()
        + variants.map(|url| of(LABEL, url)).sum::<usize>()
}
