//! What a request of each class takes, for the cost model.

use serde_json::{Value, json};

use super::super::{compare::microseconds, run::Measured, tally::Class};

pub(super) fn of(run: &Measured) -> Value {
    let count = |classes: &[Class]| classes.iter().map(|class| run.tally.count(*class)).sum::<u64>();
    let (checks, authorized, logins) = (
        count(&[Class::Check, Class::ForgedCheck]),
        count(&[Class::Authorize, Class::ForgedAuthorize]),
        count(&[Class::Login]),
    );
    let called = |what: &str| run.calls.get(what).copied().unwrap_or(0);
    let function = |name: &str, served: u64| {
        let bytes = run.lines.bytes.get(name).copied().unwrap_or(0);
        let cpu = run.cpu.get(name).copied().unwrap_or(0);
        json!({ "cpu_us": microseconds(cpu, served).round(), "log_bytes": bytes / served.max(1) })
    };
    json!({
        "functions": {
            "login": function("login", logins),
            "check-session": function("check-session", checks),
            "authorizer": function("authorizer", authorized),
        },
        "dynamodb_calls": {
            "login": {
                "UpdateItem": each(called("UpdateItem Users"), logins),
                "GetItem": each(called("GetItem Users"), logins),
                "PutItem": each(called("PutItem Sessions"), logins),
            },
            "check or authorize": {
                "BatchGetItem": each(called("BatchGetItem Sessions + Users"), checks + authorized),
            },
            "renewal": { "UpdateItem": each(called("UpdateItem Sessions"), run.tally.renewals) },
        },
        "item_bytes": run.item_bytes,
    })
}

/// To a hundredth.
#[expect(clippy::cast_precision_loss, reason = "a run has far fewer than 2^52 calls")]
fn each(called: u64, of: u64) -> f64 {
    (called as f64 / of.max(1) as f64 * 100.0).round() / 100.0
}
