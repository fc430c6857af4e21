//! The body of an event of API Gateway, plain and in base64. The first byte of the input chooses: `t`, the
//! rest is a body, given in both forms; `b`, it is bytes, given in base64; `r`, it is what stands where
//! base64 should; `{`, the input is the whole event.

use serde::Deserialize;
use serde_json::{Value, json};
use wxsession::{
    Clock,
    env::{EnvError, Source},
    http::{
        Code, Problem, Request, Response, Route, body,
        gate::Admitted,
        response::{no_content, shown},
    },
    serve::{self, HttpFunction},
    telemetry::{Level, Line, Log},
};

use crate::{
    base64, broken,
    json::Members,
    problem::{self, REQUEST_ID},
    tables,
};

const MOST_BYTES: usize = 64;

#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct Body {
    text: String,
    number: Option<i16>,
}

/// The target's check.
///
/// # Panics
///
/// When a promise is broken.
pub fn check(input: &[u8]) {
    let Some((kind, rest)) = input.split_first() else { return };
    let text = std::str::from_utf8(rest).ok();
    match (kind, text) {
        (b't', Some(text)) => {
            let encoded = base64::encode(rest, base64::STANDARD);
            let (plain, decoded) = (read(event(text, false), text), read(event(&encoded, true), text));
            assert_eq!(plain, decoded, "both forms mean the same");
            assert_eq!(plain, wanted(rest));
        }
        (b'b', _) => {
            let encoded = base64::encode(rest, base64::STANDARD);
            let shown = String::from_utf8_lossy(rest);
            assert_eq!(read(event(&encoded, true), &shown), wanted(rest));
        }
        (b'r', Some(text)) => {
            let expected = match base64::decode(text, base64::STANDARD) {
                Some(bytes) => wanted(&bytes),
                None => Err(Code::MalformedRequest),
            };
            assert_eq!(read(event(text, true), text), expected);
        }
        (b'{', _) => whole(input),
        _ => {}
    }
}

/// The rule: at most so many bytes, UTF-8, one JSON object, known members only, each once.
fn wanted(bytes: &[u8]) -> Result<Body, Code> {
    if bytes.len() > MOST_BYTES {
        return Err(Code::BodyTooLarge);
    }
    let malformed = Err(Code::MalformedRequest);
    let Ok(members) = serde_json::from_slice::<Members>(bytes) else { return malformed };
    if !members.only(&["text", "number"]) {
        return malformed;
    }
    let number = match members.one("number") {
        None | Some(Value::Null) => None,
        // JSON has one kind of number; `7.0` is not a whole one to us.
        Some(number) => match number.as_i64().and_then(|number| i16::try_from(number).ok()) {
            Some(number) => Some(number),
            None => return malformed,
        },
    };
    match members.one("text") {
        Some(Value::String(text)) => Ok(Body { text: text.clone(), number }),
        _ => malformed,
    }
}

fn event(body: &str, is_base64: bool) -> Admitted {
    let body = if broken::is("spaces_in_base64") && is_base64 {
        body.split_ascii_whitespace().collect()
    } else {
        body.to_owned()
    };
    let event = json!({"httpMethod": "POST", "path": "/", "body": body, "isBase64Encoded": is_base64});
    serde_json::from_value(event).expect("an event")
}

fn most_bytes() -> usize {
    if broken::is("twice_the_limit") { 2 * MOST_BYTES } else { MOST_BYTES }
}

/// Reads the body, and checks the refusal that a client would see.
fn read(admitted: Admitted, sent: &str) -> Result<Body, Code> {
    let read = admitted.request().and_then(|request| body::json(&request, most_bytes()));
    read.map_err(|problem| {
        let answer = shown(&problem.response(REQUEST_ID, 0));
        assert_eq!(problem::refusal(&answer, sent), problem.code);
        problem.code
    })
}

/// A function that reads a body and does nothing else.
struct Reader;

impl Reader {
    #[expect(clippy::unused_async, reason = "a handler's form")]
    async fn read(&self, request: &Request, _: &mut Line) -> Result<Response, Problem> {
        body::json::<Body>(request, most_bytes()).map(|_| no_content())
    }
}

impl HttpFunction for Reader {
    const NAME: &'static str = "reader";
    const ROUTES: &'static [Route<Self>] =
        &[Route::new("POST", "/", |function, request, line| Box::pin(function.read(request, line)))];

    fn from_env(_: &impl Source, _: Clock) -> Result<Self, EnvError> {
        Ok(Self)
    }
}

/// Whatever the event is, the answer is one of the documented ones and the line is one line.
fn whole(input: &[u8]) {
    let Ok(event) = serde_json::from_slice::<Value>(input) else { return };
    let lines = std::sync::Arc::default();
    let log = Log::stdout("reader", Level::Debug, Clock::stopped(1_700_000_000))
        .kept(std::sync::Arc::clone(&lines));
    let answer =
        tables::wait(serve::invoke_json(&Reader, &log, event.clone(), REQUEST_ID)).expect("a response");
    let status = answer["statusCode"].as_u64();
    assert!(matches!(status, Some(204 | 400 | 404 | 405 | 413 | 415)), "{status:?}");
    // Serde reads a struct from an array too; API Gateway sends objects.
    if status == Some(204) && event["body"].is_string() {
        let body = event["body"].as_str().unwrap_or_default();
        let bytes = if event["isBase64Encoded"] == json!(true) {
            base64::decode(body, base64::STANDARD)
        } else {
            Some(body.as_bytes().to_vec())
        };
        assert!(bytes.is_some_and(|bytes| wanted(&bytes).is_ok()), "accepted, so it is right");
    }
    let lines: Vec<String> = lines.lock().expect("no panic").clone();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].matches('\n').count(), 1);
    let line: Value = serde_json::from_str(&lines[0]).expect("a line is JSON");
    assert_eq!(line["status"].as_u64(), status);
}
