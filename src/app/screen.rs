//! How the caller's screen lies, as far as its request says.

use crate::answer::{RequestField, RequestFields, Vary};
use crate::catalogue::Orientation;

/// Client hints first, then the `User-Agent` field (RFC 9110 section 10.1.5);
/// `None` when nothing says it. What was asked takes part in the answer.
pub(super) fn orientation(fields: &dyn RequestFields, vary: &mut Vary) -> Option<Orientation> {
    match vary.read(fields, RequestField::SecChUaMobile).as_deref() {
        Some("?1") => return Some(Orientation::Portrait),
        Some("?0") => return Some(Orientation::Landscape),
        _ => {}
    }
    let mut pixels = |field| {
        vary.read(fields, field)
            .and_then(|text| text.trim().parse::<u32>().ok())
    };
    let (width, height) = (
        pixels(RequestField::SecChViewportWidth),
        pixels(RequestField::SecChViewportHeight),
    );
    if let (Some(width), Some(height)) = (width, height)
        && width > 0
        && height > 0
    {
        return Some(if width >= height {
            Orientation::Landscape
        } else {
            Orientation::Portrait
        });
    }
    let agent = vary.read(fields, RequestField::UserAgent)?;
    let says = |words: &[&str]| words.iter().any(|word| agent.contains(word));
    // Tablets that say neither `Mobi` nor a desktop's system stay undecided.
    if says(&["Mobi", "iPhone", "iPod"]) {
        Some(Orientation::Portrait)
    } else if says(&["Windows NT", "Macintosh", "X11", "CrOS"]) {
        Some(Orientation::Landscape)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Lines;

    #[test]
    fn hints_then_agent() {
        const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Mobile/15E148";
        const DESK: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
        let (l, p) = (Some(Orientation::Landscape), Some(Orientation::Portrait));
        type Row<'r> = (&'r [(&'r str, &'r str)], Option<Orientation>, usize);
        let rows: [Row<'_>; 9] = [
            (&[("sec-ch-ua-mobile", "?1"), ("user-agent", DESK)], p, 1),
            (&[("sec-ch-ua-mobile", "?0"), ("user-agent", PHONE)], l, 1),
            (&[("sec-ch-ua-mobile", "yes"), ("user-agent", PHONE)], p, 4),
            (
                &[
                    ("sec-ch-viewport-width", "390"),
                    ("sec-ch-viewport-height", "844"),
                ],
                p,
                3,
            ),
            (
                &[
                    ("sec-ch-viewport-width", "1280"),
                    ("sec-ch-viewport-height", "0"),
                    ("user-agent", DESK),
                ],
                l,
                4,
            ),
            (&[("user-agent", PHONE)], p, 4),
            (&[("user-agent", DESK)], l, 4),
            (&[("user-agent", "curl/8.5.0")], None, 4),
            (&[], None, 4),
        ];
        for (fields, expected, asked) in rows {
            let lines: String = fields
                .iter()
                .map(|(n, v)| format!("{n}: {v}\r\n"))
                .collect();
            let mut vary = Vary::default();
            let lies = orientation(&Lines(lines.as_bytes()), &mut vary);
            assert_eq!(lies, expected, "{fields:?}");
            assert_eq!(vary.names().count(), asked, "{fields:?}");
        }
    }
}
