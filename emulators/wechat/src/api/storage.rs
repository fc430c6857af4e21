//! `POST /wxa/set_user_storage`: data of a user in WeChat's keeping, signed with the user's `session_key` over the body.

use serde_json::Value;

use crate::wire::{Fields, Refusal, Request, ok};
use crate::world::WeChat;

const NO_LIST: i64 = 87_016;
const BAD_PAIR: i64 = 87_017;

pub(super) fn set_user_storage(wechat: &mut WeChat, request: &Request) -> Result<Fields, Refusal> {
    let (app_id, openid) = wechat.check_signed(request, 87_007)?;
    let body = request.json().ok_or(47_001)?;
    let pairs = body["kv_list"].as_array().filter(|pairs| !pairs.is_empty()).ok_or(NO_LIST)?;
    for pair in pairs {
        let [key, value] = ["key", "value"].map(|name| pair.get(name).and_then(Value::as_str));
        let (key, value) = key.zip(value).ok_or(BAD_PAIR)?;
        wechat.user(&app_id, &openid).storage.insert(key.to_owned(), value.to_owned());
    }
    Ok(ok([]))
}
