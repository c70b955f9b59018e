//! A component that panics, loops and hoards memory: the host lives, and the
//! next request is answered.

use std::sync::LazyLock;
use std::time::Duration;

use edgepick_host::bindings::gateway::Context;
use edgepick_host::server::{Door, Server, ServerOptions};
use edgepick_host::site::{Site, SiteOptions};
use host_test::function::Deployed;
use host_test::gateways::find;
use host_test::listener::Listener;

use crate::client::{Connection, Reply, ask, get, request};
use crate::stands::{ANY_PORT, quiet};

/// See `guests/unruly`.
const UNRULY: &[u8] = include_bytes!(env!("EDGEPICK_UNRULY"));

/// What an endless loop gets. Good answers take milliseconds.
const TIMEOUT: Duration = Duration::from_secs(3);

fn site(component: &[u8], reuse: u32) -> Site {
    let options = SiteOptions {
        timeout: TIMEOUT,
        reuse,
        ..SiteOptions::default()
    };
    Site::new(component, options).unwrap()
}

/// Instances used again, and a fresh one for every request.
static POOLED: LazyLock<Site> = LazyLock::new(|| site(UNRULY, 10_000));
static ISOLATED: LazyLock<Site> = LazyLock::new(|| site(UNRULY, 1));

/// Likewise, of a component so large that its memory is put back in another way.
static LARGE: LazyLock<Site> = LazyLock::new(|| site(&with_custom_section(3 << 20), 1));

/// A custom section of that many bytes means nothing (WebAssembly 2.0, 5.5.3).
fn with_custom_section(bytes: usize) -> Vec<u8> {
    let leb128 =
        (0..5).map(|place| (bytes >> (7 * place)) as u8 | if place < 4 { 0x80 } else { 0 });
    let name = [1, b'x'];
    let text = std::iter::repeat_n(0, bytes - name.len());
    let section = std::iter::once(0).chain(leb128).chain(name).chain(text);
    UNRULY.iter().copied().chain(section).collect()
}

const MODES: [(&str, &LazyLock<Site>, Door); 5] = [
    ("pooled", &POOLED, Door::Typed),
    ("isolated", &ISOLATED, Door::Typed),
    ("isolated and large", &LARGE, Door::Typed),
    ("pooled through wasi:http", &POOLED, Door::WasiHttp),
    ("isolated through wasi:http", &ISOLATED, Door::WasiHttp),
];

fn serve(site: &Site, door: Door) -> Server {
    Server::start(site, ANY_PORT, ServerOptions { door, ..quiet() }).unwrap()
}

/// The host's own answer, in the form of the public interface.
#[track_caller]
fn is_failure(reply: &Reply, status: u16, code: &str, mode: &str) {
    assert_eq!(reply.status, status, "{mode}: {reply:?}");
    let document = reply.json();
    assert_eq!(document["code"], code, "{mode}");
    assert!(
        document["error"].is_string() && document["hint"].is_string(),
        "{mode}: {document}"
    );
    assert_eq!(reply.header("cache-control"), Some("no-store"), "{mode}");
    assert_eq!(
        reply.header("access-control-allow-origin"),
        Some("*"),
        "{mode}"
    );
}

/// A good answer; how many calls its instance had.
#[track_caller]
fn is_good(reply: &Reply, mode: &str) -> u32 {
    assert_eq!(reply.status, 200, "{mode}: {reply:?}");
    reply.text().parse().unwrap()
}

#[test]
fn a_failure_is_an_answer_and_the_next_request_is_unharmed() {
    std::thread::scope(|scope| {
        for (mode, site, door) in MODES {
            scope.spawn(move || {
                let server = serve(site, door);
                let mut connection = Connection::open(server.address());
                let mut send = |path: &str| {
                    connection.send(&request("GET", path, &[], b""));
                    connection.read("GET")
                };
                assert_eq!(is_good(&send("/"), mode), 1);
                for (path, status, code) in [
                    ("/panic", 500, "internal"),
                    ("/oom", 500, "internal"),
                    ("/loop", 504, "timeout"),
                    ("/panic", 500, "internal"),
                ] {
                    is_failure(&send(path), status, code, mode);
                    // By an instance that has never failed.
                    assert_eq!(is_good(&send("/"), mode), 1, "after {path}, {mode}");
                }
                let calls = is_good(&send("/"), mode);
                let isolated = mode.starts_with("isolated");
                assert_eq!(calls, if isolated { 1 } else { 2 }, "{mode}");
            });
        }
    });
}

