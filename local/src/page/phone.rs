//! What the WeChat client gives to a Mini Program: codes, encrypted data. Here the simulator does.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use serde::Deserialize;
use serde_json::{Value, json};
use wechat_simulator::{DEFAULT_APP, NewPhoneCode};
use wxsession::ids::UserId;

use super::{Page, Refusal};

/// Who holds the phone: a name the browser made up. The openid is made of it and never leaves this process.
#[derive(Deserialize)]
pub(super) struct Person {
    person: String,
}

impl Person {
    /// Two browsers with different names are two users.
    pub(super) fn openid(&self) -> Result<String, Refusal> {
        let is_name = (8..=64).contains(&self.person.len())
            && self.person.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !is_name {
            return Err(Refusal(
                StatusCode::BAD_REQUEST,
                "`person` is 8 to 64 letters, digits, -".to_owned(),
            ));
        }
        let hash = URL_SAFE_NO_PAD.encode(digest(&SHA256, format!("page/{}", self.person).as_bytes()));
        Ok(format!("o{}", &hash[..27]))
    }

    pub(super) fn user_id(&self) -> Result<UserId, Refusal> {
        Ok(UserId::of(DEFAULT_APP.0, &self.openid()?))
    }
}

/// `wx.login`, `wx.getUserInfo`, the phone number button, `wx.checkSession`.
pub(super) async fn give(
    State(page): State<Page>,
    Path(what): Path<String>,
    Json(person): Json<Person>,
) -> Result<Json<Value>, Refusal> {
    let (simulator, app_id, openid) = (page.simulator()?, DEFAULT_APP.0, person.openid()?);
    let narrator = &page.shared.narrator;
    match what.as_str() {
        "login" => {
            narrator.on_the_phone("wx.login()", json!({ "code": "…" }));
            Ok(Json(json!({ "code": simulator.mint_code(app_id, Some(&openid)) })))
        }
        "phone-number" => {
            narrator.on_the_phone("getPhoneNumber", json!({ "code": "…" }));
            let new = NewPhoneCode { openid: Some(openid), ..NewPhoneCode::of(app_id) };
            Ok(Json(json!({ "code": simulator.mint_phone_code(new).code })))
        }
        "user-info" => {
            narrator.on_the_phone("wx.getUserInfo()", json!({ "encryptedData": "…", "iv": "…" }));
            let info = simulator.mint_user_info(app_id, &openid, Some(profile()));
            Ok(Json(json!({
                "rawData": info.raw_data, "signature": info.signature,
                "encryptedData": info.encrypted_data, "iv": info.iv,
            })))
        }
        "check-session" => Ok(Json(json!({ "valid": simulator.session_key(app_id, &openid).is_some() }))),
        _ => Err(Refusal(StatusCode::NOT_FOUND, "wx has nothing like that here".to_owned())),
    }
}

fn profile() -> Value {
    json!({ "nickName": "微信用户", "gender": 0, "language": "zh_CN", "city": "", "province": "", "country": "" })
}
