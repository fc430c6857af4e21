//! The three examples as Lambda runs them: each in a process of its own that fetches events from the
//! Runtime API. They must answer alike; then a copy in any of the languages starts from the same place.

mod server;

use std::{
    io::{ErrorKind, Write},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use serde_json::{Value, json};

use server::RuntimeApi;

/// What the managed runtimes of AWS do around a handler, as far as these functions can tell.
const NODE_BOOTSTRAP: &str = include_str!("bootstrap.mjs");
const PYTHON_BOOTSTRAP: &str = include_str!("bootstrap.py");

const EVENTS: [(&str, &str); 6] = [
    ("me-rest", include_str!("../../../events/me-rest.json")),
    ("me-http", include_str!("../../../events/me-http.json")),
    ("me-staff-rest", include_str!("../../../events/me-staff-rest.json")),
    ("me-staff-http", include_str!("../../../events/me-staff-http.json")),
    ("me-no-authorizer-rest", include_str!("../../../events/me-no-authorizer-rest.json")),
    ("me-no-authorizer-http", include_str!("../../../events/me-no-authorizer-http.json")),
];

/// What Lambda tells every function about itself, and what the Rust runtime insists on.
const ENVIRONMENT: [(&str, &str); 6] = [
    ("AWS_LAMBDA_FUNCTION_NAME", "me"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_LAMBDA_LOG_GROUP_NAME", "me"),
    ("AWS_LAMBDA_LOG_STREAM_NAME", "me"),
    ("LOG_LEVEL", "info"),
];

/// A process that ends with the test.
struct Function(Child);

impl Function {
    /// Waits until the process has ended by itself, which no function does while it is wanted.
    async fn ended(&mut self) -> ExitStatus {
        loop {
            if let Some(status) = self.0.try_wait().expect("the process is ours") {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to do.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn example(folder: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples").join(folder)
}

/// Whether `program` is on this machine. If it is not, the report says which example was not run; on
/// CI that is a failure.
fn is_here(program: &str, folder: &str) -> bool {
    let version = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    match version {
        Ok(_) => return true,
        Err(error) => assert_eq!(error.kind(), ErrorKind::NotFound, "{program}: {error}"),
    }
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "examples/{folder} needs `{program}`");
    let message = format!("\nNOT RUN: examples/{folder}, there is no `{program}` on this machine\n");
    // Past the test harness, which swallows what a passing test prints.
    std::io::stderr().write_all(message.as_bytes()).expect("standard error is open");
    false
}

/// Sends every event to one process, and compares with what they must all answer.
async fn answers_as_all_do(mut command: Command) {
    let mut api = RuntimeApi::start(EVENTS.map(|(_, event)| event)).await;
    let command = command.envs(ENVIRONMENT).env("AWS_LAMBDA_RUNTIME_API", &api.address);
    let mut function = Function(command.stdout(Stdio::null()).spawn().expect("the function starts"));
    for (at, (name, event)) in EVENTS.into_iter().enumerate() {
        let answer = tokio::select! {
            answer = api.answer() => answer,
            status = function.ended() => panic!("{name}: the function ended, {status}"),
        };
        assert_eq!(opened(&answer), expected(event, &server::request_id(at)), "{name}");
    }
}

/// The answer as API Gateway reads it: headers from either map, names without regard to case, the body as JSON.
fn opened(answer: &Value) -> Value {
    let body = answer["body"].as_str().unwrap_or_else(|| panic!("no body in {answer}"));
    let body: Value = serde_json::from_str(body).expect("the body is JSON");
    let map = |name: &str| answer[name].as_object().cloned().unwrap_or_default();
    let several = map("multiValueHeaders").into_iter().map(|(name, values)| (name, values[0].clone()));
    let headers = map("headers").into_iter().chain(several);
    let headers: Value = headers.map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
    json!({
        "statusCode": answer["statusCode"], "headers": headers, "body": body,
        "isBase64Encoded": answer["isBase64Encoded"],
    })
}

fn expected(event: &str, invocation_id: &str) -> Value {
    let event: Value = serde_json::from_str(event).expect("events are JSON");
    let context = &event["requestContext"];
    let authorizer = &context["authorizer"];
    let is_http_api = authorizer["lambda"].is_object();
    if authorizer.is_null() {
        return problem(
            invocation_id,
            401,
            "credentials_missing",
            "Unauthorized",
            "A bearer token is needed",
        );
    }
    let is_staff = is_http_api;
    if event["resource"] == "/staff" && !is_staff {
        return problem(invocation_id, 403, "role_missing", "Forbidden", "The user may not do this");
    }
    json!({
        "statusCode": 200,
        "headers": {
            "cache-control": "no-store",
            "content-type": "application/json",
            "x-content-type-options": "nosniff",
        },
        "body": {
            "user_id": "12bbf084-f063-861b-9b20-51bba2f93072",
            "app_id": "wx0123456789abcdef",
            "session_id": "019aa9c3-7c00-7000-8000-000000000001",
            "expires_at": 4_102_444_800_i64,
            "has_unionid": is_http_api,
        },
        "isBase64Encoded": false,
    })
}

fn problem(invocation_id: &str, status: u16, code: &str, title: &str, detail: &str) -> Value {
    let mut headers = json!({
        "cache-control": "no-store",
        "content-type": "application/problem+json",
        "x-content-type-options": "nosniff",
    });
    if status == 401 {
        headers["www-authenticate"] = "Bearer realm=\"wxs\"".into();
    }
    json!({
        "statusCode": status,
        "headers": headers,
        "body": {
            "type": "about:blank", "title": title, "status": status, "detail": detail, "code": code,
            "instance": invocation_id,
        },
        "isBase64Encoded": false,
    })
}

#[tokio::test]
async fn rust_answers_as_all_do() {
    answers_as_all_do(Command::new(env!("CARGO_BIN_EXE_function-me"))).await;
}

#[tokio::test]
async fn node_answers_as_all_do() {
    if is_here("node", "node-me") {
        let mut command = Command::new("node");
        command.args(["--input-type=module", "--eval", NODE_BOOTSTRAP, "index.handler"]);
        command.current_dir(example("node-me"));
        answers_as_all_do(command).await;
    }
}

#[tokio::test]
async fn python_answers_as_all_do() {
    if is_here("python3", "python-me") {
        let mut command = Command::new("python3");
        command.args(["-c", PYTHON_BOOTSTRAP, "app.handler"]);
        command.current_dir(example("python-me"));
        answers_as_all_do(command).await;
    }
}

#[test]
fn the_tests_of_the_node_example_pass() {
    // Later versions of Node.js have another reporter by default.
    passes("node", &["--test", "--test-reporter=tap"], "node-me", "# pass 11");
}

#[test]
fn the_tests_of_the_python_example_pass() {
    passes("python3", &["-B", "-m", "unittest"], "python-me", "Ran 22 tests");
}

#[test]
fn the_tests_of_the_consumer_of_events_pass() {
    passes("python3", &["-B", "-m", "unittest"], "python-events", "Ran 10 tests");
}

#[track_caller]
fn passes(program: &str, arguments: &[&str], folder: &str, count: &str) {
    if is_here(program, folder) {
        let run = Command::new(program).args(arguments).current_dir(example(folder)).output();
        let run = run.expect("it is here");
        let said = [run.stdout, run.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
        assert!(run.status.success(), "examples/{folder}: {said}");
        // Neither runner may succeed by finding nothing.
        assert!(said.contains(count), "examples/{folder}: {said}");
    }
}
