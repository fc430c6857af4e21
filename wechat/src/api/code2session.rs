//! `code2Session`: a one-time `js_code` for openid and `session_key`.
//! <https://developers.weixin.qq.com/miniprogram/dev/server/API/user-login/api_code2session>

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};

use super::{Call, Wechat, WechatError};
use wxsession::Secret;

pub(super) const PATH: &str = "/sns/jscode2session";
/// Characters of an openid or unionid. Those seen have 28 and 29; a user's record with two of these, fifty sessions and
/// everything else at its most still fits into one read unit.
const MOST_OF_A_NAME: usize = 48;

/// What `wx.login()` gave the client: good for five minutes, once.
#[derive(Clone, Debug)]
pub struct JsCode(Secret);

impl JsCode {
    /// Takes 1 to 128 printable ASCII characters without spaces. WeChat does not publish the form;
    /// the developer tools' mock code has spaces and is refused.
    #[must_use]
    pub fn new(code: &Secret) -> Option<Self> {
        let text = code.expose();
        let fits = (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(code.clone()))
    }
}

/// Who logged in. Its `Debug` says nothing: an openid is not for the log either.
pub struct WechatSession {
    /// The user's name in this Mini Program.
    pub openid: String,
    /// The user's name across one owner's apps, when the app is bound to an Open Platform account.
    pub unionid: Option<String>,
    /// The key of the user's open data. Never leaves the server.
    pub session_key: Secret,
}

impl fmt::Debug for WechatSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WechatSession").finish_non_exhaustive()
    }
}

impl Wechat {
    /// Trades `code` for the user behind it.
    ///
    /// # Errors
    ///
    /// [`WechatError`].
    pub async fn code2session(
        &self,
        app_id: &str,
        app_secret: &Secret,
        code: &JsCode,
    ) -> Result<WechatSession, WechatError> {
        let query = [
            ("appid", app_id),
            ("secret", app_secret.expose()),
            ("js_code", code.0.expose()),
            ("grant_type", "authorization_code"),
        ];
        let answer = self.call(&Call { path: PATH, query: &query, body: None }).await?;
        session(answer)
    }
}

pub(super) fn session(mut answer: Map<String, Value>) -> Result<WechatSession, WechatError> {
    let mut text = |name: &'static str| match answer.remove(name) {
        Some(Value::String(text)) => Ok(Some(text)),
        None | Some(Value::Null) => Ok(None),
        Some(_) => Err(WechatError::Shape(name)),
    };
    let session_key = Secret::new(text("session_key")?.ok_or(WechatError::Shape("session_key"))?);
    let openid = text("openid")?.filter(|id| is_name(id)).ok_or(WechatError::Shape("openid"))?;
    let unionid = text("unionid")?.filter(|id| !id.is_empty());
    if unionid.as_deref().is_some_and(|id| !is_name(id)) {
        return Err(WechatError::Shape("unionid"));
    }
    if !is_session_key(&session_key) {
        return Err(WechatError::Shape("session_key"));
    }
    Ok(WechatSession { openid, unionid, session_key })
}

/// Whether the text is one of a `session_key`: base64 of sixteen bytes.
#[must_use]
pub fn is_session_key(text: &Secret) -> bool {
    let bytes = STANDARD.decode(text.expose()).map(zeroize::Zeroizing::new);
    bytes.is_ok_and(|bytes| bytes.len() == 16)
}

fn is_name(text: &str) -> bool {
    (1..=MOST_OF_A_NAME).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(answer: Value) -> Result<WechatSession, WechatError> {
        let Value::Object(answer) = answer else { panic!("an object") };
        session(answer)
    }

    #[test]
    fn reads_answers_with_and_without_unionid_and_unknown_fields() {
        let key = "tiihtNczf5v6AKRyjwEUhQ==";
        let plain = read(json!({"session_key": key, "openid": "oGZUI0egBJY1zhBYw2KhdUfwVJJE"})).unwrap();
        assert_eq!((plain.unionid, plain.session_key.expose()), (None, key));
        let union = json!({"session_key": key, "openid": "o", "unionid": "u", "expires_in": 7200, "x": {}});
        assert_eq!(read(union).unwrap().unionid.as_deref(), Some("u"));
    }

    #[test]
    fn debug_prints_nothing_of_who_logged_in() {
        let session = read(json!({"session_key": "tiihtNczf5v6AKRyjwEUhQ==", "openid": "o", "unionid": "u"}));
        assert_eq!(format!("{session:?}"), "Ok(WechatSession { .. })");
    }

    #[test]
    fn refuses_answers_that_lack_what_is_promised() {
        let key = "tiihtNczf5v6AKRyjwEUhQ==";
        for (answer, lacks) in [
            (json!({"openid": "o"}), "session_key"),
            (json!({"session_key": key}), "openid"),
            (json!({"session_key": key, "openid": ""}), "openid"),
            (json!({"session_key": key, "openid": 7}), "openid"),
            (json!({"session_key": key, "openid": "o o"}), "openid"),
            (json!({"session_key": "dG9vIHNob3J0", "openid": "o"}), "session_key"),
            (json!({"session_key": "not base64!", "openid": "o"}), "session_key"),
            (json!({"session_key": [key], "openid": "o"}), "session_key"),
            (json!({"session_key": key, "openid": "o", "unionid": {}}), "unionid"),
        ] {
            assert_eq!(read(answer).unwrap_err(), WechatError::Shape(lacks));
        }
    }

    #[test]
    fn a_code_is_printable_ascii_without_spaces() {
        let fits = |text: &str| JsCode::new(&Secret::new(text)).is_some();
        assert!(fits("083tjT000WK8kM17Dw000FdPPi4tjT0F"));
        assert!(fits(&"x".repeat(128)));
        for bad in ["", "the code is a mock one", "a\nb", "é", "a\0", &"x".repeat(129)] {
            assert!(!fits(bad), "{bad:?}");
        }
    }
}
