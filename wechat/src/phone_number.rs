//! The code of the phone number button for the number.
//! <https://developers.weixin.qq.com/miniprogram/dev/server/API/user-info/phone-number/api_getphonenumber>

use serde::Serialize;
use serde_json::{Map, Value, json};
use wxsession::{
    Secret,
    http::{Code, Problem},
    telemetry::Line,
};

use crate::{
    CallError,
    api::{Call, Meaning, WechatError},
    calls::{Calls, deadline},
};

/// WeChat's have 64.
const MOST_CODE_CHARACTERS: usize = 256;

/// What the button gave the client: good for five minutes, once. It is no `wx.login` code.
pub struct PhoneCode(Secret);

impl PhoneCode {
    /// Takes 1 to 256 printable ASCII characters without spaces.
    #[must_use]
    pub fn new(code: Secret) -> Option<Self> {
        let text = code.expose();
        let fits = (1..=MOST_CODE_CHARACTERS).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then_some(Self(code))
    }
}

/// A user's number. No `Debug` outside of tests: it is not for the log.
#[derive(Serialize)]
#[cfg_attr(test, derive(Debug, PartialEq, Eq))]
pub struct PhoneNumber {
    /// With the country's code where it is a foreign one.
    pub phone_number: String,
    /// Without it.
    pub pure_phone_number: String,
    /// The country's code.
    pub country_code: String,
}

impl Calls {
    /// Redeems the code of this user for their number.
    ///
    /// # Errors
    ///
    /// [`Problem`]: `phone_code_invalid`, or what keeps WeChat from being asked.
    pub async fn phone_number(
        &self,
        (app_id, openid): (&str, &str),
        PhoneCode(code): &PhoneCode,
        line: &mut Line,
    ) -> Result<PhoneNumber, Problem> {
        // With the openid WeChat checks that the code is this user's.
        let body = json!({"code": code.expose(), "openid": openid});
        let call = Call { path: "/wxa/business/getuserphonenumber", query: &[], body: Some(&body) };
        let answer = self.call(app_id, &call, deadline(), line).await;
        let answer = answer.map_err(refused)?;
        let number =
            read(answer, app_id).map_err(|wrong| Problem::from(WechatError::Shape(wrong)).because(wrong))?;
        line.audit("phone_number_read", &[]);
        Ok(number)
    }
}

/// What this endpoint's own refusals mean. An AppID or a code that WeChat does not take means the code
/// here, not our settings. What WeChat answers for a code of another user is not documented, so every refusal
/// that is not about us, the quota or the token counts as one of the code, and its number is counted.
fn refused(error: CallError) -> Problem {
    let (Some(errcode), Some(meaning)) = (error.errcode(), error.meaning()) else { return error.into() };
    let reason = match (errcode, meaning) {
        (40029, _) => "bad_expired_or_used_code_perhaps_a_wx_login_code",
        (40163, _) => "used_code",
        (40013, _) => "code_of_another_app",
        (
            _,
            Meaning::Busy
            | Meaning::TokenStale
            | Meaning::MinuteQuota
            | Meaning::DayQuota(..)
            | Meaning::Misconfigured(..),
        ) => return error.into(),
        _ => "unexpected_errcode_perhaps_another_users_code",
    };
    let mut problem = Problem::new(Code::PhoneCodeInvalid).because(reason).with("errcode", errcode);
    if let CallError::Wechat(WechatError::Refused { rid, .. }) = error {
        problem = problem.with("rid", rid);
    }
    if reason.starts_with("unexpected") { problem.with("unexpected_errcode", true) } else { problem }
}

fn read(mut answer: Map<String, Value>, app_id: &str) -> Result<PhoneNumber, &'static str> {
    let Some(Value::Object(mut info)) = answer.remove("phone_info") else { return Err("phone_info") };
    let watermarked = info.get("watermark").and_then(|mark| mark.get("appid"));
    if watermarked.and_then(Value::as_str) != Some(app_id) {
        return Err("watermark_appid");
    }
    let mut text = |name| match info.remove(name) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text),
        // WeChat documents countryCode as text; its sample has a number.
        Some(Value::Number(digits)) if name == "countryCode" && digits.is_u64() => Ok(digits.to_string()),
        _ => Err(name),
    };
    Ok(PhoneNumber {
        phone_number: text("phoneNumber")?,
        pure_phone_number: text("purePhoneNumber")?,
        country_code: text("countryCode")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const APP: &str = "wx0123456789abcdef";

    fn told(info: &Value) -> Result<PhoneNumber, &'static str> {
        let Value::Object(answer) = json!({"errcode": 0, "phone_info": info}) else { panic!("an object") };
        read(answer, APP)
    }

    fn info(country_code: &Value) -> Value {
        json!({"phoneNumber": "+85200000000", "purePhoneNumber": "00000000", "countryCode": country_code,
            "watermark": {"timestamp": 1_637_744_274, "appid": APP}})
    }

    #[test]
    fn a_country_code_is_text_or_number() {
        for code in [json!("852"), json!(852)] {
            let reply = told(&info(&code)).unwrap();
            assert_eq!(
                (reply.phone_number, reply.pure_phone_number, reply.country_code),
                ("+85200000000".to_owned(), "00000000".to_owned(), "852".to_owned())
            );
        }
        for code in [json!(null), json!(""), json!(-1), json!(8.5), json!([852])] {
            assert_eq!(told(&info(&code)), Err("countryCode"), "{code}");
        }
    }

    #[test]
    fn the_watermark_must_name_the_app() {
        for mark in [json!(null), json!({}), json!({"appid": "wxfedcba9876543210"}), json!({"appid": 7})] {
            let mut info = info(&json!("86"));
            info["watermark"] = mark;
            assert_eq!(told(&info), Err("watermark_appid"));
        }
        assert_eq!(told(&json!("13800000000")), Err("phone_info"));
    }
}
