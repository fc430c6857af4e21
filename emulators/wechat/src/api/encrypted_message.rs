//! checkEncryptedMsg: `POST /wxa/business/checkencryptedmsg`.

use serde_json::Value;

use crate::wire::{Fields, Refusal, Request, ok};

use crate::world::WeChat;

/// Whether WeChat itself made an encryptedData. Only phone numbers of the last three days are remembered.
pub(super) fn checkencryptedmsg(wechat: &mut WeChat, request: &Request) -> Result<Fields, Refusal> {
    let app_id = wechat.check_access_token(request)?;
    wechat.quotas.spend(&app_id, &request.path, request.now)?;
    if request.body.is_empty() {
        return Err(44002.into());
    }
    let body = request.json().ok_or(47001)?;
    let hash = body.get("encrypted_msg_hash").and_then(Value::as_str).ok_or(40097)?;
    let create_time = wechat.people.phone_message(&app_id, hash, request.now).ok_or(1)?;
    // The field really is spelled like this.
    Ok(ok([("vaild", true.into()), ("create_time", create_time.into())]))
}
