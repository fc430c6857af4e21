//! What is refused before any table is read. There is no table here: a read would end as "cannot
//! tell", so a refusal proves that none was made.

mod support;

use std::sync::{Arc, Mutex};

use lambda_runtime::Diagnostic;
use serde_json::{Value, json};
use support::authorizer;
use wxsession::{
    Clock, Random, UserId, serve,
    telemetry::{Level, Log},
    token::SessionToken,
};

const ARN: &str = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/v1/GET/me";
const NO_TABLE: &str = "http://127.0.0.1:1";

fn good() -> String {
    SessionToken::generate(UserId::of("wx", "o"), &Random::system()).expose().to_string()
}

fn ask(event: &Value) -> (Result<Value, Diagnostic>, Vec<String>) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Log::stdout("authorizer", Level::Debug, Clock::system()).kept(Arc::clone(&lines));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let answer =
        runtime.block_on(serve::invoke_json(&authorizer(NO_TABLE), &log, event.clone(), "invocation"));
    let lines = lines.lock().expect("no panic").clone();
    (answer, lines)
}

fn token_event(header: &str) -> Value {
    json!({"type": "TOKEN", "authorizationToken": header, "methodArn": ARN})
}

fn request_event(values: &[&str]) -> Value {
    json!({"type": "REQUEST", "methodArn": ARN, "headers": {"Authorization": values.last()},
        "multiValueHeaders": {"Authorization": values}, "requestContext": {"requestId": "r"}})
}

#[track_caller]
fn refuses(event: &Value, reason: &str, for_the_log: &str) {
    let (answer, lines) = ask(event);
    let answer = answer.expect("a refusal is an answer");
    assert_eq!(answer["policyDocument"]["Statement"][0]["Effect"], "Deny");
    assert_eq!(answer["context"], json!({"reason": reason}));
    assert_eq!(lines.len(), 1);
    let line: Value = serde_json::from_str(&lines[0]).expect("a line is JSON");
    assert_eq!((&line["outcome"], &line["reason"]), (&json!("refuse"), &json!(for_the_log)));
}

#[test]
fn refuses_odd_headers_without_asking_the_tables() {
    let good = good();
    let mut wrong = good.clone().into_bytes();
    wrong[73] = if wrong[73] == b'0' { b'1' } else { b'0' };
    let wrong = String::from_utf8(wrong).expect("ASCII");
    let dead = "session_invalid";
    for event in [token_event as fn(&str) -> Value, |header| request_event(&[header])] {
        refuses(&event(""), "credentials_missing", "no_credentials");
        refuses(&event(&good), "credentials_missing", "no_credentials");
        refuses(&event(&format!("Basic {good}")), "credentials_missing", "no_credentials");
        refuses(&event(&format!("Bearer  {good}")), dead, "bearer_grammar");
        refuses(&event(&format!("Bearer {good} ")), dead, "bearer_grammar");
        refuses(&event(&format!("Bearer {good},Bearer {good}")), dead, "several_credentials");
        refuses(&event(&format!("Bearer {good}, {good}")), dead, "several_credentials");
        refuses(&event(&format!("Bearer {wrong}")), dead, "token_checksum");
        refuses(&event(&format!("Bearer {}", good.to_uppercase())), dead, "token_prefix");
        refuses(&event("Bearer é"), dead, "bearer_grammar");
        refuses(&event(&format!("Bearer {}", "a".repeat(10_000))), dead, "token_length");
    }
    let bearer = format!("Bearer {good}");
    refuses(&request_event(&[&bearer, &bearer]), dead, "several_credentials");
    refuses(&request_event(&[]), "credentials_missing", "no_credentials");
}

#[test]
fn a_table_that_cannot_be_reached_is_cannot_tell_and_never_a_refusal() {
    let bearer = format!("Bearer {}", good());
    let (answer, lines) = ask(&token_event(&bearer));
    let error = answer.expect_err("an error");
    // API Gateway takes the text `Unauthorized` for a refusal.
    assert_eq!(error.error_message, "cannot tell: the session store did not answer");
    assert_eq!(error.error_type, "CannotTell");
    let line: Value = serde_json::from_str(&lines[0]).expect("a line is JSON");
    assert_eq!((&line["outcome"], &line["store_error"]), (&json!("cannot_tell"), &json!("connection")));
}

#[test]
fn what_is_not_an_authorizers_event_is_never_allowed() {
    for event in [
        json!({}),
        json!({"type": "OTHER", "methodArn": ARN}),
        json!({"version": "2.0"}),
        json!({"type": null}),
        json!({"type": "TOKEN", "authorizationToken": "x", "methodArn": null}),
    ] {
        let error = ask(&event).0.expect_err("neither allowed nor refused");
        assert_eq!(error.error_message, "not an event of this function", "{event}");
    }
}

#[test]
fn null_maps_and_absent_fields_are_no_credentials() {
    let null = json!({"version": "2.0", "type": "REQUEST", "routeArn": ARN, "headers": null, "identitySource": null,
        "queryStringParameters": null, "requestContext": null});
    let (answer, _) = ask(&null);
    assert_eq!(
        answer.expect("an answer"),
        json!({"isAuthorized": false, "context": {"reason": "credentials_missing"}})
    );
}

#[test]
fn no_line_holds_the_token() {
    let good = good();
    for header in [format!("Bearer {good}"), format!("Bearer {good} "), good.clone()] {
        let (_, lines) = ask(&token_event(&header));
        assert!(!lines.concat().contains(&good[4..40]));
    }
}
