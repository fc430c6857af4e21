//! The two endpoints that look at a `session_key`.

use crate::wire::{Fields, Refusal, Request, ok};
use crate::world::WeChat;

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
    let inherited = wechat.people.live_key(&app_id, &openid, request.now).ok_or(87007)?.expires_at;
    let text = wechat.replace_key(&app_id, &openid, request.now, inherited);
    Ok(ok([("openid", openid.into()), ("session_key", text.into())]))
}
