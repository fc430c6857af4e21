//! `signature` of `wx.getUserInfo`.

use ring::digest;
use subtle::ConstantTimeEq;
use wxsession::Secret;
use wxsession_wechat::signature::hex;

/// 40 lower-case hexadecimal digits.
pub(crate) struct RawDataSignature(String);

impl RawDataSignature {
    pub(crate) fn read(text: String) -> Option<Self> {
        let fits = text.len() == 40 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        fits.then_some(Self(text))
    }

    /// Whether one of the keys made it for exactly this text: `sha1(rawData ‖ session_key)`, the key as its base64 text.
    /// <https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/signature.html>
    pub(crate) fn fits(&self, raw_data: &str, keys: &[Secret]) -> bool {
        let mut fits = subtle::Choice::from(0);
        for key in keys {
            let mut context = digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY);
            context.update(raw_data.as_bytes());
            context.update(key.expose().as_bytes());
            fits |= hex(context.finish().as_ref()).as_bytes().ct_eq(self.0.as_bytes());
        }
        fits.into()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn raw_data_signatures_are_what_wechat_publishes() {
        let vectors: Value = serde_json::from_str(include_str!("../tests/data/wechat-vectors.json")).unwrap();
        let key = |case: &Value| Secret::new(case["session_key"].as_str().unwrap());
        let cases = vectors["rawdata_signature"]["cases"].as_array().unwrap();
        assert_eq!(cases.len(), 3);
        for case in cases {
            let signature = RawDataSignature::read(case["signature"].as_str().unwrap().to_owned()).unwrap();
            let raw_data = case["raw_data"].as_str().unwrap();
            assert_eq!(signature.fits(raw_data, &[key(case)]), case["valid"], "{}", case["id"]);
            let other = Secret::new("tiihtNczf5v6AKRyjwEUhQ==");
            assert_eq!(signature.fits(raw_data, &[other, key(case)]), case["valid"], "the previous key too");
            assert!(!signature.fits(raw_data, &[]));
        }
    }

    #[test]
    fn a_signature_is_forty_lower_case_digits() {
        let good = "75e81ceda165f4ffa64f4068af58c64b8f54b88c";
        assert!(RawDataSignature::read(good.to_owned()).is_some());
        for bad in ["", &good[1..], &good.to_uppercase(), &format!("{good}0"), &good.replace('7', "g")] {
            assert!(RawDataSignature::read(bad.to_owned()).is_none(), "{bad}");
        }
    }
}
