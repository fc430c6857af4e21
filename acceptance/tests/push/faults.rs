//! Tables that fail while it happens.

use std::time::Duration;

use aws_emulator::dynamodb::Fault;
use serde_json::json;
use wechat_simulator::PushOrder;

use crate::support::{APP, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn while_the_table_cannot_be_written_wechat_is_told_to_send_it_again() {
    let stage = Stage::open().await;
    let token = stage.log_in("oLATER").await;
    for fault in [
        Fault::InternalError { times: None },
        Fault::Throttle { times: None },
        Fault::AnswerLost { times: None },
    ] {
        stage.service.dynamodb.proxy().inject_on(&["PutItem"], fault).await;
        let refused = stage.refused(&PushOrder::cancellation(APP, "oLATER")).await;
        assert_eq!(refused, (503, "store_unavailable".to_owned()));
        assert_eq!(stage.line("push")["pushes_lost"], 1);
        stage.service.dynamodb.proxy().clear().await;
    }
    // Of the last fault it may have been stored: the second time it is known.
    stage.taken(&PushOrder::cancellation(APP, "oLATER")).await;
    assert_eq!(stage.settled().await, ["erased"]);
    assert_eq!(stage.session(&token).await.status, 401);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_fails_on_the_way_is_done_in_the_end() {
    let stage = Stage::open().await;
    let faults = [
        ("GetItem UsersTable", Fault::InternalError { times: Some(9) }),
        ("PutItem UsersTable", Fault::InternalError { times: Some(9) }),
        ("PutItem UsersTable", Fault::AnswerLost { times: Some(4) }),
        ("UpdateItem SessionsTable", Fault::InternalError { times: Some(4) }),
        ("UpdateItem SessionsTable", Fault::AnswerLost { times: Some(1) }),
        ("UpdateItem SessionsTable", Fault::AnswerLost { times: Some(7) }),
        ("GetItem SessionsTable", Fault::Throttle { times: Some(7) }),
    ];
    for (number, (operation, fault)) in faults.into_iter().enumerate() {
        let openid = format!("oFAULT{number}");
        let token = stage.log_in(&openid).await;
        stage.service.dynamodb.proxy().inject_on(&[operation], fault.clone()).await;
        stage.taken(&PushOrder::cancellation(APP, &openid)).await;
        let outcomes = stage.settled().await;
        stage.service.dynamodb.proxy().clear().await;
        assert_eq!(outcomes, vec!["erased"; number + 1], "{operation} {fault:?}");
        assert_eq!(stage.session(&token).await.status, 401);
        assert_eq!(stage.audits("push_carried_out").len(), number + 1, "{operation} {fault:?}");
    }
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_record_keeps_no_other_erasure_from_being_done_and_is_done_by_hand() {
    let stage = Stage::open().await;
    let token = stage.log_in("oDAMAGED").await;
    drop(stage.log_in("oWELL").await);
    let key = json!({"user_id": stage.record("oDAMAGED").expect("a record")["user_id"]});
    let live = stage.record("oDAMAGED").expect("a record")["live"].clone();
    let set = |value| {
        let update = json!({"TableName": "UsersTable", "Key": key, "UpdateExpression": "SET live = :v",
            "ExpressionAttributeValues": {":v": value}});
        stage.service.dynamodb.items().update(update).expect("the table takes it");
    };
    set(json!({"S": "x"}));
    stage.taken(&PushOrder::cancellation(APP, "oDAMAGED")).await;
    stage.taken(&PushOrder::cancellation(APP, "oWELL")).await;
    let done = async {
        while stage.audits("push_carried_out").is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), done).await.expect("the other one is erased");
    assert!(!stage.is_known("oWELL") && stage.is_known("oDAMAGED"));
    let lines = stage.lines();
    let stuck: Vec<_> =
        lines.iter().filter(|line| line["function"] == "erasures" && line["erasures_undone"] == 1).collect();
    assert!(
        stuck.len() == 1 && stuck[0]["operator"].is_object() && stuck[0]["push_id"].is_string(),
        "{stuck:?}"
    );
    let redrive = async || {
        let path = "/2015-03-31/functions/erasures/invocations";
        let request = stage.client.request("POST", path).json(&json!({ "redrive": APP }));
        request.send().await.expect("an answer").body
    };
    assert_eq!(redrive().await, json!({"done": 0, "undone": 1}));
    set(live);
    assert_eq!(redrive().await, json!({"done": 1, "undone": 0}));
    assert_eq!(redrive().await, json!({"done": 0, "undone": 0}));
    assert_eq!(stage.session(&token).await.status, 401);
    assert_eq!(stage.settled().await, ["erased", "erased"]);
    stage.close().await;
}
