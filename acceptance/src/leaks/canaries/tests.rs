//! A scan that finds nothing proves nothing unless it finds what is there.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};
use proptest::prelude::*;

use super::*;

const KEY: &str = "tiihtNczf5v6AKRy/wEUh+==";

fn key() -> Canaries {
    let mut canaries = Canaries::default();
    canaries.add("session_key", KEY);
    canaries
}

#[track_caller]
fn finds(text: impl AsRef<[u8]>, form: &str) {
    let hits = key().find(text.as_ref());
    assert!(hits.iter().any(|hit| hit.form == form), "{form} in {}", text.as_ref().escape_ascii());
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

#[test]
fn finds_every_form() {
    finds(format!("key {KEY} end"), "raw");
    finds(KEY.to_lowercase(), "lower case");
    finds(KEY.to_uppercase(), "upper case");
    finds(format!("0x{}", hex(KEY)), "hex");
    finds(hex(KEY).to_uppercase(), "HEX");
    finds(format!("{:?}", KEY.as_bytes()), "list of bytes");
    finds(serde_json::to_string(KEY.as_bytes()).unwrap(), "list of bytes");
    finds("?key=tiihtNczf5v6AKRy%2FwEUh%2B%3D%3D&x", "raw");
    finds("?key=tiihtNczf5v6AKRy%2fwEUh%2b%3d%3d&x", "raw");
    finds(r#"{"k":"tiihtNczf5v6AKRy\/wEUh+=="}"#, "raw");
    finds(r"\u0074\u0069\u0069\u0068\u0074\u004eczf5v6AKRy", "raw");
    finds(r"\u{74}\u{69}\u{69}\u{68}\u{74}Nczf5v6", "raw");
    finds(r"\x74\x69\x69\x68\x74\x4eczf5v6AKRy", "raw");
}

#[test]
fn finds_base64_of_any_text_around_it() {
    for before in ["", "a", "ab", "abc", "{\"code\":\""] {
        let text = format!("{before}{KEY}\"}}");
        finds(STANDARD.encode(&text), "base64");
        finds(STANDARD_NO_PAD.encode(&text), "base64");
        finds(URL_SAFE.encode(&text), "base64url");
        finds(URL_SAFE_NO_PAD.encode(&text), "base64url");
    }
}

#[test]
fn finds_it_in_json_in_json_in_debug() {
    let once = serde_json::json!({"body": format!("\"{KEY}\"").replace('/', "\\/")}).to_string();
    let twice = serde_json::json!({"event": once}).to_string();
    finds(&once, "raw");
    finds(&twice, "raw");
    finds(format!("{:?}", Some(&twice)), "raw");
}

#[test]
fn a_short_piece_is_no_leak_and_neither_is_a_piece_without_variety() {
    for clean in ["", "tiihtNc", "xiihtNczf5v6", "ihtNczf5v6A!", "tiihtN czf5v6 AKRy /wEUh+=="] {
        assert_eq!(key().find(clean.as_bytes()), [], "{clean}");
    }
    let mut openid = Canaries::default();
    openid.add("openid", "oTEST0000000000000000000001A");
    assert_eq!(openid.find(b"019aa9c3-7c00-7000-8000-000000000001"), []);
    assert_eq!(openid.find(b"oTEST000").len(), 1, "its beginning");
}

#[test]
fn of_what_is_to_be_found_whole_a_piece_is_no_leak() {
    let mut canaries = Canaries::default();
    canaries.add_whole("AppSecret", "0123456789abcdef0123456789abcdef");
    assert_eq!(canaries.find(b"wx0123456789abcdef"), []);
    assert_eq!(canaries.find(b"=0123456789abcdef0123456789abcdef&").len(), 1);
}

#[test]
fn a_phone_number_is_told_from_a_rounding_error() {
    let mut canaries = Canaries::default();
    canaries.add_whole("phone number", "13800000000");
    canaries.add_whole("phone number", "13812345678");
    assert_eq!(canaries.find(b"{\"store_ms\":2.1380000000000003}"), []);
    assert_eq!(canaries.find(b"{\"phoneNumber\":\"+8613812345678\"}").len(), 1);
}

#[test]
fn of_a_token_the_random_bytes_are_found_too_and_the_users_id_is_not() {
    let user = wxsession::UserId::of("wx0123456789abcdef", "o");
    let token = wxsession::token::SessionToken::generate(user, &wxsession::Random::system());
    let text = token.expose();
    let mut canaries = Canaries::default();
    canaries.add_token(&text);
    let raw = URL_SAFE_NO_PAD.decode(&text[4..68]).unwrap();
    assert_eq!(canaries.find(format!("{:?}", &raw[16..]).as_bytes())[0].form, "list of bytes");
    assert_eq!(canaries.find(user.to_string().as_bytes()), []);
}

#[test]
fn of_a_ticket_the_random_bytes_are_found_too() {
    let ticket = wxsession::ticket::Ticket::generate(&wxsession::Random::system()).expose();
    let mut canaries = Canaries::default();
    canaries.add_ticket(&ticket);
    let raw = URL_SAFE_NO_PAD.decode(&ticket[4..]).unwrap();
    assert_eq!(canaries.find(format!("{raw:?}").as_bytes())[0].form, "list of bytes");
    assert_eq!(canaries.find(format!("#wxt={}", &*ticket).as_bytes())[0].secret, "ticket");
}

proptest! {
    #[test]
    fn any_piece_of_twelve_is_found(from in 0..13_usize, before in "[ -~]{0,40}", after in "[ -~]{0,40}") {
        // Percent signs and backslashes around it could make it part of an escape.
        let around = |text: &str| text.replace(['%', '\\'], " ");
        let text = format!("{}{}{}", around(&before), &KEY[from..from + 12], around(&after));
        prop_assert_eq!(key().find(text.as_bytes()).is_empty(), false);
    }

    #[test]
    fn no_bytes_make_it_panic(text in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = key().find(&text);
    }
}
