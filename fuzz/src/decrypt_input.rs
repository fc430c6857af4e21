//! What `POST /open-data/decrypt` is given. The first byte of the input chooses: `t`, the rest is a text that
//! WeChat might have encrypted; `c`, it is blocks that decrypt to whatever they are; `s`, it is two lines as a
//! client sends them, `encrypted_data` and `iv`. One more byte says which keys the vault has and how fresh
//! the data must be.

use aes::Aes128;
use cbc::{
    Decryptor, Encryptor,
    cipher::{
        BlockModeDecrypt, BlockModeEncrypt, KeyIvInit,
        block_padding::{NoPadding, Pkcs7},
    },
};
use open_data::decrypted;
use serde_json::{Map, Value};
use wxsession::Secret;

use crate::{base64, broken};

const APP: &str = "wx0123456789abcdef";
const KEY: &[u8; 16] = b"key of the user!";
const OTHER_KEY: &[u8; 16] = b"another key here";
const IV: &[u8; 16] = b"initial vector!!";
const NOW: i64 = 1_700_000_000;
const NAMES: [&str; 4] = ["openId", "openid", "unionId", "unionid"];
const WORDS: [&str; 9] = [
    "bad_base64",
    "bad_iv_length",
    "bad_ciphertext_length",
    "bad_key_length",
    "bad_padding",
    "bad_json",
    "missing_watermark",
    "appid_mismatch",
    "not_fresh",
];

/// The target's check.
///
/// # Panics
///
/// When a promise is broken.
pub fn check(input: &[u8]) {
    let Some((&[kind, choices], rest)) = input.split_first_chunk::<2>() else { return };
    let max_age = (choices & 4 != 0).then_some(300);
    let keys: &[&[u8; 16]] = match choices & 3 {
        0 => &[KEY],
        1 => &[OTHER_KEY, KEY],
        2 => &[OTHER_KEY],
        _ => &[],
    };
    let (iv, text) = (base64::encode(IV, base64::STANDARD), std::str::from_utf8(rest));
    let encrypted = |bytes: Vec<u8>| base64::encode(&bytes, base64::STANDARD);
    match (kind, text) {
        (b't', _) => {
            let sent =
                encrypted(Encryptor::<Aes128>::new(KEY.into(), IV.into()).encrypt_padded_vec::<Pkcs7>(rest));
            assert_eq!(plain(&sent, &iv, KEY).as_deref(), Some(rest));
            compare(&sent, &iv, keys, max_age);
        }
        (b'c', _) => {
            let whole = &rest[..rest.len() / 16 * 16];
            let sent = encrypted(
                Encryptor::<Aes128>::new(KEY.into(), IV.into()).encrypt_padded_vec::<NoPadding>(whole),
            );
            compare(&sent, &iv, keys, max_age);
        }
        (b's', Ok(text)) => {
            let (data, iv) = text.split_once('\n').unwrap_or((text, &iv));
            compare(data, iv, keys, max_age);
        }
        _ => {}
    }
}

/// Opened exactly if one of the keys gives a text that is right, and then without the user's names.
fn compare(data: &str, iv: &str, keys: &[&[u8; 16]], max_age: Option<u32>) {
    let expected = keys.iter().find_map(|key| right(&plain(data, iv, key)?, max_age));
    match (open(data, iv, keys, max_age), expected) {
        (Ok(opened), Some(expected)) => {
            assert_eq!(opened["watermark"]["appid"], APP);
            assert_eq!(opened, nameless(&Value::Object(expected)), "all but the names of the user");
        }
        (Err(word), None) => assert!(WORDS.contains(&word), "{word}"),
        (outcome, expected) => panic!("{outcome:?} where {expected:?}"),
    }
}

/// What a key gives, by the library's own padding.
fn plain(data: &str, iv: &str, key: &[u8; 16]) -> Option<Vec<u8>> {
    let data = base64::decode(data, base64::STANDARD)?;
    let iv: [u8; 16] = base64::decode(iv, base64::STANDARD)?.try_into().ok()?;
    Decryptor::<Aes128>::new(key.into(), &iv.into()).decrypt_padded_vec::<Pkcs7>(&data).ok()
}

/// An object with the watermark of this app, and fresh where that is asked.
fn right(text: &[u8], max_age: Option<u32>) -> Option<Map<String, Value>> {
    let data: Map<String, Value> = serde_json::from_slice(text).ok()?;
    let watermark = data.get("watermark")?;
    let is_ours = watermark["appid"] == APP;
    let made_at = watermark["timestamp"].as_i64();
    let distance = made_at.map(|made_at| i128::from(NOW) - i128::from(made_at));
    let is_fresh =
        max_age.is_none_or(|most| distance.is_some_and(|seconds| seconds.abs() <= i128::from(most)));
    (is_ours && is_fresh).then_some(data)
}

fn nameless(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| !NAMES.contains(&name.as_str()));
            Value::Object(kept.map(|(name, value)| (name.clone(), nameless(value))).collect())
        }
        Value::Array(values) => values.iter().map(nameless).collect(),
        other => other.clone(),
    }
}

fn open(data: &str, iv: &str, keys: &[&[u8; 16]], max_age: Option<u32>) -> Result<Value, &'static str> {
    let secrets: Vec<Secret> =
        keys.iter().map(|key| Secret::new(base64::encode(*key, base64::STANDARD))).collect();
    let opened = |app_id: &str, max_age| decrypted([data, iv], &secrets, (app_id, NOW, max_age));
    let readable =
        || keys.iter().find_map(|key| serde_json::from_slice::<Value>(&plain(data, iv, key)?).ok());
    if broken::is("another_apps_watermark")
        && let Some(app) = readable().and_then(|data| data["watermark"]["appid"].as_str().map(str::to_owned))
    {
        return opened(&app, max_age);
    }
    if broken::is("stale_data") {
        return opened(APP, None);
    }
    if broken::is("names_stay") {
        return opened(APP, max_age).map(|_| readable().unwrap_or_default());
    }
    opened(APP, max_age)
}
