//! How long bodies may be, as each platform documents it.

use std::net::{IpAddr, Ipv4Addr};

use host_test::runtimes::RUNTIMES;
use http::Request;

use super::packed::LIST;
use super::settings;
use crate::stands::input;
use crate::zips::{settings_of, site, zip};

const MB: usize = 1024 * 1024;

/// Kind, bytes of a request and of an answer, and what a door says of a request
/// that is longer.
type Row = (
    &'static str,
    usize,
    Option<usize>,
    Option<(u16, &'static str)>,
);

const ROWS: [Row; 11] = [
    ("aliyun", 32 * MB, None, Some((400, "(33554432 bytes)"))),
    ("aws", 6 * MB, Some(6_291_556), None),
    ("azure", 104_857_600, None, Some((413, ""))),
    (
        "baidu",
        6 * MB,
        None,
        Some((413, "RequestTooLargeException")),
    ),
    (
        "google",
        32 * MB,
        Some(32 * MB),
        Some((413, "Request Entity Too Large")),
    ),
    ("huawei", 6 * MB, Some(6 * MB), None),
    ("huawei-event", 6 * MB, Some(6 * MB), None),
    ("leancloud", 104_857_600, Some(104_857_600), Some((413, ""))),
    ("openwhisk", MB, Some(MB), None),
    (
        "tencent",
        6 * MB,
        Some(6 * MB),
        Some((406, "RequestTooLarge")),
    ),
    ("tencent-event", 6 * MB, Some(6 * MB), None),
];

#[test]
fn every_platform_has_the_limits_of_its_documents() {
    assert_eq!(ROWS.len(), RUNTIMES.len());
    for (row, (kind, request, answer, refusal)) in RUNTIMES.iter().zip(ROWS) {
        assert_eq!(row.kind, kind);
        assert_eq!(row.bodies.request, request, "{kind}");
        assert_eq!(row.bodies.answer, answer, "{kind}");
        assert_eq!(row.doors.is_empty(), refusal.is_none(), "{kind}");
    }
}

#[test]
fn zips_may_be_so_long() {
    const PACKED: [(&str, usize); 5] = [
        ("aliyun", 500 * MB),
        ("baidu", 150 * MB),
        ("huawei", 300 * MB),
        ("huawei-event", 300 * MB),
        ("openwhisk", 48 * MB),
    ];
    for row in RUNTIMES {
        let most = PACKED.iter().find(|(kind, _)| *kind == row.kind);
        let most = most.map(|(_, most)| *most);
        // No zip in either case.
        let error = row.deploy(&vec![0; most.unwrap_or(MB) + 1], settings());
        let text = error.err().unwrap().to_string();
        let expected = match most {
            Some(most) => format!("the zip has more than {most} bytes"),
            None => "the zip cannot be read".to_owned(),
        };
        assert!(text.starts_with(&expected), "{}: {text}", row.kind);
    }
}

/// Nothing is sent: a front sees what a listener has read.
#[test]
fn longer_requests_are_refused_before_anything_starts() {
    let site = site(input(LIST), None);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    for (row, (kind, most, _, refusal)) in RUNTIMES.iter().zip(ROWS) {
        let Some((status, text)) = refusal else {
            continue;
        };
        let program = row.deploy(&zip(kind, &site), settings_of(kind)).unwrap();
        for door in row.doors {
            let front = program.front(door.name).unwrap();
            assert_eq!(front.most_body(), most, "{kind} {}", door.name);
            let request = Request::post(format!("{}/", door.base));
            let request = request.body(vec![0; most + 1].into()).unwrap();
            let caller = IpAddr::V4(Ipv4Addr::LOCALHOST);
            let response = runtime.block_on(front.answer(&request, caller)).response;
            let body = String::from_utf8_lossy(response.body());
            assert_eq!(response.status(), status, "{kind} {}: {body}", door.name);
            assert!(body.contains(text), "{kind} {}: {body}", door.name);
            let log = program.log();
            assert!(!log.contains("listening"), "{kind} {}: {log}", door.name);
        }
    }
}
