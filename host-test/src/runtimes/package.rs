//! Zips as the platforms unpack them.

use std::fs::{self, File, Permissions};
use std::io::{self, Cursor, Read as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use zip::ZipArchive;
use zip::result::ZipError;

/// What a platform makes of mode bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Modes {
    /// Files have those of the zip.
    Kept,
    /// Its uploader drops them: no file can be executed.
    Dropped,
}

/// What a file has whose zip says nothing.
const PLAIN: u32 = 0o644;

/// Why a zip cannot be deployed.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// No zip, or a damaged one.
    #[error("the zip cannot be read: {0}")]
    Zip(#[from] ZipError),
    /// More than the platform takes, packed.
    #[error("the zip has more than {0} bytes, which is the platform's limit")]
    TooLong(u64),
    /// An entry that would land outside the folder.
    #[error("the zip's entry {0:?} leads out of the folder")]
    Outside(String),
    /// More than the platform takes.
    #[error("the zip unpacks to more than {0} bytes, which is the platform's limit")]
    TooLarge(u64),
    /// The emulator's own folder.
    #[error("the zip cannot be unpacked: {0}")]
    Io(#[from] io::Error),
}

/// Unpacks into an empty folder; `most` is the platform's limit in bytes.
pub(super) fn unpack(
    zip: &[u8],
    folder: &Path,
    modes: Modes,
    most: u64,
) -> Result<(), PackageError> {
    let mut archive = ZipArchive::new(Cursor::new(zip))?;
    let mut left = most;
    for index in 0..archive.len() {
        let mut file = archive.by_index(index)?;
        let name = file.name()?.into_owned();
        let Some(place) = file.enclosed_name() else {
            return Err(PackageError::Outside(name));
        };
        let place = folder.join(place);
        if file.is_dir() {
            fs::create_dir_all(&place)?;
            continue;
        }
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent)?;
        }
        if file.is_symlink() {
            let mut target = String::new();
            file.read_to_string(&mut target)?;
            symlink(target, &place)?;
            continue;
        }
        let mut unpacked = File::create(&place)?;
        let size = io::copy(&mut file.by_ref().take(left + 1), &mut unpacked)?;
        left = left.checked_sub(size).ok_or(PackageError::TooLarge(most))?;
        let mode = match modes {
            Modes::Kept => file.unix_mode().map_or(PLAIN, |mode| mode & 0o777),
            Modes::Dropped => PLAIN,
        };
        unpacked.set_permissions(Permissions::from_mode(mode))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use zip::write::{SimpleFileOptions, ZipWriter};

    fn zip(files: &[(&str, Option<u32>, &str)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, mode, text) in files {
            let options = SimpleFileOptions::default();
            let options = mode.map_or(options, |mode| options.unix_permissions(mode));
            writer.start_file(*name, options).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn modes_are_kept_or_dropped() {
        let zip = zip(&[
            ("bootstrap", Some(0o755), "#!/bin/sh\n"),
            ("data/list.txt", None, "x"),
        ]);
        for (modes, expected) in [(Modes::Kept, 0o755), (Modes::Dropped, PLAIN)] {
            let folder = tempfile::tempdir().unwrap();
            unpack(&zip, folder.path(), modes, 1000).unwrap();
            assert_eq!(mode(&folder.path().join("bootstrap")), expected);
            let list = folder.path().join("data/list.txt");
            assert_eq!(mode(&list), PLAIN);
            assert_eq!(fs::read_to_string(list).unwrap(), "x");
        }
    }

    #[test]
    fn bad_zips_are_refused() {
        let outside = zip(&[("../x", None, "x")]);
        let large = zip(&[("a", None, "1234"), ("b", None, "5678")]);
        let whole = zip(&[("a", None, "1234")]);
        for (zip, message) in [
            (&b"no zip"[..], "the zip cannot be read: "),
            (&whole[..whole.len() / 2], "the zip cannot be read: "),
            (&outside, "the zip's entry \"../x\" leads out of the folder"),
            (
                &large,
                "the zip unpacks to more than 7 bytes, which is the platform's limit",
            ),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let error = unpack(zip, folder.path(), Modes::Kept, 7).unwrap_err();
            assert!(error.to_string().starts_with(message), "{error}");
        }
    }
}
