//! What a log says of an event: what the event says of its caller, and the
//! answer's status.

use std::net::IpAddr;

use edgepick_host::bindings::gateway::Entry;
use host_test::runtimes::find;
use serde_json::{Value, json};

use crate::goldens::{Case, cases};
use crate::runtimes::packed::LIST;
use crate::runtimes::{at_last, call};
use crate::stands::{fixtures, input, stand};
use crate::zips::{deployed, site};

/// Where an event of a wire format, or its delivery, says its client and its
/// id: the first that says anything counts. Events of formats without a row
/// have no caller.
const SAID: &[(&str, &[&str], &[&str])] = &[
    (
        "aliyun_apigw",
        &[
            "/event/headers/CaClientIp",
            "/event/headers/X-Forwarded-For",
        ],
        &["/event/headers/X-Ca-Api-Gateway"],
    ),
    (
        "aliyun_fc_http",
        &[
            "/event/headers/X-Forwarded-For",
            "/event/requestContext/http/sourceIp",
        ],
        &[
            "/event/requestContext/requestId",
            "/delivery/headers/x-fc-request-id",
        ],
    ),
    (
        "aws_alb",
        &[
            "/event/headers/x-forwarded-for",
            "/event/multiValueHeaders/x-forwarded-for/0",
        ],
        &[
            "/event/headers/x-amzn-trace-id",
            "/event/multiValueHeaders/x-amzn-trace-id/0",
        ],
    ),
    (
        "aws_http_v2",
        &["/event/requestContext/http/sourceIp"],
        &["/event/requestContext/requestId"],
    ),
    (
        "aws_rest_v1",
        &["/event/requestContext/identity/sourceIp"],
        &["/event/requestContext/requestId"],
    ),
    (
        "azure_functions",
        &[
            "/event/Data/req/Headers/X-Forwarded-For/0",
            "/event/Data/request/Headers/X-Forwarded-For/0",
        ],
        &[
            "/delivery/headers/X-Azure-Functions-InvocationId",
            "/event/Metadata/sys/RandGuid",
        ],
    ),
    (
        "baidu_cfc_http",
        &["/event/requestContext/sourceIp"],
        &["/event/requestContext/requestId"],
    ),
    (
        "huawei_apig",
        &[
            "/event/requestContext/sourceIp",
            "/event/headers/x-forwarded-for",
        ],
        &["/event/requestContext/requestId"],
    ),
    ("leancloud", &["/delivery/headers/x-real-ip"], &[]),
    (
        "openwhisk",
        &[
            "/event/__ow_headers/x-forwarded-for",
            "/event/value/__ow_headers/x-forwarded-for",
        ],
        &["/event/activation_id", "/event/__ow_headers/x-request-id"],
    ),
    (
        "tencent_cloudbase",
        &["/event/headers/x-real-ip"],
        &["/event/requestContext/requestId"],
    ),
    (
        "tencent_scf_apigw",
        &["/event/requestContext/sourceIp"],
        &[
            "/event/requestContext/requestId",
            "/event/headers/x-api-requestid",
        ],
    ),
    (
        "tencent_scf_url",
        &[
            "/event/requestContext/sourceIp",
            "/event/headers/x-scf-remote-addr",
        ],
        &[],
    ),
];

/// The first place that says anything.
fn said<'v>(whole: &'v Value, places: &[&str]) -> Option<&'v str> {
    let texts = places.iter().filter_map(|at| whole.pointer(at)?.as_str());
    texts.into_iter().find(|text| !text.is_empty())
}

/// The status in a document that is a response.
fn status(document: &Value) -> Option<u16> {
    let answer = document.pointer("/Outputs/res").unwrap_or(document);
    answer["statusCode"].as_u64()?.try_into().ok()
}

/// What the host says beside the event.
const CLIENT: &str = "192.0.2.1";
const ID: &str = "the-hosts";