#[test]
fn good_requests_go_on_beside_a_loop() {
    std::thread::scope(|scope| {
        for (mode, site, door) in MODES {
            scope.spawn(move || {
                let server = serve(site, door);
                // One thread answers all.
                let mut stuck = Connection::open(server.address());
                stuck.send(&request("GET", "/loop", &[], b""));
                let mut good = Connection::open(server.address());
                for _ in 0..20 {
                    good.send(&request("GET", "/", &[], b""));
                    is_good(&good.read("GET"), mode);
                }
                is_failure(&stuck.read("GET"), 504, "timeout", mode);
            });
        }
    });
}

#[test]
fn failures_of_many_at_once_harm_nobody_else() {
    let server = serve(&POOLED, Door::Typed);
    let address = server.address();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(move || {
                for _ in 0..5 {
                    is_failure(&get(address, "/panic"), 500, "internal", "many");
                    is_failure(&get(address, "/oom"), 500, "internal", "many");
                }
            });
            scope.spawn(move || {
                for _ in 0..50 {
                    is_good(&get(address, "/"), "many");
                }
            });
        }
    });
}

#[test]
fn odd_answers_become_ones_that_http_can_carry() {
    let server = serve(&POOLED, Door::Typed);
    is_failure(&get(server.address(), "/status"), 500, "internal", "status");
    let reply = get(server.address(), "/fields");
    assert_eq!((reply.status, reply.text()), (200, "fields"));
    assert_eq!(reply.header("x-good"), Some("1"));
    assert_eq!(
        (reply.header("x-bad"), reply.header("bad name")),
        (None, None)
    );
    assert_eq!(get(server.address(), "/length").text(), "longer than three");
    let head = ask(server.address(), "HEAD", "/length", &[], b"");
    assert_eq!(head.status, 200);
    assert_eq!(get(server.address(), "/big").body.len(), 5 << 20);
    // The typed door hands this one to the other.
    assert_eq!(get(server.address(), "/over-http").status, 200);
}

#[test]
fn half_an_answer_ends_the_connection_and_nothing_else() {
    let server = serve(&POOLED, Door::WasiHttp);
    is_failure(&get(server.address(), "/silent"), 500, "internal", "silent");
    for _ in 0..3 {
        let mut connection = Connection::open(server.address());
        connection.send(&request("GET", "/half", &[], b""));
        let rest = connection.rest();
        let head = String::from_utf8_lossy(&rest[..200.min(rest.len())]).into_owned();
        let promised = head.starts_with("HTTP/1.1 200") && head.contains("content-length: 5242880");
        // Never what could be taken for the whole.
        assert!(
            rest.is_empty() || (promised && rest.len() < 5 << 20),
            "{head}"
        );
        let reply = ask(server.address(), "HEAD", "/", &[], b"");
        assert_eq!(reply.status, 200);
    }
}

#[test]
fn a_gateway_reports_failures_as_its_platform_does() {
    let start = |arguments: &[&str]| {
        let row = find("tencent_scf_apigw").unwrap();
        let function = Box::new(Deployed::new(&POOLED, row.platform));
        Listener::start(ANY_PORT, row.with(arguments).unwrap(), function, None).unwrap()
    };
    for (path, timeout, status, message) in [
        ("/panic", "60", 439, "User process exit when running"),
        ("/oom", "60", 434, "MemoryLimitReached"),
        (
            "/loop",
            "0.5",
            433,
            "Invoking task timed out after 0.5 seconds",
        ),
        (
            "/throw",
            "60",
            430,
            "tencent sent an event that was told to fail",
        ),
    ] {
        let passed = start(&["--pass-through", "--function-timeout", timeout]);
        let integrated = start(&["--function-timeout", timeout]);
        let statuses = start(&["--failure-status", "--function-timeout", timeout]);
        let target = format!("/release{path}");
        let reply = get(passed.address(), &target);
        assert_eq!(
            (reply.status, &reply.json()["statusCode"]),
            (200, &status.into()),
            "{path}"
        );
        assert_eq!(reply.json()["errorMessage"], message, "{path}");
        let reply = get(integrated.address(), &target);
        assert_eq!(
            (reply.status, &reply.json()["errno"]),
            (403, &403.into()),
            "{path}"
        );
        assert_eq!(get(statuses.address(), &target).status, status, "{path}");
    }
    let integrated = start(&["--function-timeout", "60"]);
    assert_eq!(get(integrated.address(), "/release/good").text(), "good");
}

#[test]
fn the_gateway_door_survives_too() {
    let instances = POOLED.instances();
    let context = || Context {
        mount: None,
        client: None,
        request_id: None,
        pass_through: None,
        target: None,
        headers: &[],
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        for event in ["\"/panic\"", "\"/oom\"", "\"/panic\""] {
            assert!(
                instances
                    .gateway("any", event.as_bytes(), context())
                    .await
                    .is_err(),
                "{event}"
            );
            assert!(
                instances
                    .gateway("any", b"{}", context())
                    .await
                    .unwrap()
                    .is_ok()
            );
        }
    });
}
