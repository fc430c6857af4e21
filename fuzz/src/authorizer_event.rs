//! An event of the authorizer. An input that starts with `{` is the whole event; else its first character
//! chooses one of the six shapes, and each line of the rest is one value of the header.
//!
//! The tables know eight tokens, one for each way a session can be; see [`Record`].

use std::sync::{Arc, Mutex, OnceLock};

use authorizer::Authorizer;
use lambda_runtime::Diagnostic;
use serde_json::{Value, json};
use wxsession::{
    Clock,
    serve::invoke_json,
    telemetry::{Level, Log},
};

use self::{
    records::{NOW, Record, record_of},
    rule::Expected,
};
use crate::{broken, tables};

pub mod records;
mod rule;

const ARN: &str = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/v1/GET/me";

/// The target's check.
///
/// # Panics
///
/// When a promise is broken.
pub fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let event = if text.starts_with('{') { serde_json::from_str(text).ok() } else { composed(text) };
    let Some(event) = event.filter(objects_throughout) else { return };
    let expected = rule::expected(&event);
    let (outcome, lines) = ask(&event);
    if outcome.as_ref().is_err_and(|error| error.error_type == "WrongEvent") {
        // A field of another type, or a policy without an ARN; never an event that is composed here.
        assert!(text.starts_with('{'), "an event that API Gateway sends is read");
        return;
    }
    match (&outcome, &expected) {
        (Ok(answer), Some(expected)) => rule::check(answer, expected),
        (Err(_), Some(expected)) => assert_eq!(expected.record, Some(Record::Unread)),
        (outcome, expected) => panic!("{outcome:?} where {expected:?}"),
    }
    let allowed = expected.as_ref().is_some_and(Expected::allows);
    logged(&lines, &outcome, allowed);
}

/// API Gateway sends objects; serde would read a struct from an array of its fields as well.
fn objects_throughout(event: &Value) -> bool {
    event.is_object() && !event["requestContext"].is_array()
}

/// An event of the shape that the first character names, with the rest as its header.
fn composed(text: &str) -> Option<Value> {
    let (shape, rest) = text.split_at_checked(1)?;
    let values: Vec<&str> = rest.split('\n').collect();
    let last = values.last();
    let joined = values.join(",");
    let request = |version: &str, name: &str| json!({"type": "REQUEST", "version": version, "methodArn": ARN, "headers": {name: joined}});
    Some(match shape {
        "T" => json!({"type": "TOKEN", "authorizationToken": last, "methodArn": ARN}),
        "R" => json!({"type": "REQUEST", "methodArn": ARN, "headers": {"Authorization": last},
            "multiValueHeaders": {"Authorization": values}, "requestContext": {"requestId": "JKJaXmPLvHcESHA="}}),
        "W" => json!({"type": "REQUEST", "methodArn": ARN, "multiValueHeaders": {"authorization": values},
            "requestContext": {"requestId": "r", "connectionId": "c"}}),
        "1" => request("1.0", "authorization"),
        "2" => request("2.0", "AUTHORIZATION"),
        "A" => json!({"authorizationToken": last,
            "requestContext": {"apiId": "a", "requestId": "r", "queryString": "query { me }"}}),
        _ => return None,
    })
}

fn ask(event: &Value) -> (Result<Value, Diagnostic>, Vec<String>) {
    static AUTHORIZER: OnceLock<Authorizer> = OnceLock::new();
    let authorizer = AUTHORIZER.get_or_init(|| {
        let account = tables::account(records::answer).expect("the settings are complete");
        let built = Authorizer::with_account(account, &tables::settings(), Clock::stopped(NOW));
        built.expect("the settings are complete")
    });
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Log::stdout("authorizer", Level::Debug, Clock::stopped(NOW)).kept(Arc::clone(&lines));
    let mut answer = tables::wait(invoke_json(authorizer, &log, subject(event), "invocation"));
    if broken::is("a_dead_store_refuses")
        && answer.as_ref().is_err_and(|error| error.error_type == "CannotTell")
    {
        answer = Ok(json!({"isAuthorized": false, "context": {"reason": "session_invalid"}}));
    }
    let lines = lines.lock().expect("no panic").clone();
    (answer, lines)
}

/// The event as a careless parser would see it.
fn subject(event: &Value) -> Value {
    let mut event = event.clone();
    if broken::is("first_of_several_headers")
        && let Some(headers) = event["multiValueHeaders"].as_object_mut()
    {
        for values in headers.values_mut().filter_map(Value::as_array_mut) {
            values.truncate(1);
        }
    }
    event
}

fn logged(lines: &[String], outcome: &Result<Value, Diagnostic>, allowed: bool) {
    let Some(last) = lines.last() else { return };
    for line in lines {
        assert_eq!(line.matches('\n').count(), 1);
        assert!(serde_json::from_str::<Value>(line).is_ok_and(|line| line.is_object()));
    }
    let word = match outcome {
        Ok(_) if allowed => "allow",
        Ok(_) => "refuse",
        Err(_) => "cannot_tell",
    };
    let last: Value = serde_json::from_str(last).expect("a line is JSON");
    assert_eq!(last["outcome"], word);
    // Nothing of a token gets here, whatever the gateway is said to call the request.
    let rest = last.to_string();
    assert!(!records::all().any(|(token, _)| rest.contains(&token[26..])), "a token in the log");
}

/// Used by [`rule`] to look a token up.
fn known(token: &str) -> Option<Record> {
    record_of(token)
}
