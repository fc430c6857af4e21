//! getUserEncryptKey: `/wxa/business/getuserencryptkey`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::answer::{Fields, Refusal, ok};
use super::request::Request;
use super::state::WeChat;

const LIFETIME_SECONDS: i64 = 3600;
const KEPT: usize = 3;

/// A key the client uses to encrypt requests, matched by its version.
pub(super) struct EncryptKey {
    text: String,
    iv: String,
    version: u64,
    create_time: i64,
}

impl EncryptKey {
    /// 0 means expired.
    fn expire_in(&self, now: i64) -> i64 {
        (self.create_time + LIFETIME_SECONDS - now).max(0)
    }

    fn json(&self, now: i64) -> Value {
        json!({
            "encrypt_key": self.text, "version": self.version, "expire_in": self.expire_in(now),
            "iv": self.iv, "create_time": self.create_time,
        })
    }
}

/// The last three keys, newest first; a new one when the newest expired.
pub(super) fn getuserencryptkey(wechat: &mut WeChat, request: &Request) -> Result<Fields, Refusal> {
    let (app_id, openid) = wechat.check_signed(request, 87007)?;
    let (bytes, iv) = (wechat.ids.bytes::<16>(), wechat.ids.hex::<16>());
    let keys = &mut wechat.user(&app_id, &openid).encrypt_keys;
    let newest = keys.last();
    if newest.is_none_or(|key| key.expire_in(request.now) == 0) {
        let version = newest.map_or(1, |key| key.version + 1);
        keys.push(EncryptKey { text: STANDARD.encode(bytes), iv, version, create_time: request.now });
    }
    let list: Vec<Value> = keys.iter().rev().take(KEPT).map(|key| key.json(request.now)).collect();
    Ok(ok([("key_info_list", list.into())]))
}
