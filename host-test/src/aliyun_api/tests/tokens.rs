use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::{Stand, ask, function};

const SECRET: &str = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ";

fn signed(secret: &str, claims: &Value) -> String {
    let key = EncodingKey::from_base64_secret(&format!("{secret}=")).unwrap();
    encode(&Header::default(), claims, &key).unwrap()
}

#[test]
fn triggers_of_both_interfaces_ask_for_tokens() {
    let stand = Stand::new();
    stand.function("show");
    let alone = function("alone", "show");
    assert_eq!(
        stand.ask("POST", "!/2023-03-30/functions", &alone).status,
        200
    );
    let gate = json!({
        "jwks": { "keys": [{ "kty": "oct", "alg": "HS256", "k": SECRET }] },
        "tokenLookup": "header:Authorization:Bearer,query:token",
        "claimPassBy": "header:sub:x-user",
        "whitelist": ["/open/*"],
    });
    let config = json!({ "authType": "jwt", "methods": ["GET"], "authConfig": gate.to_string() });
    let trigger = json!({ "triggerName": "web", "triggerType": "http", "triggerConfig": config });
    let made = stand.made("POST", "/services/s/functions/f/triggers", &trigger);
    assert_eq!(made["triggerConfig"], {
        let mut config = config.clone();
        config["disableURLInternet"] = json!(false);
        config
    });
    let newer =
        json!({ "triggerName": "web", "triggerType": "http", "triggerConfig": config.to_string() });
    let made = stand.ask("POST", "!/2023-03-30/functions/alone/triggers", &newer);
    assert_eq!(made.status, 200);

    let (good, bad) = (
        signed(SECRET, &json!({ "sub": "u7", "exp": 4_102_444_800_u64 })),
        signed(
            "b3RoZXItb3RoZXItb3RoZXItb3RoZXItb3RoZXItMTI",
            &json!({ "sub": "u7" }),
        ),
    );
    for base in ["/2016-08-15/proxy/s/f", "/2023-03-30/proxy/alone"] {
        let get = |path: &str, token: &str| {
            let bearer = format!("Bearer {token}");
            let fields = [("Authorization", bearer.as_str()), ("X-User", "me")];
            let fields = if token.is_empty() {
                &fields[1..]
            } else {
                &fields[..]
            };
            ask(
                stand.address(),
                "GET",
                &format!("{base}{path}"),
                fields,
                b"",
            )
        };
        for (path, token, user) in [
            ("/a", &*good, "u7"),
            (&*format!("/a?token={good}"), "", "u7"),
            ("/open/a", "", "me"),
        ] {
            let reply = get(path, token);
            assert_eq!(reply.status, 200, "{base}{path}");
            assert_eq!(reply.json()["headers"]["x-user"], user, "{base}{path}");
        }
        for (token, part) in [("", "missing"), (&*bad, "InvalidSignature")] {
            let reply = get("/a", token);
            assert_eq!(reply.status, 403, "{base}");
            let text = String::from_utf8(reply.body).unwrap();
            assert!(
                text.contains("AccessDenied") && text.contains(part),
                "{text}"
            );
        }
    }
}
