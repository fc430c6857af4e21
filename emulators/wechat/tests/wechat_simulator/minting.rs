//! What the WeChat client would hand over, against the published vectors.

use aes::Aes128;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt as _, KeyIvInit as _};
use serde_json::{Value, json};
use wechat_simulator::{NewCode, encrypt, sign_raw_data, sign_with_session_key};

use crate::{APP, START, WeChat};

pub(crate) fn vectors(name: &str) -> Value {
    let all: Value =
        serde_json::from_str(include_str!("../data/wechat-vectors.json")).expect("the vectors are JSON");
    all[name].clone()
}

fn decrypt(session_key: &str, iv: &str, encrypted_data: &str) -> Value {
    let [key, iv, data] =
        [session_key, iv, encrypted_data].map(|text| STANDARD.decode(text).expect("base64"));
    let cipher = cbc::Decryptor::<Aes128>::new_from_slices(&key, &iv).expect("16 bytes each");
    let plaintext = cipher.decrypt_padded_vec::<Pkcs7>(&data).expect("right key, right padding");
    serde_json::from_slice(&plaintext).expect("the plaintext is JSON")
}

#[test]
fn encrypting_the_official_plaintext_gives_the_official_ciphertext() {
    let cases = vectors("decrypt");
    let cases = cases.as_array().unwrap();
    for case in cases {
        let text = |field: &str| case[field].as_str().unwrap();
        let encrypted = encrypt(text("session_key"), text("iv"), text("plaintext"));
        assert_eq!(encrypted, text("encrypted_data"), "{}", case["id"]);
    }
    assert_eq!(cases[0]["origin"], "official");
    assert_eq!(cases.len(), 4);
}

#[test]
fn raw_data_is_signed_as_the_official_sample_is() {
    let cases = vectors("rawdata_signature")["cases"].clone();
    let cases = cases.as_array().unwrap();
    for case in cases {
        let text = |field: &str| case[field].as_str().unwrap();
        let right = sign_raw_data(text("raw_data"), text("session_key")) == text("signature");
        assert_eq!(right, case["valid"], "{}", case["id"]);
    }
    assert_eq!(cases.len(), 3);
}

#[test]
fn the_session_key_signs_as_text() {
    let all = vectors("session_hmac");
    let cases = all["cases"].as_array().unwrap();
    let sign = |case: &Value| {
        sign_with_session_key(case["session_key"].as_str().unwrap(), case["message"].as_str().unwrap())
    };
    for case in cases {
        assert_eq!(sign(case), case["signature"], "{}", case["id"]);
    }
    assert_eq!(cases.len(), 5);
    let wrong = &all["known_wrong"][0];
    assert_ne!(sign(wrong), wrong["signature"]);
}

#[test]
fn encrypted_data_opens_with_the_key_of_the_moment() {
    let wechat = WeChat::start();
    let openid = wechat.user();
    let before = wechat.simulator.session_key(APP, &openid).unwrap();
    let minted = wechat.simulator.mint_encrypted_data(APP, &openid, json!({ "openGId": "G1" }));
    wechat.simulator.rotate_session_key(APP, &openid);
    let expected = json!({ "openGId": "G1", "watermark": { "timestamp": START, "appid": APP } });
    assert_eq!(decrypt(&before, &minted.iv, &minted.encrypted_data), expected);
    let forged = json!({ "watermark": { "timestamp": 1, "appid": "wxother" } });
    let minted = wechat.simulator.mint_encrypted_data(APP, &openid, forged.clone());
    let after = wechat.simulator.session_key(APP, &openid).unwrap();
    assert_ne!(after, before);
    assert_eq!(decrypt(&after, &minted.iv, &minted.encrypted_data), forged);
}

#[test]
fn user_info_is_signed_and_its_secret_part_says_who() {
    let wechat = WeChat::start();
    let app_id = APP.to_owned();
    let unionid = Some("ocMvos6NjeKLIBqg5Mr9QjxrP1FA".to_owned());
    let minted = wechat.simulator.mint(NewCode { app_id, unionid, ..NewCode::default() });
    let key = wechat.login(&minted.code).text("session_key");
    let info = wechat.simulator.mint_user_info(APP, &minted.openid, None);
    assert_eq!(info.signature, sign_raw_data(&info.raw_data, &key));
    let shown: Value = serde_json::from_str(&info.raw_data).unwrap();
    let secret = decrypt(&key, &info.iv, &info.encrypted_data);
    assert_eq!(shown["nickName"], "微信用户");
    assert_eq!(shown.get("openId"), None);
    assert_eq!(secret["openId"], minted.openid.as_str());
    assert_eq!(secret["unionId"], "ocMvos6NjeKLIBqg5Mr9QjxrP1FA");
    assert_eq!(secret["nickName"], shown["nickName"]);
    let named = wechat.simulator.mint_user_info(APP, &minted.openid, Some(json!({ "nickName": "Band" })));
    assert_eq!(named.raw_data, r#"{"nickName":"Band"}"#);
}
