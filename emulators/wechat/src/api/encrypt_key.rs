//! getUserEncryptKey: `/wxa/business/getuserencryptkey`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::wire::{Fields, Refusal, Request, ok};
use crate::world::{EncryptKey, WeChat};

const KEPT: usize = 3;

/// The last three keys, newest first; a new one when the newest expired.
pub(super) fn getuserencryptkey(wechat: &mut WeChat, request: &Request) -> Result<Fields, Refusal> {
    let (app_id, openid) = wechat.check_signed(request, 87007)?;
    let (bytes, iv) = (wechat.mint.bytes::<16>(), wechat.mint.hex::<16>());
    let keys = &mut wechat.user(&app_id, &openid).encrypt_keys;
    let newest = keys.last();
    if newest.is_none_or(|key| key.expire_in(request.now) == 0) {
        let version = newest.map_or(1, |key| key.version + 1);
        keys.push(EncryptKey { text: STANDARD.encode(bytes), iv, version, create_time: request.now });
    }
    let list: Vec<Value> = keys.iter().rev().take(KEPT).map(|key| key.json(request.now)).collect();
    Ok(ok([("key_info_list", list.into())]))
}
