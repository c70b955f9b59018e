//! The zip itself. The same files give the same bytes, on whatever system.

use std::io::{Cursor, Write as _};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use super::kind::File;

/// The files in their order, all of them of 1980-01-01 (where the format's time
/// begins), made by a Unix system so that their permission bits count.
pub(super) fn archive(files: &[File<'_>]) -> Result<Vec<u8>, ZipError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for file in files {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::DEFAULT)
            .system(System::Unix)
            .unix_permissions(file.mode)
            .large_file(u32::try_from(file.bytes.len()).is_err());
        zip.start_file(&*file.name, options)?;
        zip.write_all(&file.bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use zip::ZipArchive;

    use super::*;

    fn file(name: &'static str, mode: u32, bytes: &'static [u8]) -> File<'static> {
        File {
            name: name.into(),
            mode,
            bytes: bytes.into(),
        }
    }

    #[test]
    fn names_modes_and_times_are_as_given() {
        let files = [
            file("图片.txt", 0o644, b"x\n"),
            file("bootstrap", 0o755, b"\x7fELF"),
            file("a/b.json", 0o644, b"{}"),
        ];
        let bytes = archive(&files).unwrap();
        let mut zip = ZipArchive::new(Cursor::new(&bytes)).unwrap();
        let mut seen = Vec::new();
        for i in 0..zip.len() {
            let mut entry = zip.by_index(i).unwrap();
            assert_eq!(entry.last_modified(), Some(DateTime::DEFAULT));
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            seen.push((
                entry.name().unwrap().into_owned(),
                entry.unix_mode(),
                content,
            ));
        }
        let expected = [
            ("图片.txt", 0o100_644, &b"x\n"[..]),
            ("bootstrap", 0o100_755, b"\x7fELF"),
            ("a/b.json", 0o100_644, b"{}"),
        ]
        .map(|(name, mode, content)| (name.to_owned(), Some(mode), content.to_owned()));
        assert_eq!(seen, expected);
    }

    #[test]
    fn every_entry_says_that_a_unix_system_made_it() {
        let bytes = archive(&[file("a", 0o755, b"")]).unwrap();
        let central = bytes
            .windows(4)
            .position(|bytes| bytes == b"PK\x01\x02")
            .unwrap();
        // The upper byte of "version made by": 3 is Unix.
        assert_eq!(bytes[central + 5], 3);
    }

    #[test]
    fn two_files_of_one_name_are_refused() {
        let a = file("a", 0o644, b"");
        assert!(archive(&[a.clone(), a]).is_err());
    }
}
