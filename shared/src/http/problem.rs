//! A request that was not done. What each code means stands in `facts::code`.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Value, json};

use crate::telemetry::{Level, Line};
pub use facts::Code;

/// When to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// After so many seconds.
    Seconds(i64),
    /// When the next minute begins: WeChat counts by the minute, and its clock is close enough to ours.
    NextMinute,
}

/// A request that was not done: what the client is told, and what only the request's log line is told. It is made where the
/// failure is understood, and leaves by `?`; the door writes it, and nothing else does.
#[derive(Debug)]
pub struct Problem {
    /// What the client is told.
    pub code: Code,
    /// A stable word for the log.
    pub reason: Option<&'static str>,
    /// For `Retry-After`.
    pub retry_after: Option<RetryAfter>,
    /// For `Allow`.
    pub allow: Option<Box<str>>,
    fields: Vec<Field>,
    operator: Option<Box<Operator>>,
    audit: Option<(&'static str, Option<&'static str>)>,
}

/// What else is known.
#[derive(Debug)]
struct Field {
    name: &'static str,
    value: Value,
    /// Whether the client is told, too.
    #[cfg_attr(not(feature = "http"), expect(dead_code, reason = "only HTTP functions have such a client"))]
    is_told: bool,
}

/// What an operator must mend.
#[derive(Debug, Serialize)]
struct Operator {
    cause: Cow<'static, str>,
    fix: &'static str,
}

impl Problem {
    /// A problem with nothing more to say.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self {
            code,
            reason: None,
            retry_after: code.retry_after().map(|seconds| RetryAfter::Seconds(seconds.into())),
            allow: None,
            fields: Vec::new(),
            operator: None,
            audit: None,
        }
    }

    /// `malformed_request`, with the place for the log.
    #[must_use]
    pub fn malformed(place: &'static str) -> Self {
        Self::new(Code::MalformedRequest).because(place)
    }

    /// `method_not_allowed`, with those that are: `GET, DELETE`.
    #[must_use]
    pub fn method_not_allowed(allow: impl Into<Box<str>>) -> Self {
        Self { allow: Some(allow.into()), ..Self::new(Code::MethodNotAllowed) }
    }

    /// The same, with a reason for the log.
    #[must_use]
    pub fn because(self, reason: &'static str) -> Self {
        Self { reason: Some(reason), ..self }
    }

    /// The same, with another time to try again.
    #[must_use]
    pub fn retry(self, after: RetryAfter) -> Self {
        Self { retry_after: Some(after), ..self }
    }

    /// The same, with a field that the client is told, too, as a member of the problem.
    #[must_use]
    pub fn telling(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.fields.push(Field { name, value: value.into(), is_told: true });
        self
    }

    /// The same, with a field for the log. What [`Line::put`] asks of values holds here.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.fields.push(Field { name, value: value.into(), is_told: false });
        self
    }

    /// The same, with what an operator must mend: the cause and the fix.
    #[must_use]
    pub fn operator(self, cause: impl Into<Cow<'static, str>>, fix: &'static str) -> Self {
        Self { operator: Some(Box::new(Operator { cause: cause.into(), fix })), ..self }
    }

    /// Whether an operator must mend something: trying again does not help.
    #[must_use]
    pub fn is_for_an_operator(&self) -> bool {
        self.operator.is_some()
    }

    /// The same, with an audit event and its reason.
    #[must_use]
    pub fn audited(self, event: &'static str, reason: Option<&'static str>) -> Self {
        Self { audit: Some((event, reason)), ..self }
    }

    /// Puts into the line what only the log is told. A failure that a function can do without is noted so, too; the
    /// request goes on.
    pub fn note_in(&self, line: &mut Line) {
        for Field { name, value, .. } in &self.fields {
            line.put(name, value.clone());
        }
        if let Some(operator) = &self.operator {
            line.raise(Level::Error);
            line.put("operator", json!(operator));
        } else if self.code.status() >= 500 {
            line.raise(Level::Warn);
        }
        if let Some((event, reason)) = self.audit {
            let reason = reason.map(|reason| ("reason", reason.into()));
            line.audit(event, reason.as_slice());
        }
    }

    /// The answer for the client at `now`. `request_id` names it in the log.
    #[cfg(feature = "http")]
    #[must_use]
    pub fn response(&self, request_id: &str, now: i64) -> super::Response {
        use lambda_http::http::{
            HeaderValue, StatusCode,
            header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE},
        };
        let facts::code::Row { code, status, detail, .. } = self.code.row();
        let mut body = json!({
            "type": "about:blank", "title": self.code.title(), "status": status, "detail": detail, "code": code,
            "instance": request_id,
        });
        for Field { name, value, .. } in self.fields.iter().filter(|field| field.is_told) {
            body[*name] = value.clone();
        }
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = super::response::with_body(status, "application/problem+json", body.to_string());
        let headers = response.headers_mut();
        if let Some(challenge) = self.code.challenge() {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(wait) = self.retry_after {
            let seconds = match wait {
                RetryAfter::Seconds(seconds) => seconds,
                RetryAfter::NextMinute => 60 - now.rem_euclid(60),
            };
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if let Some(allow) = self.allow.as_deref().and_then(|allow| HeaderValue::from_str(allow).ok()) {
            headers.insert(ALLOW, allow);
        }
        response
    }
}

#[cfg(all(test, feature = "http"))]
mod properties;
#[cfg(all(test, feature = "http"))]
mod tests;
