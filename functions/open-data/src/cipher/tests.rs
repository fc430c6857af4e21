use cbc::{
    Encryptor,
    cipher::{BlockModeEncrypt, block_padding::Pkcs7},
};
use serde_json::json;

use super::*;
use crate::names::Names;

const APP: &str = "wx0123456789abcdef";
const KEY: &str = "AAECAwQFBgcICQoLDA0ODw==";
const OTHER_KEY: &str = "tiihtNczf5v6AKRyjwEUhQ==";
const IV: &str = "Dw4NDAsKCQgHBgUEAwIBAA==";
const NOW: i64 = 1_700_000_000;
const NOBODY: Names<'_> = Names { openid: "oNOBODYoNOBODYoNOBODYoNOBODY", unionid: None };

fn expected(app_id: &str) -> Expected<'_> {
    Expected { app_id, names: NOBODY, now: NOW, max_age_seconds: None }
}

fn keys(texts: &[&str]) -> Vec<Secret> {
    texts.iter().copied().map(Secret::new).collect()
}

/// Encrypts text that is padded already, or not.
fn blocks(text: &[u8]) -> Encrypted {
    let (key, iv) = (STANDARD.decode(KEY).unwrap(), STANDARD.decode(IV).unwrap());
    let cipher = Encryptor::<Aes128>::new_from_slices(&key, &iv).unwrap();
    let mut bytes = text.to_vec();
    cipher.encrypt_padded::<NoPadding>(&mut bytes, text.len()).unwrap();
    Encrypted::read(&STANDARD.encode(bytes), IV).unwrap()
}

fn padded(text: &str) -> Encrypted {
    let pad = 16 - text.len() % 16;
    blocks(&[text.as_bytes(), &vec![u8::try_from(pad).unwrap(); pad]].concat())
}

fn watermarked(timestamp: i64) -> Encrypted {
    padded(&json!({"openGId": "g", "watermark": {"appid": APP, "timestamp": timestamp}}).to_string())
}

fn outcome(case: &Value) -> Result<Value, Refused> {
    let text = |name| case[name].as_str().unwrap();
    let plaintext: Value = serde_json::from_str(case["plaintext"].as_str().unwrap_or("{}")).unwrap();
    let names = Names { openid: plaintext["openId"].as_str().unwrap_or("oANYBODY"), unionid: None };
    let encrypted = Encrypted::read(text("encrypted_data"), text("iv"))?;
    encrypted.open(&keys(&[text("session_key")]), Expected { names, ..expected(text("appid")) })
}

#[test]
fn every_published_vector_ends_as_published() {
    let vectors: Value = serde_json::from_str(include_str!("../../tests/data/wechat-vectors.json")).unwrap();
    let cases = vectors["decrypt"].as_array().unwrap();
    assert_eq!(cases.len(), 17);
    for case in cases {
        let (id, wanted) = (&case["id"], case["expect"].as_str().unwrap());
        match (outcome(case), wanted) {
            // Decrypted, and of none of WeChat's kinds.
            (Err(refused), "ok") if *id == "derived-plaintext-multiple-of-16" => {
                assert_eq!(refused, Refused::UnknownKind);
            }
            (Ok(data), "ok") => {
                let mut plaintext: Value = serde_json::from_str(case["plaintext"].as_str().unwrap()).unwrap();
                let members = plaintext.as_object_mut().unwrap();
                members.retain(|name, _| !matches!(name.as_str(), "openId" | "unionId"));
                assert_eq!(data, plaintext, "{id}");
            }
            // What a wrong key leaves in the last byte is chance.
            (Err(refused), "bad_padding_or_json") => {
                assert!(matches!(refused, Refused::BadPadding | Refused::BadJson), "{id}: {refused:?}");
            }
            (Err(refused), wanted) => assert_eq!(refused.as_str(), wanted, "{id}"),
            (Ok(_), wanted) => panic!("{id} was decrypted, not {wanted}"),
        }
    }
}

