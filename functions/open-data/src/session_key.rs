//! `GET /session-key`: does WeChat still hold a `session_key` of ours? `POST /session-key/reset`: replaces it.
//! <https://developers.weixin.qq.com/miniprogram/dev/server/API/user-login/api_checksessionkey>

use serde::Serialize;
use serde_json::{Map, Value};
use wxsession::{
    Identity, Secret,
    http::{Code, Problem, Request, Response, response},
    identity,
    telemetry::Line,
};
use wxsession_wechat::{
    CallError,
    api::{Call, WechatError, is_session_key},
    calls::deadline,
    signature::user_signature,
};

use crate::{OpenData, vault::owner};

#[derive(Serialize)]
struct Reply {
    valid: bool,
}

impl OpenData {
    pub(crate) async fn check_session_key(
        &self,
        request: &Request,
        line: &mut Line,
    ) -> Result<Response, Problem> {
        let caller = identity::of(request, line)?;
        let answer = self.signed_call("/wxa/checksession", &caller, line).await?;
        line.put("valid", answer.is_some());
        Ok(response::json(&Reply { valid: answer.is_some() }))
    }

    /// The new key keeps the life of the old one; WeChat refuses frequent resets of a user. When the
    /// new key cannot be stored, or WeChat's answer is lost, the next `wx.login` mends it.
    pub(crate) async fn reset_session_key(
        &self,
        request: &Request,
        line: &mut Line,
    ) -> Result<Response, Problem> {
        let caller = identity::of(request, line)?;
        let answer = self.signed_call("/wxa/resetusersessionkey", &caller, line).await?;
        let stale = || Problem::new(Code::SessionKeyStale).because("no_key_that_wechat_holds");
        let new = new_key(answer.ok_or_else(stale)?)?;
        let ring = self.keys.ring()?.value().await?;
        let key = ring.for_storage(owner(&caller), &new, self.clock.now(), &self.random);
        let written = line.timed("store_ms", self.users.replace_key(caller.user_id, &key)).await;
        let written = written.map_err(|error| Problem::from(error).because("new_key_not_stored"))?;
        line.put("stored", written);
        line.audit("session_key_reset", &[]);
        Ok(response::no_content())
    }

    /// Makes a call signed with the user's `session_key`, newest first. `None` when WeChat holds none of
    /// ours; then the vault is read once more, because a login or a reset may have moved it on meanwhile.
    async fn signed_call(
        &self,
        path: &'static str,
        caller: &Identity,
        line: &mut Line,
    ) -> Result<Option<Map<String, Value>>, Problem> {
        let deadline = deadline();
        let mut tried: Vec<Secret> = Vec::new();
        for _ in 0..2 {
            let keys = self.session_keys(caller, line).await?;
            if keys.iter().all(|key| tried.contains(key)) {
                break;
            }
            for key in keys.into_iter().filter(|key| !tried.contains(key)).collect::<Vec<_>>() {
                let signature = user_signature(&key, b"");
                let query = [
                    ("openid", caller.openid.as_str()),
                    ("signature", signature.as_str()),
                    ("sig_method", "hmac_sha256"),
                ];
                let call = Call { path, query: &query, body: None };
                match self.calls.call(&caller.app_id, &call, deadline, line).await {
                    Ok(answer) => return Ok(Some(answer)),
                    Err(error) if error.is_session_key_stale() => {
                        line.put("errcode", error.errcode());
                        tried.push(key);
                    }
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(None)
    }
}

fn new_key(mut answer: Map<String, Value>) -> Result<Secret, CallError> {
    let text = match answer.remove("session_key") {
        Some(Value::String(text)) => Some(Secret::new(text)),
        _ => None,
    };
    text.filter(is_session_key).ok_or(CallError::Wechat(WechatError::Shape("session_key")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_new_key_is_base64_of_sixteen_bytes() {
        let read = |key: Value| {
            let Value::Object(answer) = json!({"errcode": 0, "openid": "o", "session_key": key}) else {
                panic!("an object")
            };
            new_key(answer).map(|key| key.expose().to_owned())
        };
        assert_eq!(read(json!("tiihtNczf5v6AKRyjwEUhQ==")).unwrap(), "tiihtNczf5v6AKRyjwEUhQ==");
        for bad in
            [json!(null), json!(7), json!(""), json!("dG9vIHNob3J0"), json!(["tiihtNczf5v6AKRyjwEUhQ=="])]
        {
            assert!(matches!(read(bad), Err(CallError::Wechat(WechatError::Shape("session_key")))));
        }
    }
}
