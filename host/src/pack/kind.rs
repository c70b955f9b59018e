//! What a kind of function wants in its zip, and what its owner does with it.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::{KINDS, PackError, Site};
use crate::heads;
use crate::runner_engine::Architecture;

/// Mode of what is run.
pub(super) const PROGRAM: u32 = 0o755;
/// Mode of what is read.
pub(super) const TEXT: u32 = 0o644;

/// A file of a zip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File<'a> {
    /// Its path from the root, with `/` between folders.
    pub name: Cow<'a, str>,
    /// Its permission bits.
    pub mode: u32,
    /// Its content.
    pub bytes: Cow<'a, [u8]>,
}

/// A file that is the same for every site. `{zip}` in it stands for the name
/// of the zip, inside a quoted text of JSON or YAML, `{arch}` for the
/// architecture's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text {
    pub(super) name: &'static str,
    pub(super) mode: u32,
    pub(super) text: &'static str,
}

/// What the owner of a zip does next. `{zip}` stands for its name, `{arch}` for
/// the architecture's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Something to do or to know. Begins a new point.
    Do(&'static str),
    /// A command of the point before it.
    Type(&'static str),
}

/// One kind of function of one platform.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Its name: what `--for` and the runner's `--platform` take. The first
    /// kind of a platform has the platform's name.
    pub name: &'static str,
    /// The platform, as `gateway.handle` names it.
    pub platform: &'static str,
    /// The product and the kind of function, as the vendor names them.
    pub title: &'static str,
    /// What the runner is called in the zip.
    pub program: &'static str,
    /// The most bytes that the platform's plain upload takes, where its
    /// documents say so.
    pub limit: Option<usize>,
    /// What the platform runs it on, as its documents say.
    pub architectures: &'static [Architecture],
    /// From zip to address.
    pub steps: &'static [Step],
    pub(super) texts: &'static [Text],
}

impl Kind {
    /// The zip's name when the user gives none.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("edgepick-{}.zip", self.name)
    }

    /// What the platform starts and reads: the runner under its name there,
    /// and the files that say how it is started.
    pub(super) fn files<'a>(
        &'a self,
        runner: &'a [u8],
        zip: &str,
        architecture: Architecture,
    ) -> Vec<File<'a>> {
        let quoted = serde_json::Value::from(zip).to_string();
        let zip = quoted.get(1..quoted.len() - 1).unwrap_or_default();
        let texts = self.texts.iter().map(|text| File {
            name: text.name.into(),
            mode: text.mode,
            bytes: filled(text.text, zip, architecture).into_bytes().into(),
        });
        std::iter::once(File {
            name: self.program.into(),
            mode: PROGRAM,
            bytes: runner.into(),
        })
        .chain(texts)
        .collect()
    }

    /// Whether the platform runs it on that architecture.
    ///
    /// # Errors
    ///
    /// When its documents do not say so.
    pub fn runs_on(&self, architecture: Architecture) -> Result<(), PackError> {
        if self.architectures.contains(&architecture) {
            return Ok(());
        }
        Err(PackError::Architecture {
            kind: self.name,
            architecture,
            accepted: words(self.architectures.iter().map(|it| it.name())),
            kinds: words(
                KINDS
                    .iter()
                    .filter(|kind| kind.architectures.contains(&architecture))
                    .map(|kind| kind.name),
            ),
        })
    }

    /// Bytes of the site's longest address, where the platform lets no redirect
    /// to it through.
    #[must_use]
    pub fn lost(&self, site: &Site) -> Option<usize> {
        let longest = site.prepared.as_ref()?.longest;
        let most = heads::longest_address(self.name)?;
        Some(longest).filter(|longest| *longest > most)
    }

    /// The names that the site's own files must leave to the kind.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        let texts = self.texts.iter().map(|text| text.name);
        std::iter::once(self.program).chain(texts)
    }

    /// The steps as a numbered list, for terminals and Markdown alike. `zip`
    /// is the file's name.
    #[must_use]
    pub fn next_steps(&self, zip: &str, architecture: Architecture) -> String {
        let filled = |text| filled(text, zip, architecture);
        let mut text = String::new();
        let mut points = 0;
        let mut after_command = false;
        for step in self.steps {
            // Writing to a String does not fail.
            let _ = match step {
                Step::Do(what) => {
                    points += 1;
                    let gap = if after_command { "\n" } else { "" };
                    writeln!(text, "{gap}{points}. {}", filled(what))
                }
                Step::Type(command) => {
                    let gap = if after_command { "" } else { "\n" };
                    writeln!(text, "{gap}       {}", filled(command))
                }
            };
            after_command = matches!(step, Step::Type(_));
        }
        text
    }
}

fn words(words: impl Iterator<Item = &'static str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

fn filled(text: &str, zip: &str, architecture: Architecture) -> String {
    text.replace("{arch}", architecture.name())
        .replace("{zip}", zip)
}
