//! getPluginOpenPId: `POST /wxa/getpluginopenpid`.

use serde_json::Value;

use super::answer::{Fields, Refusal, ok};
use super::request::Request;
use super::state::{CodeKind, WeChat};

/// Trades a `wx.pluginLogin` code for an id that cannot be turned into an openid.
pub(super) fn getpluginopenpid(wechat: &mut WeChat, request: &Request) -> Result<Fields, Refusal> {
    let app_id = wechat.check_access_token(request)?;
    wechat.quotas.spend(&app_id, &request.path, request.now)?;
    let body = request.json().ok_or(1022)?;
    let text = body.get("code").and_then(Value::as_str).ok_or(1001)?;
    let code = wechat.live_code(text, request.now).filter(|code| !code.used).ok_or(1007)?;
    if !matches!(code.kind, CodeKind::Plugin) {
        return Err(1007.into());
    }
    if code.app_id != app_id {
        return Err(1005.into());
    }
    code.used = true;
    let openid = code.openid.clone();
    let fresh = wechat.ids.openpid();
    let kept = wechat.user(&app_id, &openid).openpid.get_or_insert(fresh);
    Ok(ok([("openpid", kept.clone().into())]))
}
