use proptest::prelude::*;

use super::*;

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
    assert_eq!(zero.hash(&realm).as_str(), "twPTrU2vtnHL8_EsgTTdCHwyqFWjYgoHh9CJ5bCb3zQ");
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
    refuses(hash.as_str(), TokenError::Length);
    refuses(&format!("wxs_{}", hash.as_str()), TokenError::Length);
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

proptest! {
    #[test]
    fn any_changed_character_is_refused(place in 0..LENGTH, byte in 0x20_u8..0x7f) {
        let good = token().expose();
        let mut text = good.as_bytes().to_vec();
        prop_assume!(text[place] != byte);
        text[place] = byte;
        let text = String::from_utf8(text).unwrap();
        prop_assert!(SessionToken::parse(&text).is_err());
    }

    #[test]
    fn anything_accepted_is_printed_the_same(text in "wxs_[A-Za-z0-9_-]{64}[0-9A-Za-z]{6}") {
        if let Ok(token) = SessionToken::parse(&text) {
            let printed = token.expose();
            prop_assert_eq!(printed.as_str(), text.as_str());
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,100}") {
        let _ = SessionToken::parse(&text);
    }
}
