//! code2Session: `GET /sns/jscode2session`.

use crate::wire::{Fields, Refusal, Request, fields, require};
use crate::world::{CodeKind, WeChat};

/// Trades a `wx.login` code for openid and `session_key`. The order of the checks is part of the behaviour.
pub(super) fn jscode2session(wechat: &mut WeChat, request: &Request) -> Result<Fields, Refusal> {
    let app_id = request.param("appid");
    wechat.console.check_caller_ip(app_id, request.caller_ip.as_deref())?;
    require(app_id, 41002)?;
    require(request.param("secret"), 41004)?;
    require(request.param("js_code"), 41008)?;
    let secret_is_right = wechat.console.secret_is_right(app_id, request.param("secret"))?;
    if !secret_is_right {
        return Err(40125.into());
    }
    if request.param("grant_type") != "authorization_code" {
        return Err(40002.into());
    }
    wechat.exchange(app_id, request)
}

impl WeChat {
    /// Everything after the caller is known to be the Mini Program's own server.
    pub(super) fn exchange(&mut self, app_id: &str, request: &Request) -> Result<Fields, Refusal> {
        let (js_code, now) = (request.param("js_code"), request.now);
        self.quotas.spend(app_id, &request.path, now)?;
        self.limit_logins_of_the_user(js_code, now)?;
        let code = self.people.live_code(js_code, now).ok_or(40029)?;
        if code.app_id != app_id || !matches!(code.kind, CodeKind::Login) {
            return Err(40029.into());
        }
        if code.used {
            return Err(40163.into());
        }
        let openid = code.openid.clone();
        if self.user(app_id, &openid).blocked {
            return Err(40226.into());
        }
        if let Some(code) = self.people.codes.get_mut(js_code) {
            code.used = true;
        }
        let session_key = self.session_key_at_login(app_id, &openid, now);
        let unionid = self.user(app_id, &openid).unionid.clone();
        // No errcode on success, whatever the documentation's sample shows.
        let mut success = fields([("session_key", session_key.into()), ("openid", openid.into())]);
        success.extend(unionid.map(|unionid| ("unionid".to_owned(), unionid.into())));
        Ok(success)
    }

    fn limit_logins_of_the_user(&mut self, js_code: &str, now: i64) -> Result<(), Refusal> {
        let limit = self.knobs.logins_per_user_per_minute;
        let Some(code) = self.people.codes.get(js_code) else { return Ok(()) };
        let subject = format!("{}/{}", code.app_id, code.openid);
        self.quotas.spend_minute(&subject, "login", limit, now)
    }
}
