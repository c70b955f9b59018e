//! The exact pass: every entry that meets all conditions, found at once.
//!
//! It is for what sampling cannot settle: conditions that few pictures or none
//! meet, decks, and counting. A stranger can ask for it at will, so its cost is
//! bounded by the catalogue's size with a small factor: the shortest list leads
//! and skips the blocks it has nothing in; in a block, a list with many entries
//! is marked as a whole, and few candidates gallop through it one by one.

use std::ops::Range;

use super::candidates::Candidates;
use super::matches::{WORD, entries};
use super::size::{RatioTest, SizeTest};
use crate::catalogue::{Catalogue, List};

/// Entries that are looked at together, and their words.
const BLOCK: u32 = 4096;
const WORDS: usize = (BLOCK / WORD) as usize;
/// How many entries of a list are marked in the time that one is looked up.
const LOOKUP: u64 = 32;
/// How many sizes are read in order in the time that one is looked up.
const SIZE_LOOKUP: u64 = 4;

/// One bit an entry, whether it meets all conditions: entry `e` is bit `e % 64`
/// of word `e / 64`.
pub(super) fn pass(candidates: &Candidates<'_>) -> Vec<u64> {
    let catalogue = candidates.catalogue;
    let terms = candidates.terms.iter();
    let mut terms: Vec<_> = terms
        .filter(|term| !candidates.full(term))
        .map(|term| Sieve::new(&term.lists))
        .collect();
    terms.sort_by_key(Sieve::len);
    let mut words = Vec::with_capacity(catalogue.entries().div_ceil(WORD) as usize);
    let mut scan = Scan {
        catalogue,
        excluded: Sieve::new(&candidates.excluded),
        size: candidates.size,
        terms,
    };
    while let Some(block) = scan.next(words.len() as u32 * WORD) {
        words.resize((block.start / WORD) as usize, 0);
        let found = scan.block(&block);
        words.extend(found.iter().take(block.len().div_ceil(WORD as usize)));
    }
    words.resize(catalogue.entries().div_ceil(WORD) as usize, 0);
    words
}

/// A bit for each entry of a block.
type Block = [u64; WORDS];

struct Scan<'a> {
    catalogue: &'a Catalogue<'a>,
    /// The shortest first: it leads.
    terms: Vec<Sieve<'a>>,
    excluded: Sieve<'a>,
    size: Option<SizeTest>,
}

impl Scan<'_> {
    /// The next block from `start` on that may hold a match.
    fn next(&mut self, start: u32) -> Option<Range<u32>> {
        let start = match self.terms.first_mut() {
            Some(leader) => leader.first_from(start)? / BLOCK * BLOCK,
            None => start,
        };
        let end = start.saturating_add(BLOCK).min(self.catalogue.entries());
        (start < end).then_some(start..end)
    }

    fn block(&mut self, block: &Range<u32>) -> Block {
        let mut alive = all(block);
        let (leader, others) = match self.terms.split_first_mut() {
            Some((leader, others)) => (Some(leader), others),
            None => (None, &mut [][..]),
        };
        let mut sizes = self.size;
        if let Some(leader) = leader {
            leader.enter(block);
            // Sizes in order are read faster than a dense list is marked.
            if leader.here() * SIZE_LOOKUP > block.len() as u64
                && let Some(test) = sizes.take()
            {
                sift_sizes(self.catalogue, test, block, &mut alive);
            }
            leader.sift(block, &mut alive, true);
        }
        if let Some(test) = sizes {
            sift_sizes(self.catalogue, test, block, &mut alive);
        }
        for term in others {
            term.enter(block);
            term.sift(block, &mut alive, true);
        }
        self.excluded.enter(block);
        self.excluded.sift(block, &mut alive, false);
        alive
    }
}

/// The lists of a condition, and where the current block lies in each.
struct Sieve<'a>(Vec<(List<'a>, Range<u32>)>);

