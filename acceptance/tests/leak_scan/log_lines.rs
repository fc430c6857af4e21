//! Hostile text stays inside its line: whatever a client or an operator writes, each line of the log is one JSON
//! object.

use acceptance::leaks::Sink;
use serde_json::{Map, Value, json};

use crate::{deployment::Deployment, function::Written};

const FUNCTIONS: [&str; 6] = ["authorizer", "check-session", "login", "me", "open-data", "sessions"];
const TEXTS: usize = 1_000;
const MEGABYTE: usize = 1 << 20;

/// What breaks lines, quotes, terminals and parsers. Texts are made of these, three at a time.
const PIECES: [&str; 10] = [
    "\r\n{\"level\":\"ERROR\",\"message\":\"forged\"}\r\n",
    "\u{1b}[2J\u{1b}[31m",
    "\0",
    "\"}{\"",
    "\\\"},\\u000a{",
    "\u{2028}\u{85}\u{b}\u{c}",
    "\u{202e}\u{feff}\u{200b}",
    "%0d%0a%00{",
    "\u{7f}\u{9b}31m\t",
    "$(id)`{{7*7}}'<script>",
];

/// Every line on standard output is one JSON object, and nothing is on standard error.
#[track_caller]
pub(crate) fn is_one_object_per_line(written: &Written, who: &str) {
    assert_eq!(written.stderr.escape_ascii().to_string(), "", "{who} writes to standard error");
    assert_eq!(lines_that_are_no_object(written).first(), None, "{who}");
}

fn lines_that_are_no_object(written: &Written) -> Vec<String> {
    let lines = written.stdout.split_inclusive(|byte| *byte == b'\n');
    let odd = lines.filter(|line| {
        !line.ends_with(b"\n")
            || line[..line.len() - 1].iter().any(|byte| *byte < b' ')
            || serde_json::from_slice::<Map<String, Value>>(line).is_err()
    });
    odd.map(|line| String::from_utf8_lossy(line).into_owned()).collect()
}

fn hostile(number: usize) -> String {
    let at = |divisor: usize| PIECES[number / divisor % PIECES.len()];
    [at(1), at(10), at(100)].concat()
}

/// An event with the text in every place that a client, an operator or another integration can fill.
fn event(text: &str) -> Value {
    let identity = json!({"user_id": text, "app_id": text, "openid": text, "session_id": text,
        "expires_at": "4102444800", "principalId": text});
    json!({
        "type": "TOKEN", "authorizationToken": format!("Bearer {text}"), "methodArn": text,
        "resource": "/login", "path": text, "httpMethod": "POST", "isBase64Encoded": false,
        "headers": {"User-Agent": text, "Authorization": text, "Content-Type": "application/json", (text): text},
        "queryStringParameters": {(text): text}, "pathParameters": {"id": text},
        "requestContext": {"requestId": text, "authorizer": identity, "identity": {"userAgent": text}},
        "body": json!({"code": text, "app_id": text}).to_string(),
    })
}

/// The routes of each function, so that the texts get as far as they can.
fn route(function: &str, number: usize) -> (&'static str, &'static str) {
    let routes: &[(&str, &str)] = match function {
        "check-session" => &[("GET", "/session"), ("DELETE", "/session")],
        "me" => &[("GET", "/me")],
        "open-data" => &[("POST", "/phone-number"), ("GET", "/session-key"), ("POST", "/open-data/verify")],
        "sessions" => &[("GET", "/sessions"), ("DELETE", "/sessions/{id}")],
        _ => &[("POST", "/login")],
    };
    routes[number % routes.len()]
}

async fn send_to(deployment: &Deployment, name: &str) {
    for number in 0..=TEXTS {
        let text = hostile(number);
        let mut event = event(&text);
        if number == TEXTS {
            event["headers"]["User-Agent"] = text.repeat(MEGABYTE / text.len() + 1).into();
        }
        let (method, resource) = route(name, number);
        event["httpMethod"] = method.into();
        event["resource"] = resource.into();
        if number % 10 == 9 {
            // An unknown route, named by the client.
            event["resource"] = text.as_str().into();
        }
        let answer = deployment.function(name).invoke(event.to_string().as_bytes()).await;
        let whole: Value = serde_json::from_slice(&answer.body).expect("an answer is JSON");
        if let Some(body) = whole["body"].as_str() {
            assert!(serde_json::from_str::<Map<String, Value>>(body).is_ok(), "{name}: {body:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_line_is_one_json_object_whatever_a_client_writes() {
    let alone = crate::ALONE.lock().await;
    let deployment = Deployment::open("debug").await;
    futures_util::future::join_all(FUNCTIONS.map(|name| send_to(&deployment, name))).await;
    // Closing looks at every line of every function.
    let (record, canaries) = deployment.close().await;
    drop(alone);
    let verdict = record.verdict(&canaries);
    let lines = verdict.texts[&Sink::Stdout];
    assert!(lines >= FUNCTIONS.len() * TEXTS, "each event has its line: {lines}");
    assert_eq!(verdict.findings, []);
    println!("{} events, {lines} lines, {} bytes", FUNCTIONS.len() * (TEXTS + 1), verdict.bytes);
}

#[test]
fn a_line_that_is_forged_torn_or_coloured_is_noticed() {
    let written =
        |stdout: &str| Written { stdout: stdout.into(), stderr: Vec::new(), start_error: Vec::new() };
    assert!(lines_that_are_no_object(&written("{\"a\":1}\n{}\n")).is_empty());
    for odd in ["{\"a\":\n1}\n", "{}{}\n", "[]\n", "text\n", "{}", "{}\r\n", "{\"a\":\"\u{1b}\"}\n", "\n"] {
        assert!(!lines_that_are_no_object(&written(odd)).is_empty(), "{odd:?}");
    }
    // Written without a serialiser; the other pieces are dangerous in other ways.
    for piece in &PIECES[..4] {
        let forged = written(&format!("{{\"user_agent\":\"{piece}\"}}\n"));
        assert!(!lines_that_are_no_object(&forged).is_empty(), "{piece:?}");
    }
}
