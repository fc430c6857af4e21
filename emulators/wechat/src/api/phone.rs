//! getPhoneNumber: `POST /wxa/business/getuserphonenumber`.

use serde_json::{Value, json};

use crate::wire::{Fields, Refusal, Request, ok};
use crate::world::{CodeKind, WeChat};

/// Trades the code of the phone number button for the number.
pub(super) fn getuserphonenumber(wechat: &mut WeChat, request: &Request) -> Result<Fields, Refusal> {
    let app_id = wechat.check_access_token(request)?;
    wechat.quotas.spend(&app_id, &request.path, request.now)?;
    // A code in the query or in a form is no code at all.
    let body = request.json().unwrap_or_default();
    let text = body.get("code").and_then(Value::as_str).unwrap_or_default();
    let Some(code) = wechat.people.live_code(text, request.now).filter(|code| !code.used) else {
        return Err(wechat.invalid_code());
    };
    let CodeKind::Phone { country_code, pure_phone_number } = &code.kind else {
        // The most common mistake: a wx.login code.
        return Err(wechat.invalid_code());
    };
    if code.app_id != app_id {
        return Err(40013.into());
    }
    // Optional; given, it must be whose code it is. What WeChat answers when it is not is not documented.
    let openid = body.get("openid").and_then(Value::as_str).filter(|openid| !openid.is_empty());
    if openid.is_some_and(|openid| openid != code.openid) {
        return Err(wechat.knobs.refuses_others_phone_code_with.into());
    }
    let (country_code, number) = (country_code.clone(), pure_phone_number.clone());
    code.used = true;
    Ok(ok([("phone_info", wechat.phone_info(&app_id, &country_code, &number, request.now))]))
}

impl WeChat {
    fn invalid_code(&mut self) -> Refusal {
        let text = format!("invalid code hint: [{}]", self.mint.hex::<10>());
        Refusal { errcode: 40029, text: Some(text) }
    }

    /// The same object arrives encrypted in the older flow.
    pub(crate) fn phone_info(&self, app_id: &str, country_code: &str, number: &str, now: i64) -> Value {
        // Numbers outside the mainland carry their area code.
        let full = if country_code == "86" { number.to_owned() } else { format!("+{country_code}{number}") };
        let country: Value = match country_code.parse::<u64>() {
            Ok(digits) if self.knobs.numeric_country_code => digits.into(),
            _ => country_code.into(),
        };
        json!({
            "phoneNumber": full, "purePhoneNumber": number, "countryCode": country,
            "watermark": { "timestamp": now, "appid": app_id },
        })
    }
}
