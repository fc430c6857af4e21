use proptest::prelude::*;

use super::*;
use crate::property::{Checked, check, holds, refuted};

fn user() -> UserId {
    UserId::of("wx0123456789abcdef", "oGZUI0egBJY1zhBYw2KhdUfwVJJE")
}

fn token() -> SessionToken {
    SessionToken::generate(user(), &Random::system())
}

#[track_caller]
fn refuses(text: &str, error: TokenError) {
    assert_eq!(SessionToken::parse(text), Err(error), "{text:?}");
}

/// The format must never change: clients hold tokens. Checked against an independent
/// implementation (Python's base64 and zlib.crc32).
#[test]
fn zero_bytes_have_the_known_spelling() {
    let zero = SessionToken { raw: Zeroizing::new([0; RAW]) };
    let text = zero.expose();
    assert_eq!(&text[..68], format!("wxs_{}", "A".repeat(64)));
    assert_eq!(&text[68..], "16mvIh");
    let realm = Realm::new("1").unwrap();
    assert_eq!(zero.hash(&realm).sort_key(), "twPTrU2vtnHL8_EsgTTdCHwyqFWjYgoHh9CJ5bCb3zQ");
}

#[test]
fn what_is_printed_is_read_back() {
    let token = token();
    let text = token.expose();
    assert_eq!(text.len(), LENGTH);
    assert_eq!(SessionToken::parse(&text), Ok(token.clone()));
    assert_eq!(token.user_id(), user());
}

#[test]
fn debug_prints_nothing_of_the_token() {
    assert_eq!(format!("{:?}", token()), "SessionToken(…)");
}

#[test]
fn refuses_what_is_not_a_token() {
    let good = token().expose();
    refuses("", TokenError::Length);
    refuses(&good[..73], TokenError::Length);
    refuses(&format!("{}A", *good), TokenError::Length);
    refuses(&good.replacen("wxs_", "WXS_", 1), TokenError::Prefix);
    refuses(&format!("{}+{}", &good[..10], &good[11..]), TokenError::Alphabet);
    refuses(&format!("{}={}", &good[..67], &good[68..]), TokenError::Alphabet);
    refuses(&format!("wxs_{}", "é".repeat(35)), TokenError::Alphabet);
}

#[test]
fn a_stored_hash_is_not_a_token() {
    let hash = token().hash(&Realm::new("1").unwrap());
    refuses(&hash.sort_key(), TokenError::Length);
    refuses(&format!("wxs_{}", hash.sort_key()), TokenError::Length);
}

#[test]
fn another_realm_gives_another_hash() {
    let token = token();
    let hashes = ["1", "2"].map(|realm| token.hash(&Realm::new(realm).unwrap()));
    assert_ne!(hashes[0], hashes[1]);
}

#[test]
fn a_realm_has_a_plain_name() {
    assert!(Realm::new("incident-2026.11_a").is_some());
    for bad in ["", "a b", "a\0b", "é", &"x".repeat(65)] {
        assert_eq!(Realm::new(bad), None, "{bad:?}");
    }
}

/// A property takes the parser it is about, so that a wrong one can be put in its place.
type Parse = fn(&str) -> Result<SessionToken, TokenError>;

fn raw() -> impl Strategy<Value = [u8; RAW]> {
    proptest::collection::vec(any::<u8>(), RAW).prop_map(|bytes| bytes.try_into().expect("as many as wanted"))
}

fn spelled(raw: [u8; RAW]) -> String {
    SessionToken { raw: Zeroizing::new(raw) }.expose().to_string()
}

fn what_is_printed_is_read_back_by(parse: Parse) -> Checked {
    check(raw(), |raw| {
        let text = spelled(raw);
        let token = parse(&text);
        prop_assert_eq!(token.as_ref().map(|token| *token.raw), Ok(raw));
        prop_assert_eq!(token.map(|token| token.expose().to_string()), Ok(text));
        Ok(())
    })
}

