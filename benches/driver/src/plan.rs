//! What is to be run, read from a JSON file that `benches/bench.py` or `benches/budgets.py` writes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;

/// A session of runs.
#[derive(Debug, Deserialize)]
pub(crate) struct Plan {
    pub(crate) mode: Mode,
    /// Each variant runs once in a round; each round starts with another one.
    pub(crate) rounds: usize,
    /// Events after the first one that are not timed.
    pub(crate) warm_up: usize,
    /// Events that are.
    pub(crate) events: usize,
    /// Percent of a processor from the first event on; absent: all of it.
    pub(crate) share: Option<f64>,
    /// Folder with `chain.pem` and `leaf.key`; absent: no HTTPS.
    pub(crate) tls: Option<PathBuf>,
    /// Where results go, one JSON object a line.
    pub(crate) results: PathBuf,
    pub(crate) variants: Vec<Variant>,
}

/// What a run measures.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    /// Milliseconds, processor time, memory.
    Time,
    /// Instructions, under callgrind.
    Count,
}

/// A program and an event for it.
#[derive(Debug, Deserialize)]
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) command: Vec<String>,
    /// `{http:dynamodb}` and its kin stand for the stand-ins' addresses.
    #[serde(default)]
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) folder: Option<PathBuf>,
    /// Present: a server that is asked over HTTP itself, no function.
    pub(crate) web: Option<Web>,
    #[serde(default)]
    pub(crate) event: PathBuf,
    /// What every answer must say.
    pub(crate) expected: Vec<Expected>,
    /// Calls to the stand-ins that every event must make.
    pub(crate) calls: Calls,
    /// Whether a warm event that opens a connection ends the run. A peer may open one; how many is reported.
    #[serde(default = "yes")]
    pub(crate) steady: bool,
    /// Whether the table holds the session as active; otherwise as logged out.
    #[serde(default = "yes")]
    pub(crate) active: bool,
    /// Whether calls to AWS must carry a signature.
    #[serde(default = "yes")]
    pub(crate) signed: bool,
}

/// A web server.
#[derive(Debug, Deserialize)]
pub(crate) struct Web {
    pub(crate) port: u16,
    pub(crate) request: String,
    /// Started before it, and waited for: command and port.
    pub(crate) helper: Vec<String>,
    pub(crate) helper_port: u16,
}

/// A value in an answer.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Expected {
    /// A JSON pointer into the answer.
    pub(crate) at: String,
    /// The value there.
    pub(crate) is: Value,
}

/// Numbers of calls.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Calls {
    #[serde(default)]
    pub(crate) dynamodb: u64,
    #[serde(default)]
    pub(crate) secrets: u64,
    #[serde(default)]
    pub(crate) wechat: u64,
    /// Calls that put events on a bus.
    #[serde(default, skip_serializing_if = "is_none")]
    pub(crate) events: u64,
    #[serde(default)]
    pub(crate) connections: u64,
}

/// Results of runs without a bus keep the form that they had.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_none(count: &u64) -> bool {
    *count == 0
}

fn yes() -> bool {
    true
}

/// Whether an answer says what it must; otherwise the complaint.
pub(crate) fn judge(expected: &[Expected], body: &[u8]) -> Result<(), String> {
    let answer: Value = serde_json::from_slice(body).map_err(|_| shortened("not JSON", body))?;
    for Expected { at, is } in expected {
        if value(&answer, at).as_ref() != Some(is) {
            return Err(shortened(&format!("{at} is not {is}"), body));
        }
    }
    Ok(())
}

/// What stands at a pointer. The body that an HTTP function answers is JSON in a string.
fn value(answer: &Value, at: &str) -> Option<Value> {
    match at.strip_prefix("/body").filter(|rest| rest.starts_with('/')) {
        Some(rest) => serde_json::from_str::<Value>(answer["body"].as_str()?).ok()?.pointer(rest).cloned(),
        None => answer.pointer(at).cloned(),
    }
}

fn shortened(what: &str, body: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(body).chars().take(400).collect();
    format!("wrong answer, {what}: {text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_of_an_http_answer_is_looked_into() {
        let expected = [Expected { at: "/body/a".to_owned(), is: Value::from(1) }];
        assert!(judge(&expected, br#"{"statusCode":200,"body":"{\"a\":1}"}"#).is_ok());
        assert!(judge(&expected, br#"{"statusCode":200,"body":"{\"a\":2}"}"#).is_err());
        assert!(judge(&expected, br#"{"statusCode":200,"a":1}"#).is_err());
    }

    #[test]
    fn an_answer_must_say_what_is_expected() {
        let expected = [Expected { at: "/a/0/b".to_owned(), is: Value::from("yes") }];
        assert!(judge(&expected, br#"{"a":[{"b":"yes"}]}"#).is_ok());
        for wrong in [br#"{"a":[{"b":"no"}]}"#.as_slice(), b"{}", b"yes", b""] {
            assert!(judge(&expected, wrong).is_err());
        }
    }
}
