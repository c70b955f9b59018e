use super::*;

fn parameters(given: &Value) -> Result<Parameters, Refused> {
    Parameters::read(given.as_object().unwrap())
}

#[test]
fn images_have_one_name() {
    let digest = format!("sha256:{}", "a".repeat(64));
    for (given, expected) in [
        (
            json!({"image_url": "https://r.example/n/f:v1"}),
            Ok("r.example/n/f:v1".to_owned()),
        ),
        (
            json!({"image_url": "r.example:5000/f"}),
            Ok("r.example:5000/f:latest".to_owned()),
        ),
        (
            json!({"image_url": "r.example/f", "image_tag": "v2"}),
            Ok("r.example/f:v2".to_owned()),
        ),
        (
            json!({"image_url": "r.example/f:v1", "image_digest_value": digest}),
            Ok(format!("r.example/f@{digest}")),
        ),
        (
            json!({"custom_container_config": {"Image": "r.example/f:v1"}}),
            Ok("r.example/f:v1".to_owned()),
        ),
        (
            json!({"image_url": "r.example/f:v1", "image_tag": "v2"}),
            Err("ImageTag"),
        ),
        (json!({"image_tag": "v2"}), Err("Image_url")),
        (
            json!({"image_url": "a/f", "image_digest_value": "sha256:1"}),
            Err("hexadecimal"),
        ),
        (
            json!({"image_url": "a/f", "runtime": "python3"}),
            Err("custom-container"),
        ),
    ] {
        let mut given = given;
        given["name"] = json!("f");
        match (parameters(&given), expected) {
            (Ok(parameters), Ok(image)) => {
                assert_eq!(parameters.image().unwrap().unwrap(), image);
                assert_eq!(parameters.runtime().unwrap(), CONTAINER);
            }
            (Err(refused), Err(part)) => {
                let message = refused.message.replace('_', "").to_lowercase();
                assert!(
                    message.contains(&part.replace('_', "").to_lowercase()),
                    "{refused}"
                );
            }
            (result, expected) => panic!("{given}: {result:?}, {expected:?}"),
        }
    }
}

#[test]
fn an_entry_point_of_a_custom_runtime_is_a_command() {
    let given = json!({
        "name": "f", "runtime": "custom", "code": "x",
        "entrypoint": "/code/bootstrap --platform aliyun",
    });
    let function = parameters(&given).unwrap().function().unwrap();
    let command = json!({ "command": ["/code/bootstrap", "--platform", "aliyun"] });
    assert_eq!(function["customRuntimeConfig"], command);
    assert_eq!(function["handler"], "index.handler");
}

#[test]
fn parameters_are_strict() {
    for (given, part) in [
        (json!({"runtime": "python3"}), "name"),
        (
            json!({"name": "1f", "runtime": "python3", "handler": "a"}),
            "Name is set",
        ),
        (
            json!({"name": "f", "runtime": "python3", "handler": "a", "colour": 1}),
            "colour",
        ),
        (
            json!({"name": "f", "runtime": "python3", "handler": "a", "memory": "128"}),
            "memory: invalid type: string",
        ),
        (
            json!({"name": "f", "runtime": "python3", "handler": "a", "memory": 100}),
            "Memory is set",
        ),
        (
            json!({"name": "f", "runtime": "python3", "handler": "a", "timeout": 0}),
            "Timeout is set",
        ),
        (
            json!({"name": "f", "image_url": "no image"}),
            "HOST/NAME[:TAG]",
        ),
        (
            json!({"name": "f", "runtime": "cobol", "handler": "a"}),
            "Runtime is set",
        ),
        (
            json!({"name": "f", "runtime": "python3"}),
            "Handler or entrypoint is required",
        ),
        (
            json!({"name": "f", "runtime": "python3", "handler": "a", "entrypoint": "b"}),
            "differ",
        ),
        (
            json!({"name": "f", "runtime": "python3", "handler": "a", "oss_bucket": "b"}),
            "both or not at all",
        ),
    ] {
        let refused = parameters(&given).unwrap_err();
        assert_eq!(refused.status, 400);
        assert!(refused.message.contains(part), "{refused}: {part}");
    }
    for (given, expected) in [
        ("Python", "python3"),
        ("Node.js", "nodejs16"),
        ("Custom", "custom"),
    ] {
        let given = json!({ "name": "f", "runtime": given, "entrypoint": "index.main" });
        assert_eq!(parameters(&given).unwrap().runtime().unwrap(), expected);
    }
}
