//! What a watcher learns of a call: names, results, no secret.

use axum::http::StatusCode;
use emulator_harness::shown::shown;
use serde_json::{Map, Value, json};

use super::wire::{Answer, Request};
use super::world::{Fault, FaultKind};

/// Parameters of the query that are no secret.
const PUBLIC_PARAMETERS: [&str; 2] = ["appid", "grant_type"];

/// `GET /sns/jscode2session`
pub(super) fn what(request: &Request) -> String {
    format!("{} {}", request.method, request.path)
}

/// The parameters' names; a value only where it is public.
pub(super) fn detail(request: &Request) -> Value {
    let shown = request.query.iter().map(|(name, value)| {
        let is_public = PUBLIC_PARAMETERS.contains(&name.as_str());
        (name.clone(), if is_public { value.as_str() } else { "…" }.into())
    });
    Value::Object(shown.collect::<Map<_, _>>())
}

/// How an answer that nothing broke went.
pub(super) fn of_answer(answer: &Answer) -> (String, bool, Value) {
    let fields: Map<String, Value> = answer.fields.iter().flatten().cloned().collect();
    let errcode = answer.errcode();
    let status = answer.status.as_u16();
    let what = if errcode == 0 { status.to_string() } else { format!("{status}, errcode {errcode}") };
    (what, errcode != 0 || !answer.status.is_success(), shown(json!(fields)))
}

/// How an answer was broken on purpose.
pub(super) fn of_fault(fault: &Fault, status: StatusCode) -> (String, bool) {
    let status = status.as_u16();
    let what = match &fault.kind {
        FaultKind::Errcode { errcode, .. } => format!("{status}, errcode {errcode}"),
        FaultKind::Slow { delay_ms } => format!("{status}, {delay_ms} ms late"),
        FaultKind::Html => format!("{status}, an HTML page"),
        _ => format!("{status}, broken on purpose"),
    };
    (what, !matches!(fault.kind, FaultKind::Slow { .. }))
}
