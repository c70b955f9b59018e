//! A site as large as few have one.

use super::*;

/// More than wasmtime lets a host hand over at once unless it is told
/// otherwise, which is 128 MiB.
const LARGE: usize = 200 << 20;

/// Nearly as much as a text beside a picture may have: few large ones are read
/// sooner than many small ones.
const TEXT: usize = 4_000;

#[test]
fn a_site_beyond_the_usual_limit_bakes_without_a_word_and_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let tail = "x".repeat(TEXT);
    let pictures = LARGE / (3 * TEXT);
    let line = |n: usize| {
        let texts =
            ["title", "author", "license"].map(|name| format!(r#""{name}":"{name} {n} {tail}""#));
        format!(
            "{{\"url\":\"https://a.example/{n}.jpg\",{}}}\n",
            texts.join(",")
        )
    };
    let list: String = (0..pictures).map(line).collect();
    fs::write(folder.path().join("list.ndjson"), list).unwrap();
    let (_, err) = check(folder.path(), &["bake", "list.ndjson"], 0);
    assert_eq!(err, "", "only a terminal sees how far it is");
    let baked = fs::metadata(folder.path().join("site.wasm")).unwrap().len();
    assert!(baked > LARGE as u64, "{baked} bytes");

    let serving = Serving::start(folder.path(), &["site.wasm"]);
    let expected = format!(
        " serves {},{:03} pictures of site.wasm",
        pictures / 1000,
        pictures % 1000
    );
    assert!(serving.1.contains(&expected), "{}", serving.1);
    let answer = serving.get("/?type=json");
    assert!(answer.contains(&format!(" {tail}\"")), "{answer:.300}");
}
