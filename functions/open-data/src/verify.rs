//! `POST /open-data/verify`: did WeChat sign this `rawData` for this user?

use serde::{Deserialize, Serialize};
use wxsession::{
    http::{Problem, Request, Response, body, response},
    identity,
    telemetry::Line,
};

use crate::{MOST_BYTES, OpenData, signature::RawDataSignature};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    raw_data: String,
    signature: String,
}

#[derive(Serialize)]
struct Reply {
    valid: bool,
}

impl OpenData {
    pub(crate) async fn verify(&self, request: &Request, line: &mut Line) -> Result<Response, Problem> {
        let caller = identity::of(request, line)?;
        self.keys.ring()?;
        let Body { raw_data, signature } = body::json(request, MOST_BYTES)?;
        let signature = RawDataSignature::read(signature).ok_or_else(|| Problem::malformed("signature"))?;
        let keys = self.some_session_keys(&caller, line).await?;
        let valid = signature.fits(&raw_data, &keys);
        line.put("valid", valid);
        Ok(response::json(&Reply { valid }))
    }
}
