//! Scenarios: the public interface as callers see it, through every door.

use std::path::PathBuf;
use std::sync::Mutex;

use crate::client;
use crate::scenario::{Case, Doors, File};
use crate::stands::{Door, Stand, fixtures, stand};

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

/// What is wrong with a case at a door.
pub(crate) fn run(case: &Case, door: &Door, stand: &Stand, doors: &Doors) -> Vec<String> {
    let headers: Vec<_> = case
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let target = format!("{}{}", door.base, case.target);
    let reply = client::ask(
        door.address,
        &case.method,
        &target,
        &headers,
        case.body.as_bytes(),
    );
    let habits = doors.of(door);
    let usual = || case.expected.differences(&reply, &stand.pictures, &habits);
    let Some(exception) = case.exception(door) else {
        return usual();
    };
    // It may be the platform's own answer, or the component's.
    let mut lenient = habits.clone();
    lenient.may_add.append(&mut lenient.adds);
    let mut wrong = exception.differences(&reply, &stand.pictures, &lenient);
    if usual().is_empty() {
        wrong.push("the exception is not needed: the answer is what all doors give".to_owned());
    }
    wrong
}

#[test]
fn every_door_gives_the_same_answers() {
    let doors = Doors::read(&fixtures().join("scenarios/doors.txt"));
    let failures = Mutex::new(Vec::new());
    let ran = Mutex::new(0);
    std::thread::scope(|scope| {
        for path in files() {
            let (doors, failures, ran) = (&doors, &failures, &ran);
            scope.spawn(move || {
                let file = File::read(&path);
                let stand = stand(&file.site);
                for case in &file.cases {
                    for door in stand.doors.iter().filter(|door| file.is_for(door)) {
                        *ran.lock().unwrap() += 1;
                        let wrong = run(case, door, &stand, doors);
                        if !wrong.is_empty() {
                            let at = [door.name, door.variant].join(" ");
                            let text = format!(
                                "{}\n  {} {} through {at}\n    {}",
                                case.name,
                                case.method,
                                case.target,
                                wrong.join("\n    ")
                            );
                            failures.lock().unwrap().push(text);
                        }
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap();
    failures.sort();
    let ran = ran.into_inner().unwrap();
    assert!(
        failures.is_empty(),
        "{} of {ran} answers differ:\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(ran > 0);
}
