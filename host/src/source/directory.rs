//! Folders of pictures that are published under a base URL: sub-folders are
//! categories, sizes and formats come from the files themselves.

use std::fs::File;
use std::io::{self, BufReader, Seek};
use std::path::Path;

use edgepick::catalogue::{Entry, Format};
use imagesize::{Compression, ImageError, ImageType};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use walkdir::{DirEntry, WalkDir};

use super::Progress;
use super::category::Place;
use super::collect::Sink;
use super::problem::Reason;
use super::warning::WarningKind;
use crate::position::NOWHERE;

/// All that RFC 3986 does not leave unreserved.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Reads a folder and everything below it, sorted by name. Names that begin
/// with a dot are hidden; links are followed.
pub(super) fn read(sink: &mut Sink<'_>, root: &Path, progress: &mut dyn FnMut(Progress<'_>)) {
    let Some(base) = sink.given.base_url.clone() else {
        return sink.fail(Reason::NoBaseUrl, || NOWHERE);
    };
    let files = pictures(sink, root);
    sink.reserve(files.len());
    let name = sink.name.clone();
    let total = files.len() as u64;
    let mut folder: Option<(String, Option<Place>)> = None;
    for (done, (path, file)) in (1..).zip(&files) {
        let (parent, _) = path.rsplit_once('/').unwrap_or_default();
        if folder.as_ref().is_none_or(|(seen, _)| seen != parent) {
            let place = place_of(sink, parent)
                .map_err(|reason| sink.file_problem(&shown(root, parent), reason));
            folder = Some((parent.to_owned(), place.ok()));
        }
        if let Some((_, Some(place))) = &folder {
            match measure(file.path()) {
                Ok(size) => {
                    let path: Vec<String> = path
                        .split('/')
                        .map(|part| utf8_percent_encode(part, SEGMENT).to_string())
                        .collect();
                    let entry = Entry {
                        url: format!("{base}/{}", path.join("/")),
                        width: size.width,
                        height: size.height,
                        orientation: place.orientation,
                        format: Some(size.format),
                        category: place.category.clone(),
                        ..Entry::default()
                    };
                    match entry.check() {
                        Ok(_) => sink.push(NOWHERE, entry),
                        Err(reason) => {
                            sink.file_problem(&shown(root, &path.join("/")), Reason::Entry(reason))
                        }
                    }
                }
                Err(reason) => sink.file_problem(&file.path().display().to_string(), reason),
            }
        }
        progress(Progress::Folder {
            source: &name,
            done,
            total,
        });
    }
}

fn shown(root: &Path, path: &str) -> String {
    root.join(path).display().to_string()
}

/// The files that are named as pictures, each with its path below the root,
/// parts separated by `/`.
fn pictures(sink: &mut Sink<'_>, root: &Path) -> Vec<(String, DirEntry)> {
    let hidden = |file: &DirEntry| {
        file.depth() > 0
            && file
                .file_name()
                .to_str()
                .is_some_and(|name| name.starts_with('.'))
    };
    let mut found = Vec::new();
    let mut others: Option<(u64, String)> = None;
    let walk = WalkDir::new(root).follow_links(true).sort_by_file_name();
    for file in walk.into_iter().filter_entry(|file| !hidden(file)) {
        let file = match file {
            Ok(file) => file,
            Err(error) => {
                let path = error.path().unwrap_or(root).display().to_string();
                let why = error
                    .io_error()
                    .map_or_else(|| error.to_string(), ToString::to_string);
                sink.file_problem(&path, Reason::Unreadable(why));
                continue;
            }
        };
        if !file.file_type().is_file() {
            continue;
        }
        let below = file.path().strip_prefix(root).unwrap_or(file.path());
        let parts: Option<Vec<&str>> = below.iter().map(|part| part.to_str()).collect();
        let Some(parts) = parts else {
            let name = below.display().to_string();
            sink.file_problem(&file.path().display().to_string(), Reason::Name(name));
            continue;
        };
        let path = parts.join("/");
        if format_of(file.path()).is_some() {
            found.push((path, file));
        } else {
            others.get_or_insert((0, path)).0 += 1;
        }
    }
    if let Some((count, example)) = others {
        sink.warn(0, WarningKind::OtherFiles { count, example });
    }
    found
}

/// The category of a sub-folder: below the source's own.
fn place_of(sink: &mut Sink<'_>, folder: &str) -> Result<Place, Reason> {
    let path = match &sink.given.category {
        Some(category) => format!("{category}/{folder}"),
        None => folder.to_owned(),
    };
    sink.place(&path).map_err(Reason::Category)
}

/// The format that a file is named as.
pub(super) fn format_of(path: &Path) -> Option<Format> {
    path.extension()
        .and_then(|extension| extension.to_str())
        .and_then(Format::from_extension)
}

/// What a file says of itself; 0 by 0 pixels when it has no size.
struct Size {
    width: u32,
    height: u32,
    format: Format,
}

fn measure(path: &Path) -> Result<Size, Reason> {
    if format_of(path) == Some(Format::Svg) {
        return Ok(Size {
            width: 0,
            height: 0,
            format: Format::Svg,
        });
    }
    let file = File::open(path).map_err(unreadable)?;
    let mut reader = BufReader::new(file);
    let found = imagesize::reader_type(&mut reader).map_err(reason)?;
    let size = found.reader_size(&mut reader).map_err(reason)?;
    let pixels = |n: usize| {
        u32::try_from(n)
            .ok()
            .filter(|n| *n > 0)
            .ok_or(Reason::NotAnImage)
    };
    let (mut width, mut height) = (pixels(size.width)?, pixels(size.height)?);
    let format = match found {
        ImageType::Bmp => Format::Bmp,
        ImageType::Gif => Format::Gif,
        ImageType::Heif(Compression::Av1) => Format::Avif,
        ImageType::Heif(_) => Format::Heic,
        ImageType::Ico => Format::Ico,
        ImageType::Jpeg => Format::Jpeg,
        ImageType::Jxl => Format::Jxl,
        ImageType::Png => Format::Png,
        ImageType::Tiff => Format::Tiff,
        ImageType::Webp => Format::Webp,
        _ => return Err(Reason::NotAnImage),
    };
    if format == Format::Jpeg && is_turned(&mut reader) {
        (width, height) = (height, width);
    }
    Ok(Size {
        width,
        height,
        format,
    })
}

/// Whether browsers show the JPEG turned by a quarter: phones store pictures
/// as the sensor lies and note the turn (EXIF 2.32, tag 0x0112, values 5 to 8).
fn is_turned(reader: &mut BufReader<File>) -> bool {
    let read = |reader: &mut BufReader<File>| {
        reader.rewind().ok()?;
        let exif = exif::Reader::new().read_from_container(reader).ok()?;
        let field = exif.get_field(exif::Tag::Orientation, exif::In::PRIMARY)?;
        field.value.get_uint(0)
    };
    matches!(read(reader), Some(5..=8))
}

fn unreadable(error: io::Error) -> Reason {
    Reason::Unreadable(error.to_string())
}

fn reason(error: ImageError) -> Reason {
    match error {
        ImageError::IoError(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
            unreadable(error)
        }
        _ => Reason::NotAnImage,
    }
}

#[cfg(test)]
#[path = "directory_tests.rs"]
mod tests;
