//! The error codes. They are stable. A new one is a row here and the line that answers with it: `docs/api.md` and `openapi.yaml`
//! follow by `cargo xtask generate`.

/// What is said of a code.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The stable code.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// For people, in the answer.
    pub detail: &'static str,
    /// For people, in `docs/api.md`.
    pub means: &'static str,
    /// What a client does about it.
    pub client: &'static str,
}

macro_rules! codes {
    ($($name:ident: $code:literal, $status:literal, $detail:literal, $means:literal, $client:literal;)*) => {
        /// Why a request was not done. 401 means "log in again" and nothing else does.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = $means] $name,)*
        }

        impl Code {
            /// Every code, in the order of the tables.
            pub const ALL: [Self; [$($code),*].len()] = [$(Self::$name),*];

            /// What is said of it.
            #[must_use]
            pub const fn row(self) -> Row {
                match self {
                    $(Self::$name => Row { code: $code, status: $status, detail: $detail, means: $means, client: $client },)*
                }
            }
        }
    };
}

// Code, status, what the answer says, what docs/api.md says, what a client does.
codes! {
    MalformedRequest: "malformed_request", 400, "The request cannot be read", "the body, a field or the Authorization header cannot be read", "has a bug";
    LoginCodeInvalid: "login_code_invalid", 400, "WeChat does not accept the code", "WeChat does not accept the code: bad, expired, another app's", "calls `wx.login` once more, then stops";
    LoginCodeUsed: "login_code_used", 400, "The code has been used", "the code was sent before", "calls `wx.login` once more, then stops";
    PhoneCodeInvalid: "phone_code_invalid", 400, "WeChat does not accept the phone code", "the phone code is bad, expired, used, or a login code", "asks the user to press the button again";
    CredentialsMissing: "credentials_missing", 401, "A bearer token is needed", "no bearer token", "logs in";
    SessionInvalid: "session_invalid", 401, "The session is over: log in again", "the session is over or never was", "logs in";
    WrongApp: "wrong_app", 403, "This Mini Program is not served here", "the Mini Program is not one of this deployment's, or no longer", "stops; the app or the deployment is misconfigured";
    LoginBlocked: "login_blocked", 403, "WeChat refuses this user", "WeChat's risk control refuses this user", "shows a message, does not retry";
    UserBlocked: "user_blocked", 403, "This user is blocked", "the business has [blocked](accounts.md#blocking) this user; `until` says until when, if it ends", "shows a message, does not retry";
    RoleMissing: "role_missing", 403, "The user may not do this", "a business function wants a role that the user has not", "hides the feature; a new login gives no role";
    NotFound: "not_found", 404, "There is no such thing", "no such path, method or session", "treats the session as ended";
    NotEnabled: "not_enabled", 404, "This deployment has the feature switched off", "this deployment stores no session_key", "hides the feature";
    MethodNotAllowed: "method_not_allowed", 405, "The route knows other methods", "the route knows other methods; behind API Gateway it is `not_found`", "has a bug";
    SessionKeyStale: "session_key_stale", 409, "The session_key has changed: call wx.login", "the data was made with another session_key", "logs in, then fetches the data again";
    BodyTooLarge: "body_too_large", 413, "The body is too large", "the body is larger than the route takes", "has a bug";
    UnsupportedMediaType: "unsupported_media_type", 415, "The body must be application/json", "Content-Type is not application/json", "has a bug";
    RateLimited: "rate_limited", 429, "Too many requests: wait", "too many requests here or at WeChat", "keeps the token, waits";
    ServiceMisconfigured: "service_misconfigured", 500, "The service is misconfigured", "credentials or settings of the deployment are wrong", "keeps the token; an operator must act";
    Internal: "internal", 500, "The service failed", "a defect here", "keeps the token, retries later";
    UpstreamInvalid: "upstream_invalid", 502, "WeChat's answer cannot be read", "WeChat's answer cannot be read", "keeps the token, calls `wx.login` later";
    UpstreamUnavailable: "upstream_unavailable", 503, "WeChat cannot be reached: retry", "WeChat is busy, slow or unreachable", "keeps the token, waits, calls `wx.login` again";
    StoreUnavailable: "store_unavailable", 503, "The session cannot be checked now: retry", "a table or secret cannot be reached: cannot tell", "keeps the token, waits, retries";
}

impl Code {
    /// The stable code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.row().code
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        self.row().status
    }

    /// RFC 9457 §4.2.1: with `about:blank` the title is the phrase of the status, as RFC 9110 has it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        phrase(self.status())
    }

    /// For `WWW-Authenticate`.
    #[must_use]
    pub const fn challenge(self) -> Option<&'static str> {
        match self {
            // RFC 6750 §3: no error code when no credentials were sent.
            Self::CredentialsMissing => Some(r#"Bearer realm="wxs""#),
            Self::SessionInvalid => Some(r#"Bearer realm="wxs", error="invalid_token""#),
            _ => None,
        }
    }

    /// For `Retry-After`, in seconds, where nothing better is known.
    #[must_use]
    pub const fn retry_after(self) -> Option<u16> {
        match self {
            Self::UpstreamUnavailable | Self::StoreUnavailable => Some(2),
            Self::RateLimited => Some(60),
            _ => None,
        }
    }
}

/// The phrase of a status.
#[must_use]
pub const fn phrase(status: u16) -> &'static str {
    match status {
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
