//! What is taken for a message of WeChat's.

use serde_json::{Value, json};
use wechat_simulator::{
    DEFAULT_APP, DEFAULT_PUSH, PushFormat, PushMistake, PushMode, PushOrder, PushSettings, SECOND_APP,
};

use crate::support::{APP, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn the_url_check_is_answered_and_a_wrong_one_is_not() {
    let stage = Stage::open().await;
    let (is_right, answer) = stage.service.simulator.check_push(APP).await.expect("set up");
    assert!(is_right, "{answer:?}");
    let path = |query: &str| format!("/wechat/push/{APP}?{query}");
    for (query, status, code) in [
        ("signature=00&timestamp=1&nonce=2&echostr=3", 403, "push_refused"),
        ("timestamp=1&nonce=2&echostr=3", 403, "push_refused"),
        ("signature=00&timestamp=1&nonce=2", 400, "malformed_request"),
        ("signature=00&signature=00&timestamp=1&nonce=2&echostr=3", 400, "malformed_request"),
    ] {
        let reply = stage.client.request("GET", &path(query)).send().await.expect("an answer");
        assert_eq!((reply.status, reply.code()), (status, code), "{query}");
    }
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_padding_is_taken() {
    let stage = Stage::open().await;
    for format in [PushFormat::Json, PushFormat::Xml] {
        stage.speaks(format, PushMode::Secure);
        for padding in 1..=32 {
            let order = PushOrder { padding: Some(padding), ..PushOrder::cancellation(APP, "oPAD") };
            stage.taken(&order).await;
        }
    }
    assert_eq!(stage.settled().await, ["no_account"], "one message, 64 times");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_happens_for_what_wechat_did_not_write() {
    let stage = Stage::open().await;
    let token = stage.log_in("oSAFE").await;
    for format in [PushFormat::Json, PushFormat::Xml] {
        stage.speaks(format, PushMode::Secure);
        for (mistake, reason, refused) in [
            (PushMistake::WrongToken, "push_signature", (403, "push_refused")),
            (PushMistake::Unsigned, "push_signature", (403, "push_refused")),
            (PushMistake::Changed, "push_signature", (403, "push_refused")),
            (PushMistake::WrongKey, "push_padding", (403, "push_refused")),
            (PushMistake::WrongReceiveId, "push_receive_id", (403, "push_refused")),
            (PushMistake::Truncated, "push_padding", (403, "push_refused")),
        ] {
            let order = PushOrder {
                mistake: Some(mistake),
                padding: Some(7),
                ..PushOrder::cancellation(APP, "oSAFE")
            };
            let (status, code) = stage.refused(&order).await;
            assert_eq!((status, code.as_str()), refused, "{mistake:?}");
            let line = stage.line("push");
            assert_eq!(line["reason"], reason, "{mistake:?}");
            // What has the right signature is WeChat's, and nobody knows what it asked for.
            let lost = if reason == "push_signature" { Value::Null } else { json!(1) };
            assert_eq!(line["pushes_lost"], lost, "{mistake:?}");
        }
    }
    let mut other = PushOrder::cancellation(APP, "oSAFE");
    other.message.insert("AppID".to_owned(), SECOND_APP.0.into());
    assert_eq!(stage.refused(&other).await, (403, "push_refused".to_owned()));
    assert_eq!(stage.line("push")["pushes_lost"], 1);
    assert!(stage.stored().is_empty());
    assert_eq!(stage.session(&token).await.status, 200);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_message_counts_only_where_the_secret_says_so() {
    let stage = Stage::open().await;
    for (mode, is_taken) in [(PushMode::Secure, true), (PushMode::Compatible, true), (PushMode::Plain, false)]
    {
        for format in [PushFormat::Json, PushFormat::Xml] {
            stage.speaks(format, mode);
            let answer = stage.push(&PushOrder::cancellation(APP, "oPLAIN")).await;
            assert_eq!(answer.is_success(), is_taken, "{mode:?} {format:?}");
            // Whoever chose that mode at WeChat loses every erasure.
            let lost = if is_taken { Value::Null } else { json!(1) };
            assert_eq!(stage.line("push")["pushes_lost"], lost, "{mode:?} {format:?}");
            let other = stage.push(&PushOrder::event(APP, "user_info_modified", json!({}))).await;
            assert_eq!(other.is_success(), is_taken, "{mode:?} {format:?}");
            assert_eq!(stage.line("push")["pushes_lost"], Value::Null, "{mode:?} {format:?}");
        }
    }
    stage.speaks(PushFormat::Json, PushMode::Plain);
    let forged = PushOrder { mistake: Some(PushMistake::WrongToken), ..PushOrder::cancellation(APP, "oP") };
    assert_eq!(stage.refused(&forged).await, (403, "push_refused".to_owned()));
    assert_eq!(stage.line("push")["pushes_lost"], Value::Null);
    let (token, key) = DEFAULT_PUSH;
    let push = json!({"token": token, "encoding_aes_key": key, "allow_plain": true});
    stage.service.secrets.put("AppsSecret", &json!({APP: {"secret": DEFAULT_APP.1, "push": push}}));
    stage.service.clock.advance(301);
    for format in [PushFormat::Json, PushFormat::Xml] {
        stage.speaks(format, PushMode::Plain);
        stage.taken(&PushOrder::cancellation(APP, "oPLAIN")).await;
        let forged =
            PushOrder { mistake: Some(PushMistake::WrongToken), ..PushOrder::cancellation(APP, "oP") };
        assert_eq!(stage.refused(&forged).await, (403, "push_refused".to_owned()));
    }
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_token_and_key_in_the_secret_there_is_no_message_push() {
    let stage = Stage::open().await;
    for app in [SECOND_APP.0, "wx", "wx0123456789abcdeF"] {
        let path = format!("/wechat/push/{app}?signature=0&timestamp=1&nonce=2&echostr=3");
        for (method, body) in [("GET", ""), ("POST", "{}")] {
            let request = stage.client.request(method, &path).text("application/json", body);
            let reply = request.send().await.expect("an answer");
            assert_eq!((reply.status, reply.code()), (404, "not_enabled"), "{method} {app}");
        }
    }
    stage.service.secrets.put("AppsSecret", &json!({APP: DEFAULT_APP.1}));
    stage.service.clock.advance(301);
    assert_eq!(stage.refused(&PushOrder::cancellation(APP, "o")).await, (404, "not_enabled".to_owned()));
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_was_changed_is_known_at_the_next_message() {
    let stage = Stage::open().await;
    stage.taken(&PushOrder::cancellation(APP, "o1")).await;
    let push = json!({"token": "another", "encoding_aes_key": DEFAULT_PUSH.1});
    stage.service.secrets.put("AppsSecret", &json!({APP: {"secret": DEFAULT_APP.1, "push": push}}));
    stage.service.simulator.set_push(PushSettings { token: "another".to_owned(), ..stage.push_settings() });
    // A value is fresh for five minutes; but after a signature that does not fit it is looked up, every ten seconds at most.
    assert_eq!(stage.refused(&PushOrder::cancellation(APP, "o2")).await.0, 403);
    stage.service.clock.advance(11);
    stage.taken(&PushOrder::cancellation(APP, "o2")).await;
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_changed_is_known_at_the_next_message() {
    let stage = Stage::open().await;
    stage.taken(&PushOrder::cancellation(APP, "o1")).await;
    let key = "KqULR8kjQt3aHcy3dOUOSX11ljLbLDqLhrManXN/gVE";
    let push = json!({"token": DEFAULT_PUSH.0, "encoding_aes_key": key});
    stage.service.secrets.put("AppsSecret", &json!({APP: {"secret": DEFAULT_APP.1, "push": push}}));
    stage
        .service
        .simulator
        .set_push(PushSettings { encoding_aes_key: key.to_owned(), ..stage.push_settings() });
    stage.service.clock.advance(11);
    stage.taken(&PushOrder::cancellation(APP, "o2")).await;
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_too_long_or_no_message_is_refused() {
    let stage = Stage::open().await;
    let path = format!("/wechat/push/{APP}?msg_signature=0&timestamp=1&nonce=2");
    let most = 64 * 1024;
    let filled = |length: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(length - 8));
    for (body, status, code) in [
        (filled(most + 1), 413, "body_too_large"),
        (filled(most), 403, "push_refused"),
        (String::new(), 400, "malformed_request"),
        ("[]".to_owned(), 400, "malformed_request"),
        ("<!DOCTYPE xml><xml/>".to_owned(), 400, "malformed_request"),
        ("<xml><Encrypt>&x;</Encrypt></xml>".to_owned(), 400, "malformed_request"),
    ] {
        let request = stage.client.request("POST", &path).text("text/xml", &body);
        let reply = request.send().await.expect("an answer");
        assert_eq!((reply.status, reply.code()), (status, code), "{}", &body[..body.len().min(40)]);
    }
    stage.close().await;
}
