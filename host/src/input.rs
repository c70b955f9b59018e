//! From lists and settings to a packed site.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use edgepick::catalogue::{Duplicate, Entry, PackError, Packed, pack};
use edgepick::settings::{BadSetting, Settings};
use percent_encoding::{CONTROLS, utf8_percent_encode};

use crate::config::{Config, ConfigError};
use crate::source::{self, Limits, Loaded, Origins, Problems, Progress, SourceSpec, Warning};

/// What a site is to be made from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    /// Lists, folders and ranges; when empty, those that the settings file
    /// names.
    pub sources: Vec<PathBuf>,
    /// The settings file.
    pub config: Option<PathBuf>,
    /// The address of folders that have none of their own.
    pub base_url: Option<String>,
    /// Whether one bad line refuses the whole.
    pub strict: bool,
    /// Whether the site itself says, at `/info`, what was left out.
    pub public: bool,
    /// How much is read.
    pub limits: Limits,
}

/// A packed site and what was noticed on the way.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// What [`bake`](crate::bake::bake) takes.
    pub packed: Packed,
    /// What the site may do.
    pub settings: Settings,
    /// What was left out.
    pub problems: Problems,
    /// Remarks on the sources.
    pub warnings: Vec<Warning>,
    /// Bytes of the longest address.
    pub longest: usize,
    /// Entries with the same URL that said different things, with their
    /// places.
    pub conflicts: Vec<String>,
}

