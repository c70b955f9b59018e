//! Golden files. `BLESS=1` rewrites them.

/// How to accept differences; once at the end of them all.
pub(crate) const HOW: &str = "If that is right, run `BLESS=1 cargo test -p host-test` and read the diff before you commit it.";

use std::path::Path;

use similar::TextDiff;

/// Compares a text with a golden file.
///
/// # Errors
/// The differences.
pub(crate) fn check(path: &Path, text: &str) -> Result<(), String> {
    let before = std::fs::read_to_string(path).ok();
    if before.as_deref() == Some(text) {
        return Ok(());
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))?;
        return Ok(());
    }
    let diff = TextDiff::from_lines(before.as_deref().unwrap_or_default(), text);
    let name = path.display().to_string();
    Err(diff
        .unified_diff()
        .header(&name, "what came out")
        .to_string())
}
