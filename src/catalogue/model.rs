//! What a catalogue says of a picture, before it is packed.

use std::fmt;
use std::str::FromStr;

/// How a picture lies: by its ratio width / height.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Orientation {
    /// Ratio above 1.1.
    Landscape = 1,
    /// Ratio below 0.9.
    Portrait = 2,
    /// Ratio from 0.9 to 1.1, both included.
    Square = 3,
}

impl Orientation {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 3] = [Self::Landscape, Self::Portrait, Self::Square];

    /// The orientation of a picture of `width` by `height` pixels; `None` when
    /// one of them is 0.
    #[must_use]
    pub fn of(width: u32, height: u32) -> Option<Self> {
        if width == 0 || height == 0 {
            return None;
        }
        let (w, h) = (u64::from(width) * 10, u64::from(height));
        Some(if w > h * 11 {
            Self::Landscape
        } else if w < h * 9 {
            Self::Portrait
        } else {
            Self::Square
        })
    }

    /// The word of the public interface.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Landscape => "landscape",
            Self::Portrait => "portrait",
            Self::Square => "square",
        }
    }

    /// The orientation with this code in the packed form.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|o| *o as u8 == code)
    }
}

impl fmt::Display for Orientation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A picture's format: code in the packed form, name, media type, extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[expect(missing_docs, reason = "the names are the formats' own")]
pub enum Format {
    Jpeg = 1,
    Png = 2,
    Gif = 3,
    Webp = 4,
    Avif = 5,
    Svg = 6,
    Bmp = 7,
    Tiff = 8,
    Heic = 9,
    Jxl = 10,
    Ico = 11,
}

/// One row per format: itself, its name, its media type (IANA), its extensions.
const FORMATS: [(Format, &str, &str, &[&str]); 11] = [
    (
        Format::Jpeg,
        "jpeg",
        "image/jpeg",
        &["jpg", "jpeg", "jpe", "jfif"],
    ),
    (Format::Png, "png", "image/png", &["png", "apng"]),
    (Format::Gif, "gif", "image/gif", &["gif"]),
    (Format::Webp, "webp", "image/webp", &["webp"]),
    (Format::Avif, "avif", "image/avif", &["avif"]),
    (Format::Svg, "svg", "image/svg+xml", &["svg"]),
    (Format::Bmp, "bmp", "image/bmp", &["bmp"]),
    (Format::Tiff, "tiff", "image/tiff", &["tif", "tiff"]),
    (Format::Heic, "heic", "image/heic", &["heic", "heif"]),
    (Format::Jxl, "jxl", "image/jxl", &["jxl"]),
    (Format::Ico, "ico", "image/vnd.microsoft.icon", &["ico"]),
];

impl Format {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 11] = [
        Self::Jpeg,
        Self::Png,
        Self::Gif,
        Self::Webp,
        Self::Avif,
        Self::Svg,
        Self::Bmp,
        Self::Tiff,
        Self::Heic,
        Self::Jxl,
        Self::Ico,
    ];

    fn row(self) -> &'static (Self, &'static str, &'static str, &'static [&'static str]) {
        FORMATS
            .iter()
            .find(|row| row.0 == self)
            .unwrap_or(&FORMATS[0])
    }

    /// The word of the public interface, for instance `jpeg`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.row().1
    }

    /// The media type, for instance `image/jpeg`.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        self.row().2
    }

    /// The format with this code in the packed form.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        FORMATS.iter().map(|row| row.0).find(|f| *f as u8 == code)
    }

    /// The format that a file extension (any case, no dot) stands for.
    #[must_use]
    pub fn from_extension(extension: &str) -> Option<Self> {
        FORMATS
            .iter()
            .find(|row| row.3.iter().any(|e| e.eq_ignore_ascii_case(extension)))
            .map(|row| row.0)
    }
}

impl FromStr for Format {
    type Err = ();

    /// Reads a name, an extension or a media type.
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::from_extension(text)
            .or_else(|| {
                FORMATS
                    .iter()
                    .find(|row| {
                        row.1.eq_ignore_ascii_case(text) || row.2.eq_ignore_ascii_case(text)
                    })
                    .map(|row| row.0)
            })
            .ok_or(())
    }
}

/// The same picture in another size.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Variant {
    /// Absolute URL.
    pub url: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// One entry of a catalogue as its sources say it: one picture, or a numbered
/// range of pictures when the URL holds `{FIRST..LAST}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Absolute `http` or `https` URL, or a range of them:
    /// `https://host/h/{1..833}.webp`, zero-padded as `{001..833}`.
    pub url: String,
    /// The owner's own id, from `id` in JSON and CSV. No comma.
    pub alias: Option<String>,
    /// Pixels; 0 when unknown.
    pub width: u32,
    /// Pixels; 0 when unknown.
    pub height: u32,
    /// As its source says it; derived from width and height when absent.
    pub orientation: Option<Orientation>,
    /// As its source says it; derived from the URL's extension when absent.
    pub format: Option<Format>,
    /// 1 to 65,535, per picture; 0 counts as 1.
    pub weight: u16,
    /// A path such as `animals/cats`. No comma.
    pub category: Option<String>,
    /// No commas.
    pub tags: Vec<String>,
    /// Free text.
    pub title: Option<String>,
    /// Free text.
    pub author: Option<String>,
    /// Where the picture comes from, usually the URL of its page.
    pub source: Option<String>,
    /// Free text, usually an SPDX or Creative Commons name.
    pub license: Option<String>,
    /// Other sizes of the same picture.
    pub variants: Vec<Variant>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn square_is_within_a_tenth() {
        let rows = [
            (1100, 1000, Some(Orientation::Square)),
            (1101, 1000, Some(Orientation::Landscape)),
            (900, 1000, Some(Orientation::Square)),
            (899, 1000, Some(Orientation::Portrait)),
            (1, 1, Some(Orientation::Square)),
            (u32::MAX, 1, Some(Orientation::Landscape)),
            (1, u32::MAX, Some(Orientation::Portrait)),
            (u32::MAX, u32::MAX, Some(Orientation::Square)),
            (0, 5, None),
            (5, 0, None),
        ];
        for (width, height, orientation) in rows {
            assert_eq!(
                Orientation::of(width, height),
                orientation,
                "{width} x {height}"
            );
        }
    }

    #[test]
    fn codes_and_names_come_back() {
        for (code, orientation) in (1..).zip(Orientation::ALL) {
            assert_eq!(orientation as u8, code);
            assert_eq!(Orientation::from_code(code), Some(orientation));
        }
        assert_eq!(Orientation::from_code(0), None);
        assert_eq!(Orientation::from_code(4), None);
        for (code, format) in (1..).zip(Format::ALL) {
            assert_eq!(format as u8, code);
            assert_eq!(Format::from_code(code), Some(format));
            assert_eq!(format.as_str().parse(), Ok(format));
            assert_eq!(format.media_type().to_uppercase().parse(), Ok(format));
        }
        assert_eq!(Format::from_code(0), None);
        assert_eq!(Format::from_code(12), None);
        assert_eq!(Format::from_extension("JPG"), Some(Format::Jpeg));
        assert_eq!(Format::from_extension("txt"), None);
        assert_eq!("image/jpg2".parse::<Format>(), Err(()));
    }
}
