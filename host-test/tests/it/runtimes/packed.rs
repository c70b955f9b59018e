//! What `edgepick pack` makes, under the emulated runtimes.

use std::collections::BTreeSet;
use std::io::{Cursor, Read as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use edgepick_host::pack::File;
use host_test::listener::Listener;
use host_test::runtimes::{Program, RUNTIMES};
use zip::ZipArchive;

use super::{behind, call, json, logged};
use crate::client::{ask, get};
use crate::http::doors;
use crate::stands::{ANY_PORT, input, stand};
use crate::zips::{self, Way, deployed, deployed_with, each_setup, faithful, site, zip};

pub(crate) const LIST: &str = "catalogues/urls.txt";

/// The pictures that callers are sent to.
#[track_caller]
pub(crate) fn drawn(address: SocketAddr, target: &str, at: &str) -> BTreeSet<String> {
    (0..20)
        .map(|_| {
            let reply = get(address, target);
            assert_eq!(reply.status, 302, "{at}: {}", reply.text());
            let location = reply.header("location").unwrap().to_owned();
            assert!(stand(LIST).pictures.has(&location), "{at}: {location}");
            location
        })
        .collect()
}

#[test]
fn every_kind_sends_callers_to_random_pictures() {
    let (site, doors) = (site(input(LIST), None), doors());
    for row in RUNTIMES {
        let mut ran = 0;
        let part = |program: &dyn Program, ways: &[Way]| {
            let open = ways.iter().filter(|way| !doors.of(&way.door).closed);
            for door in open.map(|way| &way.door) {
                let at = door.label();
                let pictures = drawn(door.address, &format!("{}/", door.base), &at);
                assert!(pictures.len() > 1, "{at}: {pictures:?}: {}", program.log());
                ran += 1;
            }
        };
        each_setup(row, &site, faithful, |_| {}, part);
        assert!(ran > 0, "{}", row.kind);
    }
}

#[test]
fn a_callers_post_is_no_event_where_nothing_else_tells() {
    let site = site(input(LIST), None);
    for (kind, path, event) in [
        ("baidu", "/invoke", r#"{"count":2}"#),
        (
            "azure",
            "/edgepick",
            r#"{"Data":{"req":{"Url":"https://pics.azurewebsites.net/","Method":"GET","Query":{},"Headers":{},"Params":{}}},"Metadata":{}}"#,
        ),
    ] {
        let row = host_test::runtimes::find(kind).unwrap();
        for (events, expected) in [(false, 405), (true, 200)] {
            let program = deployed_with(row, &site, |settings| {
                settings.environment.extend(events.then(zips::events));
            });
            let listener = behind(&*program, row.doors[0].name);
            let reply = ask(listener.address(), "POST", path, &[], event.as_bytes());
            assert_eq!(reply.status, expected, "{kind} {events}: {}", reply.text());
        }
    }
}

#[test]
fn azures_ping_is_no_traffic() {
    let row = host_test::runtimes::find("azure").unwrap();
    let program = deployed(row, &site(input(LIST), None));
    let listener = behind(&*program, row.doors[0].name);
    let reply = get(listener.address(), "/?asked=once");
    assert_eq!(reply.status, 302, "{}", reply.text());
    logged(&*program, r#""path":"/?asked=once""#, 1);
    let log = program.log();
    assert_eq!(log.matches(r#""micros":"#).count(), 1, "{log}");
}

#[test]
fn alibabas_hooks_are_answered() {
    let row = host_test::runtimes::find("aliyun").unwrap();
    let site = site(input(LIST), None);
    let program = deployed_with(row, &site, |settings| settings.hooks = true);
    assert!(
        drawn(
            behind(&*program, row.doors[0].name).address(),
            "/",
            "aliyun"
        )
        .len()
            > 1
    );
    assert_eq!(program.stop(), Some(0), "{}", program.log());
    // The emulator says which was not.
    let log = program.log();
    for hook in ["/initialize", "/pre-freeze", "/pre-stop"] {
        assert!(!log.contains(hook), "{log}");
    }
}

#[test]
fn alibabas_default_domain_gets_the_substitute() {
    let row = host_test::runtimes::find("aliyun").unwrap();
    for (settings, media, begins) in [
        ("", "application/json", "{\"id\":\""),
        ("substitute = \"html\"", "text/html", "<!doctype html>"),
    ] {
        let mut site = site(input(LIST), None);
        site.files.push(File {
            name: "edgepick.toml".into(),
            mode: 0o644,
            bytes: settings.as_bytes().into(),
        });
        let program = deployed(row, &site);
        let listener = behind(&*program, "default-domain");
        let reply = get(listener.address(), "/");
        assert_eq!(reply.status, 200, "{}", reply.text());
        let said = reply.header("content-type").unwrap_or_default();
        assert!(said.starts_with(media), "{settings}: {said}");
        assert!(reply.text().starts_with(begins), "{}", reply.text());
    }
}

#[test]
fn the_documents_address_is_a_mount() {
    let packed = site(input(LIST), Some("/user/get"));
    let bare = site(input(LIST), None);
    let variable = ("EDGEPICK_MOUNT".to_owned(), "/user/get".to_owned());
    for (kind, site, own) in [
        ("huawei", &packed, None),
        ("huawei", &bare, Some(&variable)),
        ("huawei-event", &packed, None),
        ("huawei-event", &bare, Some(&variable)),
    ] {
        let row = host_test::runtimes::find(kind).unwrap();
        let program = deployed_with(row, site, |settings| {
            settings.environment.extend(own.cloned());
        });
        let gateway = host_test::gateways::find("huawei_apig").unwrap();
        let gateway = gateway.with(["--path", "/user/get"]).unwrap();
        let function = program.function().unwrap();
        let listener = Listener::start(ANY_PORT, gateway, function, None).unwrap();
        assert!(drawn(listener.address(), "/user/get", kind).len() > 1);
    }
}

#[test]
fn huaweis_facts_are_logged_once() {
    const FACTS: &str = "function: x-cff-memory=128 x-cff-timeout=60 x-cff-func-version=latest x-cff-func-name=0@default@edgepick x-cff-project-id=";
    let row = host_test::runtimes::find("huawei").unwrap();
    let program = deployed(row, &site(input(LIST), None));
    for way in faithful(row, &*program) {
        get(way.door.address, "/info");
    }
    logged(&*program, r#""path":"/info""#, 1);
    let log = program.log();
    assert_eq!(log.matches(FACTS).count(), 1, "{log}");
    assert_eq!(log.matches("x-cff-region=cn-north-4").count(), 1, "{log}");
}

#[test]
fn an_interface_that_hangs_up_is_asked_again() {
    let site = site(input(LIST), None);
    for kind in ["aws", "huawei-event", "tencent-event"] {
        let row = host_test::runtimes::find(kind).unwrap();
        let program = deployed_with(row, &site, |settings| settings.hang_ups = 4);
        let pictures = json(&call(&*program, r#"{"count":2}"#));
        assert!(pictures.to_string().contains("https://"), "{pictures}");
        logged(&*program, "the connection broke", 4);
    }
}

#[test]
fn nothing_of_the_machine_that_made_it_is_in_a_zip() {
    let zip = zip("aws", &site(input(LIST), None));
    let mut zip = ZipArchive::new(Cursor::new(zip)).unwrap();
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let cargo = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let own = [top.map(Path::to_owned), std::env::home_dir(), cargo];
    let own: Vec<_> = own
        .into_iter()
        .flatten()
        .map(|path| format!("{}/", path.display()))
        .collect();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        for path in &own {
            let mut windows = bytes.windows(path.len());
            let found = windows.any(|window| window == path.as_bytes());
            assert!(!found, "{path} in {:?}", file.name());
        }
    }
}
