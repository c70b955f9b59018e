//! Members of a trigger, and what each type of trigger is configured with.

use serde_json::Value;

use super::{Item, Kind, Member, Otherwise, complete, find, read};
use crate::aliyun_api::call::Api;
use crate::aliyun_api::error::Refused;
use crate::aliyun_api::running::jwt::Gate;
use crate::aliyun_api::schedule::Schedule;

/// A type of trigger.
#[derive(Debug)]
pub(crate) struct Type {
    pub(crate) name: &'static str,
    config: &'static [Member],
    /// How the ARN of what fires it begins, where it needs one.
    source: Option<&'static str>,
}

const TIMER: &[Member] = &[
    Member::new("cronExpression", Kind::Text(1, 256), Otherwise::Required),
    Member::new("enable", Kind::Flag, Otherwise::Flag(true)),
    Member::new("payload", Kind::Text(0, 131_072), Otherwise::Text("")),
];

const HTTP: &[Member] = &[
    Member::new("authType", Kind::TEXT, Otherwise::Text("function")),
    Member::new("methods", Kind::List(&METHOD, 7), Otherwise::Required),
    Member::new("authConfig", Kind::Free, Otherwise::Nothing),
    Member::new("disableURLInternet", Kind::Flag, Otherwise::Flag(false)),
    Member::new("url", Kind::Text(1, 1024), Otherwise::Nothing),
];

const METHOD: Kind = Kind::Choice(&["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"]);

const OSS: &[Member] = &[
    Member::new(
        "events",
        Kind::List(&Kind::Text(5, 64), 16),
        Otherwise::Required,
    ),
    Member::new("filter", Kind::Free, Otherwise::Null),
];

const LOG: &[Member] = &[
    Member::new(
        "sourceConfig",
        Kind::Object(LOG_SOURCE),
        Otherwise::Required,
    ),
    Member::new("jobConfig", Kind::Object(LOG_JOB), Otherwise::Members),
    Member::new("functionParameter", Kind::Free, Otherwise::Object),
    Member::new("logConfig", Kind::Free, Otherwise::Null),
    Member::new("enable", Kind::Flag, Otherwise::Flag(true)),
];

const LOG_SOURCE: &[Member] = &[Member::new(
    "logstore",
    Kind::Text(1, 256),
    Otherwise::Required,
)];

const LOG_JOB: &[Member] = &[
    Member::new("maxRetryTime", Kind::whole(0, 100, 1), Otherwise::Whole(3)),
    Member::new(
        "triggerInterval",
        Kind::whole(3, 600, 1),
        Otherwise::Whole(60),
    ),
];

/// Types whose source is not emulated: any configuration is kept.
const KEPT: &[Member] = &[];

/// Every type.
pub(crate) const TYPES: &[Type] = &[
    of("timer", TIMER, None),
    of("http", HTTP, None),
    of("oss", OSS, Some("acs:oss:")),
    of("log", LOG, Some("acs:log:")),
    of("tablestore", KEPT, Some("acs:ots:")),
    of("cdn_events", KEPT, Some("acs:cdn:")),
    of("mns_topic", KEPT, Some("acs:mns:")),
    of("eventbridge", KEPT, None),
];

const fn of(name: &'static str, config: &'static [Member], source: Option<&'static str>) -> Type {
    Type {
        name,
        config,
        source,
    }
}

/// A trigger's. The types' words are those of funcraft's templates too.
pub(crate) const TRIGGER: &[Member] = &[
    Member::new("triggerName", Kind::Name(128), Otherwise::Required),
    Member::new("triggerType", Kind::TEXT, Otherwise::Required),
    Member::new("triggerConfig", Kind::Free, Otherwise::Required),
    Member::new("description", Kind::Text(0, 256), Otherwise::Text("")),
    Member::new("sourceArn", Kind::TEXT, Otherwise::Null).inert(),
    Member::new("invocationRole", Kind::Role, Otherwise::Text("")).inert(),
    Member::new("qualifier", Kind::Text(1, 128), Otherwise::Text("LATEST")),
];

