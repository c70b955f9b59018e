use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::json;

use super::*;

/// 32 bytes, in the keys' own base64.
const SECRET: &str = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ";

/// A token that another program signed; it is valid until 2100.
const RSA_TOKEN: &str = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.eyJzdWIiOiJ1NyIsImV4cCI6NDEwMjQ0NDgwMCwiYWRtaW4iOnRydWV9.WdfMBN_uk1Cw2h1N_7Xs239_mHsuHwXsM6Pbq8_IP9dvuEQH82Gz_-pQ2TJ67kVlvhawlCn4ebp3GPr7aaAR3wWRQjbyyAsbqSYM79OPBzWNX_GPpp1arYh-2X2knmygh2L0YtqgSiRKs88OwfL45nCWR1JaasPt8TTohoD2NcTGM9t4Zze1HDZOZz9QYaB5jpQOAFuEZ3B9cM8n_sYdeesJ6BXno1Td_TxHpGzAumuI9kBv77fhbEdP-_5xrhaoAOBBH1mJern5QPTouGwThaX3jocT1R188r7qaLepPQNZuOMTcDuQmGP6I5CqRDz4MapfCP1_kDdrVJD60gT4_w";
const RSA_MODULUS: &str = "wrKnZi_02kY9uu4CLUiQAQQVzu3p7QdNhgWBK8XtGZ-2HpbkjJQRZ0aPxjGrfD__OeZP8-P9NkYcpZdvIKH9oRPh02GMXHlfriRvsxnnx0_PBxkll0SHQPjlnw1XJve5jdHPveTvygTE32C7qeEHZPnHVZ8rRwWwV4tBEHR9luoht4_0V9gN3kpXMm9VZ5h2MUByCBC31TZb_mmMDfuavVQInaYDFMsMSR14tlRFnYZtZidFpOUsaJr_MH50xEQguaL2G_GGMDAZnlxcTDrgpevzufcjV8RZ_ZASUUk-7vbXwGylejheMH2wwQZrcDRKYV0FYejwCPHIv_8hVUHEbw";

fn keys() -> Value {
    json!({ "keys": [
        { "kty": "oct", "alg": "HS256", "k": SECRET },
        { "kty": "RSA", "alg": "RS256", "use": "sig", "kid": "a", "e": "AQAB", "n": RSA_MODULUS },
    ] })
}

fn signed(claims: &Value, kid: Option<&str>) -> String {
    let mut header = Header::new(Algorithm::HS256);
    header.kid = kid.map(str::to_owned);
    let key = EncodingKey::from_base64_secret(&format!("{SECRET}=")).unwrap();
    encode(&header, claims, &key).unwrap()
}

fn gate(lookup: &str, more: Value) -> Gate {
    let mut config = json!({ "jwks": keys(), "tokenLookup": lookup });
    let members = more.as_object().unwrap().clone();
    config.as_object_mut().unwrap().extend(members);
    Gate::parse(Some(&config)).unwrap_or_else(|e| panic!("{e}"))
}

fn head(method: &str, target: &str, headers: &[(&str, &str)]) -> Parts {
    let mut request = Request::builder().method(method).uri(target);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap().into_parts().0
}

#[test]
fn a_token_is_found_where_the_trigger_says() {
    let token = signed(&json!({ "sub": "u7" }), None);
    let bearer = format!("Bearer {token}");
    let cookies = format!("a=b; t={token}");
    let form = format!("x=1&t={token}");
    let target = format!("/?t={token}");
    let media = "application/x-www-form-urlencoded";
    let both = "cookie:other, header:Authorization:Bearer";
    for (lookup, method, target, headers, body, found) in [
        (
            both,
            "GET",
            "/",
            &[("authorization", &*bearer)][..],
            "",
            true,
        ),
        (both, "GET", "/", &[("authorization", &*token)], "", false),
        ("header:auth", "GET", "/", &[("Auth", &*token)], "", true),
        ("query:t", "GET", &*target, &[], "", true),
        ("query:u", "GET", &*target, &[], "", false),
        ("cookie:t", "GET", "/", &[("cookie", &*cookies)], "", true),
        (
            "form:t",
            "POST",
            "/",
            &[("content-type", media)],
            &*form,
            true,
        ),
        (
            "form:t",
            "PUT",
            "/",
            &[("content-type", media)],
            &*form,
            false,
        ),
        (
            "form:t",
            "POST",
            "/",
            &[("content-type", "text/plain")],
            &*form,
            false,
        ),
    ] {
        let admitted =
            gate(lookup, json!({})).admit(&head(method, target, headers), "/", body.as_bytes());
        match admitted {
            Ok(Some(claims)) => assert!(found && claims["sub"] == "u7", "{lookup}"),
            Ok(None) => panic!("{lookup} asked for no token"),
            Err(refused) => {
                assert!(!found, "{lookup}: {refused}");
                assert_eq!((refused.status, refused.code), (403, "AccessDenied"));
                assert!(refused.message.contains("missing"), "{refused}");
            }
        }
    }
}

