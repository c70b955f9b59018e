//! How the caller's screen lies, as far as its request says.

use http::{HeaderMap, header};

use crate::answer::{SEC_CH_UA_MOBILE, SEC_CH_VIEWPORT_HEIGHT, SEC_CH_VIEWPORT_WIDTH, Vary};
use crate::catalogue::Orientation;

/// Client hints first, then the `User-Agent` field (RFC 9110 section 10.1.5);
/// `None` when nothing says it. What was asked takes part in the answer.
pub(super) fn orientation(headers: &HeaderMap, vary: &mut Vary) -> Option<Orientation> {
    match vary.read(headers, SEC_CH_UA_MOBILE) {
        Some("?1") => return Some(Orientation::Portrait),
        Some("?0") => return Some(Orientation::Landscape),
        _ => {}
    }
    let mut pixels = |name| {
        vary.read(headers, name)
            .and_then(|text| text.trim().parse::<u32>().ok())
    };
    let (width, height) = (
        pixels(SEC_CH_VIEWPORT_WIDTH),
        pixels(SEC_CH_VIEWPORT_HEIGHT),
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
    let agent = vary.read(headers, header::USER_AGENT)?;
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

    #[test]
    fn hints_then_agent() {
        const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Mobile/15E148";
        const DESK: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
        let (l, p) = (Some(Orientation::Landscape), Some(Orientation::Portrait));
        let rows: [(&[(&str, &str)], Option<Orientation>, usize); 9] = [
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
            let headers: HeaderMap = fields
                .iter()
                .map(|(n, v)| (n.parse().unwrap(), v.parse().unwrap()))
                .collect();
            let mut vary = Vary::default();
            assert_eq!(orientation(&headers, &mut vary), expected, "{fields:?}");
            assert_eq!(vary.names().count(), asked, "{fields:?}");
        }
    }
}
