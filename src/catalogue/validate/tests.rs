use super::super::layout::{CHECKED_FROM, HEADER, Kind};
use super::super::testing::{ask_everything, packed, rich};
use super::places::seal;
use super::*;

#[test]
fn the_rich_catalogue_has_every_section() {
    let bytes = packed(rich());
    let (catalogue, _) = Catalogue::open(&bytes).unwrap();
    assert_eq!(catalogue.sections().count(), Kind::ALL.len());
    ask_everything(&catalogue);
}

#[test]
fn nothing_at_all_is_a_catalogue_too() {
    let bytes = packed(Vec::new());
    let (catalogue, settings) = Catalogue::open(&bytes).unwrap();
    assert_eq!(
        (catalogue.entries(), catalogue.pictures(), settings),
        (0, 0, b"{}".as_slice())
    );
    assert_eq!(catalogue.sections().collect::<Vec<_>>(), [("settings", 2)]);
    ask_everything(&catalogue);
    ask_everything(&Catalogue::default());
    let bytes = super::super::pack(b"", Vec::new()).unwrap().bytes;
    assert_eq!(bytes.len(), HEADER);
    assert!(Catalogue::open(&bytes).is_ok());
}

#[test]
fn any_alignment_will_do() {
    let bytes = packed(rich());
    for shift in 0..8 {
        let mut moved = vec![0; shift];
        moved.extend_from_slice(&bytes);
        let (catalogue, _) = Catalogue::open(&moved[shift..]).unwrap();
        assert_eq!(catalogue.pictures(), 31);
    }
}

#[test]
fn every_flipped_bit_is_seen() {
    let mut bytes = packed(rich());
    for place in 0..bytes.len() {
        let bit = 1 << (place % 8);
        bytes[place] ^= bit;
        assert!(
            Catalogue::open(&bytes).is_err(),
            "bit {bit:#x} of byte {place}"
        );
        bytes[place] ^= bit;
    }
}

#[test]
fn every_cut_is_seen() {
    let mut bytes = packed(rich());
    for length in 0..bytes.len() {
        assert!(Catalogue::open(&bytes[..length]).is_err(), "{length} bytes");
    }
    bytes.push(0);
    assert!(Catalogue::open(&bytes).is_err());
}

/// Whoever can write the checksum can write anything: it may be refused or
/// answered with nonsense, but it never traps.
#[test]
fn no_word_makes_a_reader_fail() {
    let good = packed(rich());
    let mut opened = 0;
    for place in (CHECKED_FROM..good.len()).step_by(4) {
        let end = (place + 4).min(good.len());
        let mut word = [0; 4];
        word[..end - place].copy_from_slice(&good[place..end]);
        let word = u32::from_le_bytes(word);
        let near = [word.wrapping_add(1), word.wrapping_sub(1), word << 8];
        for value in [0, 1, 20, 0x7FFF_FFFF, u32::MAX].into_iter().chain(near) {
            let mut bytes = good.clone();
            bytes[place..end].copy_from_slice(&value.to_le_bytes()[..end - place]);
            seal(&mut bytes);
            if let Ok((catalogue, _)) = Catalogue::open(&bytes) {
                opened += usize::from(bytes != good);
                ask_everything(&catalogue);
            }
        }
    }
    // Some of these are no damage, such as another width or license.
    assert!(opened > 100, "{opened}");
}

proptest::proptest! {
    #![proptest_config(super::super::testing::config(1500))]

    #[test]
    fn no_bytes_make_a_reader_fail(
        writes in proptest::collection::vec((proptest::num::usize::ANY, proptest::num::u8::ANY, 0..6_u8), 1..6)
    ) {
        let mut bytes = packed(rich());
        let length = bytes.len();
        for (place, value, move_by) in writes {
            let place = CHECKED_FROM + place % (length - CHECKED_FROM);
            // Mostly small changes: large ones hardly get past the first check.
            bytes[place] = match move_by {
                0 => value,
                1 => bytes[place].wrapping_add(1),
                2 => bytes[place].wrapping_sub(1),
                3 => bytes[place - 8],
                4 => bytes[(place + 8).min(length - 1)],
                _ => bytes[place] ^ (1 << (value % 8)),
            };
        }
        seal(&mut bytes);
        if let Ok((catalogue, _)) = Catalogue::open(&bytes) {
            ask_everything(&catalogue);
        }
    }
}

#[test]
fn an_unknown_version_is_not_called_damage() {
    let mut bytes = packed(rich());
    bytes[16] = 2;
    let error = Catalogue::open(&bytes).unwrap_err();
    assert_eq!(error.version, Some(2));
    assert_eq!(
        error.to_string(),
        "the packed site has version 2 of the layout (byte 16), this program reads version 1; \
         pack it again with this program"
    );
}