#[test]
fn the_previous_key_serves_when_the_newest_does_not_fit() {
    let encrypted = watermarked(NOW);
    for order in [[KEY, OTHER_KEY], [OTHER_KEY, KEY]] {
        assert!(encrypted.open(&keys(&order), expected(APP)).is_ok(), "{order:?}");
    }
    assert!(encrypted.open(&keys(&[OTHER_KEY, OTHER_KEY]), expected(APP)).is_err());
    assert!(encrypted.open(&[], expected(APP)).is_err());
}

#[test]
fn the_reason_is_that_of_the_key_that_came_furthest() {
    let encrypted = watermarked(NOW);
    for order in [[KEY, OTHER_KEY], [OTHER_KEY, KEY]] {
        let refused = encrypted.open(&keys(&order), expected("wxfedcba9876543210")).unwrap_err();
        assert_eq!(refused, Refused::AppidMismatch);
    }
}

#[test]
fn padding_is_judged_as_the_library_judges_it() {
    use cbc::cipher::block_padding::Padding;
    let mut block = [0_u8; 32];
    for last in 0..=u8::MAX {
        // Right for its last byte, then with each byte of the block changed.
        for changed in 0..=16 {
            block[16..].fill(last);
            if changed < 16 {
                block[16 + changed] ^= 1;
            }
            let theirs = Pkcs7::raw_unpad(&block[16..]).map(|text| 16 + text.len());
            let (is_padded, length) = unpadded(&block);
            assert_eq!(bool::from(is_padded).then_some(length), theirs.ok(), "{last} {changed}");
            assert!(bool::from(is_padded) || length == 32, "nothing is cut off unpadded text");
        }
    }
}

#[test]
fn data_is_fresh_for_as_long_as_is_allowed() {
    let open = |timestamp, max_age_seconds| {
        let expected = Expected { max_age_seconds, ..expected(APP) };
        watermarked(timestamp).open(&keys(&[KEY]), expected).map(drop)
    };
    assert_eq!(open(NOW - 300, Some(300)), Ok(()));
    assert_eq!(open(NOW - 301, Some(300)), Err(Refused::NotFresh));
    assert_eq!(open(NOW + 301, Some(300)), Err(Refused::NotFresh), "nor from the future");
    assert_eq!(open(0, None), Ok(()));
    assert_eq!(open(i64::MIN, Some(1)), Err(Refused::NotFresh));
}

#[test]
fn a_watermark_names_the_app_and_when_asked_the_time() {
    let refused = |text: &str, max_age_seconds| {
        let expected = Expected { max_age_seconds, ..expected(APP) };
        padded(text).open(&keys(&[KEY]), expected).unwrap_err()
    };
    for text in
        [r#"{"watermark":"wx0123456789abcdef"}"#, r#"{"watermark":{}}"#, r#"{"watermark":{"appid":7}}"#]
    {
        assert_eq!(refused(text, None), Refused::MissingWatermark, "{text}");
    }
    let timeless = r#"{"watermark":{"appid":"wx0123456789abcdef"}}"#;
    assert_eq!(refused(timeless, Some(60)), Refused::MissingWatermark);
    let of_no_time = r#"{"watermark":{"appid":"wx0123456789abcdef","timestamp":"1700000000"}}"#;
    assert_eq!(refused(of_no_time, None), Refused::MissingWatermark);
    assert_eq!(refused("[]", None), Refused::BadJson);
}

#[test]
fn base64_is_taken_in_one_spelling_only() {
    let good = "iMTe+lLd92gKTLZJBnhaHg==";
    assert!(Encrypted::read(good, IV).is_ok());
    for bad in [
        "iMTe+lLd92gKTLZJBnhaHg",
        "iMTe-lLd92gKTLZJBnhaHg==",
        "iMTe+lLd92gKTLZJBnhaHh==",
        " iMTe+lLd92gKTLZJBnhaHg==",
    ] {
        assert_eq!(Encrypted::read(bad, IV).err(), Some(Refused::BadBase64), "{bad}");
        assert_eq!(Encrypted::read(good, bad).err(), Some(Refused::BadBase64), "{bad}");
    }
}
