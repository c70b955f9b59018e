//! Damage is named with its place.

use super::super::hash::checksum;
use super::super::layout::{
    CHECKED_FROM, CHECKSUM_AT, HEADER, Kind, LENGTH_AT, TABLE_ROW, TableRow,
};
use super::super::testing::{packed, plain, rich};
use super::*;

/// Makes the checksum right again.
pub(super) fn seal(bytes: &mut [u8]) {
    let sum = checksum(&bytes[CHECKED_FROM..]);
    bytes[CHECKSUM_AT..CHECKED_FROM].copy_from_slice(&sum.to_le_bytes());
}

fn section(bytes: &[u8], kind: Kind) -> std::ops::Range<usize> {
    bytes[HEADER..]
        .chunks(TABLE_ROW)
        .map(|row| TableRow::read(row.try_into().unwrap()).unwrap())
        .find(|row| row.kind == kind as u32)
        .map(|row| row.offset as usize..(row.offset + row.length) as usize)
        .unwrap()
}

/// Each row writes one number into a section of the rich catalogue.
#[test]
fn each_check_names_its_place() {
    use Kind::*;
    // Section, offset in it, new bytes, where it is noticed, what was expected.
    type Row = (Kind, usize, &'static [u8], (Kind, usize), &'static str);
    let rows: [Row; 38] = [
        (
            Hashes,
            0,
            &[0; 8],
            (Hashes, 0),
            "the hash of the entry's URL",
        ),
        (
            Hashes,
            8,
            &[0; 8],
            (Hashes, 8),
            "a hash above the one before",
        ),
        (UrlOffsets, 0, &[1], (UrlOffsets, 0), "an offset above"),
        (UrlOffsets, 4, &[0], (UrlOffsets, 4), "an offset above"),
        (
            UrlOffsets,
            80,
            &[0xFF; 4],
            (UrlOffsets, 80),
            "an offset above",
        ),
        (UrlText, 0, b"H", (Hashes, 0), "the hash of the entry's URL"),
        (UrlText, 3, &[0x80], (UrlText, 3), "UTF-8"),
        (Ranges, 0, &[99], (Ranges, 0), "an entry above"),
        (
            Ranges,
            4,
            &[0],
            (Ranges, 0),
            "a range as the entry's URL has it",
        ),
        (
            Ranges,
            8,
            &[2],
            (Ranges, 0),
            "a range as the entry's URL has it",
        ),
        (
            Ranges,
            16,
            &[0; 8],
            (Ranges, 0),
            "a range as the entry's URL has it",
        ),
        (
            Ranges,
            24,
            &[0xFF; 4],
            (Ranges, 0),
            "a range as the entry's URL has it",
        ),
        (
            Ranges,
            28,
            &[0],
            (Ranges, 0),
            "a range as the entry's URL has it",
        ),
        (Width, 0, &[3], (Width, 0), "the header of a column"),
        (Width, 1, &[3], (Width, 0), "the header of a column"),
        (Width, 8, &[19], (Width, 0), "the header of a column"),
        (Width, 12, &[1], (Width, 0), "the header of a column"),
        (
            Height,
            16,
            &[20],
            (Height, 16),
            "an entry above the one before",
        ),
        (
            Orientation,
            4,
            &[4],
            (Orientation, 0),
            "a column of values from 0 to 3",
        ),
        (
            Format,
            4,
            &[12],
            (Format, 0),
            "a column of values from 0 to 11",
        ),
        (
            Weight,
            4,
            &[0],
            (Weight, 0),
            "a column of values from 1 to 65535",
        ),
        (
            Category,
            16,
            &[9],
            (Category, 0),
            "a column of values from 0 to 3",
        ),
        (
            Dictionaries,
            0,
            &[0xFF; 8],
            (Dictionaries, 0),
            "at most 4294967295 texts",
        ),
        (TextOffsets, 8, &[1], (TextOffsets, 8), "an offset above"),
        (
            Text,
            0,
            b"d",
            (TextOffsets, 4),
            "the offset of a text above",
        ),
        (
            TagSetOffsets,
            4,
            &[0],
            (TagSetOffsets, 4),
            "an offset above",
        ),
        (TagSets, 0, &[3], (TagSets, 0), "a set in ascending order"),
        (
            VariantSets,
            0,
            &[50],
            (VariantSets, 0),
            "a set in ascending order",
        ),
        (
            VariantSets,
            8,
            &[2],
            (VariantSets, 0),
            "a set in ascending order",
        ),
        (
            AliasEntries,
            0,
            &[0xFF],
            (AliasEntries, 0),
            "the entry with the alias",
        ),
        (Facets, 0, &[1], (Facets, 24), "a facet that follows"),
        (Facets, 4, &[1], (Facets, 0), "a facet that follows"),
        (
            Facets,
            8,
            &[0; 4],
            (Facets, 8),
            "the number of a facet's entries",
        ),
        (Facets, 12, &[1], (Facets, 12), "the index 0 and"),
        (Members, 4, &[0xFF], (Members, 4), "an entry above"),
        (
            FacetPictures,
            0,
            &[0xFF],
            (FacetPictures, 0),
            "the sum of the numbers",
        ),
        (
            FacetWeights,
            0,
            &[0xFF],
            (FacetWeights, 0),
            "the sum of the numbers",
        ),
        (
            TableWeights,
            152,
            &[0; 8],
            (TableWeights, 152),
            "the sum of the numbers",
        ),
    ];
    let good = packed(rich());
    for (kind, at, value, (seen_in, seen_at), expected) in rows {
        let mut bytes = good.clone();
        let start = section(&good, kind).start + at;
        bytes[start..start + value.len()].copy_from_slice(value);
        seal(&mut bytes);
        let error = Catalogue::open(&bytes).unwrap_err();
        let seen = (section(&good, seen_in).start + seen_at) as u64;
        let label = format!("{kind:?} {at}: {error}");
        assert!(error.expected.starts_with(expected), "{label}");
        assert_eq!(error.offset, seen, "{label}");
    }
}

