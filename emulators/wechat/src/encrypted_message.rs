//! checkEncryptedMsg: `POST /wxa/business/checkencryptedmsg`.

use ring::digest::{SHA256, digest};
use serde_json::Value;

use super::answer::{Fields, Refusal, ok};
use super::ids::hex;
use super::request::Request;
use super::state::WeChat;

const KEPT_SECONDS: i64 = 3 * 86400;

/// Whether WeChat itself made an encryptedData. Only phone numbers of the last three days are remembered.
pub(super) fn checkencryptedmsg(wechat: &mut WeChat, request: &Request) -> Result<Fields, Refusal> {
    let app_id = wechat.check_access_token(request)?;
    wechat.quotas.spend(&app_id, &request.path, request.now)?;
    if request.body.is_empty() {
        return Err(44002.into());
    }
    let body = request.json().ok_or(47001)?;
    let hash = body.get("encrypted_msg_hash").and_then(Value::as_str).ok_or(40097)?;
    let found = wechat.phone_messages.get(hash).filter(|(_, owner)| *owner == app_id);
    let (create_time, _) = found.filter(|(at, _)| request.now - at <= KEPT_SECONDS).ok_or(1)?;
    // The field really is spelled like this.
    Ok(ok([("vaild", true.into()), ("create_time", (*create_time).into())]))
}

impl WeChat {
    pub(super) fn remember_phone_message(&mut self, app_id: &str, encrypted_data: &str, now: i64) {
        self.phone_messages.retain(|_, (at, _)| now - *at <= KEPT_SECONDS);
        self.phone_messages.insert(sha256_hex(encrypted_data), (now, app_id.to_owned()));
    }
}

fn sha256_hex(text: &str) -> String {
    hex(digest(&SHA256, text.as_bytes()).as_ref())
}
