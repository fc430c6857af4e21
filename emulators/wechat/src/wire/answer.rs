//! One answer, as ordered fields, so that WeChat's own spelling and order reach the wire.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// A success: the fields of the JSON object, in order.
pub(crate) type Fields = Vec<(String, Value)>;

/// Builds [`Fields`] from literal names.
pub(crate) fn fields<const N: usize>(pairs: [(&str, Value); N]) -> Fields {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The success of a `/wxa/` endpoint: `errcode` 0 first, then the fields.
pub(crate) fn ok<const N: usize>(pairs: [(&str, Value); N]) -> Fields {
    let mut all = fields([("errcode", 0.into()), ("errmsg", "ok".into())]);
    all.extend(fields(pairs));
    all
}

/// A refusal before its text got the request id.
pub(crate) struct Refusal {
    pub(crate) errcode: i64,
    /// Replaces the usual text of this code.
    pub(crate) text: Option<String>,
}

impl From<i64> for Refusal {
    fn from(errcode: i64) -> Self {
        Self { errcode, text: None }
    }
}

/// What goes over the wire when nothing breaks it.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: &'static str,
    /// `None`: an empty body.
    pub(crate) fields: Option<Fields>,
}

impl Answer {
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, content_type: "text/plain", fields: None }
    }

    /// `/sns/` says text/plain although the body is JSON; the other families say what they send.
    pub(crate) fn json(path: &str, fields: Fields) -> Self {
        let content_type =
            if path.starts_with("/sns/") { "text/plain" } else { "application/json; encoding=utf-8" };
        Self { status: StatusCode::OK, content_type, fields: Some(fields) }
    }

    pub(crate) fn errcode(&self) -> i64 {
        let fields = self.fields.iter().flatten();
        fields.filter(|(name, _)| name == "errcode").find_map(|(_, value)| value.as_i64()).unwrap_or(0)
    }

    pub(crate) fn body(&self) -> String {
        let Some(fields) = &self.fields else { return String::new() };
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}:{value}", Value::from(name.as_str()))).collect();
        format!("{{{}}}", pairs.join(","))
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let content_type = HeaderValue::from_static(self.content_type);
        (self.status, [(CONTENT_TYPE, content_type)], self.body()).into_response()
    }
}
