//! With tables that answer: a socket that speaks just enough of `DynamoDB` to be read from once.

mod support;

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, LazyLock, Mutex},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use lambda_runtime::Diagnostic;
use serde_json::{Value, json};
use support::authorizer;
use wxsession::{
    Clock, Random, UserId,
    serve::{self, Function},
    telemetry::{Level, Log},
    token::{Realm, SessionToken},
};

const ARN: &str = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/v1/GET/me";
const SESSION_ID: &str = "019aa9c3-7c00-7000-8000-000000000001";

/// Answers one request with `body` and gives back its first line and its body.
fn serve_once(body: &Value) -> (String, JoinHandle<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let endpoint = format!("http://{}", listener.local_addr().expect("it is bound"));
    let body = body.to_string();
    let served = std::thread::spawn(move || {
        let mut stream = accept_soon(&listener);
        let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
        let (mut first, mut length) = (String::new(), 0);
        reader.read_line(&mut first).expect("a request line");
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).expect("a header");
            match line.trim().to_ascii_lowercase().split_once(": ") {
                Some(("content-length", digits)) => length = digits.parse().expect("a number"),
                Some(_) => {}
                None => break,
            }
        }
        let mut asked = vec![0; length];
        reader.read_exact(&mut asked).expect("the whole body");
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nConnection: close";
        write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).expect("it is sent");
        (first, String::from_utf8(asked).expect("JSON is text"))
    });
    (endpoint, served)
}

/// The first connection; a test that waits for none fails instead of hanging.
fn accept_soon(listener: &TcpListener) -> TcpStream {
    listener.set_nonblocking(true).expect("a listener can be asked");
    let started = Instant::now();
    loop {
        if let Ok((stream, _)) = listener.accept() {
            stream.set_nonblocking(false).expect("a connection can wait");
            return stream;
        }
        assert!(started.elapsed() < Duration::from_secs(5), "nobody connects");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn wait_for<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(work)
}

fn user() -> UserId {
    UserId::of("wx0123456789abcdef", "oTEST")
}

/// When these tests began: within the rules whenever that is.
fn logged_in_at() -> i64 {
    static AT: LazyLock<i64> = LazyLock::new(|| Clock::system().now());
    *AT
}

fn record(state: &str, ended_reason: &Value) -> Value {
    let mut record = json!({
        "pk": {"S": user().to_string()}, "v": {"N": "1"}, "session_id": {"S": SESSION_ID},
        "app_id": {"S": "wx0123456789abcdef"}, "state": {"S": state},
        "created_at": {"N": logged_in_at().to_string()},
        "expires_at": {"N": "4000000000"}, "absolute_expires_at": {"N": "4000000000"},
    });
    if !ended_reason.is_null() {
        record["ended_reason"] = json!({"S": ended_reason});
    }
    record
}

/// The user's record with the token in its list.
fn user_record(token: &SessionToken) -> Value {
    let hash = token.hash(&Realm::new("1").expect("a realm"));
    let live = STANDARD.encode([b"12345678".as_slice(), hash.as_bytes()].concat());
    json!({
        "user_id": {"S": user().to_string()}, "live": {"B": live}, "app_id": {"S": "wx0123456789abcdef"},
        "openid": {"S": "oTEST"}, "created_at": {"N": logged_in_at().to_string()},
    })
}

/// The answer and the line for one event, with `record` in the Sessions table.
fn ask(record: &Value) -> (Result<Value, Diagnostic>, Value, String) {
    let token = SessionToken::generate(user(), &Random::system());
    let users = json!([user_record(&token)]);
    let body = json!({"Responses": {"sessions": [record], "users": users}, "UnprocessedKeys": {}});
    let (endpoint, served) = serve_once(&body);
    let token = token.expose().to_string();
    let event = json!({"type": "TOKEN", "authorizationToken": format!("Bearer {token}"), "methodArn": ARN});
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Log::stdout("authorizer", Level::Debug, Clock::system()).kept(Arc::clone(&lines));
    let answer = wait_for(serve::invoke_json(&authorizer(&endpoint), &log, event, "invocation"));
    // Audit events come before the line of the request.
    let lines = lines.lock().expect("no panic");
    let line = serde_json::from_str(lines.last().expect("a request has a line")).expect("a line is JSON");
    (answer, line, served.join().expect("it was asked").1)
}

#[test]
fn a_live_session_is_allowed_with_its_identity() {
    let (answer, line, asked) = ask(&record("active", &Value::Null));
    let answer = answer.unwrap();
    assert_eq!(answer["principalId"], user().to_string());
    assert_eq!(answer["policyDocument"]["Statement"][0]["Effect"], "Allow");
    let expected = json!({
        "user_id": user().to_string(), "app_id": "wx0123456789abcdef", "openid": "oTEST", "session_id": SESSION_ID,
        "expires_at": (logged_in_at() + 86_400).to_string(), "auth_time": logged_in_at().to_string(),
    });
    assert_eq!(answer["context"], expected);
    assert_eq!((&line["outcome"], &line["session_id"]), (&json!("allow"), &json!(SESSION_ID)));
    assert_eq!((&line["flavour"], &line["request_id"]), (&json!("rest_token"), &json!("invocation")));
    assert!(asked.contains("RequestItems"), "{asked}");
}

#[test]
fn a_tombstone_and_a_damaged_record_are_refused_alike() {
    for (record, reason) in
        [(record("ended", &json!("logged_out")), "logged_out"), (record("ended", &Value::Null), "damaged")]
    {
        let (answer, line, _) = ask(&record);
        let answer = answer.unwrap();
        assert_eq!(answer["policyDocument"]["Statement"][0]["Effect"], "Deny");
        assert_eq!(answer["context"], json!({"reason": "session_invalid"}), "one answer outside");
        assert_eq!((&line["outcome"], &line["reason"]), (&json!("refuse"), &json!(reason)));
    }
}

#[test]
fn priming_opens_the_connection_to_the_tables() {
    let (endpoint, served) = serve_once(&json!({}));
    wait_for(authorizer(&endpoint).prime());
    assert_eq!(served.join().unwrap().0, "GET / HTTP/1.1\r\n");
}
