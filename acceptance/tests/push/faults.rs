//! Tables that fail while it happens.

use std::{collections::HashMap, sync::Arc, time::Duration};

use aws_emulator::dynamodb::Fault;
use erasures::Erasures;
use serde_json::{Value, json};
use wechat_simulator::PushOrder;
use wxsession::{
    UserId,
    serve::{Function as _, invoke_json_within},
    telemetry::{Level, Log},
};

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
async fn what_asks_for_no_erasure_rings_for_none() {
    let stage = Stage::with(&[("EventBusName", "business")]).await;
    stage.service.dynamodb.proxy().inject_on(&["PutItem"], Fault::InternalError { times: None }).await;
    for (event, lost) in [("user_info_modified", Value::Null), ("user_authorization_cancellation", json!(1))]
    {
        let order = PushOrder::event(APP, event, json!({"OpenID": "oOTHER"}));
        assert_eq!(stage.refused(&order).await.0, 503);
        assert_eq!(stage.line("push")["pushes_lost"], lost, "{event}");
    }
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_secret_cannot_be_read_a_message_is_lost_and_a_check_of_the_url_is_not() {
    let stage = Stage::open().await;
    stage.service.secrets.put("AppsSecret", &json!("no secret of ours"));
    drop(stage.service.simulator.check_push(APP).await);
    let line = stage.line("push");
    assert_eq!((&line["status"], &line["pushes_lost"]), (&json!(500), &Value::Null));
    assert_eq!(stage.refused(&PushOrder::cancellation(APP, "o")).await.0, 500);
    assert_eq!(stage.line("push")["pushes_lost"], 1);
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

/// Sets an attribute of a user's record.
fn set(stage: &Stage, openid: &str, name: &str, value: &Value) {
    let key = json!({"user_id": {"S": UserId::of(APP, openid).to_string()}});
    let update = json!({"TableName": "UsersTable", "Key": key, "UpdateExpression": format!("SET {name} = :v"),
        "ExpressionAttributeValues": {":v": value}});
    stage.service.dynamodb.items().update(update).expect("the table takes it");
}

/// The row of the message about this user.
fn row(stage: &Stage, openid: &str) -> Value {
    let user = UserId::of(APP, openid).to_string();
    let rows = stage.stored();
    rows.into_iter().find(|row| row["user_id"]["S"] == user).expect("a message about the user")
}

async fn erasures(stage: &Stage, event: &Value) -> Value {
    let path = "/2015-03-31/functions/erasures/invocations";
    stage.client.request("POST", path).json(event).send().await.expect("an answer").body
}

async fn carried_out(stage: &Stage, count: usize) {
    let done = async {
        while stage.audits("push_carried_out").len() < count {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), done).await.expect("the others are erased");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_stuck_message_of_a_batch_has_a_line_with_its_own_name_and_user() {
    let stage = Stage::open().await;
    let damaged = ["oDAMAGED1", "oDAMAGED2"];
    for openid in damaged {
        drop(stage.log_in(openid).await);
        set(&stage, openid, "live", &json!({"S": "x"}));
        stage.taken(&PushOrder::cancellation(APP, openid)).await;
    }
    drop(stage.log_in("oWELL").await);
    stage.taken(&PushOrder::cancellation(APP, "oWELL")).await;
    carried_out(&stage, 1).await;
    let record = |openid: &str, number: &str| {
        let row = row(&stage, openid);
        json!({"eventName": "INSERT", "dynamodb": {"SequenceNumber": number,
            "Keys": {"pk": row["pk"], "sk": row["sk"]}}})
    };
    let batch =
        json!({"Records": [record("oDAMAGED1", "1"), record("oDAMAGED2", "2"), record("oWELL", "3")]});
    for event in [batch, json!({ "redrive": APP })] {
        let before = stage.lines().len();
        erasures(&stage, &event).await;
        let lines = stage.lines().split_off(before);
        for openid in damaged {
            let user = UserId::of(APP, openid).to_string();
            let [line] = lines.iter().filter(|line| line["user_id"] == user).collect::<Vec<_>>()[..] else {
                panic!("one line about {openid}: {lines:#?}")
            };
            assert_eq!(
                (&line["push_id"], &line["level"], &line["message"], &line["app_id"]),
                (&row(&stage, openid)["sk"]["S"], &json!("ERROR"), &json!("stuck"), &json!(APP)),
            );
            assert_eq!(line["operator"]["cause"], "a user's record is damaged: attribute live");
        }
        let of_all = lines.iter().find(|line| line["message"] == "request").expect("the request's line");
        assert_eq!((&of_all["stuck"], &of_all["push_id"]), (&json!(2), &Value::Null));
    }
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_row_is_stuck_by_its_own_damage_and_not_by_a_users() {
    let stage = Stage::open().await;
    let record = json!({"eventName": "INSERT", "dynamodb": {"SequenceNumber": "1",
        "Keys": {"pk": {"S": format!("push#{APP}")}, "sk": {"S": "damaged"}}}});
    let update = json!({"TableName": "SessionsTable", "Key": record["dynamodb"]["Keys"],
        "UpdateExpression": "SET user_id = :u, create_time = :c",
        "ExpressionAttributeValues": {":u": {"S": UserId::of(APP, "oPAT").to_string()}, ":c": {"N": "1"}}});
    stage.service.dynamodb.items().update(update).expect("the table takes it");
    erasures(&stage, &json!({ "Records": [record] })).await;
    let lines = stage.lines();
    let line = lines.iter().find(|line| line["push_id"] == "damaged").expect("a line about it");
    let operator = &line["operator"];
    assert_eq!(operator["cause"], "the row of a pushed message is damaged: attribute event");
    assert_eq!(line["user_id"], UserId::of(APP, "oPAT").to_string(), "whom it is about can be read");
    assert!(operator["fix"].as_str().is_some_and(|fix| !fix.contains("user's record")), "{operator}");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_record_keeps_no_other_erasure_from_being_done_and_is_done_by_hand() {
    let stage = Stage::open().await;
    let token = stage.log_in("oDAMAGED").await;
    drop(stage.log_in("oWELL").await);
    let live = stage.record("oDAMAGED").expect("a record")["live"].clone();
    set(&stage, "oDAMAGED", "live", &json!({"S": "x"}));
    stage.taken(&PushOrder::cancellation(APP, "oDAMAGED")).await;
    stage.taken(&PushOrder::cancellation(APP, "oWELL")).await;
    carried_out(&stage, 1).await;
    assert!(!stage.is_known("oWELL") && stage.is_known("oDAMAGED"));
    let lines = stage.lines();
    let alarming: Vec<_> = lines.iter().filter(|line| line["erasures_undone"] == 1).collect();
    let [alarming] = alarming[..] else { panic!("one: {lines:#?}") };
    assert_eq!((&alarming["outcome"], &alarming["level"]), (&json!("record_damaged"), &json!("ERROR")));
    let redrive = async || erasures(&stage, &json!({ "redrive": APP })).await;
    // Done or not, a message of the Mini Program is there: of a name that was mistyped there is none.
    for mistyped in ["wx9999999999999999", "nonsense", ""] {
        let answer = erasures(&stage, &json!({ "redrive": mistyped })).await;
        let refused = json!({"error": {"code": "not_found", "reason": "no_message_of_this_app_id"}});
        assert_eq!(answer, refused, "{mistyped:?}");
    }
    assert_eq!(redrive().await, json!({"done": 0, "undone": 1, "more": false}));
    set(&stage, "oDAMAGED", "live", &live);
    assert_eq!(redrive().await, json!({"done": 1, "undone": 0, "more": false}));
    assert_eq!(redrive().await, json!({"done": 0, "undone": 0, "more": false}));
    assert_eq!(stage.session(&token).await.status, 401);
    assert_eq!(stage.settled().await, ["erased", "erased"]);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_is_said_to_be_when_the_answer_of_the_table_was_lost() {
    let stage = Stage::open().await;
    stage
        .service
        .dynamodb
        .proxy()
        .inject_on(&["UpdateItem SessionsTable"], Fault::AnswerLost { times: Some(1) })
        .await;
    // Nothing is erased: the only write is the one that notes the end.
    stage.taken(&PushOrder::revocation(APP, "oLOST", "6")).await;
    assert_eq!(stage.settled().await, ["nothing_held"]);
    assert_eq!(stage.audits("push_carried_out").len(), 1);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redrive_says_when_its_time_is_up_and_goes_on_the_next_time() {
    const MESSAGES: usize = 20;
    let stage = Stage::open().await;
    for number in 0..MESSAGES {
        stage.taken(&PushOrder::revocation(APP, &format!("oSLOW{number}"), "6")).await;
    }
    stage.settled().await;
    // Each so large that one page does not hold them all.
    for row in stage.stored() {
        let update = json!({"TableName": "SessionsTable", "Key": {"pk": row["pk"], "sk": row["sk"]},
            "UpdateExpression": "SET message = :m REMOVE done_at, outcome",
            "ExpressionAttributeValues": {":m": {"S": "x".repeat(60 * 1024)}}});
        stage.service.dynamodb.items().update(update).expect("the table takes it");
    }
    let env = [
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB", stage.service.dynamodb.endpoint()),
        ("USERS_TABLE", "UsersTable".to_owned()),
        ("SESSIONS_TABLE", "SessionsTable".to_owned()),
    ];
    let env: HashMap<String, String> = env.map(|(name, value)| (name.to_owned(), value)).into();
    let erasures = Erasures::from_env(&env, stage.service.clock.clone()).expect("complete settings");
    let log = Log::stdout("erasures", Level::Debug, stage.service.clock.clone()).kept(Arc::default());
    let slow = Fault::Slow { milliseconds: 100 };
    stage.service.dynamodb.proxy().inject_on(&["GetItem SessionsTable"], slow).await;
    let limit = Some(Duration::from_millis(3_500));
    let (mut done, mut invocations) = (0, 0);
    loop {
        let event = json!({ "redrive": APP });
        let answer = invoke_json_within(&erasures, &log, event, "redrive", limit).await.expect("an answer");
        done += answer["done"].as_u64().expect("a number");
        invocations += 1;
        assert_eq!(answer["undone"], 0, "{answer}");
        if answer["more"] == false {
            break;
        }
    }
    assert!(done == MESSAGES as u64 && invocations > 1, "{done} in {invocations}");
    stage.close().await;
}
