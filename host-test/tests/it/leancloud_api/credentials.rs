//! Who may call, and from where.

use super::*;

/// What is answered to strangers.
fn unauthorized() -> Value {
    json!({"code": 401, "error": "Unauthorized."})
}

#[test]
fn every_spelling_of_the_credentials() {
    let running = both(&[]);
    let master = format!("{MASTER},master");
    let not_master = format!("{KEY},master");
    let own = "56ec165a8ddf0783099377d1d7975ec6,1783711144005";
    let later = "56ec165a8ddf0783099377d1d7975ec6,1783711144006";
    let of_master = "715a302a9a0c655dda9265199b67a381,1783711144005,master";
    for (headers, right) in [
        (&[][..], false),
        (&[("X-LC-Id", ID)], false),
        (&[("X-LC-Key", KEY)], false),
        (&[("X-LC-Id", "x"), ("X-LC-Key", KEY)], false),
        (&[("X-LC-Id", ID), ("X-LC-Key", "x")], false),
        (&[("X-LC-Id", ID), ("X-LC-Key", KEY)], true),
        (&[("x-lc-id", ID), ("x-lc-key", KEY)], true),
        (&[("X-LC-Id", ID), ("X-LC-Key", &master)], true),
        (&[("X-LC-Id", ID), ("X-LC-Key", &not_master)], false),
        (&[("X-LC-Id", ID), ("X-LC-Sign", own)], true),
        (&[("X-LC-Id", ID), ("X-LC-Sign", later)], false),
        (&[("X-LC-Id", ID), ("X-LC-Sign", of_master)], true),
        (&[("X-LC-Id", ID), ("X-LC-Sign", "x")], false),
        (
            &[
                ("X-AVOSCloud-Application-Id", ID),
                ("X-AVOSCloud-Application-Key", KEY),
            ],
            true,
        ),
        (
            &[
                ("X-Uluru-Application-Id", ID),
                ("X-Uluru-Application-Key", KEY),
            ],
            true,
        ),
        (
            &[
                ("X-AVOSCloud-Application-Id", ID),
                ("X-AVOSCloud-Request-Sign", own),
            ],
            true,
        ),
        (&[("X-LC-Id", ID), ("X-Uluru-Master-Key", MASTER)], true),
    ] {
        let address = running.listener.address();
        let reply = ask(address, "POST", "/1.1/functions/random", headers, b"{}");
        assert_eq!(reply.status, if right { 200 } else { 401 }, "{headers:?}");
        if !right {
            assert_eq!(reply.json(), unauthorized(), "{headers:?}");
        }
    }
}

#[test]
fn the_app_s_own_keys_are_the_ones_that_count() {
    let running = both(&["--app-id", "mine", "--app-key", "a", "--master-key", "m"]);
    let address = running.listener.address();
    assert!(
        running
            .notice
            .ends_with("X-LC-Id: mine\nX-LC-Key: a (master: m,master)")
    );
    let refused = call(address, "/1.1/call/random", &[], "{}");
    assert_eq!((refused.status, refused.json()), (401, unauthorized()));
    let metadatas = "/1.1/functions/_ops/metadatas";
    for (key, path, status) in [
        ("a", "/1.1/call/random", 200),
        ("m,master", "/1.1/call/random", 200),
        ("m,master", metadatas, 200),
        ("a", metadatas, 401),
    ] {
        let headers = [("X-LC-Id", "mine"), ("X-LC-Key", key)];
        let reply = ask(address, "POST", path, &headers, b"");
        assert_eq!(reply.status, status, "{key} {path}");
    }
}

#[test]
fn sessions() {
    let open = both(&[]);
    let strict = both(&["--session", "p0o9"]);
    for (running, token, status) in [
        (&open, "x", 200),
        (&strict, "p0o9", 200),
        (&strict, "x", 401),
    ] {
        let session = [("X-LC-Session", token)];
        let address = running.listener.address();
        let reply = call(address, "/1.1/functions/random", &session, "{}");
        assert_eq!(reply.status, status, "{token}");
        if status == 401 {
            assert_eq!(reply.json()["code"], 211);
        }
    }
}

#[test]
fn scripts_of_other_origins() {
    let running = both(&[]);
    let address = running.listener.address();
    let origin = ("Origin", "https://pics.example");
    let asks = [
        origin,
        ("Access-Control-Request-Method", "POST"),
        (
            "Access-Control-Request-Headers",
            "x-lc-id,x-lc-sign,x-lc-prod",
        ),
    ];
    for path in ["/1.1/functions/random", "/1/call/random"] {
        let reply = ask(address, "OPTIONS", path, &asks, b"");
        assert_eq!((reply.status, reply.body.len()), (200, 0));
        for (name, value) in [
            ("access-control-allow-origin", "https://pics.example"),
            ("access-control-max-age", "86400"),
            (
                "access-control-allow-methods",
                "HEAD, GET, POST, PUT, DELETE, OPTIONS",
            ),
        ] {
            assert_eq!(reply.header(name), Some(value));
        }
        let allowed = reply.header("access-control-allow-headers").unwrap();
        for name in ["X-LC-Id", "X-LC-Sign", "X-LC-Prod", "X-LC-Session"] {
            assert!(allowed.contains(name), "{allowed}");
        }
    }
    for (reply, status) in [
        (call(address, "/1.1/call/random", &[origin], "{}"), 200),
        (call(address, "/1.1/call/none", &[origin], "{}"), 404),
        (
            ask(address, "POST", "/1.1/call/random", &[origin], b"{}"),
            401,
        ),
    ] {
        assert_eq!(reply.status, status);
        let allowed = reply.header("access-control-allow-origin");
        assert_eq!(allowed, Some("https://pics.example"));
    }
}
