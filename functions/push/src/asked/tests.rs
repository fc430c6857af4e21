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

#[track_caller]
fn stored(message: &Value) -> (PushKey, Push) {
    stored_where(message, false)
}

/// Where messages are handed on, or where they are not.
#[track_caller]
fn stored_where(message: &Value, hands_on: bool) -> (PushKey, Push) {
    asked(&read(message), APP, NOW, hands_on).row.unwrap_or_else(|| panic!("nothing to do: {message}"))
}

/// Nothing is stored; the word that says why, and whether an erasure is lost.
#[track_caller]
fn does_nothing(message: &Value, expected: (Option<&str>, bool)) {
    let Asked { row, reason, is_lost } = asked(&read(message), APP, NOW, false);
    assert_eq!((row, reason, is_lost), (None, expected.0, expected.1), "{message}");
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
        (json!("99999999999999999999,4"), vec![4]),
        (json!([301]), vec![301]),
        (json!(["6", 301]), vec![6, 301]),
        (json!({"item": ["8", "301"]}), vec![8, 301]),
        (json!([{"scope": 301, "time": "2026"}]), vec![301, 2026]),
        (json!([[6], [6]]), vec![6]),
    ] {
        assert_eq!(stored(&revocation(info)).1.asks, Asks::Revocation(numbers));
    }
}

fn revocation(info: Value) -> Value {
    let mut message = with("Event", json!("user_authorization_revoke"));
    message["RevokeInfo"] = info;
    message
}

#[test]
fn no_length_of_a_list_hides_what_stands_behind_it() {
    let numbers: Vec<u32> = (1..=301).collect();
    assert_eq!(stored(&revocation(json!(numbers))).1.asks, Asks::Revocation(numbers));
}

#[test]
fn a_revocation_without_a_number_is_lost() {
    for info in [json!(""), json!("x"), json!(null), json!([]), json!({}), json!("99999999999999999999")] {
        does_nothing(&revocation(info), (Some("push_no_scopes"), true));
    }
    let mut without = revocation(json!(1));
    without.as_object_mut().unwrap().remove("RevokeInfo");
    does_nothing(&without, (Some("push_no_scopes"), true));
}

#[test]
fn the_elements_of_xml_are_numbers_of_a_revocation_whether_listed_or_nested() {
    for info in [
        "<RevokeInfo>6</RevokeInfo><RevokeInfo>301</RevokeInfo>",
        "<RevokeInfo><item>6</item><item>301</item></RevokeInfo>",
        "<RevokeInfo><scope><id>6</id></scope><scope><id>301</id></scope></RevokeInfo>",
    ] {
        let xml = format!(
            "<xml><MsgType>event</MsgType><Event>user_authorization_revoke</Event><OpenID>oUser</OpenID>\
             <CreateTime>{NOW}</CreateTime>{info}</xml>"
        );
        let message = Message::read(xml.as_bytes()).unwrap_or_else(|word| panic!("{word}: {info}"));
        let (_, push) = asked(&message, APP, NOW, false).row.expect("it asks for something");
        assert_eq!(push.asks, Asks::Revocation(vec![6, 301]), "{info}");
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
        revocation(json!(301)),
    ] {
        assert_ne!(stored(&other).0, first, "{other}");
    }
    assert_ne!(stored(&revocation(json!([301]))).0, stored(&revocation(json!([6]))).0, "other permissions");
    let (key, _) = asked(&read(&cancellation()), "wx1", NOW, false).row.expect("stored");
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
            Some(_) => does_nothing(&message, (why, true)),
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
        does_nothing(&message, (None, false));
    }
    for openid in [json!(""), json!(null), json!("o\u{e9}"), json!("o o"), json!("o".repeat(49))] {
        does_nothing(&with("OpenID", openid), (Some("push_no_openid"), true));
    }
}

#[test]
fn without_its_time_an_erasure_cannot_be_told_from_others() {
    for time in [json!(null), json!("now"), json!(1.5)] {
        does_nothing(&with("CreateTime", time), (Some("push_create_time"), true));
    }
}

#[test]
fn where_messages_are_handed_on_each_is_stored_once_with_what_it_says() {
    let stored = |message: &Value| stored_where(message, true);
    let text =
        json!({"MsgType": "text", "FromUserName": "oUser", "CreateTime": NOW, "MsgId": 7, "Content": "hi"});
    let (key, push) = stored(&text);
    assert_eq!((push.asks, push.message), (Asks::Nothing, Some(read(&text).json())));
    assert_eq!(stored(&text).0, key);
    let mut other = text.clone();
    other["Content"] = json!("ho");
    assert_ne!(stored(&other).0, key, "two of one second");
    let (_, push) = stored(&cancellation());
    assert_eq!((push.asks, push.message), (Asks::Cancellation, Some(read(&cancellation()).json())));
}

