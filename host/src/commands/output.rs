//! What commands write. Whoever stops reading has read enough: a closed pipe
//! is no error.

use std::io::{self, Write as _};
use std::path::Path;

/// Writes bytes to standard output.
///
/// # Errors
/// When they cannot be written although somebody reads: a full disk.
pub(super) fn write(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(io::Error::new(
            e.kind(),
            format!("standard output cannot be written: {e}"),
        )),
        _ => Ok(()),
    }
}

/// Writes to standard error, if that can be.
pub(super) fn tell(text: &str) {
    // There is nowhere left to say that it cannot.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// What was made, where the file itself does not go.
///
/// # Errors
/// As [`write()`].
pub(super) fn summary(file: &Path, text: &str) -> io::Result<()> {
    if file.as_os_str() == "-" {
        tell(text);
        Ok(())
    } else {
        write(text.as_bytes())
    }
}
