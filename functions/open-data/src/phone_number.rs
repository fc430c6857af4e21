//! `POST /phone-number`: the code of the phone number button for the number.

use serde::Deserialize;
use wxsession::{
    Secret,
    http::{Problem, Request, Response, body, response},
    identity,
    telemetry::Line,
};
use wxsession_wechat::phone_number::PhoneCode;

use crate::OpenData;

/// Ample for a code of 256 characters.
const MOST_BYTES: usize = 4_096;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    code: Secret,
}

impl OpenData {
    pub(crate) async fn phone_number(&self, request: &Request, line: &mut Line) -> Result<Response, Problem> {
        let caller = identity::of(request, line)?;
        let Body { code } = body::json(request, MOST_BYTES)?;
        let code = PhoneCode::new(code).ok_or_else(|| Problem::malformed("code"))?;
        let number = self.calls.phone_number((&caller.app_id, &caller.openid), &code, line).await?;
        Ok(response::json(&number))
    }
}
