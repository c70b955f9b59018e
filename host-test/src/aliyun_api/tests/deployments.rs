use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Stand, ask, zip};

const DEPLOYMENTS: &str = "!/v2/cnhangzhou/deployments";

#[test]
fn one_call_makes_service_function_and_triggers() {
    let mut stand = Stand::new();
    let given = json!({
        "name": "myfunction", "description": "d", "runtime": "Custom",
        "code": zip(), "memory": 256, "environment": { "DOES": "show" },
        "role": "acs:ram::1:role/r", "vpc_config": { "vpc_id": "v", "vswitch_ids": ["w"] },
        "layers": [{ "name": "nodejs14", "version": "14" }],
        "triggers": [
            { "type": "http", "config": { "url": "https://example.com/myfunction" } },
            { "type": "timer", "config": { "cronExpression": "@every 5m" }, "name": "tick" },
        ],
    });
    let reply = stand.ask("POST", DEPLOYMENTS, &given);
    let made = reply.json();
    assert_eq!(reply.status, 201, "{made}");
    assert_eq!(
        (&made["regionId"], &made["codeSource"]),
        (&json!("cn-hangzhou"), &json!("code"))
    );
    assert_eq!(
        (&made["memory"], &made["timeout"]),
        (&json!(256), &json!(60))
    );
    assert_eq!(
        made["triggers"][0],
        json!({
        "name": "http-0", "type": "http", "url": "https://example.com/myfunction" })
    );
    let tick = &made["triggers"][1];
    assert_eq!(
        (&tick["name"], &tick["type"]),
        (&json!("tick"), &json!("timer"))
    );
    assert_eq!(
        tick["nextFirings"][0],
        json!({ "utc": "2026-01-31T08:20:27Z", "beijing": "2026-01-31T16:20:27+08:00" })
    );
    assert_eq!(
        made["warnings"],
        json!([
            "role is kept and not acted upon",
            "vpc_config is kept and not acted upon",
            "layers is kept and not acted upon"
        ])
    );
    let function = stand
        .get("/services/myfunction/functions/myfunction")
        .json();
    assert_eq!(
        (&function["memorySize"], &function["layers"]),
        (&json!(256), &json!(["nodejs14#14"]))
    );
    assert_eq!(
        stand
            .get("!/2023-03-30/functions/myfunction$myfunction")
            .status,
        200
    );

    let own = |path: &str| {
        ask(
            stand.address(),
            "GET",
            path,
            &[("Host", "example.com")],
            b"",
        )
    };
    assert_eq!(own("/myfunction").json()["target"], "/myfunction");
    own("/other").refused(404, "DomainRouteNotFound");
    assert_eq!(
        stand
            .get("!/2016-08-15/proxy/myfunction/myfunction/x")
            .status,
        200
    );

    stand
        .ask("POST", DEPLOYMENTS, &given)
        .refused(409, "DeploymentAlreadyExists");
    stand.restart();
    let named = "!/v2/cn-hangzhou/deployments/myfunction";
    assert_eq!(stand.get(named).json(), made);
    assert_eq!(stand.get(DEPLOYMENTS).json()["deployments"][0], made);
    stand
        .get("!/v2/cn-shanghai/deployments/myfunction")
        .refused(404, "DeploymentNotFound");
    assert_eq!(stand.ask("DELETE", named, &Value::Null).status, 204);
    stand
        .get("/services/myfunction")
        .refused(404, "ServiceNotFound");
    assert_eq!(
        ask(
            stand.address(),
            "GET",
            "/myfunction",
            &[("Host", "example.com")],
            b""
        )
        .status,
        400
    );
}

#[test]
fn one_source_of_code_makes_code_ignored() {
    let stand = Stand::new();
    let objects = stand.options.data.join("oss/mybucket");
    std::fs::create_dir_all(&objects).unwrap();
    std::fs::write(objects.join("f.zip"), STANDARD.decode(zip()).unwrap()).unwrap();
    let with = |more: Value| {
        let mut given = json!({ "name": "f", "runtime": "custom", "code": "not even base64" });
        if more.get("image_url").is_some() {
            given.as_object_mut().unwrap().remove("runtime");
        }
        given
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        given
    };
    for (more, kind, image) in [
        (
            json!({"oss_bucket": "mybucket", "oss_object_key": "f.zip"}),
            "oss",
            Value::Null,
        ),
        (
            json!({"image_url": "r.example/f:v1"}),
            "image",
            json!("r.example/f:v1"),
        ),
    ] {
        let made = stand.ask("POST", DEPLOYMENTS, &with(more)).json();
        assert_eq!(
            (&made["codeSource"], &made["image"]),
            (&json!(kind), &image),
            "{made}"
        );
        assert_eq!(
            made["warnings"][0],
            format!("code is ignored because {kind} is set")
        );
        stand.ask("DELETE", "!/v2/cn-hangzhou/deployments/f", &Value::Null);
    }
    for (more, status, code) in [
        (
            json!({"zip_file": "http://a/", "image_url": "a/b"}),
            400,
            "ConflictingCodeSource",
        ),
        (json!({"code": null}), 400, "MissingCodeSource"),
        (json!({}), 400, "InvalidArgument"),
        (
            json!({"oss_bucket": "mybucket", "oss_object_key": "g.zip"}),
            404,
            "NoSuchObject",
        ),
        (
            json!({"zip_file": "http://127.0.0.1:1/f.zip"}),
            403,
            "AccessDenied",
        ),
        (
            json!({"code": zip(), "triggers": [{"type": "timer", "config": {}}]}),
            400,
            "InvalidArgument",
        ),
        (
            json!({"code": zip(), "triggers": [
            {"type": "http", "config": {}}, {"type": "http", "config": {}}]}),
            409,
            "TriggerAlreadyExists",
        ),
    ] {
        stand
            .ask("POST", DEPLOYMENTS, &with(more))
            .refused(status, code);
        stand.get("/services/f").refused(404, "ServiceNotFound");
    }
    stand
        .ask("POST", "!/v2/mars/deployments", &with(json!({})))
        .refused(404, "RegionNotFound");
}

#[test]
fn code_is_fetched_from_hosts_that_are_allowed() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let allowed = host.clone();
    let stand = Stand::with(|options| options.allow_fetch = vec![allowed]);
    let serving = std::thread::spawn(move || {
        let zip = STANDARD.decode(zip()).unwrap();
        for (status, body) in [
            ("200 OK", zip),
            ("404 Not Found", Vec::new()),
            ("200 OK", b"no zip".to_vec()),
        ] {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            let length = stream.read(&mut request).unwrap();
            assert!(request[..length].starts_with(b"GET /f.zip?v=1 HTTP/1.1\r\n"));
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(&body).unwrap();
        }
    });
    let deploy = |name: &str| {
        let given = json!({ "name": name, "runtime": "custom", "zip_file": format!("http://{host}/f.zip?v=1") });
        stand.ask("POST", DEPLOYMENTS, &given)
    };
    let made = deploy("a");
    assert_eq!(
        (made.status, &made.json()["codeSource"]),
        (201, &json!("zip_file"))
    );
    deploy("b").refused(502, "CodeFetchFailed");
    deploy("b").refused(400, "InvalidArgument");
    serving.join().unwrap();
}
