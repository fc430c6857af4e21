//! The one table of errors: code, status, title. The codes are stable; `docs/api.md` lists them.

use serde_json::json;

use super::Answer;

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
    pub const ALL: [Self; 20] = [
        Self::MalformedRequest,
        Self::LoginCodeInvalid,
        Self::LoginCodeUsed,
        Self::PhoneCodeInvalid,
        Self::CredentialsMissing,
        Self::SessionInvalid,
        Self::WrongApp,
        Self::LoginBlocked,
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

    fn challenge(self) -> Option<&'static str> {
        match self {
            // RFC 6750 §3: no error code when no credentials were sent.
            Self::CredentialsMissing => Some(r#"Bearer realm="wxs""#),
            Self::SessionInvalid => Some(r#"Bearer realm="wxs", error="invalid_token""#),
            _ => None,
        }
    }

    fn default_retry_after(self) -> Option<i64> {
        match self {
            Self::UpstreamUnavailable | Self::StoreUnavailable => Some(2),
            // WeChat counts by the minute.
            Self::RateLimited => Some(60),
            _ => None,
        }
    }
}

/// A refused request: what the client is told, and what only the log is told.
#[derive(Debug)]
pub struct Problem {
    /// What the client is told.
    pub code: Code,
    /// What the log is told: a stable word.
    pub reason: Option<&'static str>,
    /// Seconds, for `Retry-After`.
    pub retry_after: Option<i64>,
    /// For `Allow`.
    pub allow: Option<&'static str>,
}

impl Problem {
    /// A problem with nothing more to say.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self { code, reason: None, retry_after: code.default_retry_after(), allow: None }
    }

    /// `malformed_request`, with the place for the log.
    #[must_use]
    pub fn malformed(place: &'static str) -> Self {
        Self::new(Code::MalformedRequest).because(place)
    }

    /// `method_not_allowed` on a route that knows `allow`.
    #[must_use]
    pub fn method_not_allowed(allow: &'static str) -> Self {
        Self { allow: Some(allow), ..Self::new(Code::MethodNotAllowed) }
    }

    /// The same, with a reason for the log.
    #[must_use]
    pub fn because(self, reason: &'static str) -> Self {
        Self { reason: Some(reason), ..self }
    }

    /// The answer for the client. `request_id` names it in the log.
    #[must_use]
    pub fn answer(&self, request_id: &str) -> Answer {
        let (code, status, title) = self.code.row();
        let body = json!({
            "type": "about:blank", "title": title, "status": status, "code": code, "instance": request_id,
        });
        let mut answer = Answer::new(status).with_body("application/problem+json", body.to_string());
        if let Some(challenge) = self.code.challenge() {
            answer = answer.with_header("WWW-Authenticate", challenge);
        }
        if let Some(seconds) = self.retry_after {
            answer = answer.with_header("Retry-After", &seconds.to_string());
        }
        if let Some(allow) = self.allow {
            answer = answer.with_header("Allow", allow);
        }
        answer
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