/// The same file with a section that is longer by eight zero bytes.
fn grown(good: &[u8], grown: Kind) -> Vec<u8> {
    let end = section(good, grown).end;
    let mut bytes = [&good[..end], &[0; 8], &good[end..]].concat();
    let mut add = |at: usize| {
        let word = u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
        bytes[at..at + 8].copy_from_slice(&(word + 8).to_le_bytes());
    };
    add(LENGTH_AT);
    for (place, kind) in Kind::ALL.iter().enumerate() {
        let row = HEADER + place * TABLE_ROW;
        match kind.cmp(&grown) {
            std::cmp::Ordering::Less => {}
            std::cmp::Ordering::Equal => add(row + 16),
            std::cmp::Ordering::Greater => add(row + 8),
        }
    }
    seal(&mut bytes);
    bytes
}

#[test]
fn no_section_has_more_than_is_used() {
    let good = packed(rich());
    for kind in Kind::ALL {
        let bytes = grown(&good, *kind);
        let error = Catalogue::open(&bytes).err();
        assert_eq!(
            error.is_none(),
            *kind == Kind::Settings,
            "{kind:?}: {error:?}"
        );
        // The place is one of a section, not of the table.
        assert!(error.is_none_or(|error| error.offset > 800), "{kind:?}");
    }
}

#[test]
fn header_and_table_name_their_places() {
    // Offset, new byte, whether the checksum is made right, message.
    let rows = [
        (
            0,
            b'E',
            true,
            "the packed site is damaged: at byte 0 the text edgepick was expected",
        ),
        (24, 1, true, "at byte 24 the length of the file"),
        (8, 0, false, "at byte 8 the checksum of what follows"),
        (20, 0xFF, true, "at byte 20 a number of sections that fit"),
        (32, 99, true, "at byte 32 the code of a kind of section"),
        (
            56,
            1,
            true,
            "at byte 56 a kind of section above the one before",
        ),
        (36, 1, true, "at byte 36 0 was expected"),
        (40, 1, true, "at byte 40 the offset"),
        (48, 0, true, "at byte 48 a length above 0"),
        (48, 9, true, "at byte 64 the offset"),
    ];
    for (place, value, sealed, message) in rows {
        let mut bytes = packed(rich());
        bytes[place] = value;
        if sealed {
            seal(&mut bytes);
        }
        let error = Catalogue::open(&bytes).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
    let mut bytes = packed(vec![plain("https://h.example/1.jpg")]);
    let gap = section(&bytes, Kind::Settings).end;
    bytes[gap] = 1;
    seal(&mut bytes);
    let error = Catalogue::open(&bytes).unwrap_err();
    assert_eq!(
        (error.offset, &*error.expected),
        (gap as u64, "zero bytes up to the next section")
    );
}
