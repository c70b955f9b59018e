use serde_json::{Value, json};

use super::{Stand, ask, function, zip};

#[test]
fn a_service_has_every_member() {
    let stand = Stand::new();
    let given = json!({
        "serviceName": "my-service", "description": "d", "internetAccess": false,
        "role": "acs:ram::1:role/r",
        "vpcConfig": { "VpcId": "vpc-1", "VSwitchIds": ["vsw-1"] },
        "logConfig": { "Project": "p", "Logstore": "l" },
        "nasConfig": { "UserId": "10", "GroupId": "20", "MountPoints": [
            { "serverAddr": "a:/", "mountDir": "/mnt" }] },
        "unknown": 1,
    });
    let reply = stand.ask("POST", "/services", &given);
    let made = reply.json();
    assert_eq!(reply.status, 200, "{made}");
    assert_eq!(made["vpcConfig"]["vSwitchIds"], json!(["vsw-1"]));
    assert_eq!(
        (&made["nasConfig"]["userId"], &made["nasConfig"]["groupId"]),
        (&json!(10), &json!(20))
    );
    assert_eq!(made["nasConfig"]["mountPoints"][0]["enableTLS"], false);
    assert_eq!(
        made["tracingConfig"],
        json!({ "type": null, "params": null })
    );
    assert_eq!(made["createdTime"], "2026-01-31T08:15:27Z");
    assert_eq!(made.get("unknown"), None);
    assert_eq!(
        reply.headers["x-emulator-not-acted-upon"],
        "internetAccess, role, vpcConfig, logConfig, nasConfig"
    );
    let etag = &reply.headers["etag"];
    assert_eq!(etag.len(), 32);
    let read = stand.get("/services/my-service");
    assert_eq!((read.json(), &read.headers["etag"]), (made, etag));

    let update = json!({ "description": "e" });
    let path = "/2016-08-15/services/my-service";
    let put = |tag: &str| {
        let body = update.to_string();
        ask(
            stand.address(),
            "PUT",
            path,
            &[("If-Match", tag)],
            body.as_bytes(),
        )
    };
    put("00").refused(412, "PreconditionFailed");
    let updated = put(etag).json();
    assert_eq!(
        (&updated["description"], &updated["role"]),
        (&json!("e"), &given["role"])
    );

    stand
        .ask("POST", "/services", &given)
        .refused(409, "ServiceAlreadyExists");
    let gone = stand.ask("DELETE", "/services/my-service", &Value::Null);
    assert_eq!((gone.status, gone.body.len()), (204, 0));
    assert!(!gone.headers.contains_key("content-type"));
    let message = stand
        .get("/services/my-service")
        .refused(404, "ServiceNotFound");
    assert_eq!(message, "service 'my-service' does not exist");
}

