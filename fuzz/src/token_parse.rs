//! A session token. The first byte of the input chooses: `t`, the rest is text that may or may not be a
//! token; `m`, 48 bytes to make a token of, then a place, a byte and a kind of change.

use wxsession::{
    http::bearer,
    token::{SessionToken, TokenError},
};

use crate::{base64, broken};

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The grammar of the module [`wxsession::token`], written down a second time.
#[must_use]
pub fn spell(raw: &[u8; 48]) -> String {
    let signed = format!("wxs_{}", base64::encode(raw, base64::URL));
    format!("{signed}{}", check_digits(signed.as_bytes()))
}

fn read(text: &str) -> Option<[u8; 48]> {
    let body = text.strip_prefix("wxs_")?.get(..64)?;
    let raw = base64::decode(body, base64::URL)?.try_into().ok()?;
    (spell(&raw) == text).then_some(raw)
}

/// CRC-32 (ISO 3309), bit by bit, as six digits of base 62.
fn check_digits(bytes: &[u8]) -> String {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    let crc = !crc;
    (0..6).rev().map(|place| char::from(DIGITS[(crc / 62_u32.pow(place) % 62) as usize])).collect()
}

/// The target's check.
///
/// # Panics
///
/// When a promise is broken.
pub fn check(input: &[u8]) {
    match input.split_first() {
        Some((b'm', rest)) => minted(rest),
        Some((b't', rest)) => {
            if let Ok(text) = std::str::from_utf8(rest) {
                free(text);
            }
        }
        _ => {}
    }
}

/// Accepted exactly if it is of the grammar, and then printed and understood as it was.
fn free(text: &str) {
    let (parsed, raw) = (parse(text), read(text));
    assert_eq!(parsed.is_ok(), raw.is_some(), "accepted exactly if it is canonical");
    if let (Ok(token), Some(raw)) = (&parsed, raw) {
        assert_eq!(*token.expose(), text, "printed as it was read");
        assert_eq!(token.user_id().as_bytes(), &raw[..16]);
        assert_eq!(format!("{token:?}"), "SessionToken(…)", "never printed by Debug");
    }
    for scheme in ["Bearer ", "bEARER "] {
        let value = format!("{scheme}{text}");
        assert_eq!(bearer::token(&[&value]).is_ok(), raw.is_some(), "one space, one token");
        assert!(bearer::token(&[&value, &value]).is_err(), "two headers");
    }
    for value in [format!("Bearer\t{text}"), format!(" Bearer {text}"), format!("Basic {text}")] {
        assert!(bearer::token(&[&value]).is_err(), "another scheme");
    }
    assert!(raw.is_none() || bearer::token(&[text]).is_err(), "no scheme");
}

/// Every 48 bytes have a token, and no change of one character gives another.
fn minted(input: &[u8]) {
    let Some((raw, rest)) = input.split_first_chunk::<48>() else { return };
    let text = spell(raw);
    let token = parse(&text);
    assert_eq!(token.as_ref().ok().map(|token| token.expose().to_string()).as_ref(), Some(&text));
    let Some((&[place, byte, kind], _)) = rest.split_first_chunk::<3>() else { return };
    let place = usize::from(place) % text.len();
    let mut changed: Vec<char> = text.chars().collect();
    match kind % 3 {
        0 => changed[place] = char::from(byte),
        1 => changed.insert(place, char::from(byte)),
        _ => drop(changed.remove(place)),
    }
    let changed: String = changed.into_iter().collect();
    if changed != text {
        assert!(parse(&changed).is_err(), "a changed token is refused: {place} {byte}");
    }
}

fn parse(text: &str) -> Result<SessionToken, TokenError> {
    if broken::is("spaces_around_a_token") {
        return SessionToken::parse(text.trim());
    }
    if broken::is("prefix_in_any_case") {
        let prefix = text.get(..4).unwrap_or_default().to_ascii_lowercase();
        return SessionToken::parse(&format!("{prefix}{}", text.get(4..).unwrap_or_default()));
    }
    if broken::is("no_checksum") && text.is_ascii() && text.len() == 74 {
        return SessionToken::parse(&format!("{}{}", &text[..68], check_digits(text[..68].as_bytes())));
    }
    SessionToken::parse(text)
}
