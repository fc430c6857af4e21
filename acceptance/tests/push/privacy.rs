//! Who is erased, and who is not.

use serde_json::{Value, json};
use wechat_simulator::{PushFormat, PushMode, PushOrder};
use wxsession::UserId;

use crate::support::{APP, START, Stage};

fn names(record: &Value) -> Vec<&str> {
    record.as_object().expect("a record").keys().map(String::as_str).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_closes_the_account_at_wechat_is_erased_and_logged_out() {
    let stage = Stage::open().await;
    let (gone, other) = (stage.log_in("oGONE").await, stage.log_in("oOTHER").await);
    let answers = stage.service.simulator.cancel_authorisation(APP, "oGONE").await.expect("set up");
    assert!(answers.iter().all(wechat_simulator::PushAnswer::is_success), "{answers:?}");
    assert_eq!(stage.settled().await, ["erased"]);
    assert_eq!(stage.session(&gone).await.body["ended"], "deleted");
    assert_eq!(stage.session(&other).await.status, 200);
    assert_eq!(names(&stage.record("oGONE").expect("a husk")), ["live", "ttl", "user_id"]);
    assert!(stage.is_known("oOTHER"));
    let user = UserId::of(APP, "oGONE").to_string();
    let [stored] = stage.stored().try_into().expect("one message");
    assert_eq!(
        names(&stored),
        [
            "account",
            "create_time",
            "done_at",
            "event",
            "outcome",
            "pk",
            "received_at",
            "scopes",
            "sk",
            "ttl",
            "user_id",
            "v"
        ]
    );
    assert_eq!(stored["ttl"]["N"], (START + 3 * 86_400).to_string());
    assert!(!stored.to_string().contains("oGONE"), "no name of WeChat's stays");
    let [carried] = stage.audits("push_carried_out").try_into().expect("once");
    assert_eq!(
        (&carried["user_id"], &carried["outcome"], &carried["app_id"]),
        (&json!(user), &json!("erased"), &json!(APP))
    );
    assert_eq!(stage.audits("push_stored").len(), 1);
    let [deleted] = stage.audits("user_deleted").try_into().expect("once");
    assert_eq!((&deleted["user_id"], &deleted["function"]), (&json!(user), &json!("erasures")));
    let line = stage.line("push");
    assert_eq!(
        (&line["event"], &line["push_age_seconds"]),
        (&json!("user_authorization_cancellation"), &json!(0))
    );
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_comes_again_is_answered_and_erases_nothing_twice() {
    let stage = Stage::open().await;
    drop(stage.log_in("oBACK").await);
    let order = PushOrder { copies: 3, ..PushOrder::cancellation(APP, "oBACK") };
    let answers = stage.service.simulator.push(&order).await.expect("set up");
    assert!(answers.len() == 3 && answers.iter().all(wechat_simulator::PushAnswer::is_success));
    assert_eq!(stage.settled().await, ["erased"]);
    // Within the minute that clocks may differ by: the time alone would not save them.
    stage.service.clock.advance(1);
    let back = stage.log_in("oBACK").await;
    let mut again = PushOrder::cancellation(APP, "oBACK");
    again.message.insert("CreateTime".to_owned(), START.into());
    stage.taken(&again).await;
    let [stored] = stage.stored().try_into().expect("one message");
    let record = json!({"eventName": "INSERT", "dynamodb": {"SequenceNumber": "1",
        "Keys": {"pk": stored["pk"], "sk": stored["sk"]}}});
    let event = json!({ "Records": [record] });
    let path = "/2015-03-31/functions/erasures/invocations";
    for _ in 0..2 {
        let reply = stage.client.request("POST", path).json(&event).send().await.expect("an answer");
        assert_eq!(reply.body, json!({"batchItemFailures": []}));
    }
    // Even when nobody noted that it was done.
    let forget = json!({"TableName": "SessionsTable", "Key": {"pk": stored["pk"], "sk": stored["sk"]},
        "UpdateExpression": "REMOVE done_at, outcome"});
    stage.service.dynamodb.items().update(forget).expect("the table takes it");
    drop(stage.client.request("POST", path).json(&event).send().await.expect("an answer"));
    assert_eq!(stage.settled().await, ["erased"]);
    assert_eq!(stage.session(&back).await.status, 200, "the account that came after it stays");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_began_after_the_message_stays() {
    let stage = Stage::open().await;
    let order = |time: i64| {
        let mut order = PushOrder::cancellation(APP, "oNEW");
        order.message.insert("CreateTime".to_owned(), time.into());
        order
    };
    let token = stage.log_in("oNEW").await;
    stage.taken(&order(START - 61)).await;
    assert_eq!(stage.settled().await, ["newer_account"]);
    assert_eq!(stage.session(&token).await.status, 200);
    stage.taken(&order(START - 60)).await;
    assert_eq!(stage.settled().await, ["erased", "newer_account"]);
    assert_eq!(stage.session(&token).await.status, 401);
    stage.taken(&PushOrder::cancellation(APP, "oNOBODY")).await;
    assert_eq!(stage.settled().await, ["erased", "newer_account", "no_account"]);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_erases_everything_only_when_it_is_of_everything() {
    let stage = Stage::open().await;
    let token = stage.log_in("oSHY").await;
    for (numbers, time) in [("6", 0), ("8,13", 1), ("3010", 2), ("30 1", 3)] {
        let mut order = PushOrder::revocation(APP, "oSHY", numbers);
        order.message.insert("CreateTime".to_owned(), (START + time).into());
        stage.taken(&order).await;
    }
    assert_eq!(stage.settled().await, ["nothing_held"; 4]);
    assert_eq!(stage.session(&token).await.status, 200);
    stage.taken(&PushOrder::revocation(APP, "oSHY", "6;301")).await;
    assert_eq!(stage.settled().await[0], "erased");
    assert_eq!(stage.session(&token).await.status, 401);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_forms_erase_and_other_messages_do_nothing() {
    let stage = Stage::open().await;
    for (format, openid) in [(PushFormat::Json, "oJSON"), (PushFormat::Xml, "oXML")] {
        stage.speaks(format, PushMode::Secure);
        let token = stage.log_in(openid).await;
        for other in ["user_info_modified", "debug_demo", "xpay_goods_deliver_notify"] {
            let members = json!({"OpenID": openid, "AppID": APP, "Nested": {"a": 1}});
            stage.taken(&PushOrder::event(APP, other, members)).await;
        }
        assert_eq!(stage.session(&token).await.status, 200);
        stage.taken(&PushOrder::cancellation(APP, openid)).await;
        stage.settled().await;
        assert_eq!(stage.session(&token).await.body["ended"], "deleted");
    }
    assert_eq!(stage.stored().len(), 2);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_asks_for_an_erasure_and_cannot_be_stored_is_a_success_and_an_alarm() {
    let stage = Stage::open().await;
    for (member, value, reason) in [
        ("CreateTime", json!(START - 3 * 86_400 - 1), "push_too_old"),
        ("CreateTime", json!(START + 301), "push_of_the_future"),
        ("OpenID", json!(""), "push_no_openid"),
        ("CreateTime", json!("soon"), "push_create_time"),
        ("RevokeInfo", json!(""), "push_no_scopes"),
    ] {
        let mut order = match member {
            "RevokeInfo" => PushOrder::revocation(APP, "oLOST", "6"),
            _ => PushOrder::cancellation(APP, "oLOST"),
        };
        order.message.insert(member.to_owned(), value);
        stage.taken(&order).await;
        let line = stage.line("push");
        assert_eq!(
            (&line["reason"], &line["level"], &line["pushes_lost"]),
            (&json!(reason), &json!("WARN"), &json!(1))
        );
    }
    assert!(stage.stored().is_empty());
    stage.close().await;
}
