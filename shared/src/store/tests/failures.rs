//! The stable words for what can go wrong between us and a table.

use super::*;
use crate::store::Users;

async fn word_for<const N: usize>(answers: [Answer; N]) -> String {
    let script = Script::default().then(answers);
    let error = Users::new(script.client(), "users").read(user()).await.unwrap_err();
    assert_eq!(script.asked().len(), N);
    assert_eq!(error.operation, "GetItem");
    error.kind
}

#[tokio::test]
async fn a_failure_is_named_by_dynamodb_or_by_its_kind() {
    let timeout = Answer::Breaks(|| ConnectorError::timeout("t".into()));
    let io = Answer::Breaks(|| ConnectorError::io("i".into()));
    assert_eq!(word_for([refused()]).await, "ResourceNotFoundException");
    assert_eq!(word_for([timeout.clone(), timeout.clone(), timeout]).await, "timeout");
    assert_eq!(word_for([io.clone(), io.clone(), io]).await, "connection");
    assert_eq!(word_for([Answer::Cut, Answer::Cut, Answer::Cut]).await, "unreadable_answer");
    assert_eq!(word_for([Answer::Says(400, "{}".to_owned())]).await, "unknown_error");
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_no_success() {
    assert_eq!(word_for([Answer::Says(200, "<html>".to_owned())]).await, "unknown_error");
}

#[tokio::test]
async fn a_silent_table_costs_no_more_than_the_budget() {
    let started = std::time::Instant::now();
    let script = Script { is_silent: true, ..Script::default() };
    let error = Users::new(script.client(), "users").read(user()).await.unwrap_err();
    assert_eq!((error.operation, error.kind.as_str()), ("GetItem", "timeout"));
    assert!(started.elapsed().as_secs() < 3, "the budget of a write is a second and a half");
}

#[tokio::test]
async fn a_throttled_call_is_tried_again() {
    let throttled = failed("ProvisionedThroughputExceededException", &json!({}));
    let script = Script::default().then([throttled, Answer::Says(200, "{}".to_owned())]);
    assert!(Users::new(script.client(), "users").read(user()).await.unwrap().is_none());
    assert_eq!(script.asked().len(), 2);
}
