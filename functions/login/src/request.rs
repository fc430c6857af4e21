//! What the client asks for.

use serde::Deserialize;
use wxsession::{
    Secret,
    http::{Problem, Request, bearer, body},
    token::SessionToken,
    wechat::JsCode,
};

/// Ample for a code of 128 characters.
const MOST_BYTES: usize = 4096;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    code: Secret,
    app_id: Option<String>,
}

/// A login that can be tried.
pub(crate) struct Wanted {
    pub(crate) code: JsCode,
    pub(crate) app_id: Option<String>,
    /// A token that the client still holds; its session ends with this login.
    pub(crate) presented: Option<SessionToken>,
}

pub(crate) fn read(request: &Request) -> Result<Wanted, Problem> {
    let Body { code, app_id } = body::json(request, MOST_BYTES)?;
    let code = JsCode::new(&code).ok_or_else(|| Problem::malformed("code"))?;
    // A stale or damaged header is no reason to refuse a login.
    let presented = bearer::of(request).ok();
    Ok(Wanted { code, app_id, presented })
}
