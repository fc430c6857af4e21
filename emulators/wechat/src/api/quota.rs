//! The calls that clear the counters of the limits.

use serde_json::Value;

use crate::wire::{Fields, Refusal, Request, ok, require};
use crate::world::WeChat;

/// `POST /cgi-bin/clear_quota`, with an access token.
pub(super) fn clear_quota(wechat: &mut WeChat, request: &Request) -> Result<Fields, Refusal> {
    let owner = wechat.check_access_token(request)?;
    let body = request.json().ok_or(47001)?;
    if body.get("appid").and_then(Value::as_str) != Some(&owner) {
        return Err(40013.into());
    }
    wechat.quotas.clear(&owner, request.now)?;
    Ok(ok([]))
}

/// `POST /cgi-bin/clear_quota/v2`, with the AppSecret: works when no token can be had any more.
pub(super) fn clear_quota_v2(wechat: &mut WeChat, request: &Request) -> Result<Fields, Refusal> {
    let body = request.json().ok_or(47001)?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    require(text("appid"), 41002)?;
    require(text("appsecret"), 41004)?;
    if !wechat.console.secret_is_right(text("appid"), text("appsecret"))? {
        return Err(40125.into());
    }
    wechat.quotas.clear(text("appid"), request.now)?;
    Ok(ok([]))
}
