//! The Sessions table.

use super::*;
use crate::{
    session::{Ended, SessionRecord},
    store::{End, Sessions, item::Damaged},
};

fn sessions(script: &Script) -> Sessions {
    Sessions::new(script.client(), "sessions")
}

pub(super) fn key_of(hash: &TokenHash) -> Value {
    json!({"pk": {"S": user().to_string()}, "sk": {"S": hash.sort_key()}})
}

fn later() -> Session {
    Session { last_seen_at: Some(NOW + 600), expires_at: NOW + 4_200, ..session() }
}

fn id() -> Option<SessionId> {
    SessionId::parse(SESSION_ID)
}

fn attributes(record: &Value) -> Answer {
    Answer::Says(200, json!({"Attributes": record}).to_string())
}

#[tokio::test]
async fn a_session_is_written_whole_and_only_where_none_is() {
    let (script, key) = (Script::of([json!({})]), a_key());
    sessions(&script).create(&key, &session()).await.unwrap();
    let wanted = json!({
        "TableName": "sessions", "Item": record(&key.hash), "ConditionExpression": "attribute_not_exists(pk)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    });
    assert_eq!(script.asked_once("PutItem"), wanted);

    let script = Script::of([json!({})]);
    sessions(&script).create(&key, &Session { last_seen_at: None, ..session() }).await.unwrap();
    let item = with(record(&key.hash), "last_seen_at", Value::Null);
    assert_eq!(script.asked_once("PutItem")["Item"], item, "never seen");
}

#[tokio::test]
async fn a_clash_is_ours_only_by_the_id_and_while_it_is_active() {
    let key = a_key();
    let other = "019aa9c3-7c00-7000-8000-000000000002";
    let clash = Err("PutItem: ConditionalCheckFailedException");
    let cases = [
        (condition_failed(Some(record(&key.hash))), Ok(())),
        (condition_failed(Some(with(record(&key.hash), "session_id", json!({"S": other})))), clash),
        (condition_failed(Some(with(record(&key.hash), "state", json!({"S": "ended"})))), clash),
        (condition_failed(None), clash),
        (refused(), Err("PutItem: ResourceNotFoundException")),
    ];
    for (answer, expected) in cases {
        let script = Script::default().then([answer]);
        let created = sessions(&script).create(&key, &session()).await.map_err(|error| error.to_string());
        assert_eq!(created, expected.map_err(str::to_owned));
    }
}

#[tokio::test]
async fn a_renewal_is_conditional_on_what_was_read() {
    let (script, key) = (Script::of([json!({})]), a_key());
    assert_eq!(sessions(&script).renew(&key, &session(), &later()).await, Ok(true));
    let wanted = json!({
        "TableName": "sessions", "Key": key_of(&key.hash),
        "UpdateExpression": "SET last_seen_at = :seen, expires_at = :expires",
        "ConditionExpression": "#state = :active AND last_seen_at = :old",
        "ExpressionAttributeNames": {"#state": "state"},
        "ExpressionAttributeValues": {
            ":active": {"S": "active"}, ":old": {"N": "1795329060"}, ":seen": {"N": "1795329600"},
            ":expires": {"N": "1795333200"},
        },
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    });
    assert_eq!(script.asked_once("UpdateItem"), wanted);

    let script = Script::of([json!({})]);
    let fresh = Session { last_seen_at: None, ..session() };
    assert_eq!(sessions(&script).renew(&key, &fresh, &later()).await, Ok(true));
    let asked = script.asked_once("UpdateItem");
    assert_eq!(asked["ConditionExpression"], "#state = :active AND attribute_not_exists(last_seen_at)");
    assert_eq!(asked["ExpressionAttributeValues"][":old"], Value::Null);
}

#[tokio::test]
async fn a_renewal_that_was_not_written_says_so_unless_it_finds_its_own_trace() {
    let key = a_key();
    let own = with(record(&key.hash), "last_seen_at", json!({"N": "1795329600"}));
    let cases = [
        (condition_failed(Some(own.clone())), true),
        (condition_failed(Some(with(own, "state", json!({"S": "ended"})))), false),
        (condition_failed(Some(record(&key.hash))), false),
        (condition_failed(None), false),
    ];
    for (answer, written) in cases {
        let script = Script::default().then([answer]);
        assert_eq!(sessions(&script).renew(&key, &session(), &later()).await, Ok(written));
    }
    let script = Script::default().then([refused()]);
    is_refused(sessions(&script).renew(&key, &session(), &later()).await, "UpdateItem");
}

#[tokio::test]
async fn ending_leaves_a_tombstone_for_a_day() {
    let key = a_key();
    let script = Script::default().then([attributes(&record(&key.hash))]);
    assert_eq!(sessions(&script).end(&key, Ended::LoggedOut, NOW).await, Ok(End::Now(id())));
    let wanted = json!({
        "TableName": "sessions", "Key": key_of(&key.hash),
        "UpdateExpression": "SET #state = :ended, ended_reason = :reason, ended_at = :now, #ttl = :ttl",
        "ConditionExpression": "#state = :active",
        "ExpressionAttributeNames": {"#state": "state", "#ttl": "ttl"},
        "ExpressionAttributeValues": {
            ":active": {"S": "active"}, ":ended": {"S": "ended"}, ":reason": {"S": "logged_out"},
            ":now": {"N": "1795329000"}, ":ttl": {"N": "1795415400"},
        },
        "ReturnValues": "ALL_NEW", "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    });
    assert_eq!(script.asked_once("UpdateItem"), wanted);
}

#[tokio::test]
async fn ending_again_or_nothing_is_told_from_a_failure() {
    let key = a_key();
    let tombstone = with(record(&key.hash), "state", json!({"S": "ended"}));
    for (answer, expected) in
        [(condition_failed(Some(tombstone)), End::Before), (condition_failed(None), End::Missing)]
    {
        let script = Script::default().then([answer]);
        assert_eq!(sessions(&script).end(&key, Ended::LoggedOut, NOW).await, Ok(expected));
    }
    let script = Script::default().then([refused()]);
    is_refused(sessions(&script).end(&key, Ended::LoggedOut, NOW).await, "UpdateItem");
}

#[tokio::test]
async fn ending_a_session_whose_first_answer_was_lost_is_ending_it_now() {
    let key = a_key();
    let ended = |reason: &str, at: &str| {
        let tombstone = with(record(&key.hash), "state", json!({"S": "ended"}));
        with(with(tombstone, "ended_reason", json!({"S": reason})), "ended_at", json!({"N": at}))
    };
    let lost = || Answer::Breaks(|| ConnectorError::io("lost".into()));
    let ours = || condition_failed(Some(ended("logged_out", "1795329000")));
    let cases = [
        (vec![lost(), ours()], End::Now(id())),
        (vec![lost(), lost(), ours()], End::Now(id())),
        (vec![ours()], End::Before),
        (vec![lost(), condition_failed(Some(ended("replaced", "1795329000")))], End::Before),
        (vec![lost(), condition_failed(Some(ended("logged_out", "1795328999")))], End::Before),
    ];
    for (answers, expected) in cases {
        let script = Script::default();
        script.answers.lock().unwrap().extend(answers);
        assert_eq!(sessions(&script).end(&key, Ended::LoggedOut, NOW).await, Ok(expected));
        assert!(script.answers.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn some_sessions_are_read_strongly_in_one_call_and_damage_is_told_from_absence() {
    let keys = [a_key(), a_key(), a_key()];
    let damaged = with(record(&keys[1].hash), "app_id", Value::Null);
    let answer = json!({"Responses": {"sessions": [record(&keys[0].hash), damaged]}});
    let script = Script::of([answer]);
    let read = sessions(&script).some(user(), keys.map(|key| key.hash)).await.unwrap();
    let expected =
        [(keys[0].hash, Ok(SessionRecord::Active(session()))), (keys[1].hash, Err(Damaged("app_id")))];
    assert_eq!(read, expected);
    let wanted = json!({"ConsistentRead": true, "Keys": keys.map(|key| key_of(&key.hash))});
    assert_eq!(script.asked_once("BatchGetItem"), json!({"RequestItems": {"sessions": wanted}}));

    assert_eq!(
        sessions(&Script::default()).some(user(), []).await,
        Ok(vec![]),
        "nothing is asked for nothing"
    );
    let script = Script::of([json!({"UnprocessedKeys": {}})]);
    let error = sessions(&script).some(user(), [keys[0].hash]).await.unwrap_err();
    assert_eq!(error.to_string(), "BatchGetItem: incomplete_answer");
    is_refused(
        sessions(&Script::default().then([refused()])).some(user(), [keys[0].hash]).await,
        "BatchGetItem",
    );
}
