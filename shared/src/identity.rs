//! Who is calling: what the authorizer hands on, and how a function reads it. This is what a business function depends on.

use serde::Serialize;
use serde_json::Value;

use crate::{
    http::{Code, Problem, Request},
    ids::{SessionId, UserId},
    telemetry::Line,
};

/// The identity behind a request that the authorizer let through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The user's stable name.
    pub user_id: UserId,
    /// The Mini Program.
    pub app_id: String,
    /// WeChat's name of the user in this Mini Program.
    pub openid: String,
    /// WeChat's name of the user across one owner's apps, when there is one.
    pub unionid: Option<String>,
    /// The session's public name.
    pub session_id: SessionId,
    /// When the session ends, unix seconds.
    pub expires_at: i64,
}

/// An identity as it is handed on: flat, and of strings only, because REST APIs refuse anything else.
#[derive(Debug, Serialize)]
pub struct HandedOn {
    user_id: String,
    app_id: String,
    openid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    unionid: Option<String>,
    session_id: String,
    expires_at: String,
}

impl Identity {
    /// Who is calling, put into the line. Without the authorizer that is nobody, whatever the request
    /// says: the route was deployed without it, and only an operator can mend that.
    ///
    /// # Errors
    ///
    /// `credentials_missing`.
    pub fn of(request: &Request, line: &mut Line) -> Result<Self, Problem> {
        let identity = request.authorizer().and_then(Self::from_authorizer).ok_or_else(nobody)?;
        line.put("user_id", identity.user_id.to_string());
        line.put("session_id", identity.session_id.to_string());
        line.put("app_id", identity.app_id.as_str());
        Ok(identity)
    }

    /// Reads `requestContext.authorizer` of an event: flat behind a REST API, under `lambda` behind
    /// an HTTP API. `None` when no authorizer of ours was asked.
    #[must_use]
    pub fn from_authorizer(context: &Value) -> Option<Self> {
        let flat = context.get("lambda").unwrap_or(context);
        let text = |name| flat.get(name).and_then(Value::as_str);
        let expires_at = match flat.get("expires_at")? {
            Value::String(digits) => digits.parse().ok()?,
            number => number.as_i64()?,
        };
        Some(Self {
            user_id: UserId::parse(text("user_id")?)?,
            app_id: text("app_id")?.to_owned(),
            openid: text("openid")?.to_owned(),
            unionid: text("unionid").map(str::to_owned),
            session_id: SessionId::parse(text("session_id")?)?,
            expires_at,
        })
    }

    /// What [`Identity::from_authorizer`] reads behind every kind of API.
    #[must_use]
    pub fn hand_on(self) -> HandedOn {
        HandedOn {
            user_id: self.user_id.to_string(),
            app_id: self.app_id,
            openid: self.openid,
            unionid: self.unionid,
            session_id: self.session_id.to_string(),
            expires_at: self.expires_at.to_string(),
        }
    }
}

/// The problem of a request that did not pass the authorizer.
fn nobody() -> Problem {
    Problem::new(Code::CredentialsMissing).because("no_authorizer").operator(
        "a request came without an identity: the route has no session authorizer",
        "attach the session authorizer to the route in the template, and deploy again",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn handed_on() -> Value {
        json!({"user_id": "22222222-2222-8222-8222-222222222222", "app_id": "wx0123456789abcdef", "openid": "o",
            "session_id": "018bcfe5-6800-7000-8000-000000000000", "expires_at": "1700000000"})
    }

    #[test]
    fn reads_what_rest_and_http_apis_hand_on() {
        let mut flat = handed_on();
        flat["principalId"] = "u".into();
        flat["integrationLatency"] = 3.into();
        let identity = Identity::from_authorizer(&flat).unwrap();
        assert_eq!((identity.openid.as_str(), identity.expires_at), ("o", 1_700_000_000));
        let mut numbers = handed_on();
        numbers["expires_at"] = 1_700_000_000.into();
        numbers["unionid"] = "n".into();
        let nested = Identity::from_authorizer(&json!({"lambda": numbers})).unwrap();
        assert_eq!(nested, Identity { unionid: Some("n".to_owned()), ..identity });
    }

    #[test]
    fn reads_what_it_writes() {
        for unionid in [None, Some("n".to_owned())] {
            let identity = Identity { unionid, ..Identity::from_authorizer(&handed_on()).unwrap() };
            let written = serde_json::to_value(identity.clone().hand_on()).unwrap();
            assert!(written.as_object().unwrap().values().all(Value::is_string), "REST APIs refuse the rest");
            assert_eq!(Identity::from_authorizer(&written), Some(identity));
        }
    }

    #[test]
    fn without_an_authorizer_there_is_nobody() {
        assert_eq!(Identity::from_authorizer(&json!({})), None);
        assert_eq!(Identity::from_authorizer(&json!({"principalId": "user"})), None);
        assert_eq!(Identity::from_authorizer(&Value::Null), None);
        for name in ["user_id", "app_id", "openid", "session_id", "expires_at"] {
            let mut without = handed_on();
            without.as_object_mut().unwrap().remove(name);
            assert_eq!(Identity::from_authorizer(&without), None, "{name}");
        }
        for name in ["user_id", "session_id", "expires_at"] {
            let mut broken = handed_on();
            broken[name] = "018BCFE5-6800-7000-8000-000000000000".into();
            assert_eq!(Identity::from_authorizer(&broken), None, "{name} in another spelling");
        }
    }
}
