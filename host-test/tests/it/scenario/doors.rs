//! What doors do to answers: `fixtures/scenarios/doors.txt`.

use std::collections::BTreeMap;
use std::path::Path;

use super::{field_of, lines, word};
use crate::stands::Door;

/// What one door does to the component's answers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Habits {
    /// Fields on every answer.
    pub(crate) adds: Vec<(String, String)>,
    /// Fields on some answers.
    pub(crate) may_add: Vec<(String, String)>,
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
                "+" | "?" => {
                    explained = false;
                    assert!(!names.is_empty(), "{at}: no door");
                    for name in &names {
                        let habits = doors.0.entry(name.clone()).or_default();
                        let fields = match first {
                            "+" => &mut habits.adds,
                            _ => &mut habits.may_add,
                        };
                        fields.push(field_of(rest, &at));
                    }
                }
                _ => panic!("{at}: {line:?}; accepted: door, +, ?, why"),
            }
        }
        assert!(explained, "{}: the last door has no reason", path.display());
        doors
    }

    /// Those of all gateways, of this one, and of it in one variant.
    pub(crate) fn of(&self, door: &Door) -> Habits {
        let mut all = Habits::default();
        for name in &names(door) {
            if let Some(more) = self.0.get(name) {
                all.adds.extend_from_slice(&more.adds);
                all.may_add.extend_from_slice(&more.may_add);
            }
        }
        all
    }
}

/// What a door is called: with its like, alone, and in one variant.
pub(super) fn names(door: &Door) -> [String; 3] {
    let group = if door.is_ours() { "ours" } else { "gateways" };
    [
        group.to_owned(),
        door.name.to_owned(),
        format!("{} ({})", door.name, door.variant),
    ]
}
