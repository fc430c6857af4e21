//! What is written: who asked for what about whom, and what came of it. What was signed, redeemed or given out is in no line.

use serde_json::{Value, json};
use wechat_simulator::NewPhoneCode;

use crate::support::{ACTOR, APP, Stage, call, goods};

#[tokio::test(flavor = "multi_thread")]
async fn every_request_is_one_audit_event_with_its_actor_and_its_outcome() {
    let stage = Stage::open().await;
    let person = stage.person("oAUDITED-BY-BACKEND").await;
    let code = stage.wechat().mint_phone_code(NewPhoneCode::of_user(APP, &person.openid)).code;
    let balance = call("query_user_balance", &json!({"user_ip": "127.0.0.1"}));
    let pairs = json!({"kv_list": [{"key": "k", "value": "v"}]});
    let mut given = String::new();
    for (action, about, more) in [
        ("phone_number", Some(&person), json!({ "code": code })),
        ("access_token", None, json!({})),
        ("sign_virtual_payment", Some(&person), goods("order_00000001")),
        ("sign_xpay", Some(&person), balance),
        ("sign_user_storage", Some(&person), pairs),
    ] {
        given += &stage.done(action, about, more).await.to_string();
    }
    stage.refused("sign_virtual_payment", Some(&person), json!({})).await;
    let lines = stage.lines();
    let events: Vec<&Value> = lines.iter().filter(|line| line["audit"] == "wechat_asked").collect();
    let told: Vec<_> =
        events.iter().map(|event| (event["action"].as_str(), event["outcome"].as_str())).collect();
    assert_eq!(
        told,
        [
            (Some("phone_number"), Some("ok")),
            (Some("access_token"), Some("ok")),
            (Some("sign_virtual_payment"), Some("ok")),
            (Some("sign_xpay"), Some("ok")),
            (Some("sign_user_storage"), Some("ok")),
            (None, Some("invalid_request")),
        ]
    );
    for event in &events[..5] {
        assert_eq!((&event["actor"], &event["app_id"]), (&json!(ACTOR), &json!(APP)));
        assert_eq!(event["user_id"] == person.user_id, event["action"] != "access_token");
    }
    assert_eq!(events[3]["call"], "query_user_balance");
    let said = lines.iter().map(Value::to_string).collect::<String>();
    // Signatures and bodies, word by word.
    for piece in given.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|piece| piece.len() >= 20)
    {
        assert!(!said.contains(piece), "{piece}");
    }
    for secret in ["13800000000", "oAUDITED-BY-BACKEND", "order_00000001", &code] {
        assert!(!said.contains(secret), "{secret}");
    }
    stage.close().await;
}

/// What comes in the place of a name may be anything, an AppSecret too.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_none_of_ours_is_written_nowhere() {
    let stage = Stage::open().await;
    for stray in [wechat_simulator::DEFAULT_APP.1, "oSTRAY-OPENID"] {
        let told = stage.refused("access_token", None, json!({"app_id": stray})).await;
        assert_eq!(told, "app_unknown");
        let said = stage.lines().iter().map(Value::to_string).collect::<String>();
        assert!(!said.contains(stray), "{said}");
    }
    let lines = stage.lines();
    let events = lines.iter().filter(|line| line["audit"] == "wechat_asked");
    assert!(events.clone().count() == 2 && events.into_iter().all(|event| event["app_id"].is_null()));
    stage.close().await;
}
