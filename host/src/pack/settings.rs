//! `edgepick.toml` as it lies in the zip: the user's own text, comments and
//! all, with its sources at their new places.

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TomlError, Value, value};

use crate::source::SourceSpec;

/// The key of the sources, and those of one of them.
const SOURCES: &str = "sources";
const PATH: &str = "path";
const BASE_URL: &str = "base_url";
const MOUNT: &str = "mount";

/// The text with `sources` in place of its own, and with that mount.
///
/// Sources that stand in the text already (`in_place`) keep their form and
/// their comments, and get their paths and addresses changed.
///
/// # Errors
///
/// When the text is no TOML.
pub(super) fn settings(
    text: &str,
    sources: &[SourceSpec],
    in_place: bool,
    mount: Option<&str>,
) -> Result<String, TomlError> {
    let mut document: DocumentMut = text.parse()?;
    if !in_place {
        document.remove(SOURCES);
    }
    match document.get_mut(SOURCES) {
        Some(Item::Value(Value::Array(array))) => {
            for (i, source) in sources.iter().enumerate().take(array.len()) {
                array.replace(i, entry(source));
            }
        }
        Some(Item::ArrayOfTables(tables)) => {
            for (table, source) in tables.iter_mut().zip(sources) {
                set(table, PATH, &path(source));
                if let Some(base_url) = &source.base_url {
                    set(table, BASE_URL, base_url);
                }
            }
        }
        _ if sources.is_empty() => {}
        _ => {
            let array: Array = sources.iter().map(entry).collect();
            document.insert(SOURCES, value(array));
        }
    }
    if let Some(mount) = mount {
        set(&mut document, MOUNT, mount);
    }
    Ok(document.to_string())
}

/// Sets a key; what stands around its old value stays.
fn set(table: &mut Table, key: &str, text: &str) {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) => {
            let decor = old.decor().clone();
            *old = text.into();
            *old.decor_mut() = decor;
        }
        None => {
            table.insert(key, value(text));
        }
    }
}

/// A source as its owner would write it: its path alone, or a table.
fn entry(source: &SourceSpec) -> Value {
    let mut table = InlineTable::new();
    table.insert(PATH, path(source).into());
    if let Some(category) = &source.category {
        table.insert("category", category.into());
    }
    if let Some(base_url) = &source.base_url {
        table.insert(BASE_URL, base_url.into());
    }
    if let Some(orientation) = source.orientation {
        table.insert("orientation", orientation.as_str().into());
    }
    if let Some(weight) = source.weight {
        table.insert("weight", i64::from(weight.get()).into());
    }
    if !source.tags.is_empty() {
        table.insert("tags", Value::Array(source.tags.iter().collect()));
    }
    if table.len() == 1 {
        path(source).into()
    } else {
        table.into()
    }
}

/// Places in a zip are text.
fn path(source: &SourceSpec) -> String {
    source.path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroU16;

    fn check(text: &str, sources: &[SourceSpec], in_place: bool, expected: &str) {
        let made = settings(text, sources, in_place, None).unwrap();
        assert_eq!(made, expected, "{text}");
        // Done again it changes nothing.
        let again = settings(&made, sources, in_place, None).unwrap();
        assert_eq!(again, expected, "{text}");
    }

    #[test]
    fn sources_keep_their_form_and_comments() {
        let plain = SourceSpec::new("list.txt");
        let full = SourceSpec {
            path: "b.csv".into(),
            category: Some(String::new()),
            base_url: Some("https://h/".to_owned()),
            orientation: Some(edgepick::catalogue::Orientation::Portrait),
            weight: NonZeroU16::new(3),
            tags: vec!["a".to_owned(), "b".to_owned()],
        };
        check(
            "# mine\nsources = [\n  \"x/a.txt\", # the first\n  { path = \"y/b.csv\" }, # the second\n]\nmax_age = 5 # short\n",
            &[plain.clone(), full.clone()],
            true,
            "# mine\nsources = [\n  \"list.txt\", # the first\n  { path = \"b.csv\", category = \"\", base_url = \"https://h/\", orientation = \"portrait\", weight = 3, tags = [\"a\", \"b\"] }, # the second\n]\nmax_age = 5 # short\n",
        );
        check(
            "max_age = 5\n[[sources]]\n# where\npath = \"x/a.txt\" # here\ncategory = \"c\"\n\n[[sources]]\npath = \"y\"\n\n[referrer]\nallow = []\n",
            &[plain.clone(), full],
            true,
            "max_age = 5\n[[sources]]\n# where\npath = \"list.txt\" # here\ncategory = \"c\"\n\n[[sources]]\npath = \"b.csv\"\nbase_url = \"https://h/\"\n\n[referrer]\nallow = []\n",
        );
        check(
            "[[sources]]\npath = \"x/a.txt\"\n\n[referrer] # who\nallow = []\n",
            &[plain],
            false,
            "sources = [\"list.txt\"]\n\n[referrer] # who\nallow = []\n",
        );
    }

    #[test]
    fn the_mount_is_put_in_or_changed() {
        for (text, expected) in [
            ("", "mount = \"/user/get\"\n"),
            ("# mine\n", "mount = \"/user/get\"\n# mine\n"),
            (
                "mount = '/x' # there\nmax_age = 5\n",
                "mount = \"/user/get\" # there\nmax_age = 5\n",
            ),
            (
                "max_age = 5\n\n# who\n[referrer]\nallow = []\n",
                "max_age = 5\nmount = \"/user/get\"\n\n# who\n[referrer]\nallow = []\n",
            ),
        ] {
            let made = settings(text, &[], true, Some("/user/get")).unwrap();
            assert_eq!(made, expected, "{text}");
        }
    }
}
