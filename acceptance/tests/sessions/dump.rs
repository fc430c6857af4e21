//! A stolen table logs nobody in: everything in it, in every form one would try, presented as a token.

use std::collections::BTreeSet;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};
use serde_json::Value;
use wxsession::{Clock, token::SessionToken};

use crate::{
    connector::direct,
    engine::{Dump, Engine},
    world::{NOW, World},
};

const PREFIX: &str = "wxs_";
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The checksum as the token's documentation has it, written anew: CRC-32 in six digits of base 62.
fn checksum(text: &str) -> String {
    let step = |crc: u32, byte: u8| {
        (0..8).fold(
            crc ^ u32::from(byte),
            |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 },
        )
    };
    let mut rest = !text.bytes().fold(u32::MAX, step);
    let mut digits: Vec<char> = Vec::new();
    for _ in 0..6 {
        digits.push(char::from(BASE62[(rest % 62) as usize]));
        rest /= 62;
    }
    digits.iter().rev().collect()
}

/// A token's text around 48 bytes, however they were come by.
fn token_of(raw: &[u8]) -> String {
    let text = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(raw));
    let check = checksum(&text);
    text + &check
}

/// Every text and every run of bytes in the dump; text that reads as base64, hex or a UUID counts as
/// bytes too.
fn stolen(dump: &Dump) -> (BTreeSet<String>, BTreeSet<Vec<u8>>) {
    let (mut texts, mut bytes) = (BTreeSet::new(), BTreeSet::new());
    for attribute in dump.values().flat_map(|item| item.as_object().expect("an item").values()) {
        let (kind, value) = attribute.as_object().expect("an attribute").iter().next().expect("one value");
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if kind == "B" {
            let stolen = STANDARD.decode(&text).expect("bytes are base64");
            // A list of live sessions: its mark, and each hash in it.
            if let Some((mark, hashes)) = stolen.split_first_chunk::<8>() {
                bytes.insert(mark.to_vec());
                bytes.extend(hashes.chunks(32).map(<[u8]>::to_vec));
            }
            bytes.insert(stolen);
        } else {
            bytes.insert(text.as_bytes().to_vec());
            bytes.extend(URL_SAFE_NO_PAD.decode(&text));
            bytes.extend(STANDARD.decode(&text));
            bytes.extend(unhex(&text.replace('-', "")));
        }
        texts.insert(text);
    }
    (texts, bytes)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    pairs.map(|pair| u8::from_str_radix(pair.filter(|pair| pair.len() == 2)?, 16).ok()).collect()
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// What one would present.
fn forms(dump: &Dump) -> BTreeSet<String> {
    let (mut forms, bytes) = stolen(dump);
    for bytes in &bytes {
        forms.insert(hex(bytes));
        let codings = [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD];
        forms.extend(codings.map(|coding| coding.encode(bytes)));
        // A token of one's own making, as long as tokens are.
        let mut raw = bytes.clone();
        raw.resize(48, 0);
        forms.insert(token_of(&raw));
    }
    let plain: Vec<String> = forms.iter().cloned().collect();
    forms.extend(plain.iter().map(|form| format!("{PREFIX}{form}")));
    forms.extend(plain.iter().map(|form| format!("{PREFIX}{form}{}", checksum(&format!("{PREFIX}{form}")))));
    // The likeliest: a user's id in front of what is stored as their session.
    let users = bytes.iter().filter(|bytes| bytes.len() == 16);
    for user in users {
        let secrets = bytes.iter().filter(|bytes| bytes.len() == 32);
        forms.extend(secrets.map(|secret| token_of(&[user.as_slice(), secret].concat())));
    }
    forms
}

#[tokio::test]
async fn nothing_in_a_stolen_table_is_accepted_as_a_token() {
    let engine = Engine::new();
    let world = World::over(direct(&engine), &Clock::stopped(NOW), 21, &[]);
    let mut good = Vec::new();
    for user in 0..25 {
        let openid = format!("o{user}");
        let (ended, _) =
            world.log_in_as(&openid, "HyVFkGl5F5OQWJZZaNzBBg==", None).await.expect("it answers");
        assert_eq!(world.session_route("DELETE", &ended.expose()).await.0, 204);
        let (token, _) =
            world.log_in_as(&openid, "tiihtNczf5v6AKRyjwEUhQ==", None).await.expect("it answers");
        good.push(token);
    }
    let forms = forms(&engine.dump());
    let tokens = forms.iter().filter(|form| SessionToken::parse(form).is_ok()).count();
    assert!(tokens > 1_000, "{tokens} of the forms get as far as the tables");
    for form in &forms {
        assert_eq!(world.authorizes_text(form).await, Some(false), "accepted: {form}");
        let status = world.session_route("GET", form).await.0;
        assert!(status == 401 || status == 400, "{status}: {form}");
    }
    // The same forms of what the client holds would be accepted: the question is put rightly.
    for token in good {
        let raw = URL_SAFE_NO_PAD.decode(&token.expose()[4..68]).expect("a token's middle");
        assert_eq!(world.authorizes_text(&token_of(&raw)).await, Some(true));
    }
    let kinds: BTreeSet<String> = engine.dump().values().map(Value::to_string).collect();
    println!("{} records, {} forms, {tokens} of them well-formed tokens", kinds.len(), forms.len());
}
