//! Nothing is answered later than its function's limit less 500 ms, whatever hangs; and what an answer does not need is
//! given up first.

use std::{
    collections::HashMap,
    net::TcpListener,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use authorizer::Authorizer;
use check_session::CheckSession;
use login::Login;
use open_data::OpenData;
use serde_json::{Value, json};
use sessions::Sessions;
use wxsession::{
    Clock,
    serve::{Function, invoke_json_within},
    telemetry::{Level, Log},
};

const TOKEN: &str = "wxs_ErvwhPBjhhubIFG7ovkwcgABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f3EAkZi";
/// Less than any call to a table may take.
const LIMIT: Duration = Duration::from_millis(750);
const RESERVE: Duration = Duration::from_millis(500);
/// What a busy machine may add.
const SLACK: Duration = Duration::from_millis(400);

/// Takes connections, and never says a word.
struct Silence(TcpListener);

impl Silence {
    fn new() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").expect("a free port"))
    }

    fn url(&self) -> String {
        format!("http://{}", self.0.local_addr().expect("it is bound"))
    }
}

fn env(silent: &str) -> HashMap<String, String> {
    [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_ENDPOINT_URL_DYNAMODB", silent),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", silent),
        ("WECHAT_API_BASE_URL", silent),
        ("WECHAT_APPS_SECRET_ID", "apps"),
        ("SESSION_KEY_RING_SECRET_ID", "ring"),
        ("USERS_TABLE", "users"),
        ("SESSIONS_TABLE", "sessions"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// The answer or the error's text, the line, and how long it took.
async fn ask<F: Function>(event: Value) -> (Result<Value, String>, Value, Duration) {
    let silence = Silence::new();
    let clock = Clock::system();
    let function = F::from_env(&env(&silence.url()), clock.clone()).expect("complete settings");
    let lines = Arc::<Mutex<Vec<String>>>::default();
    let log = Log::stdout(F::NAME, Level::Debug, clock).kept(Arc::clone(&lines));
    let started = Instant::now();
    let answer = invoke_json_within(&function, &log, event, "invocation", Some(LIMIT)).await;
    let took = started.elapsed();
    let lines = lines.lock().expect("nobody panicked");
    let line = serde_json::from_str(lines.last().expect("a line")).expect("JSON");
    (answer.map_err(|error| error.error_message), line, took)
}

#[track_caller]
fn in_time(took: Duration) {
    let longest = LIMIT.saturating_sub(RESERVE) + SLACK;
    assert!(took < longest, "{took:?}");
}

fn identity() -> Value {
    json!({"user_id": "12bbf084-f063-861b-9b20-51bba2f93072", "app_id": "wx0123456789abcdef", "openid": "o",
        "session_id": "019aa9c3-7c00-7000-8000-000000000001", "expires_at": "4102444800"})
}

fn event(method: &str, route: &str, body: &str) -> Value {
    json!({"httpMethod": method, "resource": route, "path": route, "body": body,
        "pathParameters": {"id": "019aa9c3-7c00-7000-8000-000000000001"},
        "headers": {"Authorization": format!("Bearer {TOKEN}"), "Content-Type": "application/json"},
        "requestContext": {"authorizer": identity()}})
}

async fn cannot_tell_in_time<F: Function>(method: &str, route: &str, body: &str) {
    let (answer, line, took) = ask::<F>(event(method, route, body)).await;
    let answer = answer.expect("an HTTP function always answers");
    in_time(took);
    assert_eq!(answer["statusCode"], 503, "{method} {route}: {answer}");
    assert_eq!(line["reason"], "out_of_time", "{method} {route}: {line}");
    assert_eq!(answer["multiValueHeaders"]["retry-after"], json!(["2"]), "{answer}");
}

#[tokio::test]
async fn every_route_answers_in_time_when_everything_hangs() {
    cannot_tell_in_time::<Login>("POST", "/login", r#"{"code":"c"}"#).await;
    cannot_tell_in_time::<CheckSession>("GET", "/session", "").await;
    cannot_tell_in_time::<CheckSession>("DELETE", "/session", "").await;
    cannot_tell_in_time::<Sessions>("GET", "/sessions", "").await;
    cannot_tell_in_time::<Sessions>("DELETE", "/sessions", "").await;
    cannot_tell_in_time::<Sessions>("DELETE", "/sessions/{id}", "").await;
    cannot_tell_in_time::<Sessions>("DELETE", "/me", "").await;
    cannot_tell_in_time::<OpenData>("GET", "/session-key", "").await;
    cannot_tell_in_time::<OpenData>("POST", "/session-key/reset", "").await;
    cannot_tell_in_time::<OpenData>("POST", "/phone-number", r#"{"code":"c"}"#).await;
    cannot_tell_in_time::<OpenData>(
        "POST",
        "/open-data/decrypt",
        r#"{"encrypted_data":"AAAAAAAAAAAAAAAAAAAAAA==","iv":"AAAAAAAAAAAAAAAAAAAAAA=="}"#,
    )
    .await;
}

#[tokio::test]
async fn the_authorizer_cannot_tell_in_time_when_the_tables_hang() {
    let event = json!({"type": "TOKEN", "authorizationToken": format!("Bearer {TOKEN}"),
        "methodArn": "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/v1/GET/me"});
    let (answer, line, took) = ask::<Authorizer>(event).await;
    in_time(took);
    assert_eq!(answer, Err("cannot tell: the session store did not answer".to_owned()), "never a refusal");
    assert_eq!((&line["outcome"], &line["reason"]), (&json!("cannot_tell"), &json!("out_of_time")));
}