/// Why there is no packed site. Displays as one problem a line.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// The settings file.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The prefix that an option or a variable names.
    #[error("{0}: {1}")]
    Mount(&'static str, BadSetting),
    /// The sources.
    #[error(transparent)]
    Sources(#[from] Problems),
    /// An entry, or all of them together.
    #[error("{0}")]
    Pack(String),
    /// The settings as JSON.
    #[error("the settings cannot be written: {0}")]
    Settings(#[from] serde_json::Error),
}

impl Input {
    /// Reads and packs. `progress` is called on the way.
    ///
    /// # Errors
    ///
    /// When the settings or the sources are wrong; each problem is named with
    /// file, line and column.
    pub fn prepare(&self, progress: &mut dyn FnMut(Progress<'_>)) -> Result<Prepared, InputError> {
        self.prepare_from(&self.resolve()?, progress, &mut io::stdin())
    }

    /// What the settings file says, with the sources that are to be read.
    pub(crate) fn resolve(&self) -> Result<Config, ConfigError> {
        let mut config = self
            .config
            .as_deref()
            .map(Config::read)
            .transpose()?
            .unwrap_or_default();
        if !self.sources.is_empty() {
            config.sources = self.sources.iter().map(SourceSpec::new).collect();
        }
        for source in &mut config.sources {
            source.base_url = source.base_url.take().or_else(|| self.base_url.clone());
        }
        Ok(config)
    }

    /// The same from settings that were read before; the sources are theirs,
    /// and `-` among them is `stdin`.
    ///
    /// # Errors
    ///
    /// When the sources are wrong.
    pub fn prepare_from(
        &self,
        config: &Config,
        progress: &mut dyn FnMut(Progress<'_>),
        stdin: &mut dyn Read,
    ) -> Result<Prepared, InputError> {
        let loaded = source::load(&config.sources, self.strict, self.limits, progress, stdin)?;
        let Loaded {
            entries,
            origins,
            problems,
            warnings,
        } = loaded;
        let mut settings = config.settings.clone();
        if self.public {
            settings.problems = said(&problems);
        }
        let longest = longest(&entries);
        progress(Progress::Packing {
            entries: entries.len(),
        });
        let packed = pack_site(&settings, entries, &origins)?;
        Ok(Prepared {
            longest,
            conflicts: conflicts(&packed.duplicates, &origins),
            packed,
            settings,
            problems,
            warnings,
        })
    }
}

/// A path prefix as callers' requests have it: what is not ASCII is encoded as
/// in an address.
///
/// # Errors
///
/// When it is no path, or one that no request has.
pub fn mount(text: &str) -> Result<String, BadSetting> {
    let settings = Settings {
        mount: utf8_percent_encode(text, CONTROLS).to_string(),
        ..Settings::default()
    };
    settings.check(&[], &[])?;
    if text.contains("//") || text.contains(|c: char| c == '#' || c.is_control()) {
        return Err(BadSetting {
            key: "mount",
            value: text.to_owned(),
            accepted: "a path such as /user/get".to_owned(),
        });
    }
    Ok(settings.mount)
}

fn longest(entries: &[Entry]) -> usize {
    let lengths = entries.iter().map(|entry| entry.url.len());
    lengths.max().unwrap_or_default()
}

/// Problems as the site says them.
fn said(problems: &Problems) -> Vec<String> {
    problems.to_string().lines().map(str::to_owned).collect()
}

/// A site without a picture, that answers `503` with the reason: for a program
/// whose input is wrong and that is started again and again if it gives up.
///
/// # Errors
///
/// Never: nothing in it can be wrong.
pub fn unavailable(error: &InputError) -> Result<Packed, InputError> {
    let settings = Settings {
        problems: error.to_string().lines().map(str::to_owned).collect(),
        ..Settings::default()
    };
    pack_site(&settings, Vec::new(), &Origins::default())
}

/// Packs entries whose origins are known, so that a message can name them.
fn pack_site(
    settings: &Settings,
    entries: Vec<Entry>,
    origins: &Origins,
) -> Result<Packed, InputError> {
    let settings = serde_json::to_vec(settings)?;
    pack(&settings, entries).map_err(|PackError { entries, reason }| {
        let places: Vec<_> = entries.iter().map(|entry| place(origins, *entry)).collect();
        let places = places.join(" and ");
        let colon = if places.is_empty() { "" } else { ": " };
        InputError::Pack(format!("{places}{colon}{reason}"))
    })
}

/// Duplicates of which a value was dropped.
fn conflicts(duplicates: &[Duplicate], origins: &Origins) -> Vec<String> {
    duplicates
        .iter()
        .filter(|duplicate| !duplicate.dropped.is_empty())
        .map(
            |Duplicate {
                 url,
                 first,
                 again,
                 dropped,
             }| {
                format!(
                    "{}: {url} stands at {} too, with other {}; one value of each is kept",
                    place(origins, *again),
                    place(origins, *first),
                    dropped.join(", ")
                )
            },
        )
        .collect()
}

fn place(origins: &Origins, entry: usize) -> String {
    origins
        .get(entry)
        .map_or_else(|| format!("entry {entry}"), |origin| origin.to_string())
}

/// The settings file that is read when none is named: `edgepick.toml` in the
/// working folder, if there is one.
#[must_use]
pub fn default_config() -> Option<PathBuf> {
    let path = Path::new("edgepick.toml");
    path.is_file().then(|| path.to_owned())
}

/// Real public pictures to begin with, with their authors and sources.
pub(crate) const SAMPLE: &[u8] = include_bytes!("../../fixtures/catalogues/sample.json");

/// The embedded sample.
///
/// # Errors
///
/// Never, as long as its test passes.
pub fn sample() -> Result<Prepared, InputError> {
    let source = SourceSpec::new("-");
    let loaded = source::load(
        &[source],
        true,
        Limits::default(),
        &mut |_| {},
        &mut &*SAMPLE,
    )?;
    let settings = Settings::default();
    let longest = longest(&loaded.entries);
    let packed = pack_site(&settings, loaded.entries, &loaded.origins)?;
    Ok(Prepared {
        longest,
        packed,
        settings,
        problems: loaded.problems,
        warnings: loaded.warnings,
        conflicts: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_without_fault() {
        let sample = sample().unwrap();
        assert!(sample.packed.pictures >= 24);
        assert!(sample.warnings.is_empty(), "{:?}", sample.warnings);
        assert_eq!(sample.packed.folded, 0);
    }

    #[test]
    fn an_entry_that_cannot_be_packed_is_named_by_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("list.csv");
        std::fs::write(
            &list,
            "url,id\nhttps://a.example/1.jpg,x\nhttps://a.example/2.jpg,x\n",
        )
        .unwrap();
        let input = Input {
            sources: vec![list.clone()],
            ..Input::default()
        };
        let error = input.prepare(&mut |_| {}).unwrap_err().to_string();
        let (first, second) = (
            format!("{}:2", list.display()),
            format!("{}:3", list.display()),
        );
        assert!(error.contains(&first) && error.contains(&second), "{error}");
    }

    #[test]
    fn an_id_that_two_pictures_of_one_line_have_is_named_with_both_columns() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("list.json");
        let text = r#"[{"url":"https://a.example/1.jpg","id":"z"},{"url":"https://a.example/2.jpg","id":"z"}]"#;
        std::fs::write(&list, text).unwrap();
        let input = Input {
            sources: vec![list.clone()],
            ..Input::default()
        };
        let error = input.prepare(&mut |_| {}).unwrap_err().to_string();
        let list = list.display();
        let expected = format!("{list}:1:2 and {list}:1:45: the id \"z\" would mean two pictures");
        assert!(error.starts_with(&expected), "{error}");
    }

    #[test]
    fn a_list_in_another_order_gives_the_same_site() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("list.csv");
        // Each URL comes three times, with other titles, tags and sizes.
        let row = |n: u32| {
            let (title, tag) = (n * 7 % 31, n % 5);
            let (width, height) = (n % 3 * 100, n % 2 * 50);
            format!(
                "https://a.example/{}.jpg,t{title},g{tag},{width},{height},c{}\n",
                n % 100,
                n % 4
            )
        };
        let mut rows: Vec<String> = (0..300).map(row).collect();
        let mut packed = || {
            let text = format!("url,title,tags,width,height,category\n{}", rows.concat());
            std::fs::write(&list, text).unwrap();
            rows.rotate_left(101);
            rows.swap(3, 250);
            let input = Input {
                sources: vec![list.clone()],
                ..Input::default()
            };
            input.prepare(&mut |_| {}).unwrap()
        };
        let first = packed();
        assert_eq!(first.packed.entries, 100);
        assert!(first.conflicts.len() > 100, "{}", first.conflicts.len());
        for _ in 0..3 {
            assert!(packed().packed.bytes == first.packed.bytes);
        }
    }

    #[test]
    fn a_mount_is_a_path_as_requests_have_it() {
        for (text, expected) in [
            ("/user/get", Some("/user/get")),
            ("/user/get/", Some("/user/get/")),
            ("/\u{7528}\u{6237}", Some("/%E7%94%A8%E6%88%B7")),
            ("user/get", None),
            ("/user get", None),
            ("/user/get?x", None),
            ("/user#get", None),
            ("/user\n", None),
            ("//user", None),
        ] {
            let found = mount(text);
            assert_eq!(found.as_deref().ok(), expected, "{text}");
            if let Err(error) = found {
                let expected = format!("bad value {text:?} for mount; accepted: a path");
                assert!(error.to_string().starts_with(&expected), "{error}");
            }
        }
    }

    #[test]
    fn lists_and_packing_are_told_before_they_begin() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("list.txt");
        std::fs::write(
            &list,
            "https://a.example/{1..9}.jpg\nhttps://a.example/a.jpg\n",
        )
        .unwrap();
        let input = Input {
            sources: vec![list.clone()],
            ..Input::default()
        };
        let mut told = Vec::new();
        input
            .prepare(&mut |progress| told.push(format!("{progress:?}")))
            .unwrap();
        let source = list.display().to_string();
        let expected = [
            format!(
                "{:?}",
                Progress::List {
                    source: &source,
                    bytes: 53
                }
            ),
            format!("{:?}", Progress::Packing { entries: 2 }),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn duplicates_that_differ_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("list.csv");
        std::fs::write(
            &list,
            "url,title\nhttps://a.example/1.jpg,x\nhttps://a.example/1.jpg,y\n",
        )
        .unwrap();
        let input = Input {
            sources: vec![list],
            ..Input::default()
        };
        let prepared = input.prepare(&mut |_| {}).unwrap();
        assert_eq!(prepared.packed.folded, 1);
        let [conflict] = &*prepared.conflicts else {
            panic!("{:?}", prepared.conflicts)
        };
        assert!(
            conflict.contains("title") && conflict.contains("list.csv:3:1: "),
            "{conflict}"
        );
    }
}