/// Other ways to write base64 and headers, which careless parsers take.
fn one_spelling_is_read_by(parse: Parse) -> Checked {
    let ways = (raw(), 0..8_u8, 0..LENGTH);
    check(ways, |(raw, way, place)| {
        let text = spelled(raw);
        let other = match way {
            0 => text.to_uppercase(),
            1 => text.to_lowercase(),
            2 => text.replace('-', "+").replace('_', "/"),
            3 => format!("{text}="),
            4 => format!(" {text}"),
            5 => format!("{text}\n"),
            6 => format!("{}%{:02X}{}", &text[..place], text.as_bytes()[place], &text[place + 1..]),
            _ => format!("{}\u{200b}{}", &text[..place], &text[place..]),
        };
        prop_assert!(other == text || parse(&other).is_err(), "{:?} is read", other);
        Ok(())
    })
}

fn any_change_is_refused_by(parse: Parse) -> Checked {
    check((raw(), 0..LENGTH, any::<char>(), 0..3_u8), |(raw, place, other, kind)| {
        let text = spelled(raw);
        let mut changed: Vec<char> = text.chars().collect();
        match kind {
            0 => changed[place] = other,
            1 => changed.insert(place, other),
            _ => drop(changed.remove(place)),
        }
        let changed: String = changed.into_iter().collect();
        prop_assert!(changed == text || parse(&changed).is_err(), "{:?} is read", changed);
        Ok(())
    })
}

fn anything_read_is_printed_the_same_by(parse: Parse) -> Checked {
    let texts = prop_oneof![raw().prop_map(spelled), "\\PC{0,100}", "(?i)wxs_[a-z0-9_-]{64}[0-9a-z]{6}"];
    check(texts, |text| {
        let printed = parse(&text).map(|token| token.expose().to_string());
        prop_assert!(printed.is_err() || printed == Ok(text));
        Ok(())
    })
}

fn no_text_makes_it_panic_in(parse: Parse) -> Checked {
    check(prop_oneof![any::<String>(), "\\PC{70,74}", "wxs_\\PC{0,70}"], |text| {
        // A panic counts as a refuted case.
        drop(parse(&text));
        Ok(())
    })
}

#[test]
fn any_token_is_read_back() {
    holds(&what_is_printed_is_read_back_by(SessionToken::parse));
}

#[test]
fn each_token_has_one_spelling() {
    holds(&one_spelling_is_read_by(SessionToken::parse));
}

#[test]
fn any_changed_character_is_refused() {
    holds(&any_change_is_refused_by(SessionToken::parse));
}

#[test]
fn anything_accepted_is_printed_the_same() {
    holds(&anything_read_is_printed_the_same_by(SessionToken::parse));
}

#[test]
fn no_text_makes_it_panic() {
    holds(&no_text_makes_it_panic_in(SessionToken::parse));
}

#[test]
fn each_property_refutes_a_wrong_parser() {
    let forgetful: Parse = |text| {
        SessionToken::parse(text).map(|token| {
            let mut raw = token.raw.clone();
            raw[RAW - 1] &= 0x7f;
            SessionToken { raw }
        })
    };
    let trimming: Parse = |text| SessionToken::parse(text.trim());
    let careless: Parse = |text| {
        let Some(body) = text.get(..PREFIX.len() + BODY) else { return Err(TokenError::Length) };
        let check = checksum(&body.as_bytes()[PREFIX.len()..]).map(char::from);
        SessionToken::parse(&format!("{body}{}", String::from_iter(check)))
    };
    refuted(&what_is_printed_is_read_back_by(forgetful));
    refuted(&one_spelling_is_read_by(trimming));
    refuted(&any_change_is_refused_by(careless));
    refuted(&anything_read_is_printed_the_same_by(forgetful));
    let cutting: Parse = |text| SessionToken::parse(&text[..text.len().min(LENGTH)]);
    refuted(&no_text_makes_it_panic_in(cutting));
}
