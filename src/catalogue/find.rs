//! From an id, an alias or a text to its entry.

use super::hash::url_hash;
use super::id::{id_text, parse_id, parse_number};
use super::layout::Dictionary;
use super::view::Catalogue;

impl Catalogue<'_> {
    /// The entry with this hash.
    #[must_use]
    pub fn find(&self, hash: u64) -> Option<u32> {
        let place = self.hashes.partition_point(|other| other < hash);
        (self.hashes.get(place)? == hash).then_some(place as u32)
    }

    /// The entry with this alias.
    #[must_use]
    pub fn find_alias(&self, alias: &str) -> Option<u32> {
        let place = self.find_text(Dictionary::Alias, alias)?;
        self.alias_entries.get(place as usize)
    }

    /// The id of the `member`-th picture (from 0) of the entry: see
    /// [`id`](super::id); for a member of a range `<id>-<number>`, with the number
    /// as it counts in the URL.
    #[must_use]
    pub fn picture_id(&self, entry: u32, member: u64) -> String {
        // Made anew from the URL, which an answer reads anyway: in a large
        // catalogue the hashes are somewhere else, and to fetch one from there
        // takes longer.
        let identity = self.urls.get(entry).unwrap_or_default();
        let id = id_text(url_hash(identity));
        match self.first(entry) {
            Some(first) => format!("{id}-{}", first.saturating_add(member)),
            None => id,
        }
    }

    /// The entry and member that an id means, or else an alias; members of a
    /// range are `<id>-<number>` and `<alias>-<number>`.
    #[must_use]
    pub fn find_picture(&self, text: &str) -> Option<(u32, u64)> {
        let by_id = || {
            let (hash, number) = parse_id(text)?;
            self.member(self.find(hash)?, number)
        };
        let by_alias = || self.member(self.find_alias(text)?, None);
        let by_member = || {
            let (alias, number) = text.rsplit_once('-')?;
            let number = parse_number(number.as_bytes())?;
            self.member(self.find_alias(alias)?, Some(number))
        };
        by_id().or_else(by_alias).or_else(by_member)
    }

    /// The entry with the member that has this number; ranges need one, single
    /// pictures have none.
    fn member(&self, entry: u32, number: Option<u64>) -> Option<(u32, u64)> {
        match (self.first(entry), number) {
            (None, None) => Some((entry, 0)),
            (Some(first), Some(number)) => {
                let member = number.checked_sub(first)?;
                (member < self.count(entry)).then_some((entry, member))
            }
            _ => None,
        }
    }

    /// The place of a text in a dictionary.
    pub(crate) fn find_text(&self, of: Dictionary, text: &str) -> Option<u32> {
        let places = self.dictionary(of);
        let (mut low, mut high) = (places.start, places.end);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.texts.get(middle)?.cmp(text) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle - places.start),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }
}
