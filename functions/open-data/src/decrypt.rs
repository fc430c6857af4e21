//! `POST /open-data/decrypt`: what an open-data event carries, in clear.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use wxsession::{
    Identity,
    http::{Problem, Request, Response, body},
    telemetry::Line,
};

use crate::{
    MOST_BYTES, OpenData,
    cipher::{Encrypted, Expected},
};

/// WeChat's names of the user. They never reach the client, so they are taken out of the data.
const NAMES: [&str; 4] = ["openId", "openid", "unionId", "unionid"];

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
    (app_id, now, max_age_seconds): (&str, i64, Option<u32>),
) -> Result<Value, &'static str> {
    let encrypted = Encrypted::read(encrypted_data, iv).map_err(crate::cipher::Refused::as_str)?;
    let opened = encrypted.open(keys, Expected { app_id, now, max_age_seconds });
    let mut data = Value::Object(opened.map_err(crate::cipher::Refused::as_str)?);
    remove_names(&mut data);
    Ok(data)
}

impl OpenData {
    pub(crate) async fn decrypt(&self, request: &Request, line: &mut Line) -> Result<Response, Problem> {
        let caller = Identity::of(request, line)?;
        self.key_ring()?;
        let Body { encrypted_data, iv, max_age_seconds } = body::json(request, MOST_BYTES)?;
        if max_age_seconds == Some(0) {
            return Err(Problem::malformed("max_age_seconds"));
        }
        let encrypted = Encrypted::read(&encrypted_data, &iv)?;
        let keys = self.some_session_keys(&caller, line).await?;
        let expected = Expected { app_id: &caller.app_id, now: self.clock.now(), max_age_seconds };
        let mut data = Value::Object(encrypted.open(&keys, expected)?);
        remove_names(&mut data);
        Ok(Response::json(&Reply { data }))
    }
}

fn remove_names(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !NAMES.contains(&name.as_str()));
            fields.values_mut().for_each(remove_names);
        }
        Value::Array(values) => values.iter_mut().for_each(remove_names),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_of_the_user_are_taken_out_wherever_they_are() {
        let mut data = json!({"openId": "o", "unionId": "u", "openid": "o", "unionid": "u", "openGId": "g",
            "nickName": "n", "list": [{"openId": "o", "step": 1}], "watermark": {"appid": "wx"}});
        remove_names(&mut data);
        assert_eq!(
            data,
            json!({"openGId": "g", "nickName": "n", "list": [{"step": 1}], "watermark": {"appid": "wx"}})
        );
    }
}
