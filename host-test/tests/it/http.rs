//! Scenarios: the public interface as callers see it, through every door.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use host_test::runtimes::RUNTIMES;

use crate::client;
use crate::scenario::{Answer, Case, Doors, File, names};
use crate::stands::{Door, Stand, fixtures, stand, variants};
use crate::zips;

/// The files with scenarios, in the order of their names.
pub(crate) fn files() -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(fixtures().join("scenarios"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "txt") && !path.ends_with("doors.txt"))
        .collect();
    files.sort();
    files
}

/// What doors do to answers.
pub(crate) fn doors() -> Doors {
    Doors::read(&fixtures().join("scenarios/doors.txt"))
}

/// What is wrong with a case at a door.
pub(crate) fn run(case: &Case, door: &Door, stand: &Stand, doors: &Doors) -> Vec<String> {
    let habits = doors.of(door);
    let headers: Vec<_> = case
        .headers
        .iter()
        .chain(&habits.wants)
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let target = format!("{}{}", door.base, case.target);
    let reply = client::ask(door.address, &case.method, &target, &headers, &case.body);
    let here = |answer: &Answer| match habits.no_redirects {
        true => answer.without_redirect(&case.method),
        false => answer.clone(),
    };
    let usual = || here(&case.expected).differences(&reply, &stand.pictures, &habits);
    let Some(exception) = case.exception(door) else {
        return usual();
    };
    // It may be the platform's own answer, or the component's.
    let mut lenient = habits.clone();
    lenient.may_add.append(&mut lenient.adds);
    let mut wrong = here(exception).differences(&reply, &stand.pictures, &lenient);
    if usual().is_empty() {
        wrong.push("the exception is not needed: the answer is what all doors give".to_owned());
    }
    wrong
}

/// Answers that were compared, and what is wrong with them.
#[derive(Debug, Default)]
struct Findings {
    ran: usize,
    wrong: Vec<String>,
}

impl Findings {
    fn add(&mut self, other: Self) {
        self.ran += other.ran;
        self.wrong.extend(other.wrong);
    }

    /// Runs a file's scenarios through these doors.
    fn compare<'d>(
        &mut self,
        file: &File,
        ways: impl IntoIterator<Item = &'d Door>,
        stand: &Stand,
        doors: &Doors,
    ) {
        for door in ways {
            if !file.is_for(door) {
                continue;
            }
            for case in &file.cases {
                self.ran += 1;
                // Whoever hangs up is one that differs, like any other.
                let wrong = catch_unwind(AssertUnwindSafe(|| run(case, door, stand, doors)))
                    .unwrap_or_else(|panic| vec![said(&*panic)]);
                if !wrong.is_empty() {
                    self.wrong.push(format!(
                        "{}\n  {} {} through {}\n    {}",
                        case.name,
                        case.method,
                        case.target,
                        door.label(),
                        wrong.join("\n    ")
                    ));
                }
            }
        }
    }
}

fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or(panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic").to_owned()
}

/// Lets each do its part in a thread of its own; then none of all may differ.
fn together<P: Send>(parts: impl IntoIterator<Item = P>, part: impl Fn(P) -> Findings + Sync) {
    let mut all = Findings::default();
    std::thread::scope(|scope| {
        let part = &part;
        let threads: Vec<_> = parts
            .into_iter()
            .map(|it| scope.spawn(move || part(it)))
            .collect();
        for thread in threads {
            match thread.join() {
                Ok(findings) => all.add(findings),
                Err(panic) => all.wrong.push(said(&*panic)),
            }
        }
    });
    all.wrong.sort();
    let Findings { ran, wrong } = all;
    assert!(
        wrong.is_empty(),
        "{} of {ran} answers differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    println!("{ran} answers were compared");
    assert!(ran > 0);
}

#[test]
fn exceptions_are_of_doors_that_there_are() {
    let ours = stand("none");
    let zips = RUNTIMES.iter().flat_map(zips::ways).map(|(door, _)| door);
    let gateways = variants().map(|(_, door)| door);
    let all = ours.doors.iter().cloned().chain(gateways).chain(zips);
    let known: BTreeSet<_> = all.flat_map(|door| names(&door)).collect();
    let unknown = |name: &&String| !known.contains(*name);
    let mut wrong: Vec<_> = doors().named().filter(unknown).cloned().collect();
    for file in files().iter().map(|path| File::read(path)) {
        wrong.extend(file.named().filter(unknown).cloned());
    }
    assert!(wrong.is_empty(), "no such door: {wrong:?}");
}

#[test]
fn every_door_gives_the_same_answers() {
    let doors = doors();
    together(files(), |path| {
        let file = File::read(&path);
        let stand = stand(&file.site);
        let mut findings = Findings::default();
        findings.compare(&file, &stand.doors, &stand, &doors);
        findings
    });
}

#[test]
fn every_zip_gives_the_same_answers() {
    let doors = doors();
    let mut sites = BTreeMap::new();
    for file in files().iter().map(|path| File::read(path)) {
        let (_, files) = sites
            .entry(file.site.clone())
            .or_insert_with_key(|name| (zips::site_of(name), Vec::new()));
        files.push(file);
    }
    together(RUNTIMES, |row| {
        let mut findings = Findings::default();
        for (name, (site, files)) in &sites {
            zips::each_setup(
                row,
                site,
                zips::open,
                |_| {},
                |_, ways| {
                    for file in files {
                        let ways = ways.iter().map(|way| &way.door);
                        findings.compare(file, ways, &stand(name), &doors);
                    }
                },
            );
        }
        assert!(findings.ran > 0, "no faithful way leads to {row:?}");
        findings
    });
}
