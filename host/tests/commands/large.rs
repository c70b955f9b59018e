//! A list as large as few have one:
//! `cargo test -p edgepick-host --test commands large -- --ignored`.

use super::*;

/// What wasmtime lets a host hand over at once unless it is told otherwise.
const USUAL: usize = 128 << 20;

#[test]
#[ignore = "takes 20 seconds of a processor; ask for it by its name"]
fn a_site_beyond_the_usual_limit_bakes_without_a_word_and_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let tail = "x".repeat(8_000);
    let pictures = USUAL / tail.len() + 100;
    let line = |n: usize| format!("https://a.example/{n}/{tail}\n");
    let list: String = (0..pictures).map(line).collect();
    fs::write(folder.path().join("list.txt"), list).unwrap();
    let (_, err) = check(folder.path(), &["bake", "list.txt"], 0);
    assert_eq!(err, "", "only a terminal sees how far it is");
    let baked = fs::metadata(folder.path().join("site.wasm")).unwrap().len();
    assert!(baked > USUAL as u64, "{baked} bytes");

    let serving = Serving::start(folder.path(), &["site.wasm"]);
    let expected = format!(
        " serves {},{:03} pictures of site.wasm",
        pictures / 1000,
        pictures % 1000
    );
    assert!(serving.1.contains(&expected), "{}", serving.1);
    let answer = serving.get("/?type=text");
    assert!(answer.ends_with(&format!("/{tail}\n")), "{answer:.300}");
}
