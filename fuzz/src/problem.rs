//! What every answer must be, and every line of the log.

use std::{collections::HashSet, sync::OnceLock};

use serde_json::{Value, json};
use wxsession::http::{Code, Problem, response::shown};

use crate::broken;

/// The request id of every request of a target.
pub(crate) const REQUEST_ID: &str = "fuzz-request";
/// Longer pieces of a body must not come back.
const MOST_ECHOED: usize = 8;

/// A response in the form of payload 1.0, with one value for each header.
pub(crate) fn opened(response: &Value) -> Value {
    let lines = response["multiValueHeaders"].as_object().expect("headers");
    let headers = lines.iter().map(|(name, values)| {
        assert_eq!(values.as_array().map(Vec::len), Some(1), "{name}: each header once");
        (name.clone(), values[0].clone())
    });
    let headers: serde_json::Map<_, _> = headers.collect();
    json!({"statusCode": response["statusCode"], "headers": headers, "body": response["body"]})
}

/// Checks a refusal and gives its code: valid problem+json, a documented code, nothing of `body` in it.
pub(crate) fn refusal(answer: &Value, body: &str) -> Code {
    let mut answer = answer.clone();
    let text = answer["body"].as_str().expect("a refusal has a body").to_owned();
    let mut problem: Value = serde_json::from_str(&text).expect("a problem is JSON");
    let code = problem["code"].as_str().expect("a code");
    let code = *Code::ALL.iter().find(|known| known.as_str() == code).expect("a code of the table");
    if broken::is("echo") {
        problem["echo"] = body.into();
        answer["body"] = problem.to_string().into();
    }
    assert!(is_documented(code), "a documented code");
    let expected: HashSet<&str> = ["type", "title", "status", "detail", "code", "instance"].into();
    let members: HashSet<&str> = problem.as_object().expect("an object").keys().map(String::as_str).collect();
    if !broken::is("echo") {
        assert_eq!(members, expected, "RFC 9457 and code, nothing else");
    }
    assert_eq!((&problem["status"], &problem["instance"]), (&answer["statusCode"], &json!(REQUEST_ID)));
    assert_eq!(answer["statusCode"], json!(code.status()));
    let headers = &answer["headers"];
    assert_eq!(headers["content-type"], "application/problem+json");
    assert_eq!(headers["www-authenticate"].is_string(), code.status() == 401, "401 carries a challenge");
    headers_are_clean(&answer);
    let known = shown(&Problem::new(code).response(REQUEST_ID, 0)).to_string();
    assert_eq!(echoed(&answer.to_string(), body, &known), None, "echoes the body");
    code
}

/// No header can end early or start another.
pub(crate) fn headers_are_clean(answer: &Value) {
    assert_eq!(answer["headers"]["cache-control"], "no-store");
    for (name, value) in answer["headers"].as_object().expect("headers") {
        let value = value.as_str().expect("text");
        assert!(!value.bytes().any(|byte| byte.is_ascii_control()), "{name}: {value:?}");
    }
}

/// A piece of `body` longer than may come back, that is in `output` but not in the `known` text.
pub(crate) fn echoed<'a>(output: &str, body: &'a str, known: &str) -> Option<&'a str> {
    if output == known {
        return None;
    }
    let places = body.char_indices().map(|(place, _)| &body[place..]);
    let pieces = places.filter_map(|rest| {
        rest.char_indices().nth(MOST_ECHOED).map(|(end, last)| &rest[..end + last.len_utf8()])
    });
    pieces.into_iter().find(|piece| output.contains(*piece) && !known.contains(*piece))
}

/// The codes that a client's author can read about.
fn is_documented(code: Code) -> bool {
    static CODES: OnceLock<Vec<Code>> = OnceLock::new();
    let documented =
        |code: &Code| include_str!("../../docs/api.md").contains(&format!("`{}`", code.as_str()));
    CODES.get_or_init(|| Code::ALL.into_iter().filter(documented).collect()).contains(&code)
}

/// Lines of the log: JSON objects, one each, whose texts are all among `words`.
pub(crate) fn lines_say_only(lines: &[String], words: &[&str]) {
    assert!(!lines.is_empty(), "each request has its line");
    for line in lines {
        assert_eq!(line.matches('\n').count(), 1, "one line");
        let line: Value = serde_json::from_str(line).expect("a line is JSON");
        for (name, value) in line.as_object().expect("an object") {
            if name != "timestamp" && name != "_aws" {
                let fits = value.as_str().is_none_or(|text| words.contains(&text));
                assert!(fits && !value.is_array() && !value.is_object(), "{name}: {value}");
            }
        }
    }
}
