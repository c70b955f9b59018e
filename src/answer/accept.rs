//! What an `Accept` field prefers (RFC 9110 section 12.5.1), as far as it
//! matters here.

/// Whether `application/json` is the one media range of the field, however
/// often.
#[must_use]
pub(crate) fn is_json_alone(accept: &str) -> bool {
    // Pictures are asked for with other ranges first; no need to read them all.
    let first = accept.trim_start_matches([' ', ',', '\t']).as_bytes();
    if !first
        .get(..JSON.len())
        .is_some_and(|first| first.eq_ignore_ascii_case(JSON.as_bytes()))
    {
        return false;
    }
    ranges(accept).all(|(range, quality)| range.eq_ignore_ascii_case(JSON) && quality > 0)
}

const JSON: &str = "application/json";

/// Whether some text is preferred to JSON.
#[must_use]
pub(crate) fn prefers_text(accept: &str) -> bool {
    quality(accept, "text", "plain").max(quality(accept, "text", "html"))
        > quality(accept, "application", "json")
}

/// The quality of a media type, in thousandths: that of the most specific
/// range that covers it.
fn quality(accept: &str, kind: &str, subtype: &str) -> u16 {
    let mut best = (0, 0);
    for (range, quality) in ranges(accept) {
        let Some((k, s)) = range.split_once('/') else {
            continue;
        };
        let specific = match (
            k.eq_ignore_ascii_case(kind),
            s.eq_ignore_ascii_case(subtype),
        ) {
            (true, true) => 3,
            (true, false) if s == "*" => 2,
            _ if range == "*/*" => 1,
            _ => continue,
        };
        if specific >= best.0 {
            best = (specific, quality);
        }
    }
    best.1
}

/// The media ranges of a field, each with its quality in thousandths.
fn ranges(accept: &str) -> impl Iterator<Item = (&str, u16)> {
    accept.split(',').filter_map(|element| {
        let mut parts = element.split(';').map(str::trim);
        let range = parts.next().filter(|range| !range.is_empty())?;
        let quality = parts
            .filter_map(|parameter| parameter.split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
            .map_or(1000, |(_, value)| thousandths(value.trim()));
        Some((range, quality))
    })
}

/// A weight such as `0.85` (RFC 9110 section 12.4.2) in thousandths; 0 for
/// what is none.
fn thousandths(weight: &str) -> u16 {
    let (whole, decimals) = weight.split_once('.').unwrap_or((weight, ""));
    let whole = match whole {
        "0" => 0,
        "1" => 1000,
        _ => return 0,
    };
    let mut places = [100, 10, 1].into_iter();
    let parts = decimals.bytes().map(|digit| {
        let digit = char::from(digit).to_digit(10)?;
        u16::try_from(digit)
            .ok()?
            .checked_mul(places.next().unwrap_or(0))
    });
    let part: Option<u16> = parts.sum();
    part.map(|part| whole + part)
        .filter(|it| *it <= 1000)
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_alone() {
        for (accept, alone) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/json;q=0.5", true),
            ("application/json;q=0", false),
            ("application/json, application/json;q=0.9", true),
            ("application/json, application/json;q=0", false),
            ("application/json, text/plain", false),
            ("application/json, */*", false),
            (" ,, application/json", true),
            ("application/jsonl", false),
            ("text/html", false),
            ("*/*", false),
            ("", false),
        ] {
            assert_eq!(is_json_alone(accept), alone, "{accept}");
        }
    }

    #[test]
    fn weights() {
        for (weight, expected) in [
            ("1", 1000),
            ("1.000", 1000),
            ("0", 0),
            ("0.", 0),
            ("0.5", 500),
            ("0.85", 850),
            ("0.123", 123),
            ("0.1239", 123),
            ("1.5", 0),
            ("2", 0),
            ("-0.5", 0),
            ("0.x", 0),
            ("", 0),
            (".5", 0),
        ] {
            assert_eq!(thousandths(weight), expected, "{weight}");
        }
    }

    #[test]
    fn text_or_json() {
        for (accept, text) in [
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                true,
            ),
            ("image/avif,image/webp,*/*;q=0.8", false),
            ("*/*", false),
            ("", false),
            ("text/*", true),
            ("text/plain;q=0.3, application/json;q=0.4", false),
            ("text/plain;q=0.4, application/json;q=0.3", true),
            ("text/plain;q=x", false),
            ("application/json, text/*;q=0.9", false),
        ] {
            assert_eq!(prefers_text(accept), text, "{accept}");
        }
    }
}
