//! Where reports of calls go that nobody waited for: to another function, or to
//! a queue, which is kept.

use serde_json::{Value, json};
use uuid::Uuid;

use super::task;
use crate::aliyun_api::Plane;
use crate::aliyun_api::error::Refused;
use crate::aliyun_api::resource::{lone_service, need_function};
use crate::aliyun_api::store::{Writing, key};

/// Puts a report where its destination finds it; gives that in words.
pub(super) fn send_on(
    plane: &Plane,
    w: &mut Writing<'_>,
    arn: &str,
    event: &[u8],
    now: i64,
) -> Result<String, Refused> {
    let id = Uuid::new_v4().to_string();
    if let Some((_, queue)) = arn
        .split_once(":/queues/")
        .filter(|_| arn.starts_with("acs:mns:"))
    {
        let queue = queue.trim_end_matches("/messages");
        let body = String::from_utf8_lossy(event);
        let message = json!({ "destination": arn, "sent": now, "body": body });
        if let Value::Object(message) = message {
            w.put(
                &key(&["message", queue, &format!("{now:020}-{id}")]),
                &message,
            )?;
        }
        return Ok(format!(
            "to {arn}, which is not emulated: it is kept in the data folder"
        ));
    }
    let Some((service, qualifier, function)) = parts(arn) else {
        return Ok(format!("nowhere: {arn} is no function"));
    };
    let found = need_function(w, &service, &qualifier, &function);
    if let Err(refused) = found {
        return Ok(format!("nowhere: {}", refused.message));
    }
    let order = task::Order {
        service: &service,
        function: &function,
        qualifier: &qualifier,
        id: &id,
        request_id: &id,
        stateful: false,
        event,
        http: Value::Null,
    };
    let key = task::put(w, &order, now)?;
    plane.queue.add(now, key);
    Ok(format!("to {arn} as its async invocation {id}"))
}

/// Service, qualifier and function of an ARN.
fn parts(arn: &str) -> Option<(String, String, String)> {
    let rest = arn.split_once(":services/").map(|(_, rest)| rest);
    if let Some(rest) = rest {
        let (service, function) = rest.split_once("/functions/")?;
        let (service, qualifier) = service.split_once('.').unwrap_or((service, "LATEST"));
        return Some((
            service.to_owned(),
            qualifier.to_owned(),
            function.to_owned(),
        ));
    }
    let (_, function) = arn.split_once(":functions/")?;
    let (function, qualifier) = function.split_once('/').unwrap_or((function, "LATEST"));
    Some((
        lone_service(function),
        qualifier.to_owned(),
        function.to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_name_functions() {
        let parts = |arn| parts(arn).unwrap();
        let own = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        assert_eq!(
            parts("acs:fc:cn-hangzhou:1:services/s.prod/functions/f"),
            own("s", "prod", "f")
        );
        assert_eq!(
            parts("acs:fc:cn-hangzhou:1:services/s/functions/f"),
            own("s", "LATEST", "f")
        );
        assert_eq!(
            parts("acs:fc:cn-hangzhou:1:functions/f"),
            own("$f", "LATEST", "f")
        );
    }
}
