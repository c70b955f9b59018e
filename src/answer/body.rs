//! The bodies of answers.

use memchr::{memchr2, memchr3};
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use super::ResponseFields;

/// Bytes with their media type.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) media_type: &'static str,
    pub(crate) content_security_policy: Option<&'static str>,
    pub(crate) bytes: Vec<u8>,
}

/// A page of ours shows pictures and its own style, and runs nothing.
const PAGE_POLICY: &str = "default-src 'none'; img-src *; style-src 'unsafe-inline'";

impl Body {
    fn new(media_type: &'static str, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            media_type,
            content_security_policy: None,
            bytes: bytes.into(),
        }
    }

    /// What cannot be serialised becomes `null`; the types here all can.
    pub(crate) fn json(value: &impl Serialize) -> Self {
        Self::new(
            "application/json",
            serde_json::to_vec(value).unwrap_or_else(|_| b"null".to_vec()),
        )
    }

    pub(crate) fn text(text: String) -> Self {
        Self::new("text/plain; charset=utf-8", text)
    }

    pub(crate) fn html(page: String) -> Self {
        let mut body = Self::new("text/html; charset=utf-8", page);
        body.content_security_policy = Some(PAGE_POLICY);
        body
    }

    /// The note that goes with a redirect.
    pub(crate) fn note(note: String) -> Self {
        Self::new("text/html; charset=utf-8", note)
    }

    pub(crate) fn svg(image: &'static str) -> Self {
        Self::new("image/svg+xml", image)
    }

    /// The bytes; what they are is said in the fields.
    pub(super) fn into_bytes(self, fields: &mut ResponseFields) -> Vec<u8> {
        fields.put("content-type: ", self.media_type);
        fields.put(
            "content-length: ",
            itoa::Buffer::new().format(self.bytes.len()),
        );
        if let Some(policy) = self.content_security_policy {
            fields.put("content-security-policy: ", policy);
        }
        self.bytes
    }

    /// A strong validator: two bodies with one tag are the same bytes.
    pub(crate) fn etag(&self) -> String {
        format!("\"{:016x}\"", xxh3_64(&self.bytes))
    }
}

/// A picture as the public interface shows it.
#[derive(Debug, Serialize)]
pub(crate) struct Record<'a> {
    pub(crate) id: String,
    pub(crate) url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) height: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) orientation: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) category: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tags: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) author: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) license: Option<&'a str>,
}

/// A short hypertext note (RFC 9110 section 15.4): the link itself.
pub(crate) fn html_note(url: &str) -> String {
    let mut note = String::with_capacity(url.len() * 2 + 16);
    note.push_str("<a href=\"");
    let start = note.len();
    escape(url, &mut note);
    let escaped = start..note.len();
    note.push_str("\">");
    note.extend_from_within(escaped);
    note.push_str("</a>\n");
    note
}

/// A page that shows the picture and says whose it is.
pub(crate) fn html_page(picture: &Record<'_>, referrer_policy: &str) -> String {
    let mut page = String::from(
        "<!doctype html><html><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>",
    );
    let title = picture.title.unwrap_or("A picture");
    escape(title, &mut page);
    page.push_str(
        "</title><style>html,body{margin:0;height:100%;background:#111}\
         img{width:100%;height:100%;object-fit:contain;display:block}\
         p{position:fixed;bottom:0;margin:0;padding:.3em .6em;font:14px sans-serif;color:#eee;background:#0008}\
         </style></head><body><img src=\"",
    );
    escape(&picture.url, &mut page);
    page.push_str("\" alt=\"");
    escape(title, &mut page);
    page.push_str("\" referrerpolicy=\"");
    escape(referrer_policy, &mut page);
    page.push_str("\">");
    let credit: Vec<&str> = [picture.author, picture.license]
        .into_iter()
        .flatten()
        .collect();
    if !credit.is_empty() {
        page.push_str("<p>");
        escape(&credit.join(", "), &mut page);
        page.push_str("</p>");
    }
    page.push_str("</body></html>\n");
    page
}

/// Text as it may stand in HTML, within quotes too.
pub(crate) fn escape(text: &str, into: &mut String) {
    let bytes = text.as_bytes();
    // Two vectors of marks: most URLs have none.
    if memchr3(b'&', b'<', b'>', bytes).is_none() && memchr2(b'"', b'\'', bytes).is_none() {
        into.push_str(text);
        return;
    }
    for character in text.chars() {
        match character {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' => into.push_str("&quot;"),
            '\'' => into.push_str("&#39;"),
            plain => into.push(plain),
        }
    }
}

/// What is sent when no picture can be and the settings ask for one: a grey
/// field with a broken frame.
pub(crate) const PLACEHOLDER: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"640\" height=\"360\" viewBox=\"0 0 640 360\">\
<rect width=\"640\" height=\"360\" fill=\"#ddd\"/>\
<path d=\"M250 120h140v120H250zM250 240l50-60 34 36 20-22 36 46\" fill=\"none\" stroke=\"#999\" stroke-width=\"8\" stroke-linejoin=\"round\"/></svg>\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_list_stays_text() {
        let note = html_note("https://h/?a=1&b=\"><script>");
        assert_eq!(
            note,
            "<a href=\"https://h/?a=1&amp;b=&quot;&gt;&lt;script&gt;\">https://h/?a=1&amp;b=&quot;&gt;&lt;script&gt;</a>\n"
        );
    }

    #[test]
    fn entity_tags_follow_the_bytes() {
        let tag = |text: &str| Body::text(text.to_owned()).etag();
        assert_eq!(tag("a"), tag("a"));
        assert_ne!(tag("a"), tag("b"));
    }
}