impl<'a> Sieve<'a> {
    fn new(lists: &[List<'a>]) -> Self {
        Self(lists.iter().map(|list| (*list, 0..0)).collect())
    }

    fn len(&self) -> u64 {
        self.0.iter().map(|(list, _)| u64::from(list.len())).sum()
    }

    /// The first entry from `start` on; blocks are entered in their order.
    fn first_from(&mut self, start: u32) -> Option<u32> {
        let lists = self.0.iter();
        lists
            .filter_map(|(list, here)| list.entry(list.seek(here.end, start)))
            .min()
    }

    /// How many entries the lists have in the current block.
    fn here(&self) -> u64 {
        self.0.iter().map(|(_, here)| here.len() as u64).sum()
    }

    fn enter(&mut self, block: &Range<u32>) {
        for (list, here) in &mut self.0 {
            here.start = list.seek(here.end, block.start);
            here.end = list.seek(here.start, block.end);
        }
    }

    /// Keeps of the candidates those that are in the lists, or those that are
    /// not.
    fn sift(&self, block: &Range<u32>, alive: &mut Block, wanted: bool) {
        let here = self.here();
        if here == 0 {
            if wanted {
                alive.fill(0);
            }
            return;
        }
        let candidates = count(alive);
        if candidates == 0 {
            return;
        }
        if candidates * LOOKUP < here {
            retain(block, alive, |entry| self.holds(entry) == wanted);
            return;
        }
        let marks = self.marks();
        for (alive, marks) in alive.iter_mut().zip(marks) {
            *alive &= if wanted { marks } else { !marks };
        }
    }

    fn holds(&self, entry: u32) -> bool {
        let mut lists = self.0.iter();
        lists.any(|(list, here)| list.entry(list.seek(here.start, entry)) == Some(entry))
    }

    fn marks(&self) -> Block {
        // A byte each at first: a store costs a fraction of setting a bit.
        let mut marks = [0; BLOCK as usize];
        for (list, here) in &self.0 {
            list.visit(here.clone(), |entry| {
                if let Some(mark) = marks.get_mut((entry % BLOCK) as usize) {
                    *mark = 1;
                }
            });
        }
        let mut words = marks.as_chunks().0.iter().map(pack);
        [0; WORDS].map(|_: u64| words.next().unwrap_or(0))
    }
}

/// The bits of 64 bytes that are 0 or 1, the lowest for the first.
fn pack(bytes: &[u8; WORD as usize]) -> u64 {
    let eights = bytes.as_chunks().0.iter().rev();
    eights.fold(0, |word, eight| {
        // The product brings the n-th byte's bit to bit 56 + n.
        let bits = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        word << 8 | bits
    })
}

fn sift_sizes(catalogue: &Catalogue<'_>, test: SizeTest, block: &Range<u32>, alive: &mut Block) {
    if count(alive) * SIZE_LOOKUP < block.len() as u64 {
        return retain(block, alive, |entry| {
            let (width, height) = catalogue.size(entry).unwrap_or((0, 0));
            test.admits(width, height)
        });
    }
    // Width and height are known both or neither, so one of them tells, and the
    // ratio tells too.
    let known = (1, u32::MAX);
    if test.width != known {
        catalogue.width.keep_within(block.start, test.width, alive);
    }
    if test.height != known || (test.width == known && test.ratio.is_none()) {
        catalogue
            .height
            .keep_within(block.start, test.height, alive);
    }
    if let Some(ratio) = test.ratio
        && count(alive) > 0
    {
        sift_ratios(catalogue, ratio, block, alive);
    }
}

fn sift_ratios(catalogue: &Catalogue<'_>, test: RatioTest, block: &Range<u32>, alive: &mut Block) {
    const RUN: usize = 8 * WORD as usize;
    let (mut widths, mut heights) = ([0; RUN], [0; RUN]);
    let runs = block.clone().step_by(RUN);
    for (words, start) in alive.as_chunks_mut::<8>().0.iter_mut().zip(runs) {
        catalogue.width.copy(start, &mut widths);
        catalogue.height.copy(start, &mut heights);
        let sizes = widths.chunks(64).zip(heights.chunks(64));
        for (word, (widths, heights)) in words.iter_mut().zip(sizes) {
            let sizes = widths.iter().zip(heights).rev();
            let admitted = sizes.map(|(width, height)| u64::from(test.admits(*width, *height)));
            *word &= admitted.fold(0, |word, bit| word << 1 | bit);
        }
    }
}

fn retain(block: &Range<u32>, alive: &mut Block, test: impl Fn(u32) -> bool) {
    for (at, word) in alive.iter_mut().enumerate() {
        for entry in entries(at, *word) {
            if !test(block.start + entry) {
                *word &= !(1 << (entry % WORD));
            }
        }
    }
}

/// Every entry of the block.
fn all(block: &Range<u32>) -> Block {
    let mut left = block.len() as u32;
    [0; WORDS].map(|_: u64| {
        let here = left.min(WORD);
        left -= here;
        u64::MAX.checked_shr(WORD - here).unwrap_or(0)
    })
}

fn count(alive: &Block) -> u64 {
    alive.iter().map(|word| u64::from(word.count_ones())).sum()
}
