//! Users of Mini Programs, their keys, and the codes that stand for them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// How long a phone number's message is remembered.
const MESSAGES_KEPT_SECONDS: i64 = 3 * 86400;
const ENCRYPT_KEY_SECONDS: i64 = 3600;

/// Everybody, and every code that is not forgotten yet.
#[derive(Default)]
pub(crate) struct People {
    /// By appid and openid. Users of a Mini Program that is not ours exist too: their codes are refused, not unknown.
    pub(crate) users: BTreeMap<(String, String), User>,
    pub(crate) codes: BTreeMap<String, Code>,
    /// Hash of a minted phone message → when it was minted and for which Mini Program.
    phone_messages: BTreeMap<String, (i64, String)>,
}

/// One person in one Mini Program.
#[derive(Default)]
pub(crate) struct User {
    pub(crate) unionid: Option<String>,
    /// Refused by WeChat's risk control.
    pub(crate) blocked: bool,
    pub(crate) session_key: Option<SessionKey>,
    /// Oldest first.
    pub(crate) encrypt_keys: Vec<EncryptKey>,
    pub(crate) openpid: Option<String>,
    /// What a server stored for them.
    pub(crate) storage: BTreeMap<String, String>,
}

/// A user has one valid key per Mini Program at a time.
#[derive(Clone)]
pub(crate) struct SessionKey {
    /// The base64 text of 16 bytes. Signatures use the text, ciphers the bytes.
    pub(crate) text: String,
    pub(crate) issued_at: i64,
    /// Slides with the user's use of the Mini Program.
    pub(crate) expires_at: i64,
}

/// A key the client uses to encrypt requests, matched by its version.
pub(crate) struct EncryptKey {
    pub(crate) text: String,
    pub(crate) iv: String,
    pub(crate) version: u64,
    pub(crate) create_time: i64,
}

impl EncryptKey {
    /// 0 means expired.
    pub(crate) fn expire_in(&self, now: i64) -> i64 {
        (self.create_time + ENCRYPT_KEY_SECONDS - now).max(0)
    }

    pub(crate) fn json(&self, now: i64) -> Value {
        json!({
            "encrypt_key": self.text, "version": self.version, "expire_in": self.expire_in(now),
            "iv": self.iv, "create_time": self.create_time,
        })
    }
}

/// A one-time code that the WeChat client handed out.
pub(crate) struct Code {
    pub(crate) app_id: String,
    pub(crate) openid: String,
    pub(crate) expires_at: i64,
    pub(crate) used: bool,
    pub(crate) kind: CodeKind,
}

/// Which call on the client made the code. One kind is never good for another.
pub(crate) enum CodeKind {
    /// `wx.login`
    Login,
    /// The phone number button.
    Phone { country_code: String, pure_phone_number: String },
    /// `wx.pluginLogin`
    Plugin,
}

impl People {
    pub(crate) fn knows(&self, app_id: &str, openid: &str) -> bool {
        self.users.contains_key(&(app_id.to_owned(), openid.to_owned()))
    }

    pub(super) fn user(&mut self, app_id: &str, openid: &str) -> &mut User {
        self.users.entry((app_id.to_owned(), openid.to_owned())).or_default()
    }

    /// The key that works now, if there is one.
    pub(crate) fn live_key(&self, app_id: &str, openid: &str, now: i64) -> Option<&SessionKey> {
        let user = self.users.get(&(app_id.to_owned(), openid.to_owned()))?;
        user.session_key.as_ref().filter(|key| now < key.expires_at)
    }

    /// A code that is known, made by the right kind of call and in time; used or not.
    pub(crate) fn live_code(&mut self, code: &str, now: i64) -> Option<&mut Code> {
        self.codes.get_mut(code).filter(|code| now < code.expires_at)
    }

    /// Keeps a long-running simulator small: codes that ended an hour ago are as good as unknown.
    pub(crate) fn add_code(&mut self, text: String, code: Code, now: i64) {
        self.codes.retain(|_, old| now < old.expires_at.saturating_add(3600));
        self.codes.insert(text, code);
    }

    /// Remembers that an encryptedData with a phone number was made, by its hash.
    pub(crate) fn remember_phone_message(&mut self, app_id: &str, hash: String, now: i64) {
        self.phone_messages.retain(|_, (at, _)| now - *at <= MESSAGES_KEPT_SECONDS);
        self.phone_messages.insert(hash, (now, app_id.to_owned()));
    }

    /// When the message was made, if it was, for this Mini Program, and not too long ago.
    pub(crate) fn phone_message(&self, app_id: &str, hash: &str, now: i64) -> Option<i64> {
        let (at, owner) = self.phone_messages.get(hash)?;
        (owner == app_id && now - at <= MESSAGES_KEPT_SECONDS).then_some(*at)
    }

    /// Forgets users and spent codes. Codes that wait to be used stay good.
    pub(crate) fn forget(&mut self) {
        self.users.clear();
        self.codes.retain(|_, code| !code.used);
    }
}
