//! Pages in a web-view: what a browser wants to see before it shows an answer to a page of another origin. Leave it out when no
//! page calls this function, or when an HTTP API does it.

use serde_json::Value;

/// The answer, to be read by pages of the one origin `page`; `""` for none. Refusals too: a page that may not read a 403 takes it
/// for a network that is down.
#[must_use]
pub fn readable_by(page: &str, event: &Value, mut answer: Value) -> Value {
    if !page.is_empty() && origin(event) == Some(page) {
        answer["headers"]["Access-Control-Allow-Origin"] = page.into();
        answer["headers"]["Vary"] = "Origin".into();
    }
    answer
}

/// Who asks, as the browser says: no proof of anything, the session is.
fn origin(event: &Value) -> Option<&str> {
    let mut headers = event["headers"].as_object()?.iter();
    headers.find(|(name, _)| name.eq_ignore_ascii_case("origin"))?.1.as_str()
}
