use serde_json::json;
use wxsession::http::Problem;
use wxsession_wechat::secrets::Push;

use super::*;

const APP: &str = "wxba5fad812f8e6fb9";
const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const TIMES: [&str; 2] = ["1790000000", "12345678"];

fn envelope() -> Envelope {
    Envelope::new(&Push::of("AAAAA", KEY), APP).unwrap()
}

/// What comes of a body with these two signatures: the event, or the code and the word for the log.
fn taken(
    signatures: [&str; 2],
    body: &str,
    allows_plain: bool,
) -> Result<String, (&'static str, Option<&'static str>)> {
    let [signature, msg_signature] = signatures;
    let query = Query { signature, msg_signature, timestamp: TIMES[0], nonce: TIMES[1] };
    match message(&envelope(), APP, allows_plain, query, body.as_bytes()) {
        Ok(message) => Ok(message.event().unwrap_or_default().into_owned()),
        Err(refused) => {
            let problem = Problem::from(refused);
            Err((problem.code.as_str(), problem.reason))
        }
    }
}

fn sealed(message: &str) -> (String, String) {
    let encrypted = envelope().seal(message.as_bytes(), [5; 16]);
    let signature = envelope().signature(&[TIMES[0], TIMES[1], &encrypted]);
    (encrypted, signature)
}

/// The same for a sealed message, in either form.
#[track_caller]
fn opened(message: &str) -> Result<String, (&'static str, Option<&'static str>)> {
    let (encrypted, signature) = sealed(message);
    let json = json!({"ToUserName": "gh_1", "Encrypt": encrypted}).to_string();
    let xml = format!("<xml><ToUserName>gh_1</ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>");
    let taken = [json, xml].map(|body| taken(["", &signature], &body, false));
    assert_eq!(taken[0], taken[1]);
    taken.into_iter().next().unwrap()
}

const EVENT: &str = r#"{"MsgType":"event","Event":"x"}"#;

#[test]
fn a_sealed_message_is_taken_in_both_forms_outside_and_inside() {
    assert_eq!(opened(EVENT), Ok("x".to_owned()));
    assert_eq!(opened("<xml><MsgType>event</MsgType><Event>x</Event></xml>"), Ok("x".to_owned()));
}

#[test]
fn a_message_counts_only_for_its_own_app() {
    let of = |app: &str| opened(&json!({"MsgType": "event", "Event": "x", "AppID": app}).to_string());
    assert_eq!(of(APP), Ok("x".to_owned()));
    for other in ["", "wxb11529c136998cb6", "WXBA5FAD812F8E6FB9"] {
        assert_eq!(of(other), Err(("push_refused", Some("push_app_id"))));
    }
    let other = Envelope::new(&Push::of("AAAAA", KEY), "wxb11529c136998cb6").unwrap();
    let encrypted = other.seal(EVENT.as_bytes(), [5; 16]);
    let signature = other.signature(&[TIMES[0], TIMES[1], &encrypted]);
    let body = json!({"Encrypt": encrypted}).to_string();
    assert_eq!(taken(["", &signature], &body, true), Err(("push_refused", Some("push_receive_id"))));
}

#[test]
fn without_the_signature_over_what_is_sealed_nothing_is_opened() {
    let (encrypted, right) = sealed(EVENT);
    let body = json!({"Encrypt": encrypted}).to_string();
    let without_body = envelope().signature(&TIMES);
    let refused = Err(("push_refused", Some("push_signature")));
    for allows_plain in [false, true] {
        assert_eq!(taken(["", &right], &body, allows_plain), Ok("x".to_owned()));
        assert_eq!(taken([&without_body, ""], &body, allows_plain), refused);
        assert_eq!(taken([&without_body, &without_body], &body, allows_plain), refused);
        assert_eq!(taken([&right, ""], &body, allows_plain), refused);
    }
    let other_body = json!({"Encrypt": sealed("{}").0}).to_string();
    assert_eq!(taken(["", &right], &other_body, false), refused);
    // Signed, so the word may be exact.
    for (encrypted, code, word) in [
        ("", "malformed_request", "push_cipher_length"),
        ("~", "malformed_request", "push_base64"),
        ("AAAAAAAAAAAAAAAAAAAAAA==", "push_refused", "push_padding"),
    ] {
        let signature = envelope().signature(&[TIMES[0], TIMES[1], encrypted]);
        let body = json!({"Encrypt": encrypted}).to_string();
        assert_eq!(taken(["", &signature], &body, false), Err((code, Some(word))));
    }
}