/// An event with these members, and its key where messages are handed on.
fn told(event: &str, members: &Value) -> PushKey {
    let mut message = json!({"MsgType": "event", "Event": event, "OpenId": "o", "CreateTime": NOW});
    message.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    stored_where(&message, true).0
}

#[test]
fn a_payments_number_tells_its_repetitions_from_other_payments() {
    for (event, name) in [
        ("xpay_goods_deliver_notify", "OutTradeNo"),
        ("xpay_coin_pay_notify", "OutTradeNo"),
        ("xpay_refund_notify", "WxRefundId"),
    ] {
        let of = |number: &str, env: u32, tries: u32| {
            told(
                event,
                &json!({name: number, "Env": env, "RetryTimes": tries, "CreateTime": NOW + i64::from(tries)}),
            )
        };
        assert_eq!(of("n1", 0, 0), of("n1", 0, 3), "{event}");
        assert_ne!(of("n1", 0, 0), of("n2", 0, 0), "{event}");
        assert_ne!(of("n1", 0, 0), of("n1", 1, 0), "{event}: of the sandbox");
        assert_ne!(
            told(event, &json!({"a": 1})),
            told(event, &json!({"a": 2})),
            "{event} without its number"
        );
    }
    let order = json!({"OutTradeNo": "n1"});
    assert_ne!(told("xpay_goods_deliver_notify", &order), told("xpay_coin_pay_notify", &order));
}

#[test]
fn a_number_in_any_other_message_does_not_make_two_of_them_one() {
    for event in
        ["xpay_complaint_notify", "xpay_subscribe_pay_fail_notify", "trade_manage_remind_access_api", "other"]
    {
        let of = |text: &str, tries: u32| {
            told(event, &json!({"OutTradeNo": "n1", "WxRefundId": "r1", "State": text, "RetryTimes": tries}))
        };
        assert_ne!(of("opened", 0), of("closed", 0), "{event}");
        assert_eq!(of("opened", 0), of("opened", 2), "{event}");
    }
    // A refund has the number of what it refunds, too.
    let refund =
        |number: &str| told("xpay_refund_notify", &json!({"OutTradeNo": "n1", "WxRefundId": number}));
    assert_ne!(refund("r1"), refund("r2"));
}

#[test]
fn an_erasure_that_is_lost_is_handed_on_all_the_same() {
    for (lost, why) in [
        (with("OpenID", json!("")), "push_no_openid"),
        (with("CreateTime", json!(NOW - KEPT_SECONDS - 1)), "push_too_old"),
        (with("CreateTime", json!(i64::MAX)), "push_of_the_future"),
        (with("CreateTime", json!(null)), "push_create_time"),
        (revocation(json!("x")), "push_no_scopes"),
    ] {
        let Asked { row, reason, is_lost } = asked(&read(&lost), APP, NOW, true);
        assert_eq!((reason, is_lost), (Some(why), true), "{lost}");
        let (_, push) = row.expect("a row");
        // A row is kept for three days from now, whatever the message says of its time.
        assert_eq!((push.asks, push.create_time), (Asks::Nothing, NOW), "{lost}");
        assert_eq!(push.message, Some(read(&lost).json()), "{lost}");
    }
}

#[test]
fn a_message_that_asks_for_no_erasure_is_never_a_lost_one() {
    for (age, why) in [(KEPT_SECONDS + 1, "push_too_old"), (-AHEAD_SECONDS - 1, "push_of_the_future")] {
        let mut old = json!({"MsgType": "text", "Content": "hi"});
        old["CreateTime"] = json!(NOW - age);
        let Asked { row, reason, is_lost } = asked(&read(&old), APP, NOW, true);
        assert_eq!((row, reason, is_lost), (None, Some(why), false), "{old}");
    }
}

#[test]
fn what_an_operator_tries_the_url_with_is_stored_nowhere() {
    let message = with("Event", json!("debug_demo"));
    for hands_on in [false, true] {
        let Asked { row, reason, is_lost } = asked(&read(&message), APP, NOW, hands_on);
        assert_eq!((row, reason, is_lost), (None, None, false));
    }
}
