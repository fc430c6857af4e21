//! The life of a `session_key`, and the two endpoints that look at it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Simulator;
use super::answer::{Fields, Refusal, ok};
use super::request::Request;
use super::state::WeChat;

/// A user has one valid key per Mini Program at a time.
#[derive(Clone)]
pub(super) struct SessionKey {
    /// The base64 text of 16 bytes. Signatures use the text, ciphers the bytes.
    pub(super) text: String,
    pub(super) issued_at: i64,
    /// Slides with the user's use of the Mini Program.
    pub(super) expires_at: i64,
}

/// `GET /wxa/checksession`: is the caller's `session_key` the valid one?
pub(super) fn checksession(wechat: &mut WeChat, request: &Request) -> Result<Fields, Refusal> {
    // Wrong, expired and replaced look the same from outside.
    wechat.check_signed(request, 87009)?;
    Ok(ok([]))
}

/// `GET /wxa/resetusersessionkey`: replaces the key, without renewing its life.
pub(super) fn resetusersessionkey(wechat: &mut WeChat, request: &Request) -> Result<Fields, Refusal> {
    let (app_id, openid) = wechat.check_signed(request, 87007)?;
    let limit = wechat.knobs.resets_per_user_per_minute;
    wechat.quotas.spend_minute(&format!("{app_id}/{openid}"), "reset", limit, request.now)?;
    let inherited = wechat.live_key(&app_id, &openid, request.now).ok_or(87007)?.expires_at;
    let text = wechat.replace_key(&app_id, &openid, request.now, inherited);
    Ok(ok([("openid", openid.into()), ("session_key", text.into())]))
}

impl WeChat {
    /// The key that works now, if there is one.
    pub(super) fn live_key(&self, app_id: &str, openid: &str, now: i64) -> Option<&SessionKey> {
        let user = self.users.get(&(app_id.to_owned(), openid.to_owned()))?;
        user.session_key.as_ref().filter(|key| now < key.expires_at)
    }

    /// The key a successful code2Session hands out.
    pub(super) fn session_key_at_login(&mut self, app_id: &str, openid: &str, now: i64) -> String {
        if self.knobs.rotate_on_code {
            // The rotation already happened when the client obtained the code.
            return self.key_in_use(app_id, openid, now);
        }
        self.rotate_if_due(app_id, openid, now)
    }

    /// A login may replace the key; several within the minimum interval share one.
    pub(super) fn rotate_if_due(&mut self, app_id: &str, openid: &str, now: i64) -> String {
        let due = match self.live_key(app_id, openid, now) {
            None => true,
            Some(key) => {
                self.knobs.always_rotate || now - key.issued_at >= self.knobs.min_rotation_interval_seconds
            }
        };
        if due {
            let expires_at = now + self.knobs.key_ttl_seconds;
            return self.replace_key(app_id, openid, now, expires_at);
        }
        self.key_in_use(app_id, openid, now)
    }

    /// The key the WeChat client works with now. Using it lengthens its life; without one a new one is made.
    pub(super) fn key_in_use(&mut self, app_id: &str, openid: &str, now: i64) -> String {
        let expires_at = now + self.knobs.key_ttl_seconds;
        match &mut self.user(app_id, openid).session_key {
            Some(key) if now < key.expires_at => {
                key.expires_at = expires_at;
                key.text.clone()
            }
            _ => self.replace_key(app_id, openid, now, expires_at),
        }
    }

    pub(super) fn replace_key(&mut self, app_id: &str, openid: &str, now: i64, expires_at: i64) -> String {
        let text = STANDARD.encode(self.ids.bytes::<16>());
        let key = SessionKey { text: text.clone(), issued_at: now, expires_at };
        self.user(app_id, openid).session_key = Some(key);
        self.hands_out("session_key", &text);
        text
    }
}

impl Simulator {
    /// The user's valid `session_key`, as WeChat holds it: for tests that look for leaks.
    #[must_use]
    pub fn session_key(&self, app_id: &str, openid: &str) -> Option<String> {
        self.wechat().live_key(app_id, openid, self.now()).map(|key| key.text.clone())
    }

    /// Sets the user's `session_key` to a known one, for published test vectors.
    pub fn set_session_key(&self, app_id: &str, openid: &str, text: &str) {
        let (mut wechat, now) = (self.wechat(), self.now());
        let expires_at = now + wechat.knobs.key_ttl_seconds;
        let key = SessionKey { text: text.to_owned(), issued_at: now, expires_at };
        wechat.user(app_id, openid).session_key = Some(key);
        wechat.hands_out("session_key", text);
    }

    /// Replaces the user's `session_key` behind everybody's back, as a data pre-fetch does.
    pub fn rotate_session_key(&self, app_id: &str, openid: &str) {
        let (mut wechat, now) = (self.wechat(), self.now());
        let expires_at = now + wechat.knobs.key_ttl_seconds;
        wechat.replace_key(app_id, openid, now, expires_at);
    }

    /// Ends the user's `session_key` now.
    pub fn expire_session_key(&self, app_id: &str, openid: &str) {
        let (mut wechat, now) = (self.wechat(), self.now());
        if let Some(key) = &mut wechat.user(app_id, openid).session_key {
            key.expires_at = now;
        }
    }

    /// Lets WeChat's risk control refuse the user from now on, or accept them again.
    pub fn block_user(&self, app_id: &str, openid: &str, blocked: bool) {
        self.wechat().user(app_id, openid).blocked = blocked;
    }
}
