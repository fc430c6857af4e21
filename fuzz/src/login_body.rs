//! The body of `POST /login`, through the real function. The first byte of the input chooses: `p`, the
//! rest is the body; `b`, it is the body in base64; `r`, it is what stands where base64 should.
//!
//! Two Mini Programs are configured, by names that no body guesses, so a body that is accepted ends as `wrong_app`, or where
//! it names none as `app_id_needed`: the step after the body, and before WeChat is asked.

use std::sync::{Arc, Mutex, OnceLock};

use login::Login;
use serde_json::{Value, json};
use wxsession::{
    Clock, Random,
    http::Code,
    serve,
    telemetry::{Level, Log},
};

use crate::{
    base64, broken,
    json::Members,
    problem::{self, REQUEST_ID},
    tables,
};

const MOST_BYTES: usize = 4096;
/// Every text that a line of a refused login may hold.
const WORDS: [&str; 15] = [
    REQUEST_ID,
    "login",
    "INFO",
    "audit",
    "request",
    "authn_login_fail",
    "malformed_request",
    "body_too_large",
    "wrong_app",
    "body_json",
    "body_base64",
    "code",
    "app_id_needed",
    "install_id",
    "local",
];

/// The target's check.
///
/// # Panics
///
/// When a promise is broken.
pub fn check(input: &[u8]) {
    let Some((kind, rest)) = input.split_first() else { return };
    let text = std::str::from_utf8(rest).ok();
    let (body, is_base64, bytes) = match (kind, text) {
        (b'p', Some(text)) => (text.to_owned(), false, Some(rest.to_vec())),
        (b'b', _) => (base64::encode(rest, base64::STANDARD), true, Some(rest.to_vec())),
        (b'r', Some(text)) => (text.to_owned(), true, base64::decode(text, base64::STANDARD)),
        _ => return,
    };
    if bytes.as_ref().is_some_and(|bytes| bytes.windows(8).any(|window| window == b"\"device\"")) {
        return;
    }
    let (answer, lines) = ask(&body, is_base64);
    let shown = String::from_utf8_lossy(rest);
    let code = problem::refusal(&answer, &shown);
    problem::lines_say_only(&lines, &WORDS);
    let reason = reason(&lines);
    let outcome = (code, reason.as_deref());
    let expected = match bytes {
        None => (Code::MalformedRequest, Some("body_base64")),
        Some(bytes) if bytes.len() > MOST_BYTES => (Code::BodyTooLarge, None),
        Some(bytes) => wanted(&bytes),
    };
    assert_eq!(outcome, expected);
}

/// What the documents make of a body: `{code, app_id?, install_id?}`, nothing else, nothing twice, the code of 1 to 128
/// printable characters of ASCII without a space, the install of 16 to 64 letters, digits, `_` and `-`. What a phone says of
/// itself has tests of its own.
fn wanted(body: &[u8]) -> (Code, Option<&'static str>) {
    const MALFORMED: (Code, Option<&str>) = (Code::MalformedRequest, Some("body_json"));
    let Ok(members) = serde_json::from_slice::<Members>(body) else { return MALFORMED };
    let Some(Value::String(code)) = members.one("code") else { return MALFORMED };
    if !members.only(&["code", "app_id", "install_id"]) {
        return MALFORMED;
    }
    let install = match members.one("install_id") {
        None | Some(Value::Null) => None,
        Some(Value::String(install)) => Some(install),
        Some(_) => return MALFORMED,
    };
    let named = match members.one("app_id") {
        None | Some(Value::Null) => false,
        Some(Value::String(_)) => true,
        Some(_) => return MALFORMED,
    };
    let printable = code.chars().all(|character| ('!'..='~').contains(&character));
    if !printable || code.is_empty() || code.len() > 128 {
        return (Code::MalformedRequest, Some("code"));
    }
    let is_install = |text: &&String| {
        (16..=64).contains(&text.len())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
    };
    if install.is_some_and(|install| !is_install(&install)) {
        return (Code::MalformedRequest, Some("install_id"));
    }
    if named { (Code::WrongApp, None) } else { (Code::MalformedRequest, Some("app_id_needed")) }
}

fn reason(lines: &[String]) -> Option<String> {
    let line: Value = serde_json::from_str(lines.last()?).ok()?;
    line.get("reason").and_then(Value::as_str).map(str::to_owned)
}

fn ask(body: &str, is_base64: bool) -> (Value, Vec<String>) {
    static LOGIN: OnceLock<Login> = OnceLock::new();
    let login = LOGIN.get_or_init(|| {
        let secrets = |_: &str, input: &Value| {
            let value = if input["SecretId"] == "apps" {
                json!({"wxfuzzfuzzfuzzfuzzfuzzone": "secret", "wxfuzzfuzzfuzzfuzzfuzztwo": "secret"})
            } else {
                json!({"current": "1", "1": "fuzzfuzzfuzzfuzzfuzzfuzzfuzzfuzz"})
            };
            (200, json!({"SecretString": value.to_string()}))
        };
        let account = tables::account(secrets).expect("the settings are complete");
        let clock = Clock::stopped(1_700_000_000);
        let login = Login::with_account(account, &tables::settings(), clock, Random::seeded(1));
        login.expect("the settings are complete")
    });
    let event = json!({"httpMethod": "POST", "resource": "/login", "body": rewritten(body), "isBase64Encoded": is_base64,
        "headers": {"Content-Type": "application/json"}});
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Log::stdout("login", Level::Info, Clock::stopped(1_700_000_000)).kept(Arc::clone(&lines));
    let answer = tables::wait(serve::invoke_json(login, &log, event, REQUEST_ID)).expect("a response");
    let lines = lines.lock().expect("no panic").clone();
    (problem::opened(&answer), lines)
}

/// What a lenient parser would read.
fn rewritten(body: &str) -> String {
    if broken::is("unknown_members")
        && let Ok(Value::Object(mut members)) = serde_json::from_str(body)
    {
        members.retain(|name, _| matches!(name.as_str(), "code" | "app_id" | "install_id" | "device"));
        return Value::Object(members).to_string();
    }
    if broken::is("spaces_in_a_code") {
        body.replace("\\u0020", "").replace(' ', "")
    } else {
        body.to_owned()
    }
}
