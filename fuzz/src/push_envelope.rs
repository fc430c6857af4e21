//! What `POST /wechat/push/{app_id}` is given. The first byte of the input chooses: `r`, four parts as a stranger sends them,
//! signature, timestamp, nonce and body, a line each; `c`, blocks that WeChat signed and that decrypt to whatever they are; `m`, a
//! message, sealed as WeChat does; `f`, a genuine delivery with one byte of it changed: the next two bytes say where and how.

use aes::Aes256;
use cbc::{
    Encryptor,
    cipher::{BlockModeEncrypt, KeyIvInit, block_padding::NoPadding},
};
use push::takes;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use wxsession_wechat::{envelope::Envelope, secrets::Push};

use crate::{base64, broken};

const APP: &str = "wx0123456789abcdef";
const TOKEN: &str = "tokenOfTheFuzzer";
/// The key of 43 times `A` is 32 zeros.
const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const STAMP: [&str; 2] = ["1790000000", "12345678"];
const GENUINE: &[u8] = br#"{"FromUserName":"oPlatform","CreateTime":1790000000,"MsgType":"event","Event":"user_authorization_cancellation","OpenID":"oUser","AppID":"wx0123456789abcdef"}"#;

/// What the signed ones among the seeds hold.
const SEEDS: [&[u8]; 2] = [
    br#"{"MsgType":"event","Event":"user_authorization_cancellation","OpenID":"oUser","CreateTime":1790000000,"AppID":"wx0123456789abcdef"}"#,
    b"<xml><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[user_authorization_revoke]]></Event><RevokeInfo>6</RevokeInfo><OpenID>o</OpenID><CreateTime>1790000000</CreateTime></xml>",
];

/// The target's check.
///
/// # Panics
///
/// When a promise is broken.
pub fn check(input: &[u8]) {
    let Some((kind, rest)) = input.split_first() else { return };
    match kind {
        b'r' => stranger(rest),
        b'c' => signed_blocks(rest),
        b'm' => message(rest),
        b'f' => changed(rest),
        _ => {}
    }
}

fn envelope() -> Envelope {
    Envelope::new(&Push::of(TOKEN, KEY), APP).expect("a key")
}

/// The rule, once more: SHA-1 of the sorted parts.
fn signature(parts: [&str; 3]) -> String {
    let mut parts = [TOKEN, parts[0], parts[1], parts[2]];
    parts.sort_unstable();
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, parts.concat().as_bytes());
    hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The product, or a wrong variant of it.
fn taken(signed: [&str; 3], body: &[u8]) -> bool {
    let [_, timestamp, nonce] = signed;
    let right = |text: &str| signature([timestamp, nonce, text]);
    if broken::is("any_signature")
        && let Some(encrypted) = encrypted_of(body)
    {
        return takes(&envelope(), APP, [&right(&encrypted), timestamp, nonce], body);
    }
    if broken::is("a_signature_without_the_body") && signed[0] == right("") {
        return true;
    }
    takes(&envelope(), APP, signed, body)
}

/// `Encrypt` of a JSON body, leniently.
fn encrypted_of(body: &[u8]) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    body["Encrypt"].as_str().map(str::to_owned)
}

fn stranger(rest: &[u8]) {
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let mut parts = text.splitn(4, '\n');
    let [Some(signed), Some(timestamp), Some(nonce), Some(body)] = std::array::from_fn(|_| parts.next())
    else {
        return;
    };
    if !taken([signed, timestamp, nonce], body.as_bytes()) {
        return;
    }
    // Nobody but WeChat knows Token, so every signature that fits is a seed's.
    let is_seed = |message: &[u8]| {
        let sealed = envelope().seal(message, *b"0123456789abcdef");
        signed == signature([timestamp, nonce, &sealed])
    };
    assert!(SEEDS.into_iter().any(is_seed), "taken without WeChat's signature");
}

