//! `POST /open-data/decrypt`: what an open-data event carries, in clear.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use wxsession::{
    http::{Problem, Request, Response, body, response},
    identity,
    telemetry::Line,
};

use crate::{MOST_BYTES, OpenData, cipher::Encrypted, disclosure::Expected, names::Names};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    encrypted_data: String,
    iv: String,
    max_age_seconds: Option<u32>,
}

#[derive(Serialize)]
struct Reply {
    data: Value,
}

/// What the route makes of its input once it has the user's keys, or the log's word for a refusal: for
/// the fuzz target.
///
/// # Errors
///
/// The stable word.
#[cfg(feature = "test-util")]
pub fn decrypted(
    [encrypted_data, iv]: [&str; 2],
    keys: &[wxsession::Secret],
    (openid, unionid): (&str, Option<&str>),
    (app_id, now, max_age_seconds): (&str, i64, Option<u32>),
) -> Result<Value, &'static str> {
    let names = Names { openid, unionid };
    let encrypted = Encrypted::read(encrypted_data, iv).map_err(crate::refused::Refused::as_str)?;
    let opened = encrypted.open(keys, Expected { app_id, names, now, max_age_seconds });
    opened.map_err(crate::refused::Refused::as_str)
}

impl OpenData {
    pub(crate) async fn decrypt(&self, request: &Request, line: &mut Line) -> Result<Response, Problem> {
        let caller = identity::of(request, line)?;
        self.keys.ring()?;
        let Body { encrypted_data, iv, max_age_seconds } = body::json(request, MOST_BYTES)?;
        if max_age_seconds == Some(0) {
            return Err(Problem::malformed("max_age_seconds"));
        }
        let encrypted = Encrypted::read(&encrypted_data, &iv)?;
        let keys = self.some_session_keys(&caller, line).await?;
        let expected = Expected {
            app_id: &caller.app_id,
            names: Names { openid: &caller.openid, unionid: caller.unionid.as_deref() },
            now: self.clock.now(),
            max_age_seconds: stricter(self.max_age_seconds, max_age_seconds),
        };
        let data = encrypted.open(&keys, expected)?;
        Ok(response::json(&Reply { data }))
    }
}

/// The deployment's limit, or the caller's own where that is stricter.
fn stricter(ours: Option<u32>, theirs: Option<u32>) -> Option<u32> {
    ours.into_iter().chain(theirs).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_may_only_be_stricter_than_the_deployment() {
        assert_eq!(stricter(Some(60), Some(61)), Some(60));
        assert_eq!(stricter(Some(60), Some(59)), Some(59));
        assert_eq!(stricter(None, Some(u32::MAX)), Some(u32::MAX));
        assert_eq!((stricter(Some(60), None), stricter(None, None)), (Some(60), None));
    }
}