#[test]
fn what_is_wrong_is_refused() {
    let stand = Stand::new();
    stand.function("echo");
    let with = |member: &str, value: Value| {
        let mut given = function("g", "echo");
        given[member] = value;
        given
    };
    let functions = "/services/s/functions";
    for (path, given, status, code, part) in [
        (
            "/services",
            json!({}),
            400,
            "InvalidArgument",
            "ServiceName is required",
        ),
        (
            "/services",
            json!([]),
            400,
            "InvalidArgument",
            "not a JSON object",
        ),
        (
            "/services",
            json!({"serviceName": "1"}),
            400,
            "InvalidArgument",
            "actual: '1'",
        ),
        (
            "/services",
            json!({"serviceName": "t", "vpcConfig": {"vpcId": "v"}}),
            400,
            "InvalidArgument",
            "VpcConfig.vSwitchIds",
        ),
        (
            "/services",
            json!({"serviceName": "t", "logConfig": {"project": "p"}}),
            400,
            "InvalidArgument",
            "project and logstore",
        ),
        (
            functions,
            with("runtime", json!("10")),
            400,
            "InvalidArgument",
            "actual: '10'",
        ),
        (
            functions,
            with("memorySize", json!(100)),
            400,
            "InvalidArgument",
            "multiples of 64",
        ),
        (
            functions,
            with("timeout", json!(0)),
            400,
            "InvalidArgument",
            "Timeout",
        ),
        (
            functions,
            with("code", json!({"zipFile": "UEs="})),
            400,
            "InvalidArgument",
            "zip",
        ),
        (
            functions,
            with("code", Value::Null),
            400,
            "InvalidArgument",
            "Code is required",
        ),
        (
            functions,
            with("serviceName", json!("t")),
            400,
            "InvalidArgument",
            "ServiceName",
        ),
        (
            functions,
            with("environmentVariables", json!({"FC_X": ""})),
            400,
            "InvalidArgument",
            "FC_X",
        ),
        (
            functions,
            with("layers", json!(["1", "2", "3", "4", "5", "6"])),
            400,
            "InvalidArgument",
            "at most 5",
        ),
        (
            functions,
            with("functionName", json!("f")),
            409,
            "FunctionAlreadyExists",
            "in service 's'",
        ),
        (
            "/services/t/functions",
            with("handler", json!("h")),
            404,
            "ServiceNotFound",
            "'t'",
        ),
        (
            "/services/s.1/functions",
            with("handler", json!("h")),
            400,
            "InvalidArgument",
            "Qualifier",
        ),
        (
            "/services/s/functions/g/triggers",
            json!({
            "triggerName": "t", "triggerType": "timer",
            "triggerConfig": {"cronExpression": "@every 5m"}}),
            404,
            "FunctionNotFound",
            "'g'",
        ),
        (
            "/layers",
            json!({}),
            400,
            "PathNotSupported",
            "'POST' against '/2016-08-15/layers'",
        ),
    ] {
        let message = stand.ask("POST", path, &given).refused(status, code);
        assert!(message.contains(part), "{message}: {part}");
    }
    let python = with("runtime", json!("python3.9"));
    let mut python_ca = python.clone();
    python_ca["caEnable"] = json!(true);
    stand
        .ask("POST", functions, &python_ca)
        .refused(400, "InvalidArgument");
    stand.made("POST", functions, &python);
    let message = stand
        .ask("POST", "/services/s/functions/g/invocations", &json!({}))
        .refused(412, "FunctionNotStarted");
    assert!(
        message.contains("'python3.9' is kept but does not run"),
        "{message}"
    );
    let garbage = ask(stand.address(), "POST", "/2016-08-15/services", &[], b"{");
    assert!(garbage.refused(400, "InvalidArgument").contains("not JSON"));
}

