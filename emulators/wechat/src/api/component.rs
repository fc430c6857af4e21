//! Login on behalf of a Mini Program by a third-party platform: `GET /sns/component/jscode2session`.

use crate::wire::{Fields, Refusal, Request, require};
use crate::world::WeChat;

/// Same trade as code2Session; the platform's token replaces the AppSecret.
pub(super) fn jscode2session(wechat: &mut WeChat, request: &Request) -> Result<Fields, Refusal> {
    let app_id = request.param("appid");
    require(request.param("component_access_token"), 41021)?;
    require(request.param("component_appid"), 41018)?;
    require(app_id, 41002)?;
    require(request.param("js_code"), 41008)?;
    if request.param("grant_type") != "authorization_code" {
        return Err(40002.into());
    }
    let component = wechat.console.component.as_ref().ok_or(40001)?;
    if component.component_access_token != request.param("component_access_token")
        || component.component_appid != request.param("component_appid")
    {
        return Err(40001.into());
    }
    if !component.authorized_app_ids.iter().any(|authorized| authorized == app_id) {
        return Err(61003.into());
    }
    wechat.exchange(app_id, request)
}
