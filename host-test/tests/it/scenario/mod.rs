//! The form of `fixtures/scenarios/`: requests and the answers that callers
//! see, whatever the door. `fixtures/README.md` explains it.

mod doors;
mod pattern;

use std::collections::BTreeMap;
use std::path::Path;

use crate::client::Reply;
use crate::stands::{Door, Pictures};
pub(crate) use doors::{Doors, Habits, names};
use pattern::Found;

/// Fields that say something of the connection and the clock, never of us.
const IGNORED: [&str; 2] = ["connection", "date"];

/// Said by every answer that has a body, and checked as it is read.
const LENGTH: &str = "content-length";

/// One file.
#[derive(Debug)]
pub(crate) struct File {
    /// Of the site: see `stands::Stand::new`.
    pub(crate) site: String,
    /// Doors that the file is not for.
    without: Vec<String>,
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
    pub(crate) body: Vec<u8>,
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
    /// Whether other fields do not matter: `< *`.
    pub(crate) open: bool,
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

/// An octet in hexadecimal digits.
fn byte(octet: &str, at: &str) -> u8 {
    u8::from_str_radix(octet, 16).unwrap_or_else(|e| panic!("{at}: {octet:?}: {e}"))
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
            without: Vec::new(),
            cases: Vec::new(),
        };
        let mut sets: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        let mut part = Part::Head;
        for (number, line) in lines(&text) {
            let at = format!("{file_name}:{number}");
            let (first, rest) = word(line);
            match (first, &part) {
                ("site", Part::Head) => rest.clone_into(&mut file.site),
                ("without", Part::Head) => file.without.extend(doors_of(rest, &at)),
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
                (_, Part::Head) => panic!("{at}: {line:?}; accepted: site, without, set, case"),
            }
        }
        assert!(!file.site.is_empty(), "{file_name}: no site");
        file
    }
}

/// The doors before a colon; a reason has to stand behind it.
fn doors_of(line: &str, at: &str) -> Vec<String> {
    let (doors, reason) = line
        .split_once(':')
        .unwrap_or_else(|| panic!("{at}: no reason"));
    assert!(!reason.trim().is_empty(), "{at}: no reason");
    doors
        .split(';')
        .map(|door| door.trim().to_owned())
        .collect()
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

impl File {
    /// The doors that it makes exceptions of.
    pub(crate) fn named(&self) -> impl Iterator<Item = &String> {
        let exceptions = self.cases.iter().flat_map(|case| &case.exceptions);
        let doors = exceptions.flat_map(|exception| &exception.doors);
        self.without.iter().chain(doors)
    }

    /// Whether the file is for this door.
    pub(crate) fn is_for(&self, door: &Door) -> bool {
        !names(door).iter().any(|name| self.without.contains(name))
    }
}

impl Case {
    fn new(name: String) -> Self {
        Self {
            name,
            method: String::new(),
            target: String::new(),
            headers: Vec::new(),
            body: Vec::new(),
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
            ">|" => self.body.extend_from_slice(rest.as_bytes()),
            ">x" => self
                .body
                .extend(rest.split(' ').map(|octet| byte(octet, at))),
            "except" => {
                let doors = doors_of(rest, at);
                let mut before = self.exceptions.iter().flat_map(|it| &it.doors);
                let twice = before.find(|door| doors.contains(door));
                assert!(twice.is_none(), "{at}: {twice:?} has an exception already");
                self.exceptions.push(Exception {
                    doors,
                    answer: Answer::default(),
                });
            }
            "<" => {
                let answer = self.answer();
                if answer.status.is_empty() {
                    rest.clone_into(&mut answer.status);
                } else if rest == "*" {
                    answer.open = true;
                } else {
                    answer.headers.extend(fields(rest, sets, at));
                }
            }
            "|" => self.answer().body.push(rest.to_owned()),
            _ => panic!("{at}: {first:?}; accepted: > >| >x < | except"),
        }
    }

    fn answer(&mut self) -> &mut Answer {
        match self.exceptions.last_mut() {
            Some(exception) => &mut exception.answer,
            None => &mut self.expected,
        }
    }

    /// What callers see at this door, if that is an exception: that of the name
    /// which says most of it.
    pub(crate) fn exception(&self, door: &Door) -> Option<&Answer> {
        let names = names(door);
        let of = |name: &String| {
            let mut exceptions = self.exceptions.iter();
            exceptions.find(|exception| exception.doors.contains(name))
        };
        names
            .iter()
            .rev()
            .find_map(of)
            .map(|exception| &exception.answer)
    }
}

impl Answer {
    /// What becomes of it where no redirect gets through: the record of the
    /// picture that it leads to.
    pub(crate) fn without_redirect(&self, method: &str) -> Self {
        let named = |name: &str| self.headers.iter().find(|field| field.0 == name);
        let (Some((_, url)), Some((_, id))) = (named("location"), named("x-image-id")) else {
            return self.clone();
        };
        let of_redirects = ["location", "referrer-policy", "content-type", LENGTH];
        let mut headers = self.headers.clone();
        headers.retain(|(name, _)| !of_redirects.contains(&name.as_str()));
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
        let body = match method {
            "HEAD" => {
                headers.push((LENGTH.to_owned(), "$number".to_owned()));
                Vec::new()
            }
            _ => vec![format!(r#"{{"id":"{id}","url":"{url}"$any"#)],
        };
        Self {
            status: "200".to_owned(),
            headers,
            body,
            open: self.open,
        }
    }

    /// What is wrong with the answer of a door with these habits.
    pub(crate) fn differences(
        &self,
        reply: &Reply,
        pictures: &Pictures,
        habits: &Habits,
    ) -> Vec<String> {
        let mut found = Found::new(pictures);
        let mut wrong = Vec::new();
        if found.find(&self.status, &reply.status.to_string()).is_err() {
            wrong.push(format!(
                "status {} instead of {}",
                reply.status, self.status
            ));
        }
        let mut expected: Vec<_> = self.headers.iter().chain(&habits.adds).collect();
        let mut possible: Vec<_> = habits.may_add.iter().collect();
        for (name, value) in &reply.headers {
            if IGNORED.contains(&name.as_str()) || (name == LENGTH && !self.body.is_empty()) {
                continue;
            }
            let place =
                |fields: &[&(String, String)]| fields.iter().position(|field| field.0 == *name);
            let field = match (place(&expected), place(&possible)) {
                (Some(place), _) => expected.remove(place),
                (None, Some(place)) => possible.remove(place),
                (None, None) if self.open => continue,
                (None, None) => {
                    wrong.push(format!("unexpected field {name}: {value}"));
                    continue;
                }
            };
            let pattern = &field.1;
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
