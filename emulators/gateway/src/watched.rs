//! What the gateway tells a watcher: every step of every request, without its secrets.
//!
//! Built for the page that shows a developer what happens between a Mini Program and its functions.

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use emulator_harness::shown::{HIDDEN, shortened, shown};
use serde::Serialize;
use serde_json::Value;

/// One step of one request.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// `requestId` of the request it belongs to.
    pub request_id: String,
    /// When it happened, in unix seconds of the service's clock.
    pub at: i64,
    /// What happened.
    #[serde(flatten)]
    pub event: StepEvent,
}

/// What happened.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum StepEvent {
    /// A request arrived.
    Request {
        /// Method.
        method: String,
        /// Path as sent, without the query.
        path: String,
        /// Headers as the functions see them, credentials shortened.
        headers: BTreeMap<String, String>,
        /// Body, secret members shortened; `null` when it is not JSON.
        body: Value,
    },
    /// A function is called: the authorizer's, or the one behind the route.
    Call {
        /// Its logical id.
        function: String,
        /// It is asked whether the request may go on.
        is_authorizer: bool,
    },
    /// The authorizer step ended.
    Authorizer {
        /// Name of the authorizer.
        authorizer: String,
        /// Its function was called for this request.
        was_called: bool,
        /// An earlier answer was reused.
        was_cached: bool,
        /// The gateway response that ends the request, or `null` when it may go on.
        refusal: Option<&'static str>,
        /// What is handed on to the function.
        context: Value,
        /// What was wrong with the answer.
        problem: Option<String>,
        /// How long the step took.
        duration_ms: f64,
    },
    /// The function behind the route was called.
    Function {
        /// Its logical id.
        function: String,
        /// The function error or the fault of its answer.
        problem: Option<String>,
        /// How long the call took.
        duration_ms: f64,
    },
    /// The client was answered.
    Answer {
        /// Status code.
        status: u16,
        /// Headers of the answer.
        headers: BTreeMap<String, String>,
        /// Body, secret members shortened; `null` when it is not JSON.
        body: Value,
        /// Type of the gateway response, when no function answered.
        gateway_response: Option<&'static str>,
        /// From the request to here.
        duration_ms: f64,
    },
}

/// Headers for a watcher.
pub(super) fn shown_headers(headers: &[(String, String)]) -> BTreeMap<String, String> {
    let shown = headers.iter().map(|(name, value)| {
        let shown = match name.to_ascii_lowercase().as_str() {
            "authorization" => shortened_credentials(value),
            "cookie" => HIDDEN.to_owned(),
            _ => value.clone(),
        };
        (name.clone(), shown)
    });
    shown.collect()
}

/// Headers of an answer for a watcher.
pub(super) fn shown_header_map(headers: &HeaderMap) -> BTreeMap<String, String> {
    let pairs = headers.iter();
    let pairs =
        pairs.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    shown_headers(&pairs.collect::<Vec<_>>())
}

/// A body for a watcher: its JSON without secrets, or nothing.
pub(super) fn shown_body(body: &[u8]) -> Value {
    serde_json::from_slice(body).map(shown).unwrap_or_default()
}

/// `Bearer wxs_0123…`: the scheme is no secret.
fn shortened_credentials(value: &str) -> String {
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            format!("{scheme} {}", shortened(token))
        }
        _ => HIDDEN.to_owned(),
    }
}
