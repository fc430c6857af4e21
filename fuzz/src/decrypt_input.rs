//! What `POST /open-data/decrypt` is given. The first byte of the input chooses: `t`, the rest is a text that
//! WeChat might have encrypted; `c`, it is blocks that decrypt to whatever they are; `s`, it is two lines as a
//! client sends them, `encrypted_data` and `iv`. One more byte says which keys the vault has, how fresh
//! the data must be, and whether the user's unionid is known.

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
const OPENID: &str = "oGZUI0egBJY1zhBYw2KhdUfwVJJE";
const UNIONID: &str = "ocMvos6NjeKLIBqg5Mr9QjxrP1FA";
const USER_INFO: [&str; 7] = ["nickName", "gender", "language", "city", "province", "country", "avatarUrl"];
const TYPED: [&str; 10] = [
    "phoneNumber",
    "purePhoneNumber",
    "countryCode",
    "stepInfoList",
    "openGId",
    "opengid",
    "open_single_roomid",
    "group_openid",
    "chat_type",
    "activityId",
];
const WORDS: [&str; 13] = [
    "bad_base64",
    "bad_iv_length",
    "bad_ciphertext_length",
    "bad_key_length",
    "bad_padding",
    "bad_json",
    "missing_watermark",
    "appid_mismatch",
    "not_fresh",
    "unknown_kind",
    "wrong_form",
    "another_user",
    "names_inside",
];

/// The target's check.
///
/// # Panics
///
/// When a promise is broken.
pub fn check(input: &[u8]) {
    let Some((&[kind, choices], rest)) = input.split_first_chunk::<2>() else { return };
    let asked =
        Asked { max_age: (choices & 4 != 0).then_some(300), unionid: (choices & 8 != 0).then_some(UNIONID) };
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
            compare(&sent, &iv, keys, asked);
        }
        (b'c', _) => {
            let whole = &rest[..rest.len() / 16 * 16];
            let sent = encrypted(
                Encryptor::<Aes128>::new(KEY.into(), IV.into()).encrypt_padded_vec::<NoPadding>(whole),
            );
            compare(&sent, &iv, keys, asked);
        }
        (b's', Ok(text)) => {
            let (data, iv) = text.split_once('\n').unwrap_or((text, &iv));
            compare(data, iv, keys, asked);
        }
        _ => {}
    }
}

#[derive(Clone, Copy)]
struct Asked {
    max_age: Option<u32>,
    unionid: Option<&'static str>,
}

/// Opened only if one of the keys gives a text that may be; then nothing but documented fields goes out, and nothing of
/// the user's names. A text as WeChat writes it is opened.
fn compare(data: &str, iv: &str, keys: &[&[u8; 16]], asked: Asked) {
    let texts: Vec<Vec<u8>> = keys.iter().filter_map(|key| plain(data, iv, key)).collect();
    match open(data, iv, keys, asked) {
        Ok(opened) => {
            let read = texts.iter().find_map(|text| right(text, asked.max_age));
            disclosed(&opened, &read.expect("one of the keys gives such a text"), asked);
        }
        Err(word) => {
            assert!(WORDS.contains(&word), "{word}");
            let plain = texts
                .iter()
                .find(|text| right(text, asked.max_age).is_some_and(|data| is_documented(&data, text)));
            assert_eq!(plain, None, "{word}, and it is what WeChat writes");
        }
    }
}

fn disclosed(opened: &Value, read: &Map<String, Value>, asked: Asked) {
    let members = opened.as_object().expect("an object");
    assert_eq!(opened["watermark"]["appid"], APP);
    let of_user = members.keys().any(|name| USER_INFO.contains(&name.as_str())) || members.len() == 1;
    let known = |name: &String| {
        name == "watermark" || if of_user { &USER_INFO[..] } else { &TYPED[..] }.contains(&name.as_str())
    };
    assert!(members.keys().all(known), "only documented fields of one kind: {opened}");
    let text = |name: &str| read.get(name).and_then(Value::as_str);
    if of_user {
        assert_eq!(text("openId"), Some(OPENID), "user information is the caller's own");
        assert!(asked.unionid.is_none() || text("unionId") == asked.unionid, "and so is the union");
    }
    let said = texts_of(opened).join("\n") + &opened.to_string();
    for name in [Some(OPENID), asked.unionid, text("unionId")].into_iter().flatten() {
        let told =
            name.as_bytes().windows(8).find(|piece| said.as_bytes().windows(8).any(|part| part == *piece));
        assert_eq!(told.map(String::from_utf8_lossy), None, "{opened}");
    }
}

