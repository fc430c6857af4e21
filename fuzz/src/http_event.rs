//! An event of an HTTP function, through the doors of login and of a function behind an authorizer. An input that starts with
//! `{` is the whole event; else its first character chooses one of the four shapes, the second a place in it, and the rest is
//! what stands there. Nobody is known.

use std::sync::{Arc, Mutex, OnceLock};

use login::Login;
use open_data::OpenData;
use serde_json::{Value, json};
use wxsession::{
    Clock, Random,
    http::Code,
    serve::{Function, invoke_json},
    telemetry::{Level, Log},
};

use crate::{
    broken,
    problem::{self, REQUEST_ID},
    tables,
};

const NOW: i64 = 1_700_000_000;

/// The target's check.
///
/// # Panics
///
/// When a promise is broken.
pub fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let event = if text.starts_with('{') { serde_json::from_str(text).ok() } else { composed(text) };
    let Some(event) = event else { return };
    let (login, open_data) = functions();
    answered(login, &event);
    answered(open_data, &event);
}

fn composed(text: &str) -> Option<Value> {
    let (shape, rest) = text.split_at_checked(1)?;
    let (place, value) = rest.split_at_checked(1)?;
    let mut event = match shape {
        "1" => {
            json!({"httpMethod": "POST", "resource": "/login", "path": "/login", "headers": {}, "multiValueHeaders": {},
            "requestContext": {"stage": "v1", "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"}})
        }
        "2" => {
            json!({"version": "2.0", "routeKey": "$default", "rawPath": "/login", "rawQueryString": "", "headers": {},
            "requestContext": {"stage": "$default", "http": {"method": "POST", "sourceIp": "203.0.113.7"}}})
        }
        "A" => json!({"httpMethod": "POST", "path": "/login", "headers": {}, "requestContext": {"elb": {}}}),
        "M" => {
            json!({"httpMethod": "POST", "path": "/login", "multiValueHeaders": {}, "requestContext": {"elb": {}}})
        }
        _ => return None,
    };
    let place = match place {
        "p" if shape == "2" => "/rawPath",
        "p" => "/path",
        "q" if shape == "2" => "/rawQueryString",
        "q" => "/queryStringParameters",
        "m" if shape == "2" => "/requestContext/http/method",
        "m" => "/httpMethod",
        "s" => "/requestContext/stage",
        "r" => "/resource",
        "h" => "/headers/host",
        "x" => "/headers/x-forwarded-proto",
        "a" => "/headers/authorization",
        "b" => "/body",
        _ => return None,
    };
    let (parent, name) = place.rsplit_once('/')?;
    let value = if place == "/queryStringParameters" { json!({"a": value}) } else { value.into() };
    event.pointer_mut(parent)?.as_object_mut()?.insert(name.to_owned(), value);
    Some(event)
}

fn functions() -> &'static (Login, OpenData) {
    static FUNCTIONS: OnceLock<(Login, OpenData)> = OnceLock::new();
    FUNCTIONS.get_or_init(|| {
        let account = || tables::account(answer).expect("the settings are complete");
        let (settings, clock) = (tables::settings(), Clock::stopped(NOW));
        let login = Login::with_account(account(), &settings, clock.clone(), Random::seeded(1));
        let open_data = OpenData::with_account(account(), &settings, clock, Random::seeded(1));
        (login.expect("the settings are complete"), open_data.expect("the settings are complete"))
    })
}

/// The secrets are there, and nobody is known.
fn answer(operation: &str, input: &Value) -> (u16, Value) {
    let secret = match input["SecretId"].as_str() {
        Some("apps") => json!({"wxfuzzfuzzfuzzfuzzfuzzone": "secret", "wxfuzzfuzzfuzzfuzzfuzztwo": "secret"}),
        _ => json!({"current": "1", "1": "fuzzfuzzfuzzfuzzfuzzfuzzfuzzfuzz"}),
    };
    let known = operation == "GetSecretValue";
    (200, if known { json!({"SecretString": secret.to_string()}) } else { json!({}) })
}

/// A response in our form: no 5xx but that of a WeChat which is not there, one line, nothing of the event in either but what the line says of the gateway.
fn answered<F: Function>(function: &F, event: &Value) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Log::stdout(F::NAME, Level::Info, Clock::stopped(NOW)).kept(Arc::clone(&lines));
    let response = tables::wait(invoke_json(function, &log, event.clone(), REQUEST_ID));
    let mut response = response.expect("an HTTP function always answers");
    let mut status = response["statusCode"].as_u64().expect("a status");
    if broken::is("a_panic_is_500")
        && event["rawQueryString"].as_str().is_some_and(|query| query.contains(' '))
    {
        status = 500;
        response["statusCode"] = 500.into();
    }
    let opened = problem::opened(&with_lines(response));
    if status >= 400 {
        let code = problem::refusal(&opened, event["body"].as_str().unwrap_or_default());
        assert!(
            status < 500 || code == Code::UpstreamUnavailable,
            "WeChat is not there, and nothing else fails: {code:?}"
        );
    }
    let lines = lines.lock().expect("no panic").clone();
    let (last, before) = lines.split_last().expect("each request has its line");
    assert!(before.len() <= 1 && lines.iter().all(|line| line.matches('\n').count() == 1));
    let line: Value = serde_json::from_str(last).expect("a line is JSON");
    assert_eq!(line["status"].as_u64(), Some(status));
}

/// Payload 2.0 has its headers in the one map.
fn with_lines(mut response: Value) -> Value {
    if response["multiValueHeaders"].as_object().is_none_or(serde_json::Map::is_empty) {
        let headers = response["headers"].as_object().cloned().unwrap_or_default();
        response["multiValueHeaders"] =
            headers.into_iter().map(|(name, value)| (name, json!([value]))).collect();
    }
    response
}
