//! Planted mistakes, each of which the report must name.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use acceptance::load::Plan;
use aws_emulator::dynamodb::Fault;
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;

use crate::support::{Trial, plan};

#[track_caller]
fn names(failures: &str, mistake: &str) {
    assert!(failures.contains(mistake), "`{mistake}` was not reported:\n{failures}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_throttles_for_ever_is_reported() {
    let trial = Trial::open(50).await;
    trial.stage.service.dynamodb.proxy().inject(Fault::Throttle { times: None }).await;
    let failures = trial.failures().await;
    names(&failures, "check: 503 store_unavailable, not 200");
    names(&failures, "login: 503 store_unavailable, not 200");
    names(&failures, "calls BatchGetItem Sessions + Users, not");
    trial.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_with_the_right_status_and_a_wrong_body_is_reported() {
    let trial = Trial::open(50).await;
    for (user, hash) in trial.stage.keys() {
        let update = json!({
            "TableName": "SessionsTable",
            "Key": { "pk": { "S": user }, "sk": { "S": hash } },
            "UpdateExpression": "SET session_id = :other",
            "ExpressionAttributeValues": { ":other": { "S": "018bcfe5-6800-7000-8000-000000000000" } },
        });
        trial.stage.service.dynamodb.items().update(update).expect("the session is there");
    }
    let failures = trial.failures().await;
    names(&failures, "check: wrong answer: another session");
    names(&failures, "authorize: wrong answer: another session");
    trial.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_that_grows_is_reported() {
    let trial = Trial::open(50).await;
    let leaks = Arc::new(AtomicBool::new(true));
    let leak = std::thread::spawn({
        let leaks = Arc::clone(&leaks);
        move || {
            let mut kept = Vec::new();
            while leaks.load(Ordering::Relaxed) {
                kept.push(vec![1_u8; 4 << 20]);
                std::thread::sleep(Duration::from_millis(50));
            }
            kept.len()
        }
    });
    let failures = trial.failures().await;
    leaks.store(false, Ordering::Relaxed);
    leak.join().expect("a thread that only allocates");
    names(&failures, "allocated memory grew by");
    trial.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_too_many_is_reported() {
    let trial = Trial::open(50).await;
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let row = [("pk", text("nobody")), ("sk", text("nothing"))];
    let row = row.map(|(name, value)| (name.to_owned(), value)).into();
    trial.stage.service.dynamodb.items().import("SessionsTable", vec![row]).expect("the table is there");
    names(&trial.failures().await, "SessionsTable holds");
    trial.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_that_does_not_hold_is_reported() {
    let trial = Trial::open(50).await;
    trial.stage.service.dynamodb.proxy().inject(Fault::Slow { milliseconds: 50 }).await;
    let plan = Plan { rate: Some(60.0), connections: 1, lasts: Duration::from_secs(2), ..plan() };
    names(&trial.run(plan).await.failures().join("\n"), "the rate did not hold");
    trial.close().await;
}
