//! What the controller does by itself.

use super::*;

#[test]
fn the_controller_refuses_by_itself() {
    let json_type = [("content-type", "application/json")];
    let large = vec![b'x'; MOST + 1];
    for (asked, arguments, status, message) in [
        (
            request("GET", &web("?__ow_method=x"), &[], b""),
            &[][..],
            400,
            "Request defines parameters that are not allowed (e.g., reserved properties).",
        ),
        (
            request("POST", WEB, &json_type, br#"{"cdn":1}"#),
            &["--parameter", "cdn=x"],
            400,
            "Request defines parameters that are not allowed (e.g., reserved properties).",
        ),
        (
            request("GET", &web(".xml"), &[], b""),
            &[],
            404,
            "The requested resource does not exist.",
        ),
        (
            request("GET", "/api/v1/web/guest/default", &[], b""),
            &[],
            404,
            "The requested resource does not exist.",
        ),
        (
            request("GET", "/", &[], b""),
            &[],
            404,
            "The requested resource does not exist.",
        ),
        (
            request("POST", WEB, &[], &large),
            &[],
            413,
            "Request larger than allowed: 1048577 > 1048576 bytes.",
        ),
        (
            request("GET", WEB, &[("x-require-whisk-auth", "no")], b""),
            &["--require-auth", "yes"],
            401,
            "The resource requires authentication, which was not supplied with the request",
        ),
        (
            request("POST", INVOKE, &[], b"{}"),
            &[],
            401,
            "The resource requires authentication, which was not supplied with the request",
        ),
    ] {
        let response = try_event(arguments, &asked).unwrap_err();
        assert_eq!(response.status(), status, "{asked:?}");
        let document = json_of(&response);
        assert_eq!(document["error"], message);
        assert_eq!(document["code"].as_str().unwrap().len(), 32);
    }
    let malformed = try_event(&[], &request("POST", WEB, &json_type, b"{")).unwrap_err();
    assert_eq!(malformed.status(), 400);
    assert_eq!(
        try_event(&[], &request("BREW", WEB, &[], b""))
            .unwrap_err()
            .status(),
        405
    );
    // Raw actions get whatever was sent.
    assert!(
        try_event(
            &["--raw"],
            &request("GET", &web("?__ow_method=x"), &[], b"")
        )
        .is_ok()
    );
    let secret = [("x-require-whisk-auth", "yes")];
    assert!(
        try_event(
            &["--require-auth", "yes"],
            &request("GET", WEB, &secret, b"")
        )
        .is_ok()
    );
}

#[test]
fn options_are_the_controller_s_unless_the_action_wants_them() {
    let asked = request(
        "OPTIONS",
        WEB,
        &[("access-control-request-headers", "x-a")],
        b"",
    );
    let response = try_event(&[], &asked).unwrap_err();
    assert_eq!(
        (response.status().as_u16(), response.body().len()),
        (200, 0)
    );
    assert_eq!(response.headers()["access-control-allow-origin"], "*");
    assert_eq!(response.headers()["access-control-allow-headers"], "x-a");
    assert_eq!(
        event(&["--custom-options"], &asked)["__ow_method"],
        "options"
    );
    // Whoever is not let in may ask all the same.
    assert!(try_event(&["--custom-options", "--require-auth", "s"], &asked).is_ok());
}

#[test]
fn the_controller_s_cors_fields_stand_beside_the_action_s() {
    let result = r#"{"headers":{"access-control-allow-origin":"https://a.example"}}"#;
    let outcome = || Outcome::Returned(result.as_bytes().to_vec());
    let asked = request("GET", WEB, &[], b"");
    let origins = |response: &Response<Bytes>| {
        let values = response.headers().get_all("access-control-allow-origin");
        values.iter().count()
    };
    assert_eq!(origins(&answer(&[], &asked, outcome())), 2);
    assert_eq!(
        origins(&answer(&["--custom-options"], &asked, outcome())),
        1
    );
}