/// Whether the entry says the event's own client, and its own id.
fn check(case: &Case, entry: &Entry, document: &Value) -> [bool; 2] {
    let at = case.reply.display();
    if let Some(status) = status(document) {
        assert_eq!(entry.status, Some(status), "{at}");
    }
    let row = SAID.iter().find(|row| row.0 == case.format);
    let read = row.filter(|_| entry.method.is_some());
    let Some((_, clients, ids)) = read else {
        // Nobody waits, or the event is malformed and not believed.
        assert!(entry.target.is_none(), "{at}: {entry:?}");
        assert!(row.is_some() || entry.status.is_none(), "{at}: {entry:?}");
        assert!(matches!(entry.status, None | Some(400)), "{at}: {entry:?}");
        assert_eq!(entry.client.as_deref(), Some(CLIENT), "{at}");
        assert_eq!(entry.request_id.as_deref(), Some(ID), "{at}");
        return [false; 2];
    };
    assert!(entry.target.as_ref().unwrap().starts_with('/'), "{at}");
    let event: Value = serde_json::from_slice(&case.event).unwrap_or_default();
    let whole = json!({ "event": event, "delivery": case.delivery });
    // A console's test says a word there, which is no address.
    let own = said(&whole, clients).filter(|text| text.contains(['.', ':']));
    let id = said(&whole, ids);
    let client = entry.client.as_deref().unwrap();
    assert!(client.parse::<IpAddr>().is_ok(), "{at}: {client}");
    // What stands there may be a list, or have a port.
    let first = own.unwrap_or(CLIENT).trim_start_matches('[');
    assert!(first.starts_with(client), "{at}: {client}, not {first}");
    let logged = entry.request_id.as_deref();
    assert_eq!(logged, Some(id.unwrap_or(ID)), "{at}");
    [own.is_some(), id.is_some()]
}

#[test]
fn a_log_says_what_the_event_says() {
    let instances = stand("sample").site.instances();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut found = vec![[0; 2]; SAID.len()];
    for case in cases() {
        let answered = runtime.block_on(case.answered(&instances, Some((CLIENT, ID))));
        let Ok(reply) = answered else { continue };
        let document = serde_json::from_slice(&reply.document).unwrap_or_default();
        let own = check(&case, &reply.entry, &document);
        if let Some(row) = SAID.iter().position(|row| row.0 == case.format) {
            for (count, own) in found[row].iter_mut().zip(own) {
                *count += usize::from(own);
            }
        }
    }
    for ((format, _, ids), [clients, with_id]) in SAID.iter().zip(found) {
        assert!(clients > 0, "{format}: no event says its client");
        assert_eq!(with_id > 0, !ids.is_empty(), "{format}: ids");
    }
}

/// The id of every invocation, as the emulated platform says it to the runner.
const INVOCATION: &str = "5b0b9f3e-0000-4000-8000-000000000001";

#[test]
fn the_runner_logs_the_request_in_an_event() {
    let site = site(input(LIST), None);
    for (kind, event, id, client, method, path, status) in [
        (
            "aws",
            "aws_rest_v1/post",
            "5b0b9f3e-0000-4000-8000-000000000107",
            "203.0.113.9",
            "POST",
            "/seed/spring",
            405,
        ),
        (
            "tencent-event",
            "tencent_scf_apigw/recorded",
            "0f5e2a7c91b84d36a1c0ffee12345678",
            "203.0.113.9",
            "GET",
            "/pics/seed/harbour",
            302,
        ),
        (
            "tencent-event",
            "tencent_scf_url/redirect",
            INVOCATION,
            "203.0.113.9",
            "GET",
            "/seed/harbour",
            302,
        ),
        (
            "huawei-event",
            "huawei_apig/prefix_path_itself",
            "5c0e2a9f7b1d4e63a8f0c1d2e3f40516",
            "203.0.113.9",
            "GET",
            "/pics?seed=harbour&type=json",
            200,
        ),
    ] {
        let program = deployed(find(kind).unwrap(), &site);
        let event = fixtures().join(format!("{event}.event.json"));
        call(&*program, &std::fs::read_to_string(event).unwrap());
        let expected =
            json!({"id": id, "client": client, "method": method, "path": path, "status": status});
        at_last(&format!("{kind}: no {expected}: {}", program.log()), || {
            let log = program.log();
            let mut lines = log
                .lines()
                .filter_map(|line| serde_json::from_str::<Value>(line).ok());
            lines.any(|mut line| {
                let micros = line.as_object_mut().and_then(|line| line.remove("micros"));
                micros.is_some() && line == expected
            })
        });
    }
}