fn encrypt(mut bytes: Vec<u8>) -> Vec<u8> {
    let length = bytes.len();
    let cipher = Encryptor::<Aes256>::new(&[0; 32].into(), &[0; 16].into());
    cipher.encrypt_padded::<NoPadding>(&mut bytes, length).expect("whole blocks");
    bytes
}

fn delivered(encrypted: &str) -> bool {
    let body = serde_json::json!({ "Encrypt": encrypted }).to_string();
    taken([&signature([STAMP[0], STAMP[1], encrypted]), STAMP[0], STAMP[1]], body.as_bytes())
}

/// The message in a plaintext, by the page: 16 random bytes, the length, the message, the AppID, padding of 1 to 32.
fn content(plain: &[u8]) -> Option<&[u8]> {
    let pad = usize::from(*plain.last()?);
    if !(1..=32).contains(&pad)
        || pad > plain.len()
        || plain[plain.len() - pad..].iter().any(|byte| usize::from(*byte) != pad)
    {
        return None;
    }
    let rest = plain[..plain.len() - pad].get(16..)?;
    let length = u32::from_be_bytes(rest.get(..4)?.try_into().ok()?);
    let end = usize::try_from(length).ok()?.checked_add(4)?;
    (rest.get(end..)? == APP.as_bytes()).then(|| &rest[4..end])
}

fn signed_blocks(rest: &[u8]) {
    let plain = &rest[..rest.len() / 16 * 16];
    let encrypted = base64::encode(&encrypt(plain.to_vec()), base64::STANDARD);
    let opened = envelope().open(&encrypted).ok();
    let opened = if broken::is("any_receive_id") && opened.is_none() && plain.len() > 64 {
        Some(vec![])
    } else {
        opened
    };
    assert_eq!(opened.as_deref(), content(plain), "the envelope is the page's");
    assert!(!delivered(&encrypted) || opened.is_some(), "taken, and cannot be opened");
}

fn message(rest: &[u8]) {
    let sealed = envelope().seal(rest, *b"0123456789abcdef");
    let opened = envelope().open(&sealed);
    let is_short = (20 + rest.len() + APP.len()) % 32 >= 16;
    let opened = if broken::is("blocks_of_16") && !is_short { None } else { opened.ok() };
    assert_eq!(opened.as_deref(), Some(rest), "what is sealed is opened");
    let says_another_app = |text: &str| {
        let read: Option<serde_json::Value> = serde_json::from_str(text).ok();
        read.is_some_and(|message| message["AppID"].as_str().is_some_and(|named| named != APP))
    };
    if std::str::from_utf8(rest).is_ok_and(says_another_app) {
        assert!(!delivered(&sealed), "of another Mini Program");
    }
}

fn changed(rest: &[u8]) {
    let Some((&[place, how], _)) = rest.split_first_chunk::<2>() else { return };
    let sealed = envelope().seal(GENUINE, *b"0123456789abcdef");
    let signed = signature([STAMP[0], STAMP[1], &sealed]);
    assert!(delivered(&sealed), "a genuine delivery is taken");
    let parts = [signed.as_str(), STAMP[0], STAMP[1], &sealed];
    let mut parts = parts.map(|part| part.as_bytes().to_vec());
    let part = &mut parts[usize::from(place & 3)];
    let at = usize::from(place >> 2) * part.len() / 64;
    if how == 0 || how >= 128 {
        return;
    }
    part[at] ^= how;
    let Ok([signed, timestamp, nonce, sealed]) = parts
        .map(String::from_utf8)
        .into_iter()
        .collect::<Result<Vec<_>, _>>()
        .map(|parts| <[String; 4]>::try_from(parts).expect("four"))
    else {
        return;
    };
    let body = serde_json::json!({ "Encrypt": sealed }).to_string();
    assert!(!taken([&signed, &timestamp, &nonce], body.as_bytes()), "changed, and taken");
}
