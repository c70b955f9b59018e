//! Aliases: whose they are, and that each means one picture.

use super::super::error::{PackError, Reason};
use super::super::id::{parse_id, parse_number};
use super::super::layout::RangeRow;

/// The entry of each alias in a sorted dictionary.
///
/// `codes` holds for each entry 1 + place of its alias, 0 without; `places` the
/// hash and place in the input of each entry.
pub(super) fn owners(
    dictionary: &[&str],
    codes: &[u32],
    places: &[(u64, u32)],
    ranges: &[RangeRow],
) -> Result<Vec<u32>, PackError> {
    let input = |entry: u32| places.get(entry as usize).map_or(0, |it| it.1 as usize);
    let fail = |first: u32, second: u32, reason| {
        let mut entries = vec![input(first), input(second)];
        entries.sort_unstable();
        Err(PackError { entries, reason })
    };
    let range = |entry: u32| {
        let place = ranges.binary_search_by_key(&entry, |range| range.entry);
        place.ok().and_then(|place| ranges.get(place))
    };

    let mut owners: Vec<Option<u32>> = vec![None; dictionary.len()];
    for (entry, code) in (0_u32..).zip(codes) {
        let Some(place) = code.checked_sub(1).map(|place| place as usize) else {
            continue;
        };
        let text = dictionary.get(place).copied().unwrap_or_default();
        let owner = owners.get_mut(place);
        if let Some(other) = owner.and_then(|owner| owner.replace(entry)) {
            return fail(other, entry, Reason::SameAlias(text.to_owned()));
        }
        let named = parse_id(text).and_then(|(hash, _)| {
            let place = places.binary_search_by_key(&hash, |place| place.0);
            place.ok().map(|place| place as u32)
        });
        if let Some(other) = named.filter(|other| *other != entry) {
            return fail(other, entry, Reason::AliasIsId(text.to_owned()));
        }
    }
    if ranges.is_empty() {
        return Ok(owners.into_iter().flatten().collect());
    }
    for (entry, text) in owners.iter().zip(dictionary) {
        let Some(entry) = entry.filter(|entry| range(*entry).is_none()) else {
            continue;
        };
        let member_of = || {
            let (alias, number) = text.rsplit_once('-')?;
            let number = parse_number(number.as_bytes())?;
            let owner = (*owners.get(dictionary.binary_search(&alias).ok()?)?)?;
            let range = range(owner)?;
            (number.checked_sub(range.first)? < range.count).then_some(owner)
        };
        if let Some(owner) = member_of() {
            return fail(owner, entry, Reason::SameAlias((*text).to_owned()));
        }
    }
    Ok(owners.into_iter().flatten().collect())
}
