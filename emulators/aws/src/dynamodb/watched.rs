//! What a watcher learns of a call: names and conditions, never a value.

use axum::body::{Body, to_bytes};
use axum::http::Response;
use emulator_harness::watch::Pending;
use serde_json::{Map, Value, json};

use super::faults::Call;

/// Members of a request that hold no value: those of items are always placeholders.
const SHOWN: [&str; 6] = [
    "ConditionExpression",
    "ConsistentRead",
    "FilterExpression",
    "KeyConditionExpression",
    "ProjectionExpression",
    "UpdateExpression",
];

/// `BatchGetItem Sessions, Users`
pub(super) fn what(call: &Call) -> String {
    let tables: Vec<&str> = call.tables.iter().map(|table| table.trim_end_matches("Table")).collect();
    format!("{} {}", call.operation, tables.join(", ")).trim_end().to_owned()
}

pub(super) fn detail(request: &Value) -> Value {
    let mut detail = shown(request);
    for (table, keys) in request["RequestItems"].as_object().into_iter().flatten() {
        detail.insert(table.clone(), Value::Object(shown(keys)));
    }
    for action in request["TransactItems"].as_array().into_iter().flatten() {
        for (name, action) in action.as_object().into_iter().flatten() {
            detail.insert(name.clone(), Value::Object(shown(action)));
        }
    }
    Value::Object(detail)
}

fn shown(request: &Value) -> Map<String, Value> {
    let members = request.as_object().into_iter().flatten();
    let members = members.filter(|(name, _)| SHOWN.contains(&name.as_str()));
    members.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Tells how the call ended, and hands the answer on.
pub(super) async fn answered(
    answer: Response<Body>,
    pending: Pending<'_>,
) -> Result<Response<Body>, axum::Error> {
    let (parts, body) = answer.into_parts();
    let body = to_bytes(body, usize::MAX).await?;
    let json: Value = serde_json::from_slice(&body).unwrap_or_default();
    let kind = json["__type"].as_str().and_then(|kind| kind.rsplit('#').next());
    let what = kind.map_or_else(
        || parts.status.as_u16().to_string(),
        |kind| format!("{} {kind}", parts.status.as_u16()),
    );
    // A condition that is not met is an answer like any other: the functions ask for it.
    let is_failure = kind.is_some_and(|kind| kind != "ConditionalCheckFailedException");
    pending.answered(what, is_failure, found(&json));
    Ok(Response::from_parts(parts, Body::from(body)))
}

/// How many items came back.
fn found(answer: &Value) -> Value {
    let responses = answer["Responses"].as_object();
    let counts = responses
        .into_iter()
        .flatten()
        .filter_map(|(table, items)| Some((table.clone(), items.as_array()?.len().into())));
    let counts: Map<String, Value> = counts.collect();
    match (responses, &answer["Items"], &answer["Item"]) {
        (Some(_), ..) => json!({ "items": counts }),
        (None, Value::Array(items), _) => json!({ "items": items.len() }),
        (None, _, Value::Object(_)) => json!({ "items": 1 }),
        _ => Value::Null,
    }
}
