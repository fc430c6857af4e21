//! What is signed for WeChat: HMAC-SHA256 in lower-case hexadecimal digits, which virtual payment insists on. A key is its text
//! as it is: of a `session_key` the base64, not the bytes that it stands for.

use ring::hmac;
use wxsession::Secret;

/// `signature`: over the body, which for `GET` is empty.
/// <https://developers.weixin.qq.com/minigame/en/dev/tutorial/open-ability/http-signature.html>
#[must_use]
pub fn user_signature(session_key: &Secret, message: &[u8]) -> String {
    hmac_sha256(session_key, &[message])
}

/// `paySig` and `pay_sig`: over the name of what is called, `&`, and the data. The name is `requestVirtualPayment` for the phone's
/// call, and the path with its leading slash for a call of a server.
/// <https://developers.weixin.qq.com/miniprogram/dev/platform-capabilities/industry/virtual-payment.html>
#[must_use]
pub fn pay_signature(app_key: &Secret, called: &str, data: &[u8]) -> String {
    hmac_sha256(app_key, &[called.as_bytes(), b"&", data])
}

fn hmac_sha256(key: &Secret, parts: &[&[u8]]) -> String {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key.expose().as_bytes()));
    for part in parts {
        context.update(part);
    }
    hex(context.sign().as_ref())
}

/// Lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| DIGITS[usize::from(digit)]).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// The body of the documents' example, spaces as they stand there.
    const BODY: &str = r#"{"openid": "xxx", "user_ip": "127.0.0.1", "env": 0}"#;
    const SIGN_DATA: &str = r#"{"offerId":"1450000001","buyQuantity":1,"env":0,"currencyType":"CNY","productId":"vip_month","goodsPrice":1200,"outTradeNo":"order_00000001","attach":"a1"}"#;

    fn app_key() -> Secret {
        Secret::new("12345")
    }

    fn session_key() -> Secret {
        Secret::new("9hAb/NEYUlkaMBEsmFgzig==")
    }

    #[test]
    fn user_signatures_are_what_wechat_publishes() {
        let vectors: Value =
            serde_json::from_str(include_str!("../../functions/open-data/tests/data/wechat-vectors.json"))
                .unwrap();
        let key = |case: &Value| Secret::new(case["session_key"].as_str().unwrap());
        let cases = vectors["session_hmac"]["cases"].as_array().unwrap();
        assert_eq!(cases.len(), 5);
        for case in cases {
            let message = case["message"].as_str().unwrap().as_bytes();
            assert_eq!(user_signature(&key(case), message), case["signature"], "{}", case["id"]);
        }
        for case in vectors["session_hmac"]["known_wrong"].as_array().unwrap() {
            assert_ne!(user_signature(&key(case), b""), case["signature"], "{}", case["why"]);
        }
    }

    /// The first is published, the others follow from the published rule.
    #[test]
    fn pay_signatures_are_what_wechat_publishes() {
        for (called, data, signature) in [
            (
                "/xpay/query_user_balance",
                BODY,
                "c37809f27c6d7fd1837ad2500a04512b66b34fd793a39a385fade56dca89a4b5",
            ),
            (
                "requestVirtualPayment",
                BODY,
                "a1ab2651b927b6a766152cf864033417b85c1448fc3c6e1bedbbd7f49416e92f",
            ),
            (
                "requestVirtualPayment",
                SIGN_DATA,
                "c5215974e7c9fa3ca0417817c505bdfef497f400c5b219dfdc69f7c13b59f2da",
            ),
        ] {
            assert_eq!(pay_signature(&app_key(), called, data.as_bytes()), signature, "{called}");
        }
    }

    #[test]
    fn user_signatures_of_payments_and_storage_are_what_wechat_publishes() {
        for (data, signature) in [
            (BODY, "089d9e8dc5d308977360c4b79ec600a93d736802802a807d634192328032f6c7"),
            (SIGN_DATA, "c7b827ff823b0f74378f869efd1694705e0009d14a6bf446f0d71dd87a6353fb"),
            (
                r#"{"kv_list":[{"key":"score","value":"100"}]}"#,
                "6b7fcf01b30156cb6e54d92ec0179fc78b0c44149cc11fb7c3cfddaa5326be86",
            ),
        ] {
            assert_eq!(user_signature(&session_key(), data.as_bytes()), signature, "{data}");
        }
    }
}