fn texts_of(value: &Value) -> Vec<String> {
    match value {
        Value::Object(members) => {
            members.iter().flat_map(|(name, value)| [vec![name.clone()], texts_of(value)].concat()).collect()
        }
        Value::Array(values) => values.iter().flat_map(texts_of).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

/// The older phone event or a group, byte for byte as it is printed: no member twice, nothing else in it.
fn is_documented(data: &Map<String, Value>, text: &[u8]) -> bool {
    let printed = Value::Object(data.clone()).to_string();
    let watermark = data["watermark"]
        .as_object()
        .is_some_and(|mark| mark.len() == 2 && mark.get("timestamp").is_some_and(Value::is_i64));
    let digits = |name: &str| {
        data.get(name).and_then(Value::as_str).is_some_and(|text| {
            (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    let phone = data.len() == 4 && ["phoneNumber", "purePhoneNumber", "countryCode"].into_iter().all(digits);
    let group = data.len() == 2 && digits("openGId");
    printed.as_bytes() == text && watermark && (phone || group)
}

/// What a key gives, by the library's own padding.
fn plain(data: &str, iv: &str, key: &[u8; 16]) -> Option<Vec<u8>> {
    let data = base64::decode(data, base64::STANDARD)?;
    let iv: [u8; 16] = base64::decode(iv, base64::STANDARD)?.try_into().ok()?;
    Decryptor::<Aes128>::new(key.into(), &iv.into()).decrypt_padded_vec::<Pkcs7>(&data).ok()
}

/// An object with the watermark of this app, and fresh where that is asked. Read where WeChat is sloppy, too.
fn right(text: &[u8], max_age: Option<u32>) -> Option<Map<String, Value>> {
    let trimmed = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let end = trimmed.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let cleared: Vec<u8> = trimmed[..end].iter().copied().filter(|byte| *byte >= b' ').collect();
    let data: Map<String, Value> =
        serde_json::from_slice(text).or_else(|_| serde_json::from_slice(&cleared)).ok()?;
    let watermark = data.get("watermark")?;
    let is_ours = watermark["appid"] == APP;
    let made_at = watermark["timestamp"].as_i64();
    let distance = made_at.map(|made_at| i128::from(NOW) - i128::from(made_at));
    let is_fresh =
        max_age.is_none_or(|most| distance.is_some_and(|seconds| seconds.abs() <= i128::from(most)));
    (is_ours && is_fresh).then_some(data)
}

fn open(data: &str, iv: &str, keys: &[&[u8; 16]], asked: Asked) -> Result<Value, &'static str> {
    let secrets: Vec<Secret> =
        keys.iter().map(|key| Secret::new(base64::encode(*key, base64::STANDARD))).collect();
    let opened = |app_id: &str, openid: &str, asked: Asked| {
        decrypted([data, iv], &secrets, (openid, asked.unionid), (app_id, NOW, asked.max_age))
    };
    let readable =
        || keys.iter().find_map(|key| serde_json::from_slice::<Value>(&plain(data, iv, key)?).ok());
    let text = |value: &Value| value.as_str().map(str::to_owned);
    if broken::is("another_apps_watermark")
        && let Some(app) = readable().and_then(|data| text(&data["watermark"]["appid"]))
    {
        return opened(&app, OPENID, asked);
    }
    if broken::is("another_users_information")
        && let Some(openid) = readable().and_then(|data| text(&data["openId"]))
    {
        return opened(APP, &openid, asked);
    }
    if broken::is("stale_data") {
        return opened(APP, OPENID, Asked { max_age: None, ..asked });
    }
    if broken::is("names_stay") {
        return opened(APP, OPENID, asked).map(|_| readable().unwrap_or_default());
    }
    opened(APP, OPENID, asked)
}
