//! What the extensions other than `.http` take of a result: `.json` all of it,
//! `.text`, `.html` and `.svg` the member of their name (`webactions.md`,
//! "Content extensions"). No event says which one its caller used, so that a
//! result has a member for each.

use serde_json::Value;

use super::super::request::text;
use crate::answer::{Record, escape, html_page};

/// Adds to an answer of the public interface what shows it as text, as a page
/// and as a drawing.
pub(super) fn add(answer: &mut Value) {
    let pictures = match answer.get("images").and_then(Value::as_array) {
        Some(images) => images.as_slice(),
        None => std::slice::from_ref(&*answer),
    };
    let urls: Vec<&str> = pictures.iter().filter_map(|it| text(it, "url")).collect();
    let lines = match (urls.as_slice(), text(answer, "error")) {
        ([], Some(error)) => format!("{error}\n"),
        ([], None) => format!("{answer}\n"),
        (urls, _) => urls.iter().map(|url| format!("{url}\n")).collect(),
    };
    let pages: String = pictures.iter().filter_map(page).collect();
    let page = if pages.is_empty() {
        element("<pre>", &lines, "</pre>\n")
    } else {
        pages
    };
    let drawing = match pictures.iter().find_map(drawing) {
        Some(drawing) => drawing,
        None => element(
            "<svg xmlns=\"http://www.w3.org/2000/svg\"><text y=\"1em\">",
            &lines,
            "</text></svg>\n",
        ),
    };
    if let Some(members) = answer.as_object_mut() {
        for (name, value) in [("text", lines), ("html", page), ("svg", drawing)] {
            members.insert(name.to_owned(), value.into());
        }
    }
}

fn element(begin: &str, content: &str, end: &str) -> String {
    let mut element = begin.to_owned();
    escape(content, &mut element);
    element + end
}

fn page(picture: &Value) -> Option<String> {
    let record = Record {
        id: String::new(),
        url: text(picture, "url")?.to_owned(),
        width: None,
        height: None,
        orientation: None,
        category: None,
        tags: Vec::new(),
        title: text(picture, "title"),
        author: text(picture, "author"),
        source: None,
        license: text(picture, "license"),
    };
    Some(html_page(&record, "no-referrer"))
}

fn drawing(picture: &Value) -> Option<String> {
    let url = text(picture, "url")?;
    let size = |name| picture.get(name).and_then(Value::as_u64);
    let begin = match (size("width"), size("height")) {
        (Some(width), Some(height)) => format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\">\
             <image width=\"{width}\" height=\"{height}\" href=\""
        ),
        _ => "<svg xmlns=\"http://www.w3.org/2000/svg\">\
              <image width=\"100%\" height=\"100%\" href=\""
            .to_owned(),
    };
    Some(element(&begin, url, "\"/></svg>\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn members(answer: Value) -> [String; 3] {
        let mut added = answer.clone();
        add(&mut added);
        for (name, value) in answer.as_object().unwrap() {
            assert_eq!(&added[name], value);
        }
        ["text", "html", "svg"].map(|name| added[name].as_str().unwrap().to_owned())
    }

    #[test]
    fn a_picture_is_shown_in_each_form() {
        let url = "https://i.example/1.webp?a=1&b=2";
        let [text, html, svg] =
            members(json!({"id": "x", "url": url, "width": 16, "height": 9, "title": "<A>"}));
        assert_eq!(text, format!("{url}\n"));
        assert!(
            html.contains("<img src=\"https://i.example/1.webp?a=1&amp;b=2\" alt=\"&lt;A&gt;\"")
        );
        assert_eq!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 9\"><image width=\"16\" \
             height=\"9\" href=\"https://i.example/1.webp?a=1&amp;b=2\"/></svg>\n"
        );
        let [_, _, svg] = members(json!({"url": url}));
        assert!(svg.contains("width=\"100%\""));
    }

    #[test]
    fn several_pictures_errors_and_other_answers_have_a_text() {
        let [text, html, svg] =
            members(json!({"count": 2, "images": [{"url": "a"}, {"url": "b"}]}));
        assert_eq!(text, "a\nb\n");
        assert_eq!(html.matches("<img").count(), 2);
        assert!(svg.contains("\"a\""));
        let [text, html, svg] = members(json!({"error": "a < b", "code": "no_match"}));
        assert_eq!(
            (text.as_str(), html.as_str()),
            ("a < b\n", "<pre>a &lt; b\n</pre>\n")
        );
        assert!(svg.contains("a &lt; b"));
        let [text, ..] = members(json!({"pictures": 7}));
        assert_eq!(text, "{\"pictures\":7}\n");
    }
}