#[test]
fn a_function_is_what_the_document_says() {
    let stand = Stand::new();
    stand.made("POST", "/services", &json!({ "serviceName": "s" }));
    let reply = stand.ask("POST", "/services/s/functions", &json!({
        "serviceName": "s", "functionName": "f", "description": "d", "runtime": "custom",
        "handler": "index.handler", "initializer": "index.init", "caPort": 8080,
        "environmentVariables": { "A": "1" }, "vpcConfig": { "VpcId": "v", "VSwitchIds": ["w"] },
        "mountPoints": [{ "serverAddr": "a:/", "mountDir": "/mnt" }], "layers": ["a#b#1"],
        "caEnable": true, "caFiles": [{ "name": "ca.pem" }],
        "code": { "ossBucketName": "my-bucket", "ossObjectName": "my-function.zip",
                  "ossAccessKeyId": "id", "ossAccessKeySecret": "my-secret" },
    }));
    let made = reply.json();
    assert_eq!(reply.status, 200, "{made}");
    assert_eq!(
        (&made["memorySize"], &made["timeout"]),
        (&json!(128), &json!(3))
    );
    assert_eq!(
        (&made["caPort"], &made["codeSize"]),
        (&json!(8080), &json!(0))
    );
    assert_eq!(made["layersArnV2"], json!(["a#b#1"]));
    assert_eq!(made["code"]["ossObjectName"], "my-function.zip");
    assert!(!made.to_string().contains("my-secret") && made.get("_code").is_none());
    let inert = &reply.headers["x-emulator-not-acted-upon"];
    assert_eq!(
        inert,
        "caEnable, caFiles, layers, vpcConfig, mountPoints, code"
    );
    let invoked = stand.invoke(&[], b"");
    assert!(
        invoked
            .refused(412, "FunctionNotStarted")
            .contains("bucket")
    );

    let update = json!({ "code": { "zipFile": zip() }, "environmentVariables": {}, "timeout": 9 });
    let updated = stand.made("PUT", "/services/s/functions/f", &update);
    assert_eq!(
        (&updated["environmentVariables"], &updated["timeout"]),
        (&json!({}), &json!(9))
    );
    assert_eq!(updated["handler"], "index.handler");
    let sum = updated["codeChecksum"].as_str().unwrap();
    let code = stand.made("GET", "/services/s/functions/f/code", &Value::Null);
    assert_eq!(code["checksum"], sum);
    let path = code["url"]
        .as_str()
        .unwrap()
        .split_once("/emulator")
        .unwrap()
        .1;
    let fetched = stand.get(&format!("!/emulator{path}"));
    assert_eq!(super::resource::code::checksum(&fetched.body), sum);

    let container = json!({
        "functionName": "c", "runtime": "custom-container", "handler": "h",
        "customContainerConfig": { "image": "r.example/n/f:v1", "command": "[\"run\"]",
            "args": "[]", "accelerationType": "Default", "webServerMode": false },
    });
    let made = stand.made("POST", "/services/s/functions", &container);
    assert_eq!(made["customContainerConfig"]["webServerMode"], false);
}

#[test]
fn lists_come_in_pages() {
    let stand = Stand::new();
    for name in ["b", "a2", "a1", "c"] {
        stand.made("POST", "/services", &json!({ "serviceName": name }));
    }
    let names = |query: &str| {
        let list = stand.get(&format!("/services?{query}")).json();
        let names: Vec<_> = list["services"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["serviceName"].as_str().unwrap().to_owned())
            .collect();
        (
            names.join(" "),
            list["nextToken"].as_str().unwrap().to_owned(),
        )
    };
    let page = |names: &str, next: &str| (names.to_owned(), next.to_owned());
    assert_eq!(names(""), page("a1 a2 b c", ""));
    assert_eq!(names("limit=2"), page("a1 a2", "b"));
    assert_eq!(names("limit=2&nextToken=b&startKey=c"), page("b c", ""));
    assert_eq!(names("prefix=a&limit=1"), page("a1", "a2"));
    assert_eq!(names("startKey=a2"), page("a2 b c", ""));
    stand
        .get("/services?limit=101")
        .refused(400, "InvalidArgument");
}

#[test]
fn signatures_are_verified_where_there_are_keys() {
    let stand = Stand::with(|options| {
        options.keys = [("ak".to_owned(), "sk".to_owned())].into();
    });
    stand.get("/services").refused(400, "MissingRequiredHeader");
    let date =
        jiff::fmt::rfc2822::to_string(&jiff::Zoned::now().with_time_zone(jiff::tz::TimeZone::UTC))
            .unwrap();
    let date = date.replace("+0000", "GMT");
    for (authorization, status, code) in [
        ("FC other:x", 403, "InvalidAccessKeyID"),
        ("FC ak:x", 403, "SignatureNotMatch"),
        ("Bearer x", 400, "InvalidArgument"),
    ] {
        let headers = [("Date", &*date), ("Authorization", authorization)];
        ask(
            stand.address(),
            "GET",
            "/2016-08-15/services",
            &headers,
            b"",
        )
        .refused(status, code);
    }
    assert_eq!(stand.get("!/emulator/clock").status, 200);
}
