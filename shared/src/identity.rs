//! Who is calling, as the authorizer handed it on. This is what a business function depends on.

use serde_json::Value;

use crate::{
    http::{Code, Problem, Request},
    telemetry::Line,
};

/// The identity behind a request that the authorizer let through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The user's stable name.
    pub user_id: String,
    /// The Mini Program.
    pub app_id: String,
    /// WeChat's name of the user in this Mini Program.
    pub openid: String,
    /// WeChat's name of the user across one owner's apps, when there is one.
    pub unionid: Option<String>,
    /// The session's public name.
    pub session_id: String,
    /// When the session ends, unix seconds.
    pub expires_at: i64,
}

impl Identity {
    /// Who is calling, put into the line. Without the authorizer that is nobody, whatever the request
    /// says: the route was deployed without it, and only an operator can mend that.
    ///
    /// # Errors
    ///
    /// `credentials_missing`.
    pub fn of(request: &Request, line: &mut Line) -> Result<Self, Problem> {
        let identity = request.authorizer().and_then(Self::from_authorizer).ok_or_else(|| nobody(line))?;
        line.put("user_id", identity.user_id.as_str());
        line.put("session_id", identity.session_id.as_str());
        line.put("app_id", identity.app_id.as_str());
        Ok(identity)
    }

    /// Reads `requestContext.authorizer` of an event: flat behind a REST API, under `lambda` behind
    /// an HTTP API. `None` when no authorizer of ours was asked.
    #[must_use]
    pub fn from_authorizer(context: &Value) -> Option<Self> {
        let flat = context.get("lambda").unwrap_or(context);
        let text = |name| flat.get(name).and_then(Value::as_str).map(str::to_owned);
        let expires_at = match flat.get("expires_at")? {
            Value::String(digits) => digits.parse().ok()?,
            number => number.as_i64()?,
        };
        Some(Self {
            user_id: text("user_id")?,
            app_id: text("app_id")?,
            openid: text("openid")?,
            unionid: text("unionid"),
            session_id: text("session_id")?,
            expires_at,
        })
    }
}

/// The problem of a request that did not pass the authorizer.
#[must_use]
pub fn nobody(line: &mut Line) -> Problem {
    line.operator(
        "a request came without an identity: the route has no session authorizer",
        "attach the session authorizer to the route in the template, and deploy again",
    );
    Problem::new(Code::CredentialsMissing).because("no_authorizer")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_what_rest_and_http_apis_hand_on() {
        let flat = json!({"user_id": "u", "app_id": "a", "openid": "o", "session_id": "s",
            "expires_at": "1700000000", "principalId": "u", "integrationLatency": 3});
        let identity = Identity::from_authorizer(&flat).unwrap();
        assert_eq!((identity.openid.as_str(), identity.expires_at), ("o", 1_700_000_000));
        let nested = json!({"lambda": {"user_id": "u", "app_id": "a", "openid": "o", "session_id": "s",
            "expires_at": 1_700_000_000, "unionid": "n"}});
        assert_eq!(Identity::from_authorizer(&nested).unwrap().unionid.as_deref(), Some("n"));
    }

    #[test]
    fn without_an_authorizer_there_is_nobody() {
        assert_eq!(Identity::from_authorizer(&json!({})), None);
        assert_eq!(Identity::from_authorizer(&json!({"user_id": "u", "expires_at": "1"})), None);
        assert_eq!(Identity::from_authorizer(&Value::Null), None);
    }
}
