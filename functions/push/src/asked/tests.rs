use serde_json::{Value, json};

use super::*;

const APP: &str = "wx0123456789abcdef";
const NOW: i64 = 1_790_000_000;

fn cancellation() -> Value {
    json!({"ToUserName": "gh_1", "FromUserName": "oPlatform", "CreateTime": NOW, "MsgType": "event",
        "Event": "user_authorization_cancellation", "OpenID": "oUser", "AppID": APP})
}

fn with(name: &str, value: Value) -> Value {
    let mut message = cancellation();
    message[name] = value;
    message
}

fn read(message: &Value) -> Message {
    Message::read(message.to_string().as_bytes()).unwrap_or_else(|word| panic!("{word}"))
}

fn stored(message: &Value) -> (PushKey, Push) {
    match asked(&read(message), APP, NOW, false) {
        Ok(Asked::Store(key, push)) => (key, push),
        Ok(Asked::Nothing(why)) => panic!("nothing to do: {why:?}"),
        Err(problem) => panic!("{}", problem.code.as_str()),
    }
}

#[track_caller]
fn does_nothing(message: &Value, expected: Option<&str>) {
    match asked(&read(message), APP, NOW, false) {
        Ok(Asked::Nothing(why)) => assert_eq!(why, expected, "{message}"),
        _ => panic!("{message}"),
    }
}

#[test]
fn a_cancellation_is_about_its_open_id_and_nobody_else() {
    let (key, push) = stored(&cancellation());
    let user = UserId::of(APP, "oUser");
    assert_eq!(push, Push { user, asks: Asks::Cancellation, create_time: NOW, message: None });
    assert_eq!((key.app_id(), key.id().len()), (APP, 48));
}

#[test]
fn a_revocation_has_the_numbers_that_stand_in_it_known_or_not() {
    for (info, numbers) in [
        (json!("301"), vec![301]),
        (json!(6), vec![6]),
        (json!("6,8;13 99999"), vec![6, 8, 13, 99_999]),
        (json!("[1, 2]"), vec![1, 2]),
        (json!(""), vec![]),
        (json!("x"), vec![]),
        (json!("99999999999999999999,4"), vec![4]),
        (Value::Null, vec![]),
    ] {
        let mut message = with("Event", json!("user_authorization_revoke"));
        message["RevokeInfo"] = info;
        assert_eq!(stored(&message).1.asks, Asks::Revocation(numbers), "{message}");
    }
}

#[test]
fn a_repetition_has_the_same_key_and_every_other_message_another() {
    let first = stored(&cancellation()).0;
    assert_eq!(stored(&cancellation()).0, first);
    assert_eq!(stored(&with("CreateTime", json!(NOW.to_string()))).0, first, "as XML would say it");
    assert_eq!(stored(&with("RetryTimes", json!(2))).0, first);
    for other in [
        with("OpenID", json!("oUser2")),
        with("CreateTime", json!(NOW + 1)),
        with("FromUserName", json!("oOther")),
        with("Event", json!("user_authorization_revoke")),
    ] {
        assert_ne!(stored(&other).0, first, "{other}");
    }
    let Ok(Asked::Store(key, _)) = asked(&read(&cancellation()), "wx1", NOW, false) else { panic!("stored") };
    assert_ne!(key, first, "another Mini Program");
}

#[test]
fn a_message_of_three_days_ago_is_taken_and_an_older_one_is_not() {
    for (age, why) in [
        (KEPT_SECONDS, None),
        (KEPT_SECONDS + 1, Some("push_too_old")),
        (-AHEAD_SECONDS, None),
        (-AHEAD_SECONDS - 1, Some("push_of_the_future")),
        (i64::MAX / 2, Some("push_too_old")),
    ] {
        let message = with("CreateTime", json!(NOW - age));
        match why {
            None => drop(stored(&message)),
            Some(_) => does_nothing(&message, why),
        }
    }
}

#[test]
fn what_asks_for_nothing_of_ours_is_let_be() {
    for message in [
        with("Event", json!("user_info_modified")),
        with("MsgType", json!("text")),
        with("Event", json!("xpay_goods_deliver_notify")),
        with("Event", json!("User_authorization_cancellation")),
    ] {
        does_nothing(&message, None);
    }
    for openid in [json!(""), json!(null), json!("o\u{e9}"), json!("o o"), json!("o".repeat(49))] {
        does_nothing(&with("OpenID", openid), Some("push_no_openid"));
    }
}

#[test]
fn without_its_time_a_message_cannot_be_told_from_others() {
    for time in [json!(null), json!("now"), json!(1.5)] {
        let problem = asked(&read(&with("CreateTime", time)), APP, NOW, false).err().expect("no time");
        assert_eq!((problem.code.as_str(), problem.reason), ("malformed_request", Some("push_create_time")));
    }
}

#[test]
fn where_messages_are_handed_on_each_is_stored_once_with_what_it_says() {
    let stored = |message: &Value| match asked(&read(message), APP, NOW, true) {
        Ok(Asked::Store(key, push)) => (key, push),
        _ => panic!("{message}"),
    };
    let text =
        json!({"MsgType": "text", "FromUserName": "oUser", "CreateTime": NOW, "MsgId": 7, "Content": "hi"});
    let (key, push) = stored(&text);
    assert_eq!((push.asks, push.message), (Asks::Nothing, Some(read(&text).json())));
    assert_eq!(stored(&text).0, key);
    let mut other = text.clone();
    other["Content"] = json!("ho");
    assert_ne!(stored(&other).0, key, "two of one second");
    let paid = |tries: u32, time: i64, number: &str| {
        stored(&json!({"MsgType": "event", "Event": "xpay_goods_deliver_notify", "OpenId": "o", "CreateTime": time,
            "OutTradeNo": number, "RetryTimes": tries})).0
    };
    assert_eq!(paid(0, NOW, "n1"), paid(3, NOW + 60, "n1"));
    assert_ne!(paid(0, NOW, "n1"), paid(0, NOW, "n2"));
    let (_, push) = stored(&cancellation());
    assert_eq!((push.asks, push.message), (Asks::Cancellation, Some(read(&cancellation()).json())));
}