/// The type of this name, whatever its case.
///
/// # Errors
/// When there is none: those that are.
pub(crate) fn kind(name: &str) -> Result<&'static Type, Refused> {
    let mut types = TYPES.iter();
    types
        .find(|kind| kind.name.eq_ignore_ascii_case(name))
        .ok_or_else(|| {
            let names: Vec<_> = TYPES.iter().map(|kind| kind.name).collect();
            Refused::value("triggerType", &names.join(" | "), name)
        })
}

/// A trigger with its type's and its configuration's own words.
///
/// # Errors
/// A configuration that its type does not take, a source that is missing.
pub(crate) fn settle(mut item: Item, api: Api) -> Result<Item, Refused> {
    let name = item.get("triggerType").and_then(Value::as_str);
    let kind = kind(name.unwrap_or_default())?;
    let config = match item.get("triggerConfig") {
        Some(Value::Object(config)) => config.clone(),
        Some(Value::String(text)) => serde_json::from_str(text)
            .map_err(|e| Refused::invalid(format!("TriggerConfig is not a JSON object: {e}")))?,
        _ => return Err(Refused::value("triggerConfig", "an object", "")),
    };
    let config = match kind.name {
        "http" => http(&config, api)?,
        _ if kind.config.is_empty() => config,
        _ => configuration(kind.config, &config, api)?,
    };
    if let Some(expression) = config.get("cronExpression").and_then(Value::as_str) {
        Schedule::parse(expression)?;
    }
    if kind.name == "oss" {
        events(&config)?;
    }
    let arn = item
        .get("sourceArn")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let role = item
        .get("invocationRole")
        .and_then(Value::as_str)
        .unwrap_or_default();
    match kind.source {
        Some(start) if !arn.starts_with(start) => {
            return Err(Refused::value("sourceArn", &format!("{start}..."), arn));
        }
        Some(_) if role.is_empty() => return Err(Refused::absent("invocationRole")),
        _ => {}
    }
    if matches!(kind.name, "http" | "timer") {
        item.insert("sourceArn".to_owned(), Value::Null);
        item.insert("invocationRole".to_owned(), "".into());
    }
    item.insert("triggerType".to_owned(), kind.name.into());
    item.insert("triggerConfig".to_owned(), Value::Object(config));
    Ok(item)
}

/// What a bucket tells of: at least one thing.
fn events(config: &Item) -> Result<(), Refused> {
    let events = config.get("events").and_then(Value::as_array);
    let events = events.into_iter().flatten().filter_map(Value::as_str);
    let events: Vec<_> = events.collect();
    let wrong = events.iter().find(|event| !event.starts_with("oss:"));
    match (events.is_empty(), wrong) {
        (true, _) => Err(Refused::value("events", "at least one", "[]")),
        (_, Some(wrong)) => Err(Refused::value("events", "oss:...", wrong)),
        _ => Ok(()),
    }
}

fn configuration(members: &[Member], given: &Item, api: Api) -> Result<Item, Refused> {
    let mut config = read(members, given, api)?;
    complete(members, &mut config, api)?;
    Ok(config)
}

