//! The hot path.

use super::*;
use crate::{
    config::Tables,
    session::Refusal,
    store::{Found, Reader},
};

fn reader(script: &Script) -> Reader {
    let tables = Tables { users: "users".to_owned(), sessions: "sessions".to_owned() };
    Reader::new(script.client(), &tables, Realm::new("1").expect("a realm of one digit is allowed"))
}

fn user_record(generation: &str) -> Value {
    json!({"user_id": {"S": user().to_string()}, "generation": {"B": generation}})
}

fn answer(sessions: &[Value], users: &[Value]) -> Value {
    json!({"Responses": {"sessions": sessions, "users": users}, "UnprocessedKeys": {}})
}

async fn found(token: &SessionToken, sessions: &[Value], users: &[Value]) -> Found {
    reader(&Script::of([answer(sessions, users)])).find(token).await.unwrap()
}

fn session_keys(token: &SessionToken) -> Value {
    let key = json!({"pk": {"S": user().to_string()}, "sk": {"S": hash(token).as_str()}});
    json!({"ConsistentRead": true, "Keys": [key]})
}

fn user_keys() -> Value {
    let key = json!({"user_id": {"S": user().to_string()}});
    json!({"ConsistentRead": true, "Keys": [key], "ProjectionExpression": "user_id, generation"})
}

#[tokio::test]
async fn both_records_are_read_at_once_strongly_and_of_the_user_only_the_generation() {
    let token = token();
    let script = Script::of([answer(&[record(&hash(&token))], &[user_record(GENERATION_TEXT)])]);
    let found = reader(&script).find(&token).await.unwrap();
    let wanted = json!({"sessions": session_keys(&token), "users": user_keys()});
    assert_eq!(script.asked_once("BatchGetItem"), json!({"RequestItems": wanted}));
    assert_eq!(found.session(), Some(&session()));
    assert_eq!(found.decide(NOW), Ok(&session()));
    assert_eq!(found.decide(NOW + 3_600), Err(Refusal::Idle));
}

#[tokio::test]
async fn what_was_left_unprocessed_is_asked_for_once_more() {
    let token = token();
    let rest = json!({"users": user_keys()});
    let first = json!({"Responses": {"sessions": [record(&hash(&token))]}, "UnprocessedKeys": rest});
    let script = Script::of([first.clone(), answer(&[], &[user_record(GENERATION_TEXT)])]);
    let found = reader(&script).find(&token).await.unwrap();
    assert_eq!(found.decide(NOW), Ok(&session()));
    assert_eq!(script.asked()[1].1, json!({"RequestItems": rest}));

    let script = Script::of([first.clone(), first]);
    let error = reader(&script).find(&token).await.unwrap_err();
    assert_eq!(error.to_string(), "BatchGetItem: unprocessed_keys");
    assert_eq!(script.asked().len(), 2);
}

#[tokio::test]
async fn absent_is_told_from_unread() {
    let token = token();
    let (record, user) = (record(&hash(&token)), user_record(GENERATION_TEXT));
    assert_eq!(found(&token, &[], &[user]).await.decide(NOW), Err(Refusal::Unknown));
    assert_eq!(found(&token, &[record], &[]).await.decide(NOW), Err(Refusal::UserGone));
    let script = Script::default().then([refused()]);
    is_refused(reader(&script).find(&token).await, "BatchGetItem");
}

#[tokio::test]
async fn a_damaged_record_is_refused_and_named() {
    let token = token();
    let (good, user) = (record(&hash(&token)), user_record(GENERATION_TEXT));
    let broken = with(good.clone(), "expires_at", json!({"S": "soon"}));
    let found_broken = found(&token, &[broken], &[user]).await;
    assert_eq!(found_broken.decide(NOW), Err(Refusal::Damaged("expires_at")));
    assert_eq!(found_broken.session(), None);
    let short = found(&token, &[good], &[user_record("MTIzNDU2Nw==")]).await;
    assert_eq!(short.decide(NOW), Err(Refusal::Damaged("generation")));
    assert_eq!(short.session(), Some(&session()));
}
