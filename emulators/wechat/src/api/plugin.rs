//! getPluginOpenPId: `POST /wxa/getpluginopenpid`.

use serde_json::Value;

use crate::wire::{Fields, Refusal, Request, ok};
use crate::world::{CodeKind, WeChat};

/// Trades a `wx.pluginLogin` code for an id that cannot be turned into an openid.
pub(super) fn getpluginopenpid(wechat: &mut WeChat, request: &Request) -> Result<Fields, Refusal> {
    let app_id = wechat.check_access_token(request)?;
    wechat.quotas.spend(&app_id, &request.path, request.now)?;
    let body = request.json().ok_or(1022)?;
    let text = body.get("code").and_then(Value::as_str).ok_or(1001)?;
    let code = wechat.people.live_code(text, request.now).filter(|code| !code.used).ok_or(1007)?;
    if !matches!(code.kind, CodeKind::Plugin) {
        return Err(1007.into());
    }
    if code.app_id != app_id {
        return Err(1005.into());
    }
    code.used = true;
    let openid = code.openid.clone();
    let fresh = wechat.mint.openpid();
    let kept = wechat.user(&app_id, &openid).openpid.get_or_insert(fresh);
    Ok(ok([("openpid", kept.clone().into())]))
}