#[test]
fn a_plain_message_is_taken_only_where_that_is_allowed() {
    let right = envelope().signature(&TIMES);
    assert_eq!(taken([&right, ""], EVENT, false), Err(("push_refused", Some("push_plain"))));
    assert_eq!(taken([&right, ""], EVENT, true), Ok("x".to_owned()));
    assert_eq!(taken(["", ""], EVENT, true), Err(("push_refused", Some("push_signature"))));
    assert_eq!(taken(["", &right], EVENT, true), Err(("push_refused", Some("push_signature"))));
}

#[test]
fn what_is_no_message_is_malformed_inside_and_outside() {
    for (text, word) in [("", "push_json"), ("[]", "push_json"), ("<a/>", "push_xml")] {
        let refused = Err(("malformed_request", Some(word)));
        assert_eq!(taken(["", ""], text, false), refused);
        assert_eq!(opened(text), refused);
    }
}

/// What a sealed text is refused for.
fn refusal(encrypted: &str, signature: &str) -> Refused {
    let body = json!({"Encrypt": encrypted}).to_string();
    let query = Query { signature: "", msg_signature: signature, timestamp: TIMES[0], nonce: TIMES[1] };
    message(&envelope(), APP, false, query, body.as_bytes()).err().expect("it is refused")
}

#[test]
fn what_is_refused_after_a_right_signature_is_known_to_be_lost() {
    let signed =
        |encrypted: &str| refusal(encrypted, &envelope().signature(&[TIMES[0], TIMES[1], encrypted]));
    for text in ["", "[]", "<a/>", "\u{feff}{}", r#"{"AppID":"wx1"}"#, "{"] {
        assert!(signed(&sealed(text).0).is_lost(), "{text}");
    }
    for encrypted in ["", "~", "AAAAAAAAAAAAAAAAAAAAAA=="] {
        assert!(signed(encrypted).is_lost(), "{encrypted}");
    }
    let other = Envelope::new(&Push::of("AAAAA", KEY), "wxb11529c136998cb6").unwrap();
    assert!(signed(&other.seal(EVENT.as_bytes(), [5; 16])).is_lost());
    assert!(!refusal(&sealed(EVENT).0, "0").is_lost());
    for body in ["{", "{}"] {
        let query = Query { timestamp: TIMES[0], nonce: TIMES[1], ..Query::default() };
        let refused = message(&envelope(), APP, false, query, body.as_bytes()).err().expect("it is refused");
        assert!(!refused.is_lost(), "{body}");
    }
}

#[test]
fn of_plain_messages_only_an_erasure_with_the_right_signature_is_lost() {
    let right = envelope().signature(&TIMES);
    for (event, signature, expected) in [
        ("user_authorization_cancellation", &*right, Refused::PlainErasure),
        ("user_authorization_revoke", &*right, Refused::PlainErasure),
        ("user_authorization_revoke", "0", Refused::Plain),
        ("user_info_modified", &*right, Refused::Plain),
    ] {
        let query = Query { signature, msg_signature: "", timestamp: TIMES[0], nonce: TIMES[1] };
        let body = json!({"MsgType": "event", "Event": event}).to_string();
        let refused = message(&envelope(), APP, false, query, body.as_bytes()).err().expect("it is refused");
        assert_eq!(refused, expected, "{event}");
        assert_eq!(refused.is_lost(), expected == Refused::PlainErasure, "{event}");
    }
}

#[test]
fn another_token_or_key_may_be_newer_and_nothing_else_is() {
    use Unopened::{Base64, CipherLength, MessageLength, Padding, ReceiveId};
    for refused in
        [Refused::Signature].into_iter().chain([Padding, MessageLength, ReceiveId].map(Refused::Unopened))
    {
        assert!(refused.may_be_of_newer_keys(), "{refused:?}");
    }
    for refused in [
        Refused::Plain,
        Refused::PlainErasure,
        Refused::AppId,
        Refused::Malformed("x"),
        Refused::Unreadable("x"),
    ]
    .into_iter()
    .chain([Base64, CipherLength].map(Refused::Unopened))
    {
        assert!(!refused.may_be_of_newer_keys(), "{refused:?}");
    }
}