#[test]
fn a_token_is_that_of_its_key_and_of_its_time() {
    let gate = gate("header:auth", json!({}));
    let forged = RSA_TOKEN.replacen(".Wdf", ".Xdf", 1);
    for (token, why) in [
        (RSA_TOKEN.to_owned(), ""),
        (
            signed(
                &json!({ "exp": 4_102_444_800_u64, "nbf": 1, "aud": "x" }),
                None,
            ),
            "",
        ),
        (forged, "InvalidSignature"),
        (signed(&json!({}), Some("a")), "InvalidAlgorithm"),
        (signed(&json!({}), Some("b")), "kid"),
        (
            signed(&json!({ "exp": 1_000_000_000 }), None),
            "ExpiredSignature",
        ),
        (signed(&json!({ "exp": "soon" }), None), "exp is no number"),
        (
            signed(&json!({ "nbf": 4_102_444_800_u64 }), None),
            "ImmatureSignature",
        ),
        ("eyJhbGciOiJub25lIn0.e30.".to_owned(), "malformed"),
        ("a.b".to_owned(), "malformed"),
    ] {
        let admitted = gate.admit(&head("GET", "/", &[("auth", &token)]), "/", b"");
        match (admitted, why) {
            (Ok(Some(_)), "") => {}
            (Err(refused), why) if !why.is_empty() => {
                assert!(refused.message.contains(why), "{refused}: {why}");
            }
            (admitted, _) => panic!("{token}: {admitted:?}, {why}"),
        }
    }
}

#[test]
fn paths_are_listed_exactly_or_by_their_beginning() {
    for (more, free, asked) in [
        (json!({}), &[][..], &["/", "/a"][..]),
        (
            json!({ "whitelist": ["/a", "/login/*"] }),
            &["/a", "/login/", "/login/b/c"],
            &["/", "/a/", "/login"],
        ),
        (
            json!({ "blacklist": ["/a", "/my/*"] }),
            &["/", "/a/", "/my"],
            &["/a", "/my/"],
        ),
    ] {
        let gate = gate("header:auth", more);
        for (paths, needed) in [(free, false), (asked, true)] {
            for path in paths {
                let admitted = gate.admit(&head("GET", "/", &[]), path, b"");
                assert_eq!(admitted.is_err(), needed, "{path}");
            }
        }
    }
}

#[test]
fn a_function_gets_claims_instead_of_the_callers_own() {
    let passes =
        "header:sub:x-user, query:sub:uid, cookie:admin:admin, form:sub:uid, header:none:x-none";
    let gate = gate("header:auth", json!({ "claimPassBy": passes }));
    let mut request = Request::post("/a?x=1&uid=me")
        .header("x-user", "me")
        .header("cookie", "admin=no; b=c")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from_static(b"uid=me&y=2"))
        .unwrap();
    let claims = json!({ "sub": "u 7", "admin": true });
    gate.pass_on(claims.as_object().unwrap(), &mut request);
    assert_eq!(request.uri(), "/a?x=1&uid=u+7");
    assert_eq!(&request.body()[..], b"y=2&uid=u+7");
    let field = |name: &str| request.headers().get(name).map(|v| v.to_str().unwrap());
    assert_eq!(
        (field("x-user"), field("cookie"), field("x-none")),
        (Some("u 7"), Some("b=c; admin=true"), None)
    );
}

#[test]
fn what_is_no_configuration_is_refused() {
    for (config, part) in [
        (json!("{"), "a JSON object"),
        (
            json!({ "tokenLookup": "header:auth" }),
            "jwks.keys is required",
        ),
        (
            json!({ "jwks": { "keys": [] }, "tokenLookup": "header:auth" }),
            "jwks.keys is required",
        ),
        (
            json!({ "jwks": { "keys": [{ "kty": "RSA", "alg": "ES512" }] }, "tokenLookup": "header:auth" }),
            "RS256 |",
        ),
        (
            json!({ "jwks": { "keys": [{ "kty": "RSA", "alg": "RS256" }] }, "tokenLookup": "header:auth" }),
            "public keys",
        ),
        (json!({ "jwks": keys() }), "POSITION:NAME"),
        (
            json!({ "jwks": keys(), "tokenLookup": "body:auth" }),
            "POSITION:NAME",
        ),
        (
            json!({ "jwks": keys(), "tokenLookup": "header:auth", "claimPassBy": "header" }),
            "POSITION:CLAIM",
        ),
        (
            json!({ "jwks": keys(), "tokenLookup": "header:auth", "whitelist": "/a" }),
            "list of paths",
        ),
        (
            json!({ "jwks": keys(), "tokenLookup": "header:auth", "whitelist": ["/"], "blacklist": ["/"] }),
            "one of them",
        ),
    ] {
        let Err(refused) = Gate::parse(Some(&config)) else {
            panic!("{config} was taken");
        };
        assert_eq!(refused.status, 400);
        assert!(refused.message.contains(part), "{refused}: {part}");
    }
    let text = json!({ "JWKS": keys(), "TokenLookup": "header:auth" }).to_string();
    assert!(Gate::parse(Some(&json!(text))).is_ok());
}
