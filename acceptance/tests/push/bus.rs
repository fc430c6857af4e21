//! What a business is told, by a bus.

use std::{collections::BTreeSet, time::Duration};

use aws_emulator::event_bridge::Fault;
use serde_json::{Value, json};
use wechat_simulator::PushOrder;
use wxsession::UserId;

use crate::support::{APP, START, Stage};

const BUS: &[(&str, &str)] = &[("EventBusName", "business")];

/// The kinds of what is on the bus, once there are so many.
async fn kinds(stage: &Stage, count: usize) -> Vec<(String, Value)> {
    let told = async {
        loop {
            let events = stage.service.event_bridge.events();
            if events.len() >= count {
                return events;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let events = tokio::time::timeout(Duration::from_secs(20), told).await.expect("the bus is told");
    // Whatever would come after the last one has had its time.
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(
        stage.service.event_bridge.events().len(),
        count,
        "{:#?}",
        stage.service.event_bridge.events()
    );
    events
        .into_iter()
        .map(|event| {
            assert_eq!((&event["EventBusName"], &event["Source"]), (&json!("business"), &json!("wxsession")));
            assert_eq!(event["Detail"]["version"], 1);
            (event["DetailType"].as_str().expect("a kind").to_owned(), event["Detail"].clone())
        })
        .collect()
}

async fn account(stage: &Stage, action: &str, more: Value) {
    let mut request =
        json!({"action": action, "actor": "bus", "user_id": UserId::of(APP, "oBUS").to_string()});
    request.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    let path = "/2015-03-31/functions/accounts/invocations";
    let reply = stage.client.request("POST", path).json(&request).send().await.expect("an answer");
    assert!(reply.body["result"].is_object(), "{action}: {}", reply.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_life_of_a_user_is_told_from_the_login_to_the_erasure() {
    let stage = Stage::with(BUS).await;
    let token = stage.log_in("oBUS").await;
    assert_eq!(stage.session(&token).await.status, 200);
    assert_eq!(
        stage.client.request("DELETE", "/session").bearer(&token).send().await.expect("an answer").status,
        204
    );
    account(&stage, "set_roles", json!({"version": 0, "roles": ["staff"]})).await;
    account(&stage, "block", json!({"reason": "spam"})).await;
    account(&stage, "unblock", json!({})).await;
    stage.taken(&PushOrder::cancellation(APP, "oBUS")).await;
    stage.settled().await;
    let told = kinds(&stage, 8).await;
    let mut found: Vec<&str> = told.iter().map(|(kind, _)| kind.as_str()).collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "session.ended",
            "user.blocked",
            "user.created",
            "user.erased",
            "user.logged_in",
            "user.roles_changed",
            "user.unblocked",
            "wechat.pushed"
        ]
    );
    let user = UserId::of(APP, "oBUS").to_string();
    let (pushed, ours): (Vec<_>, Vec<_>) = told.iter().partition(|(kind, _)| kind == "wechat.pushed");
    for (kind, detail) in ours {
        assert_eq!(detail["user_id"], user, "{kind}");
        let text = detail.to_string();
        assert!(!text.contains("oBUS") && !text.contains(&token[4..]), "{kind}: {text}");
    }
    let [(_, detail)] = pushed.try_into().expect("one message");
    assert_eq!((&detail["app_id"], &detail["message"]["OpenID"]), (&json!(APP), &json!("oBUS")));
    let ids: BTreeSet<_> = told.iter().map(|(_, detail)| detail["id"].to_string()).collect();
    assert_eq!(ids.len(), told.len(), "each has a name of its own");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_message_is_handed_on_once_and_none_without_a_bus() {
    let stage = Stage::with(BUS).await;
    let text = json!({"MsgType": "text", "Content": "hello", "MsgId": 1});
    let order = PushOrder { copies: 3, ..PushOrder::event(APP, "", text) };
    let answers = stage.service.simulator.push(&order).await.expect("set up");
    assert!(answers.iter().all(wechat_simulator::PushAnswer::is_success), "{answers:?}");
    let told = kinds(&stage, 1).await;
    assert_eq!(told[0].1["message"]["Content"], "hello");
    let forged = PushOrder { mistake: Some(wechat_simulator::PushMistake::WrongToken), ..order };
    drop(stage.service.simulator.push(&forged).await);
    kinds(&stage, 1).await;
    stage.close().await;
    let stage = Stage::open().await;
    drop(stage.log_in("oBUS").await);
    stage.taken(&PushOrder::event(APP, "user_info_modified", json!({"OpenID": "oBUS"}))).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!((stage.stored().len(), stage.service.event_bridge.calls()), (0, 0));
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_that_is_lost_here_is_handed_on_and_rings() {
    let stage = Stage::with(BUS).await;
    let mut nobody = PushOrder::cancellation(APP, "oBUS");
    nobody.message.insert("OpenID".to_owned(), json!(""));
    let mut old = PushOrder::revocation(APP, "oBUS", "301");
    old.message.insert("CreateTime".to_owned(), json!(START - 3 * 86_400 - 1));
    for (order, reason) in [(nobody, "push_no_openid"), (old, "push_too_old")] {
        stage.taken(&order).await;
        let line = stage.line("push");
        assert_eq!((&line["reason"], &line["pushes_lost"]), (&json!(reason), &json!(1)));
        stage.taken(&order).await;
        assert_eq!(stage.line("push")["pushes_lost"], 1, "a repetition of it, too");
    }
    let told = kinds(&stage, 2).await;
    let events: BTreeSet<_> = told.iter().map(|(_, detail)| detail["message"]["Event"].to_string()).collect();
    assert_eq!(events.len(), 2, "{told:#?}");
    assert!(stage.audits("push_carried_out").is_empty());
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_only_handed_on_is_no_part_of_a_redrive_and_a_try_of_the_url_is_not_stored() {
    let stage = Stage::with(BUS).await;
    stage.taken(&PushOrder::event(APP, "debug_demo", json!({}))).await;
    assert!(stage.stored().is_empty());
    stage.taken(&PushOrder::event(APP, "", json!({"MsgType": "text", "Content": "hello"}))).await;
    stage.taken(&PushOrder::cancellation(APP, "oBUS")).await;
    let kept = |row: &Value| {
        row["sk"]["S"].as_str().and_then(|key| key.split_once('#')).map(|(kind, _)| kind.to_owned())
    };
    let kinds_kept: Vec<_> = stage.stored().iter().filter_map(kept).collect();
    assert_eq!(kinds_kept, ["asks", "told"]);
    let path = "/2015-03-31/functions/erasures/invocations";
    let redrive = stage.client.request("POST", path).json(&json!({ "redrive": APP }));
    carried_out(&stage).await;
    let answer = redrive.send().await.expect("an answer").body;
    assert_eq!(answer, json!({"done": 0, "undone": 0, "more": false}));
    kinds(&stage, 2).await;
    stage.close().await;
}

async fn carried_out(stage: &Stage) {
    let done = async {
        while stage.audits("push_carried_out").is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), done).await.expect("it is carried out");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_bus_does_not_take_comes_again() {
    for fault in [Fault::Down(9), Fault::TakesAllButTheLast(4)] {
        let stage = Stage::with(BUS).await;
        stage.service.event_bridge.set_fault(fault);
        for user in 0..5 {
            drop(stage.log_in(&format!("oBUS{user}")).await);
        }
        let told = async {
            loop {
                let events = stage.service.event_bridge.events();
                let of = |kind: &str| -> BTreeSet<String> {
                    events
                        .iter()
                        .filter(|event| event["DetailType"] == kind)
                        .map(|event| event["Detail"]["user_id"].to_string())
                        .collect()
                };
                if of("user.created").len() == 5 && of("user.logged_in").len() == 5 {
                    return events;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let events =
            tokio::time::timeout(Duration::from_secs(30), told).await.expect("all are told in the end");
        // At least once: what comes again has the same name.
        let ids: BTreeSet<_> = events.iter().map(|event| event["Detail"]["id"].to_string()).collect();
        assert_eq!(ids.len(), 10, "{fault:?}");
        let mut lines = stage.lines().into_iter().filter(|line| line["function"] == "events");
        assert!(lines.all(|line| line["service_misconfigured"].is_null()), "an outage is nobody's mistake");
        stage.close().await;
    }
}

/// The first line of `events` with this outcome.
async fn told_line(stage: &Stage, outcome: &str) -> Value {
    let found = async {
        loop {
            let lines = stage.lines();
            let mut ours = lines.into_iter().filter(|line| line["function"] == "events");
            if let Some(line) = ours.find(|line| line["outcome"] == outcome) {
                return line;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), found).await.expect("there is such a line")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bus_that_is_not_there_is_for_the_operator_and_loses_nothing() {
    let stage = Stage::with(BUS).await;
    stage.service.event_bridge.delete_bus("business");
    drop(stage.log_in("oBUS").await);
    let line = told_line(&stage, "service_misconfigured").await;
    assert_eq!(
        (&line["bus_error"], &line["service_misconfigured"]),
        (&json!("ResourceNotFoundException"), &json!(1))
    );
    assert!(line["operator"]["fix"].is_string(), "{line}");
    stage.service.event_bridge.create_bus("business");
    kinds(&stage, 2).await;
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bus_that_goes_away_is_missed_within_a_minute() {
    let stage = Stage::with(BUS).await;
    drop(stage.log_in("oBUS").await);
    kinds(&stage, 2).await;
    stage.service.event_bridge.delete_bus("business");
    stage.service.clock.advance(60);
    drop(stage.log_in("oBUS2").await);
    told_line(&stage, "service_misconfigured").await;
    stage.service.event_bridge.create_bus("business");
    kinds(&stage, 4).await;
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_cannot_be_read_is_counted_and_keeps_no_other_from_being_told() {
    let stage = Stage::with(BUS).await;
    drop(stage.log_in("oBUS").await);
    let record = stage.record("oBUS").expect("a record");
    let update = json!({"TableName": "UsersTable", "Key": {"user_id": record["user_id"]},
        "UpdateExpression": "SET live = :v", "ExpressionAttributeValues": {":v": {"S": "x"}}});
    stage.service.dynamodb.items().update(update).expect("the table takes it");
    let untold = async {
        loop {
            let lines = stage.lines();
            if let Some(line) = lines.into_iter().find(|line| line["unreadable"] == 1) {
                return line;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let line = tokio::time::timeout(Duration::from_secs(20), untold).await.expect("a line says so");
    assert_eq!((&line["events_untold"], &line["user_id"]), (&json!(1), &record["user_id"]["S"]));
    assert!(line["operator"]["cause"].as_str().is_some_and(|cause| cause.contains("live")), "{line}");
    kinds(&stage, 2).await;
    stage.close().await;
}