/// `CUSTOM`, a word of templates, is the safe choice: callers must sign.
fn http(given: &Item, api: Api) -> Result<Item, Refused> {
    let mut config = configuration(HTTP, given, api)?;
    let given = config
        .get("authType")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let kind = match given.to_ascii_lowercase().as_str() {
        "anonymous" => "anonymous",
        "function" => "function",
        "jwt" => "jwt",
        "custom" if find(&config, "authConfig").is_some() => "jwt",
        "custom" => "function",
        _ => {
            return Err(Refused::value(
                "authType",
                "anonymous | function | jwt",
                given,
            ));
        }
    };
    if kind == "jwt" {
        Gate::parse(config.get("authConfig"))?;
    }
    config.insert("authType".to_owned(), kind.into());
    if config
        .get("methods")
        .and_then(Value::as_array)
        .is_none_or(Vec::is_empty)
    {
        return Err(Refused::absent("triggerConfig.methods"));
    }
    match config.get("url").and_then(Value::as_str) {
        Some(url) if !url.starts_with('/') => Err(Refused::value(
            "triggerConfig.url",
            "a path that begins with /",
            url,
        )),
        _ => Ok(config),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn settled(trigger: &Value) -> Result<Item, Refused> {
        let mut item = read(TRIGGER, trigger.as_object().unwrap(), Api::V2016)?;
        complete(TRIGGER, &mut item, Api::V2016)?;
        settle(item, Api::V2016)
    }

    #[test]
    fn the_documents_examples_are_taken() {
        let timer = settled(&json!({
            "serviceName": "my-service", "functionName": "my-function",
            "triggerName": "my-timer-trigger", "triggerType": "Timer",
            "triggerConfig": {
                "cronExpression": "0 0 9 * * ?", "enable": true,
                "payload": "{\"key\": \"value\"}",
            },
            "qualifier": "LATEST",
        }));
        assert_eq!(timer.unwrap()["triggerType"], "timer");
        let http = settled(&json!({
            "triggerName": "my-http-trigger", "triggerType": "HTTP",
            "triggerConfig": {
                "authType": "ANONYMOUS", "methods": ["GET", "POST"], "url": "/my-endpoint",
            },
        }));
        let http = http.unwrap();
        assert_eq!(
            http["triggerConfig"],
            json!({
                "authType": "anonymous", "methods": ["GET", "POST"],
                "url": "/my-endpoint", "disableURLInternet": false,
            })
        );
        assert_eq!(
            (&http["qualifier"], &http["sourceArn"]),
            (&json!("LATEST"), &json!(null))
        );
    }

    #[test]
    fn what_a_type_does_not_take_is_refused() {
        let role = "acs:ram::1:role/r";
        for (trigger, part) in [
            (
                json!({"triggerType": "Kafka", "triggerConfig": {}}),
                "timer | http | oss",
            ),
            (
                json!({"triggerType": "timer", "triggerConfig": {}}),
                "CronExpression is required",
            ),
            (
                json!({"triggerType": "timer", "triggerConfig": {"cronExpression": "* * *"}}),
                "CronExpression",
            ),
            (
                json!({"triggerType": "http", "triggerConfig": {"methods": []}}),
                "methods",
            ),
            (
                json!({"triggerType": "http", "triggerConfig": {"methods": ["GET"], "authType": "no"}}),
                "anonymous | function | jwt",
            ),
            (
                json!({"triggerType": "http", "triggerConfig": {"methods": ["GET"], "url": "a"}}),
                "begins with /",
            ),
            (
                json!({"triggerType": "http", "triggerConfig": "{"}),
                "JSON object",
            ),
            (
                json!({"triggerType": "http", "triggerConfig": {"methods": ["GET"], "authType": "jwt"}}),
                "authConfig is required",
            ),
            (
                json!({"triggerType": "oss", "triggerConfig": {"events": []}}),
                "at least one",
            ),
            (
                json!({"triggerType": "oss", "triggerConfig": {"events": ["ObjectCreated:*"]}}),
                "oss:...",
            ),
            (
                json!({"triggerType": "oss", "triggerConfig": {"events": ["oss:ObjectCreated:*"]}}),
                "acs:oss:",
            ),
            (
                json!({"triggerType": "tablestore", "triggerConfig": {}, "sourceArn": "acs:ots:x"}),
                "InvocationRole is required",
            ),
            (
                json!({"triggerType": "log", "triggerConfig": {}, "sourceArn": "acs:log:x", "invocationRole": role}),
                "SourceConfig is required",
            ),
        ] {
            let mut trigger = trigger;
            trigger["triggerName"] = json!("t");
            let refused = settled(&trigger).unwrap_err();
            assert!(refused.message.contains(part), "{refused}: {part}");
        }
        for (word, kind) in [("CUSTOM", "function"), ("FUNCTION", "function")] {
            let trigger = settled(&json!({
                "triggerName": "t", "triggerType": "http",
                "triggerConfig": {"methods": ["get"], "authType": word},
            }));
            let config = &trigger.unwrap()["triggerConfig"];
            assert_eq!(
                (&config["authType"], &config["methods"]),
                (&json!(kind), &json!(["GET"]))
            );
        }
    }
}
