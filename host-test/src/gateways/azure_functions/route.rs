//! Routes and the host's idea of a path: it decodes all but slashes, and
//! escapes again what it passes on.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use super::Options;

/// What does not stand in a path as it is. `%` stands where it begins an
/// escape, and only there.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A request's path, for the function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Route {
    /// Escaped again, with the route prefix.
    pub(super) path: String,
    /// The part that the route calls `path`, decoded.
    pub(super) parameter: Option<String>,
}

impl Route {
    /// `None` where no route has the path.
    pub(super) fn find(options: &Options, sent: &str) -> Option<Self> {
        let decoded = decoded(sent);
        let below = |path: &str, prefix: &str| -> Option<String> {
            let (first, rest) = path.split_at_checked(prefix.len())?;
            // Routes do not mind upper and lower case.
            let rest = first.eq_ignore_ascii_case(prefix).then_some(rest)?;
            let there = prefix.is_empty() || rest.is_empty() || rest.starts_with('/');
            there.then(|| rest.trim_start_matches('/').to_owned())
        };
        let rest = below(decoded.trim_start_matches('/'), &options.route_prefix)?;
        let parameter = if options.no_route {
            below(&rest, &options.function).filter(|rest| rest.is_empty())?;
            None
        } else {
            (!rest.is_empty()).then_some(rest)
        };
        Some(Self {
            path: escaped(&decoded),
            parameter,
        })
    }
}

/// Segments that are no UTF-8 stay as they are.
fn decoded(path: &str) -> String {
    let mut decoded = String::new();
    let mut rest = path;
    loop {
        let slash = rest.to_ascii_lowercase().find("%2f");
        let (piece, behind) = rest.split_at(slash.unwrap_or(rest.len()));
        match percent_decode_str(piece).decode_utf8() {
            Ok(text) => decoded.push_str(&text),
            Err(_) => decoded.push_str(piece),
        }
        if slash.is_none() {
            return decoded;
        }
        let (slash, behind) = behind.split_at(3);
        decoded.push_str(slash);
        rest = behind;
    }
}

fn escaped(path: &str) -> String {
    let mut escaped = String::new();
    let mut pieces = path.split('%');
    let first = pieces.next().unwrap_or_default();
    escaped.extend(utf8_percent_encode(first, ESCAPED));
    for piece in pieces {
        let mut digits = piece.bytes();
        let hex = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_hexdigit());
        let escape = hex(digits.next()) && hex(digits.next());
        escaped.push_str(if escape { "%" } else { "%25" });
        escaped.extend(utf8_percent_encode(piece, ESCAPED));
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_decoded_and_escaped_again() {
        for (sent, inside, outside) in [
            ("/a%20b", "/a b", "/a%20b"),
            ("/%63ity", "/city", "/city"),
            ("/a%2Fb%2fc", "/a%2Fb%2fc", "/a%2Fb%2fc"),
            ("/%E7%8C%AB", "/猫", "/%E7%8C%AB"),
            ("/%e7%8c%ab", "/猫", "/%E7%8C%AB"),
            ("/%ff", "/%ff", "/%ff"),
            ("/%3F%23", "/?#", "/%3F%23"),
            ("/100%25", "/100%", "/100%25"),
            ("/%2541", "/%41", "/%41"),
        ] {
            let decoded = decoded(sent);
            assert_eq!(decoded, inside);
            assert_eq!(escaped(&decoded), outside);
        }
    }
}
