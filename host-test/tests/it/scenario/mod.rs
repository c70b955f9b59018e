//! The form of `fixtures/scenarios/`: requests and the answers that callers
//! see, whatever the door. `fixtures/README.md` explains it.

mod pattern;

use std::collections::BTreeMap;
use std::path::Path;

use crate::client::Reply;
use crate::stands::Pictures;
pub(crate) use pattern::Found;

/// Fields that say something of the connection and the clock, never of us.
const IGNORED: [&str; 2] = ["connection", "date"];

/// Said by every answer that has a body, and checked as it is read.
const LENGTH: &str = "content-length";

/// One file.
#[derive(Debug)]
pub(crate) struct File {
    /// Of the site: see `stands::Stand::new`.
    pub(crate) site: String,
    pub(crate) cases: Vec<Case>,
}

/// A request and what comes of it.
#[derive(Debug)]
pub(crate) struct Case {
    /// File, line and name.
    pub(crate) name: String,
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    pub(crate) expected: Answer,
    /// Other answers at some doors.
    pub(crate) exceptions: Vec<Exception>,
}

/// What some doors answer instead.
#[derive(Debug)]
pub(crate) struct Exception {
    pub(crate) doors: Vec<String>,
    pub(crate) answer: Answer,
}

/// An answer as a caller sees it; texts are patterns.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<String>,
}

/// What a door adds to every answer, but for exceptions.
#[derive(Debug, Default)]
pub(crate) struct Additions(BTreeMap<String, Vec<(String, String)>>);

impl Additions {
    /// Reads `doors.txt`.
    pub(crate) fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let mut additions = Self::default();
        let mut door = None;
        for (number, line) in lines(&text) {
            let at = format!("{}:{number}", path.display());
            match word(line) {
                ("door", name) => door = Some(name.to_owned()),
                ("why", reason) => assert!(!reason.is_empty(), "{at}: no reason"),
                ("+", field) => {
                    let door = door.clone().unwrap_or_else(|| panic!("{at}: no door"));
                    additions
                        .0
                        .entry(door)
                        .or_default()
                        .push(field_of(field, &at));
                }
                _ => panic!("{at}: {line:?}; accepted: door, +, why"),
            }
        }
        additions
    }

    pub(crate) fn of(&self, door: &str) -> &[(String, String)] {
        self.0.get(door).map_or(&[], Vec::as_slice)
    }
}

/// Lines that say something, with their numbers.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = text.lines().enumerate().map(|(i, line)| (i + 1, line));
    numbered.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
}

/// The first word and the rest.
fn word(line: &str) -> (&str, &str) {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    (word, rest.trim_start())
}

fn field_of(line: &str, at: &str) -> (String, String) {
    let (name, value) = line
        .split_once(':')
        .unwrap_or_else(|| panic!("{at}: no field: {line:?}"));
    (name.trim().to_ascii_lowercase(), value.trim().to_owned())
}

/// A target with `{x*200}` spelled out.
fn repeated(target: &str) -> String {
    let spelled_out = || {
        let (before, rest) = target.split_once('{')?;
        let (inside, behind) = rest.split_once('}')?;
        let (text, count) = inside.split_once('*')?;
        Some(format!(
            "{before}{}{behind}",
            text.repeat(count.parse().ok()?)
        ))
    };
    spelled_out().unwrap_or_else(|| target.to_owned())
}

/// Which lines come next.
enum Part {
    Head,
    Set(String),
    Case,
}

impl File {
    pub(crate) fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let file_name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut file = Self {
            site: String::new(),
            cases: Vec::new(),
        };
        let mut sets: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        let mut part = Part::Head;
        for (number, line) in lines(&text) {
            let at = format!("{file_name}:{number}");
            let (first, rest) = word(line);
            match (first, &part) {
                ("site", Part::Head) => rest.clone_into(&mut file.site),
                ("set", _) => part = Part::Set(rest.to_owned()),
                ("case", _) => {
                    file.cases.push(Case::new(format!("{at} {rest}")));
                    part = Part::Case;
                }
                (_, Part::Set(name)) => {
                    let fields = fields(line, &sets, &at);
                    sets.entry(name.clone()).or_default().extend(fields);
                }
                (_, Part::Case) => file.cases.last_mut().unwrap().add(first, rest, &sets, &at),
                (_, Part::Head) => panic!("{at}: {line:?}; accepted: site, set, case"),
            }
        }
        assert!(!file.site.is_empty(), "{file_name}: no site");
        file
    }
}

