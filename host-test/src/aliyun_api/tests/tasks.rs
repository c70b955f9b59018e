use serde_json::{Value, json};

use super::Stand;

const FUNCTION: &str = "/services/s/functions/f";
const TASKS: &str = "/services/s/functions/f/stateful-async-invocations";

fn leave(stand: &Stand, id: &str) {
    let named = [
        ("X-Fc-Invocation-Type", "Async"),
        ("X-Fc-Stateful-Async-Invocation-Id", id),
    ];
    assert_eq!(stand.invoke(&named, id.as_bytes()).status, 202);
}

#[test]
fn tasks_are_listed_as_the_query_asks() {
    let stand = Stand::new();
    stand.function("echo");
    // A second between each and the next.
    for (count, id) in ["b1", "a1", "a2"].into_iter().enumerate() {
        stand.advance(1);
        leave(&stand, id);
        stand.results(|results| {
            results.len() == count + 1 && results.iter().all(|r| r["status"] == "Succeeded")
        });
    }
    let begin = stand.get(&format!("{TASKS}/a1")).json()["startedTime"].clone();
    let begin = format!("startedTimeBegin={begin}");
    let end = begin.replace("Begin", "End");
    for (query, ids, next) in [
        ("", "a1 a2 b1", ""),
        ("limit=2", "a1 a2", "b1"),
        ("limit=2&nextToken=b1", "b1", ""),
        ("sortOrderByTime=asc", "b1 a1 a2", ""),
        ("sortOrderByTime=desc&limit=2", "a2 a1", "b1"),
        ("sortOrderByTime=desc&limit=2&nextToken=b1", "b1", ""),
        ("invocationIdPrefix=a", "a1 a2", ""),
        (&begin, "a1 a2", ""),
        (&end, "a1 b1", ""),
        ("status=Succeeded", "a1 a2 b1", ""),
        ("status=Failed", "", ""),
    ] {
        let list = stand.get(&format!("{TASKS}?{query}")).json();
        let tasks = list["invocations"].as_array().into_iter().flatten();
        let tasks: Vec<_> = tasks
            .map(|task| task["invocationId"].as_str().unwrap())
            .collect();
        assert_eq!(
            (tasks.join(" ").as_str(), &list["nextToken"]),
            (ids, &json!(next)),
            "{query}"
        );
    }
    let payload = |query: &str| {
        let list = stand.get(&format!("{TASKS}?limit=1{query}")).json();
        list["invocations"][0]["invocationPayload"].clone()
    };
    assert_eq!(
        (payload(""), payload("&includePayload=true")),
        (Value::Null, json!("a1"))
    );
    for query in ["limit=0", "sortOrderByTime=up", "startedTimeEnd=now"] {
        stand
            .get(&format!("{TASKS}?{query}"))
            .refused(400, "InvalidArgument");
    }
}

#[test]
fn a_task_whose_function_is_gone_is_invalid() {
    let stand = Stand::new();
    stand.function("throw");
    leave(&stand, "mine");
    stand.results(|results| results[0]["status"] == "Retrying");
    assert_eq!(stand.ask("DELETE", FUNCTION, &Value::Null).status, 204);
    stand.advance(10);
    let results = stand.results(|results| results[0]["status"] == "Invalid");
    let message = results[0]["invocationErrorMessage"].as_str().unwrap();
    assert_eq!(message, "function 'f' does not exist in service 's'");
    stand
        .get(&format!("{FUNCTION}/async-invoke-configs"))
        .refused(404, "FunctionNotFound");
}
