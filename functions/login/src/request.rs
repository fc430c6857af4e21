//! What the client asks for.

use serde::Deserialize;
use wxsession::{
    Secret,
    http::{Problem, Request, bearer, body},
    live::Install,
    session::Device,
    token::SessionToken,
};
use wxsession_wechat::api::JsCode;

/// Ample for a code of 128 characters.
const MOST_BYTES: usize = 4096;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    code: Secret,
    app_id: Option<String>,
    install_id: Option<String>,
    device: Option<Phone>,
}

/// What a phone says of itself. Of another form it is a bug of the client; what it says can be anything.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Phone {
    platform: Option<String>,
    model: Option<String>,
    wechat_version: Option<String>,
}

/// Where a login comes from, by what the client still holds.
#[derive(Default)]
pub struct Origin {
    /// A token; its session ends with this login.
    pub presented: Option<SessionToken>,
    /// The install; the session that it had ends with this login.
    pub install: Option<Install>,
    /// The phone, for the list of sessions.
    pub device: Device,
}

/// A login that can be tried.
pub(crate) struct Wanted {
    pub(crate) code: JsCode,
    pub(crate) app_id: Option<String>,
    pub(crate) origin: Origin,
}

pub(crate) fn read(request: &Request) -> Result<Wanted, Problem> {
    let Body { code, app_id, install_id, device } = body::json(request, MOST_BYTES)?;
    let code = JsCode::new(&code).ok_or_else(|| Problem::malformed("code"))?;
    let install = match install_id {
        Some(id) => Some(Install::new(&id).ok_or_else(|| Problem::malformed("install_id"))?),
        None => None,
    };
    let device = device.map_or_else(Device::default, |phone| {
        let Phone { platform, model, wechat_version } = &phone;
        Device::new(platform.as_deref(), model.as_deref(), wechat_version.as_deref())
    });
    // A stale or damaged header is no reason to refuse a login.
    let presented = bearer::of(request).ok();
    Ok(Wanted { code, app_id, origin: Origin { presented, install, device } })
}
