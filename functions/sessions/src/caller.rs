//! Who asks: only what the authorizer handed on, never anything that a client can write.

use wxsession::{
    Identity, SessionId, UserId,
    http::{Problem, Request},
    identity::nobody,
    telemetry::Line,
};

/// The user behind the request, and the session it came with.
pub(crate) struct Caller {
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
}

impl Caller {
    pub(crate) fn of(request: &Request, line: &mut Line) -> Result<Self, Problem> {
        read(Identity::of(request, line)?).ok_or_else(|| nobody(line))
    }
}

fn read(identity: Identity) -> Option<Caller> {
    let Identity { user_id, session_id, .. } = identity;
    Some(Caller { user: UserId::parse(&user_id)?, session: SessionId::parse(&session_id)? })
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use serde_json::{Value, json};
    use wxsession::{
        Clock,
        telemetry::{Level, Log},
    };

    use super::*;

    /// The status of the refusal, or the user that was read; and whether the operator was told.
    fn asks(authorizer: &Value) -> (Result<String, u16>, bool) {
        let lines = Arc::default();
        let log = Log::stdout("sessions", Level::Info, Clock::stopped(1_700_000_000));
        let log = log.kept(Arc::<Mutex<Vec<String>>>::clone(&lines));
        let mut line = log.request("r");
        let event = json!({"requestContext": {"authorizer": authorizer},
            "headers": {"x-user-id": "11111111-1111-8111-8111-111111111111"}});
        let request = serde_json::from_value(event).unwrap();
        let caller = Caller::of(&request, &mut line);
        line.end("ok");
        let told = lines.lock().unwrap().concat().contains(r#""operator":{"cause""#);
        (caller.map(|caller| caller.user.to_string()).map_err(|problem| problem.code.status()), told)
    }

    fn identity() -> Value {
        json!({"user_id": "22222222-2222-8222-8222-222222222222", "app_id": "wx0123456789abcdef",
            "openid": "o", "session_id": "018bcfe5-6800-7000-8000-000000000000", "expires_at": "1700000001"})
    }

    #[test]
    fn the_authorizer_says_who_asks() {
        let user = "22222222-2222-8222-8222-222222222222".to_owned();
        assert_eq!(asks(&identity()), (Ok(user.clone()), false));
        assert_eq!(asks(&json!({"lambda": identity()})), (Ok(user), false));
    }

    #[test]
    fn without_the_authorizer_nobody_asks_and_the_operator_is_told() {
        assert_eq!(asks(&Value::Null), (Err(401), true));
        assert_eq!(asks(&json!({"principalId": "user"})), (Err(401), true));
        for name in ["user_id", "session_id"] {
            let mut broken = identity();
            broken[name] = "018BCFE5-6800-7000-8000-000000000000".into();
            assert_eq!(asks(&broken), (Err(401), true), "{name} in another spelling");
        }
    }
}
