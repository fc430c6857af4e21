//! code2Session: `GET /sns/jscode2session`.

use super::answer::{Fields, Refusal, fields};
use super::request::Request;
use super::state::{CodeKind, WeChat};

/// Trades a `wx.login` code for openid and `session_key`. The order of the checks is part of the behaviour.
pub(super) fn jscode2session(wechat: &mut WeChat, request: &Request) -> Result<Fields, Refusal> {
    let app_id = request.param("appid");
    wechat.check_caller_ip(app_id, request)?;
    require(app_id, 41002)?;
    require(request.param("secret"), 41004)?;
    require(request.param("js_code"), 41008)?;
    let secret_is_right = wechat.secret_is_right(app_id, request.param("secret"))?;
    if !secret_is_right {
        return Err(40125.into());
    }
    if request.param("grant_type") != "authorization_code" {
        return Err(40002.into());
    }
    wechat.exchange(app_id, request)
}

impl WeChat {
    /// The account's IP whitelist, when an administrator turned it on, guards login as well as tokens.
    pub(super) fn check_caller_ip(&self, app_id: &str, request: &Request) -> Result<(), Refusal> {
        let Some(app) = self.apps.get(app_id) else { return Ok(()) };
        let Some(allowed) = &app.ip_whitelist else { return Ok(()) };
        let seen = app.caller_ip.as_ref().or(request.caller_ip.as_ref());
        let ip = seen.map_or("127.0.0.1", String::as_str);
        if allowed.iter().any(|entry| entry == ip) {
            return Ok(());
        }
        let text = format!("invalid ip {ip} ipv6 ::ffff:{ip}, not in whitelist");
        Err(Refusal { errcode: 40164, text: Some(text) })
    }

    /// Whether the secret belongs to the Mini Program; unknown and frozen ones are refused here.
    pub(super) fn secret_is_right(&self, app_id: &str, secret: &str) -> Result<bool, Refusal> {
        let app = self.apps.get(app_id).ok_or(40013)?;
        if app.secret != secret {
            return Ok(false);
        }
        if app.secret_frozen { Err(40243.into()) } else { Ok(true) }
    }

    /// Everything after the caller is known to be the Mini Program's own server.
    pub(super) fn exchange(&mut self, app_id: &str, request: &Request) -> Result<Fields, Refusal> {
        let (js_code, now) = (request.param("js_code"), request.now);
        self.quotas.spend(app_id, &request.path, now)?;
        self.limit_logins_of_the_user(js_code, now)?;
        let code = self.live_code(js_code, now).ok_or(40029)?;
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
        if let Some(code) = self.codes.get_mut(js_code) {
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
        let Some(code) = self.codes.get(js_code) else { return Ok(()) };
        let subject = format!("{}/{}", code.app_id, code.openid);
        self.quotas.spend_minute(&subject, "login", limit, now)
    }
}

/// A missing and an empty parameter are the same to WeChat.
pub(super) fn require(value: &str, errcode: i64) -> Result<(), Refusal> {
    if value.is_empty() { Err(errcode.into()) } else { Ok(()) }
}