/// A field, or those of a set.
fn fields(
    line: &str,
    sets: &BTreeMap<String, Vec<(String, String)>>,
    at: &str,
) -> Vec<(String, String)> {
    match line.strip_prefix('@') {
        Some(set) => sets
            .get(set)
            .unwrap_or_else(|| panic!("{at}: no set {set}"))
            .clone(),
        None => vec![field_of(line, at)],
    }
}

impl Case {
    fn new(name: String) -> Self {
        Self {
            name,
            method: String::new(),
            target: String::new(),
            headers: Vec::new(),
            body: String::new(),
            expected: Answer::default(),
            exceptions: Vec::new(),
        }
    }

    fn add(
        &mut self,
        first: &str,
        rest: &str,
        sets: &BTreeMap<String, Vec<(String, String)>>,
        at: &str,
    ) {
        match first {
            ">" if self.method.is_empty() => {
                let (method, target) = word(rest);
                (self.method, self.target) = (method.to_owned(), repeated(target));
            }
            ">" => self.headers.push(field_of(rest, at)),
            ">|" => self.body.push_str(rest),
            "except" => {
                let (doors, reason) = rest
                    .split_once(':')
                    .unwrap_or_else(|| panic!("{at}: no reason"));
                assert!(!reason.trim().is_empty(), "{at}: no reason");
                let doors = doors
                    .split(',')
                    .map(|door| door.trim().to_owned())
                    .collect();
                self.exceptions.push(Exception {
                    doors,
                    answer: Answer::default(),
                });
            }
            "<" => {
                let answer = self.answer();
                if answer.status.is_empty() {
                    rest.clone_into(&mut answer.status);
                } else {
                    answer.headers.extend(fields(rest, sets, at));
                }
            }
            "|" => self.answer().body.push(rest.to_owned()),
            _ => panic!("{at}: {first:?}; accepted: > >| < | except"),
        }
    }

    fn answer(&mut self) -> &mut Answer {
        match self.exceptions.last_mut() {
            Some(exception) => &mut exception.answer,
            None => &mut self.expected,
        }
    }

    /// What callers see at this door, if that is an exception.
    pub(crate) fn exception(&self, door: &str) -> Option<&Answer> {
        let exception = self
            .exceptions
            .iter()
            .find(|e| e.doors.iter().any(|name| name == door));
        exception.map(|exception| &exception.answer)
    }
}

impl Answer {
    /// What is wrong with an answer that has to have these fields too.
    pub(crate) fn differences(
        &self,
        reply: &Reply,
        pictures: &Pictures,
        additions: &[(String, String)],
    ) -> Vec<String> {
        let mut found = Found::new(pictures);
        let mut wrong = Vec::new();
        if self.status != reply.status.to_string() {
            wrong.push(format!(
                "status {} instead of {}",
                reply.status, self.status
            ));
        }
        let mut expected: Vec<_> = self.headers.iter().chain(additions).collect();
        for (name, value) in &reply.headers {
            if IGNORED.contains(&name.as_str()) || (name == LENGTH && !self.body.is_empty()) {
                continue;
            }
            let Some(place) = expected.iter().position(|field| field.0 == *name) else {
                wrong.push(format!("unexpected field {name}: {value}"));
                continue;
            };
            let (_, pattern) = expected.remove(place);
            if let Err(why) = found.find(pattern, value) {
                wrong.push(format!(
                    "{name}: {value}\n      instead of {pattern} ({why})"
                ));
            }
        }
        for (name, value) in expected {
            wrong.push(format!("missing field {name}: {value}"));
        }
        let body = self.body.join("\n");
        match std::str::from_utf8(&reply.body) {
            Ok(text) => {
                if let Err(why) = found.find(&body, text) {
                    wrong.push(format!("body {text:?}\n      instead of {body:?} ({why})"));
                }
            }
            Err(e) => wrong.push(format!("the body is no text: {e}")),
        }
        wrong
    }
}
