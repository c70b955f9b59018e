use super::*;

fn check(text: &str, expected: &str) {
    let fault = parse(text).unwrap_err();
    let place = fault.offset.map(|at| position(text.as_bytes(), at));
    let message = ConfigError {
        path: "e.toml".into(),
        place,
        message: fault.message,
    };
    assert_eq!(message.to_string(), expected, "{text}");
}

#[test]
fn sources_and_settings_are_read() {
    let text = "sources = [\"a.txt\", { path = \"b\", category = \"c\" }]\n\
                max_age = 5\n[referrer]\nallow = [\"example.org\"]\n";
    let config = parse(text).unwrap();
    assert_eq!(config.sources.len(), 2);
    assert_eq!(config.settings.max_age, 5);
    assert_eq!(config.settings.referrer.allow, ["example.org"]);
    assert_eq!(parse("").unwrap(), Config::default());
}

#[test]
fn every_key_is_known_with_its_default() {
    let table = serde_json::to_value(Settings::default()).unwrap();
    for name in table.as_object().unwrap().keys() {
        let known =
            |(key, _, _): &(&str, _, _)| *key == name || key.starts_with(&format!("{name}."));
        assert!(KEYS.iter().any(known), "{name}");
    }
    for (key, default, _) in KEYS {
        if key != "placeholder" {
            let text = format!("{key} = {default}");
            assert_eq!(parse(&text).unwrap(), Config::default(), "{text}");
        }
    }
}

#[test]
fn an_unknown_key_is_an_error_that_names_the_nearest() {
    check(
        "\nmax_ages = 1",
        "e.toml:2:1: the key `max_ages` is not known; is `max_age` meant?",
    );
    check(
        "[referrer]\n  alow = []",
        "e.toml:2:3: the key `referrer.alow` is not known; is `referrer.allow` meant?",
    );
    check(
        "[referrer]\nzzz = []",
        "e.toml:2:1: the key `referrer.zzz` is not known; known are referrer.allow, \
         referrer.deny, referrer.empty, referrer.refused",
    );
}

#[test]
fn bad_values_are_named_with_their_place() {
    for (text, place) in [
        ("max_age = \"x\"", "e.toml:1:11: "),
        (
            "\nmount = \"nope\"",
            "e.toml:2:1: bad value \"nope\" for mount; accepted: ",
        ),
        (
            "[referrer]\nallow = [\"a/b\"]",
            "e.toml:2:1: bad value \"a/b\" for referrer.allow",
        ),
        ("sources = 5", "e.toml:1:11: "),
        ("a = ", "e.toml:1:"),
    ] {
        let fault = parse(text).unwrap_err();
        let error = ConfigError {
            path: "e.toml".into(),
            place: fault.offset.map(|at| position(text.as_bytes(), at)),
            message: fault.message,
        };
        assert!(error.to_string().starts_with(place), "{text:?}: {error}");
    }
}

#[test]
fn values_of_another_kind_are_refused_in_the_file_s_own_words() {
    let table = [
        (
            "max_age = -1",
            "1:11: bad value -1 for max_age; accepted: a whole number from 0 to 4294967295",
        ),
        (
            "max_age = \"x\"",
            "1:11: bad value \"x\" for max_age; accepted: a whole number from 0 to 4294967295",
        ),
        (
            "mount = 5",
            "1:9: bad value 5 for mount; accepted: a text in quotation marks",
        ),
        (
            "cors_origins = 5",
            "1:16: bad value 5 for cors_origins; accepted: a list in brackets",
        ),
        (
            "[referrer]\nallow = [\"a\", 7]",
            "2:15: bad value 7 for referrer.allow; accepted: a text in quotation marks",
        ),
        (
            "referrer = 1",
            "1:12: bad value 1 for referrer; accepted: a table",
        ),
        (
            "referrer_policy_for = [1]",
            "1:23: bad value [1] for referrer_policy_for; accepted: a table",
        ),
        (
            "type = \"jsn\"",
            "1:8: bad value \"jsn\" for type; accepted: one of `302`, `redirect`, `307`, `json`, `text`, `url`, `html`",
        ),
        (
            "sources = 5",
            "1:11: bad value 5 for sources; accepted: a list in brackets",
        ),
        (
            "sources = [1]",
            "1:12: bad value 1 for sources; accepted: a path, or a table with the key `path`",
        ),
        (
            "[[sources]]\npath = 'a'\n[[sources]]\npath = 'b'\nweight = 70000",
            "5:10: bad value 70000 for sources.weight; accepted: a whole number from 1 to 65535",
        ),
        (
            "sources = [{ path = 'a', orientation = 'wide' }]",
            "1:40: bad value 'wide' for sources.orientation; accepted: landscape (pc, h), portrait (mobile, v) or square",
        ),
    ];
    let said = |text| {
        let fault = parse(text).unwrap_err();
        let (line, column) = position(text.as_bytes(), fault.offset.unwrap());
        format!("{line}:{column}: {}", fault.message)
    };
    assert_eq!(
        table.map(|(text, _)| said(text)),
        table.map(|(_, expected)| expected)
    );
}

#[test]
fn paths_are_relative_to_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("edgepick.toml");
    std::fs::write(&path, "sources = [\"a.txt\", \"/b.txt\"]").unwrap();
    let config = Config::read(&path).unwrap();
    let paths: Vec<_> = config
        .sources
        .into_iter()
        .map(|source| source.path)
        .collect();
    assert_eq!(
        paths,
        [folder.path().join("a.txt"), PathBuf::from("/b.txt")]
    );
    let missing = Config::read(&folder.path().join("none.toml")).unwrap_err();
    assert!(
        missing.to_string().contains("none.toml: cannot be read"),
        "{missing}"
    );
}
