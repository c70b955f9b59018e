//! What `edgepick pack` makes, under the emulated runtimes.

use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::LazyLock;

use edgepick_host::input::Input;
use edgepick_host::pack::{Places, Request, Site, kinds, pack};
use edgepick_host::runner_engine::Architecture;
use host_test::gateways::GATEWAYS;
use host_test::listener::Listener;
use host_test::runtimes::{Program, RUNTIMES, Runtime, Settings};

use super::{behind, call, settings};
use crate::client::{ask, get};
use crate::stands::{ANY_PORT, fixtures, stand};

pub(crate) const LIST: &str = "catalogues/urls.txt";

/// Built once, where no variable names one.
static RUNNER: LazyLock<Vec<u8>> = LazyLock::new(|| {
    Places::of_this_process()
        .runner(Architecture::X86_64)
        .unwrap_or_else(|e| panic!("{e}"))
});

/// What `edgepick pack LIST` puts beside the runner.
pub(crate) fn site(list: PathBuf, mount: Option<&str>) -> Site {
    site_for(list, mount, Architecture::X86_64)
}

pub(super) fn site_for(list: PathBuf, mount: Option<&str>, architecture: Architecture) -> Site {
    let request = Request {
        input: Input {
            sources: vec![list],
            config: None,
            base_url: None,
            strict: true,
            public: false,
        },
        mount: mount.map(str::to_owned),
        architecture,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime
        .block_on(request.site(&mut |_| {}, &mut io::empty()))
        .unwrap_or_else(|e| panic!("{e}"))
}

/// The zip of a kind, deployed under 128 MB, and started, whose owner has it
/// take events wherever they come.
fn deployed(row: &Runtime, site: &Site) -> Box<dyn Program> {
    deployed_with(row, site, &[("EDGEPICK_EVENTS", "1")])
}

/// What `edgepick pack` writes for a kind.
pub(crate) fn zip(kind: &str, site: &Site) -> Vec<u8> {
    let found = kinds(kind);
    let [kind] = found[..] else {
        panic!("pack knows no kind {kind}")
    };
    pack(kind, &RUNNER, site, "site.zip").unwrap().bytes
}

fn deployed_with(row: &Runtime, site: &Site, own: &[(&str, &str)]) -> Box<dyn Program> {
    let zip = zip(row.kind, site);
    let mut settings = Settings {
        memory: Some(128),
        environment: own
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        ..settings()
    };
    // The steps that `pack` prints have its owner type these.
    if row.kind == "baidu" {
        let command = "/var/task/edgepick-runner --platform baidu --addr 0.0.0.0:8080";
        settings.command = Some(command.to_owned());
        settings.port = Some(8080);
    }
    let program = row.deploy(&zip, settings).unwrap();
    // Gateways wait for a second or a few, whatever else this machine does.
    if row.gateways.is_empty() {
        get(behind(&*program, row.doors[0].name).address(), "/");
    } else {
        call(&*program, "{}");
    }
    program
}

/// Every way to it on which callers see what they would see without it: name,
/// variant, where, and what stands before every path.
pub(super) fn faithful(
    row: &Runtime,
    program: &dyn Program,
) -> Vec<(&'static str, Listener, String)> {
    let doors = row.doors.iter().filter(|door| door.faithful);
    let mut ways: Vec<_> = doors
        .map(|door| (door.name, behind(program, door.name), door.base.to_owned()))
        .collect();
    for gateway in GATEWAYS.iter().filter(|g| row.gateways.contains(&g.name)) {
        for variant in gateway.variants.iter().filter(|variant| variant.faithful) {
            let mut arguments = variant.arguments.to_vec();
            if row.kind == "azure" {
                // The folder of the zip's one function.
                arguments.extend(["--function", "edgepick"]);
            }
            let made = gateway.with(arguments).unwrap();
            let base = made.base();
            // An HTTP function sees the API's path: that is for a mount, below.
            if row.kind == "huawei" && !base.is_empty() {
                continue;
            }
            let function = program.function().unwrap();
            let listener = Listener::start(ANY_PORT, made, function, None).unwrap();
            ways.push((gateway.name, listener, base));
        }
    }
    ways
}

/// The pictures that callers are sent to.
#[track_caller]
pub(super) fn drawn(address: SocketAddr, target: &str, at: &str) -> BTreeSet<String> {
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
    let site = site(fixtures().join(LIST), None);
    for row in RUNTIMES {
        let program = deployed(row, &site);
        let ways = faithful(row, &*program);
        assert!(!ways.is_empty(), "{}", row.kind);
        for (name, listener, base) in &ways {
            let at = format!("{} through {name}", row.kind);
            let pictures = drawn(listener.address(), &format!("{base}/"), &at);
            assert!(pictures.len() > 1, "{at}: {pictures:?}: {}", program.log());
        }
    }
}

#[test]
fn a_callers_post_is_no_event_where_nothing_else_tells() {
    let site = site(fixtures().join(LIST), None);
    for (kind, path, event) in [
        ("baidu", "/invoke", r#"{"count":2}"#),
        (
            "azure",
            "/edgepick",
            r#"{"Data":{"req":{"Url":"https://pics.azurewebsites.net/","Method":"GET","Query":{},"Headers":{},"Params":{}}},"Metadata":{}}"#,
        ),
    ] {
        let row = host_test::runtimes::find(kind).unwrap();
        for (own, expected) in [(&[][..], 405), (&[("EDGEPICK_EVENTS", "1")], 200)] {
            let program = deployed_with(row, &site, own);
            let listener = behind(&*program, row.doors[0].name);
            let reply = ask(listener.address(), "POST", path, &[], event.as_bytes());
            assert_eq!(reply.status, expected, "{kind} {own:?}: {}", reply.text());
        }
    }
}

#[test]
fn alibabas_default_domain_gets_the_substitute() {
    let site = site(fixtures().join(LIST), None);
    let row = host_test::runtimes::find("aliyun").unwrap();
    let program = deployed(row, &site);
    let listener = behind(&*program, "default-domain");
    let reply = get(listener.address(), "/");
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[test]
fn the_documents_address_is_a_mount() {
    let site = site(fixtures().join(LIST), Some("/user/get"));
    for kind in ["huawei", "huawei-event"] {
        let row = host_test::runtimes::find(kind).unwrap();
        let program = deployed(row, &site);
        let gateway = host_test::gateways::find("huawei_apig").unwrap();
        let gateway = gateway.with(["--path", "/user/get"]).unwrap();
        let function = program.function().unwrap();
        let listener = Listener::start(ANY_PORT, gateway, function, None).unwrap();
        assert!(drawn(listener.address(), "/user/get", kind).len() > 1);
    }
}
