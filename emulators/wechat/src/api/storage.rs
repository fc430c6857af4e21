//! `POST /wxa/set_user_storage`: data of a user in WeChat's keeping, signed with the user's `session_key` over the body.

use serde_json::Value;

use crate::wire::{Fields, Refusal, Request, ok};
use crate::world::WeChat;

const BAD_SIGNATURE: i64 = 87_009;
const NO_LIST: i64 = 87_016;
const BAD_PAIR: i64 = 87_017;

pub(super) fn set_user_storage(wechat: &mut WeChat, request: &Request) -> Result<Fields, Refusal> {
    let (app_id, openid) = wechat.check_signed(request, 87_007)?;
    // Upper-case digits are seen to pass at `/wxa/checksession`. Here nobody saw that: a caller who sends them should notice.
    if request.param("signature").bytes().any(|digit| digit.is_ascii_uppercase()) {
        return Err(BAD_SIGNATURE.into());
    }
    let body = request.json().ok_or(47_001)?;
    let pairs = body["kv_list"].as_array().filter(|pairs| !pairs.is_empty()).ok_or(NO_LIST)?;
    let read = |pair: &Value| {
        let [key, value] = ["key", "value"].map(|name| pair.get(name)?.as_str().map(str::to_owned));
        key.zip(value).ok_or(BAD_PAIR)
    };
    let pairs = pairs.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    wechat.user(&app_id, &openid).storage.extend(pairs);
    Ok(ok([]))
}
