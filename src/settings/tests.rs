use super::*;

#[test]
fn keys_are_those_of_the_type_and_state_the_real_defaults() {
    let mut settings = Settings {
        mount: "/x".into(),
        placeholder: Some("https://a.example/".into()),
        ..Settings::default()
    };
    settings
        .referrer_policy_for
        .insert("a".into(), "origin".into());
    settings.referrer.allow.push("a".into());
    settings.referrer.deny.push("a".into());
    settings.pass_through.push("a".into());
    settings.events.push("a".into());
    let mut rows = BTreeMap::new();
    flatten("", &serde_json::to_value(&settings).unwrap(), &mut rows);
    let mut keys: Vec<_> = KEYS.iter().map(|row| row.0).collect();
    keys.sort_unstable();
    assert_eq!(rows.keys().map(String::as_str).collect::<Vec<_>>(), keys);

    let mut defaults = BTreeMap::new();
    flatten(
        "",
        &serde_json::to_value(Settings::default()).unwrap(),
        &mut defaults,
    );
    for (key, default, _) in KEYS {
        match defaults.get(key) {
            Some(value) => assert_eq!(value, default, "{key}"),
            None => assert!(["\"\"", "{}", "[]", "built in"].contains(&default), "{key}"),
        }
    }
}

#[test]
fn differing_names_only_what_was_set() {
    let settings = Settings {
        time_zone: "+08:00".parse().unwrap(),
        ..Settings::default()
    };
    assert_eq!(
        settings.differing(),
        [("time_zone".to_owned(), "\"+08:00\"".to_owned())]
    );
    assert!(Settings::default().differing().is_empty());
}

#[test]
fn json_round_trip() {
    let settings: Settings =
        serde_json::from_str(r#"{"type":"redirect","referrer":{"deny":["x.example"]}}"#).unwrap();
    assert_eq!(settings.answer, AnswerType::Found);
    let text = serde_json::to_string(&settings).unwrap();
    assert_eq!(serde_json::from_str::<Settings>(&text).unwrap(), settings);
    assert!(serde_json::from_str::<Settings>(r#"{"typ":"json"}"#).is_err());
}

#[test]
fn check_names_key_value_and_what_is_accepted() {
    let with = |change: fn(&mut Settings)| {
        let mut settings = Settings::default();
        change(&mut settings);
        settings.check(&["aws", "azure", "tencent"], &[&["aws", "tencent"]])
    };
    assert_eq!(with(|_| ()), Ok(()));
    type Change = fn(&mut Settings);
    let table: [(Change, &str); 9] = [
        (|s| s.mount = "user".into(), "mount"),
        (|s| s.mount = "/a?b".into(), "mount"),
        (|s| s.referrer_policy = "none".into(), "referrer_policy"),
        (
            |s| drop(s.referrer_policy_for.insert("h".into(), "x".into())),
            "referrer_policy_for",
        ),
        (
            |s| s.cors_origins = vec!["example.org".into()],
            "cors_origins",
        ),
        (
            |s| s.referrer.allow = vec!["https://x".into()],
            "referrer.allow",
        ),
        (|s| s.placeholder = Some("/x.png".into()), "placeholder"),
        (|s| s.events = vec!["tencnt".into()], "events"),
        (
            |s| s.events = vec!["aws".into(), "azure".into(), "tencent".into()],
            "events",
        ),
    ];
    for (change, key) in table {
        assert_eq!(with(change).unwrap_err().key, key);
    }
    let (alike, _) = table.last().unwrap();
    assert_eq!(
        with(*alike).unwrap_err().to_string(),
        "bad value \"aws, tencent\" for events; accepted: one of aws, tencent, whose events look alike"
    );
    let apart: Change = |s| s.events = vec!["azure".into(), "aws".into(), "aws".into()];
    assert_eq!(with(apart), Ok(()));
}
