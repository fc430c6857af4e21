//! The one table of errors: code, status, detail. The codes are stable; `docs/api.md` lists them.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Value, json};

use crate::telemetry::{Level, Line};

/// Why a request was not done. 401 means "log in again" and nothing else does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// The request cannot be read. A bug of the client.
    MalformedRequest,
    /// WeChat does not accept the js_code: bad, expired or another app's.
    LoginCodeInvalid,
    /// The js_code has been used.
    LoginCodeUsed,
    /// The phone code is not accepted: bad, expired, used, or a login code.
    PhoneCodeInvalid,
    /// No bearer token.
    CredentialsMissing,
    /// The session is over or never was.
    SessionInvalid,
    /// The Mini Program is not one of this deployment's.
    WrongApp,
    /// WeChat's risk control refuses this user.
    LoginBlocked,
    /// An operator has blocked this user.
    UserBlocked,
    /// The user has not the role that the route wants. For business functions: the login backend's own routes want none.
    RoleMissing,
    /// No such thing.
    NotFound,
    /// The deployment has this feature switched off.
    NotEnabled,
    /// The route knows other verbs.
    MethodNotAllowed,
    /// The data was encrypted or signed with another session_key: log in at WeChat and retry.
    SessionKeyStale,
    /// The body is larger than it may be.
    BodyTooLarge,
    /// The body is not JSON.
    UnsupportedMediaType,
    /// Too many requests.
    RateLimited,
    /// The deployment's credentials or settings are wrong. The log says which and how to mend it.
    ServiceMisconfigured,
    /// A bug here.
    Internal,
    /// WeChat answered something that is not an answer.
    UpstreamInvalid,
    /// WeChat is busy, slow or unreachable.
    UpstreamUnavailable,
    /// A table or a secret could not be reached: cannot tell.
    StoreUnavailable,
}

impl Code {
    /// Every code, for tests that compare this table with the documents.
    pub const ALL: [Self; 22] = [
        Self::MalformedRequest,
        Self::LoginCodeInvalid,
        Self::LoginCodeUsed,
        Self::PhoneCodeInvalid,
        Self::CredentialsMissing,
        Self::SessionInvalid,
        Self::WrongApp,
        Self::LoginBlocked,
        Self::UserBlocked,
        Self::RoleMissing,
        Self::NotFound,
        Self::NotEnabled,
        Self::MethodNotAllowed,
        Self::SessionKeyStale,
        Self::BodyTooLarge,
        Self::UnsupportedMediaType,
        Self::RateLimited,
        Self::ServiceMisconfigured,
        Self::Internal,
        Self::UpstreamInvalid,
        Self::UpstreamUnavailable,
        Self::StoreUnavailable,
    ];

    fn row(self) -> (&'static str, u16, &'static str) {
        match self {
            Self::MalformedRequest => ("malformed_request", 400, "The request cannot be read"),
            Self::LoginCodeInvalid => ("login_code_invalid", 400, "WeChat does not accept the code"),
            Self::LoginCodeUsed => ("login_code_used", 400, "The code has been used"),
            Self::PhoneCodeInvalid => ("phone_code_invalid", 400, "WeChat does not accept the phone code"),
            Self::CredentialsMissing => ("credentials_missing", 401, "A bearer token is needed"),
            Self::SessionInvalid => ("session_invalid", 401, "The session is over: log in again"),
            Self::WrongApp => ("wrong_app", 403, "This Mini Program is not served here"),
            Self::LoginBlocked => ("login_blocked", 403, "WeChat refuses this user"),
            Self::UserBlocked => ("user_blocked", 403, "This user is blocked"),
            Self::RoleMissing => ("role_missing", 403, "The user may not do this"),
            Self::NotFound => ("not_found", 404, "There is no such thing"),
            Self::NotEnabled => ("not_enabled", 404, "This deployment has the feature switched off"),
            Self::MethodNotAllowed => ("method_not_allowed", 405, "The route knows other methods"),
            Self::SessionKeyStale => ("session_key_stale", 409, "The session_key has changed: call wx.login"),
            Self::BodyTooLarge => ("body_too_large", 413, "The body is too large"),
            Self::UnsupportedMediaType => {
                ("unsupported_media_type", 415, "The body must be application/json")
            }
            Self::RateLimited => ("rate_limited", 429, "Too many requests: wait"),
            Self::ServiceMisconfigured => ("service_misconfigured", 500, "The service is misconfigured"),
            Self::Internal => ("internal", 500, "The service failed"),
            Self::UpstreamInvalid => ("upstream_invalid", 502, "WeChat's answer cannot be read"),
            Self::UpstreamUnavailable => ("upstream_unavailable", 503, "WeChat cannot be reached: retry"),
            Self::StoreUnavailable => ("store_unavailable", 503, "The session cannot be checked now: retry"),
        }
    }

    /// RFC 9457 §4.2.1: with `about:blank` the title is the phrase of the status, as RFC 9110 has it.
    #[cfg(feature = "http")]
    fn title(self) -> &'static str {
        match self.status() {
            400 => "Bad Request",
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "Not Found",
            405 => "Method Not Allowed",
            409 => "Conflict",
            413 => "Content Too Large",
            415 => "Unsupported Media Type",
            429 => "Too Many Requests",
            502 => "Bad Gateway",
            503 => "Service Unavailable",
            _ => "Internal Server Error",
        }
    }

    /// The stable code.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.row().0
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(self) -> u16 {
        self.row().1
    }

    #[cfg(feature = "http")]
    fn challenge(self) -> Option<&'static str> {
        match self {
            // RFC 6750 §3: no error code when no credentials were sent.
            Self::CredentialsMissing => Some(r#"Bearer realm="wxs""#),
            Self::SessionInvalid => Some(r#"Bearer realm="wxs", error="invalid_token""#),
            _ => None,
        }
    }

    fn default_retry_after(self) -> Option<RetryAfter> {
        match self {
            Self::UpstreamUnavailable | Self::StoreUnavailable => Some(RetryAfter::Seconds(2)),
            Self::RateLimited => Some(RetryAfter::Seconds(60)),
            _ => None,
        }
    }
}

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
            retry_after: code.default_retry_after(),
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
        let (code, status, detail) = self.code.row();
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
