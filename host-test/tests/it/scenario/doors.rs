//! What doors do to answers: `fixtures/scenarios/doors.txt`.

use std::collections::BTreeMap;
use std::path::Path;

use super::{field_of, lines, word};
use crate::stands::{Door, To};

/// What one door does to the component's answers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Habits {
    /// Fields on every answer.
    pub(crate) adds: Vec<(String, String)>,
    /// Fields on some answers.
    pub(crate) may_add: Vec<(String, String)>,
    /// Fields that callers have to send.
    pub(crate) wants: Vec<(String, String)>,
    /// Whether callers get a picture's record in place of a redirect.
    pub(crate) no_redirects: bool,
    /// Whether nothing can be compared there.
    pub(crate) closed: bool,
}

impl Habits {
    /// Whether requests and answers get through it as they are, but for fields
    /// that it adds.
    pub(crate) fn is_plain(&self) -> bool {
        !self.closed && !self.no_redirects && self.wants.is_empty()
    }
}

/// The habits of every door.
#[derive(Debug, Default)]
pub(crate) struct Doors(BTreeMap<String, Habits>);

impl Doors {
    pub(crate) fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let mut doors = Self::default();
        let mut names: Vec<String> = Vec::new();
        let mut explained = true;
        for (number, line) in lines(&text) {
            let at = format!("{}:{number}", path.display());
            let (first, rest) = word(line);
            match first {
                "door" => {
                    assert!(explained, "{at}: what stands before it has no reason");
                    names = rest.split(';').map(|name| name.trim().to_owned()).collect();
                }
                "why" => {
                    assert!(!rest.is_empty(), "{at}: no reason");
                    explained = true;
                }
                "+" | "?" | ">" | "no-redirects" | "closed" => {
                    explained = false;
                    assert!(!names.is_empty(), "{at}: no door");
                    for name in &names {
                        let habits = doors.0.entry(name.clone()).or_default();
                        match first {
                            "+" => habits.adds.push(field_of(rest, &at)),
                            "?" => habits.may_add.push(field_of(rest, &at)),
                            ">" => habits.wants.push(field_of(rest, &at)),
                            "no-redirects" => habits.no_redirects = true,
                            _ => habits.closed = true,
                        }
                    }
                }
                _ => panic!("{at}: {line:?}; accepted: door, +, ?, >, no-redirects, closed, why"),
            }
        }
        assert!(explained, "{}: the last door has no reason", path.display());
        doors
    }

    /// The doors that have any.
    pub(crate) fn named(&self) -> impl Iterator<Item = &String> {
        self.0.keys()
    }

    /// Those of this door and of all that it is one of.
    pub(crate) fn of(&self, door: &Door) -> Habits {
        let mut all = Habits::default();
        for name in &names(door) {
            if let Some(more) = self.0.get(name) {
                all.adds.extend_from_slice(&more.adds);
                all.may_add.extend_from_slice(&more.may_add);
                all.wants.extend_from_slice(&more.wants);
                all.no_redirects |= more.no_redirects;
                all.closed |= more.closed;
            }
        }
        all
    }
}

/// What a door is called: with more and more that say what it is.
pub(crate) fn names(door: &Door) -> Vec<String> {
    let group = |group: &str, name: &str| {
        let whole = format!("{name} ({})", door.variant);
        [group.to_owned(), name.to_owned(), whole]
    };
    let zip = |kind: &str| {
        let name = format!("{kind}.zip");
        let whole = format!(
            "{name} ({})",
            [door.name, door.variant].join(" ").trim_end()
        );
        ["zips".to_owned(), name, whole]
    };
    match door.to {
        To::Host => group("ours", door.name).into(),
        To::Component => group("gateways", door.name).into(),
        To::Function(kind) => [group("gateways", door.name), zip(kind)].concat(),
        To::Process(kind) => zip(kind).into(),
    }
}
