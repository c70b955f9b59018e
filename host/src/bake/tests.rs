use edgepick::catalogue::{Entry, pack};

use super::*;
use crate::COMPONENT;
use crate::testing::{baked, packed, wait};

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let again = wait(bake(COMPONENT, packed())).unwrap();
    assert!(again.component == baked().component);
}

#[test]
fn the_report_is_the_component_s() {
    let sample = crate::input::sample().unwrap().packed;
    let report = &baked().report;
    assert_eq!(
        (report.pictures, report.entries),
        (sample.pictures, sample.entries)
    );
}

#[test]
fn a_site_beyond_what_wasmtime_hands_over_by_default_is_taken_in() {
    // Much text in few pieces costs little time; pictures would cost much.
    let more = (128 << 20) + 1;
    let settings = format!(r#"{{"problems":["{}"]}}"#, "x".repeat(more));
    let entry = Entry {
        url: "https://h.example/{1..7}.jpg".to_owned(),
        ..Entry::default()
    };
    let site = pack(settings.as_bytes(), vec![entry]).unwrap().bytes;
    let baked = wait(bake(COMPONENT, &site)).unwrap();
    assert_eq!((baked.report.pictures, baked.report.entries), (7, 1));
    assert!(baked.component.len() > more);
}

#[test]
fn a_damaged_site_is_refused_with_its_place() {
    let mut damaged = packed().to_vec();
    *damaged.last_mut().unwrap() ^= 1;
    let error = wait(bake(COMPONENT, &damaged)).unwrap_err();
    assert!(matches!(error, BakeError::Damaged(_)), "{error}");
    assert!(error.to_string().contains("byte"), "{error}");
    let error = wait(bake(COMPONENT, b"")).unwrap_err();
    assert!(matches!(error, BakeError::Damaged(_)), "{error}");
}

#[test]
fn what_is_no_component_of_ours_is_refused() {
    for component in [
        &b"no component"[..],
        b"\0asm\x0d\0\x01\0",
        &baked().component,
    ] {
        let error = wait(bake(component, packed())).unwrap_err();
        assert!(matches!(error, BakeError::Snapshot(_)), "{error}");
    }
}
