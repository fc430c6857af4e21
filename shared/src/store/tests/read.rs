//! The hot path.

use super::*;
use crate::{
    config::Tables,
    session::{Ended, Refusal, Rules, SessionRecord},
    store::{Found, Reader, users::LIVENESS},
};

const RULES: Rules = Rules::AS_PROMISED;

fn reader(script: &Script) -> Reader {
    let tables = Tables { users: "users".to_owned(), sessions: "sessions".to_owned() };
    Reader::new(script.client(), &tables, realm())
}

fn answer(sessions: &[Value], users: &[Value]) -> Value {
    json!({"Responses": {"sessions": sessions, "users": users}, "UnprocessedKeys": {}})
}

async fn found(token: &SessionToken, sessions: &[Value], users: &[Value]) -> Found {
    reader(&Script::of([answer(sessions, users)])).find(token).await.unwrap()
}

fn refusal(found: &Found) -> Option<Refusal> {
    found.decide(NOW, &RULES).err()
}

fn session_keys(token: &SessionToken) -> Value {
    let key = json!({"pk": {"S": user().to_string()}, "sk": {"S": session_key(token).hash.sort_key()}});
    json!({"ConsistentRead": true, "Keys": [key]})
}

fn user_keys() -> Value {
    let key = json!({"user_id": {"S": user().to_string()}});
    json!({
        "ConsistentRead": true, "Keys": [key], "ProjectionExpression": LIVENESS,
        "ExpressionAttributeNames": {"#roles": "roles"},
    })
}

/// Both records of a token that is good.
fn records(token: &SessionToken) -> (Value, Value) {
    let hash = session_key(token).hash;
    (record(&hash), user_record(&[hash]))
}

#[tokio::test]
async fn both_records_are_read_at_once_strongly_and_of_the_user_nothing_of_the_vault() {
    let token = token();
    let (session_record, user_record) = records(&token);
    let script = Script::of([answer(&[session_record], &[user_record])]);
    let found = reader(&script).find(&token).await.unwrap();
    let wanted = json!({"sessions": session_keys(&token), "users": user_keys()});
    assert_eq!(script.asked_once("BatchGetItem"), json!({"RequestItems": wanted}));
    assert!(!LIVENESS.contains("session_key"));
    let good = found.decide(NOW, &RULES).unwrap();
    assert_eq!((good.session, good.person.openid.as_str()), (&session(), OPENID));
    assert_eq!(found.session(), Some(&session()));
    assert_eq!(found.key(), &session_key(&token));
    let late = found.decide(NOW + 3_600, &RULES).map(drop);
    assert_eq!(late, Err(Refusal::Ended(Ended::Expired)));
}

#[tokio::test]
async fn what_was_left_unprocessed_is_asked_for_once_more() {
    let token = token();
    let (session_record, user_record) = records(&token);
    let rest = json!({"users": user_keys()});
    let first = json!({"Responses": {"sessions": [session_record]}, "UnprocessedKeys": rest});
    let script = Script::of([first.clone(), answer(&[], &[user_record])]);
    let found = reader(&script).find(&token).await.unwrap();
    assert_eq!(found.decide(NOW, &RULES).unwrap().session, &session());
    assert_eq!(script.asked()[1].1, json!({"RequestItems": rest}));

    let script = Script::of([first.clone(), first]);
    let error = reader(&script).find(&token).await.unwrap_err();
    assert_eq!(error.to_string(), "BatchGetItem: unprocessed_keys");
    assert_eq!(script.asked().len(), 2);
}

#[tokio::test]
async fn absent_is_told_from_unread() {
    let token = token();
    let (session_record, user_record) = records(&token);
    assert_eq!(refusal(&found(&token, &[], &[user_record]).await), Some(Refusal::Unknown));
    let alone = found(&token, &[session_record], &[]).await;
    assert_eq!(refusal(&alone), Some(Refusal::Ended(Ended::Deleted)));
    let script = Script::default().then([refused()]);
    is_refused(reader(&script).find(&token).await, "BatchGetItem");
}

#[tokio::test]
async fn an_answer_without_responses_tells_nothing_and_a_table_missing_in_it_has_no_such_item() {
    let token = token();
    let (session_record, _) = records(&token);
    for empty in [json!({}), json!({"UnprocessedKeys": {}}), json!({"Responses": null})] {
        let error = reader(&Script::of([empty])).find(&token).await.unwrap_err();
        assert_eq!(error.to_string(), "BatchGetItem: incomplete_answer");
    }
    let none = reader(&Script::of([json!({"Responses": {}})])).find(&token).await.unwrap();
    assert_eq!(refusal(&none), Some(Refusal::Unknown));
    let half = json!({"Responses": {"sessions": [session_record]}});
    let half = reader(&Script::of([half])).find(&token).await.unwrap();
    assert_eq!(refusal(&half), Some(Refusal::Ended(Ended::Deleted)));
}

#[tokio::test]
async fn a_damaged_record_is_refused_and_named() {
    let token = token();
    let (good, user) = records(&token);
    let broken = with(good.clone(), "expires_at", json!({"S": "soon"}));
    let found_broken = found(&token, &[broken], std::slice::from_ref(&user)).await;
    assert_eq!(refusal(&found_broken), Some(Refusal::Damaged(Record::Session, "expires_at")));
    assert_eq!(found_broken.session(), None);
    for (name, value) in [
        ("live", json!({"B": "MTIzNDU2Nw=="})),
        ("live", Value::Null),
        ("live", json!({"S": "12345678"})),
        ("openid", json!({"N": "1"})),
        ("app_id", Value::Null),
        ("created_at", Value::Null),
        ("signed_out_at", json!({"S": "1795329000"})),
        ("blocked", json!({"S": "yes"})),
        ("roles", json!({"N": "1"})),
    ] {
        let damaged = with(user.clone(), name, value);
        let damaged = found(&token, std::slice::from_ref(&good), &[damaged]).await;
        assert_eq!(refusal(&damaged), Some(Refusal::Damaged(Record::User, name)));
        assert_eq!(damaged.session(), Some(&session()));
    }
}

#[tokio::test]
async fn a_tombstone_is_refused_with_its_reason_and_still_known() {
    let token = token();
    let (good, user) = records(&token);
    let ended = with(with(good, "state", json!({"S": "ended"})), "ended_reason", json!({"S": "logged_out"}));
    let found = found(&token, &[ended], &[user]).await;
    assert_eq!(refusal(&found), Some(Refusal::Ended(Ended::LoggedOut)));
    assert_eq!(found.session(), Some(&session()));
    let record = SessionRecord::Ended { reason: Ended::LoggedOut, session: Some(session()) };
    assert_eq!(record.session(), Some(&session()));
}
