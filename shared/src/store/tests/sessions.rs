//! The Sessions table.

use super::*;
use crate::store::{Revoked, Sessions};

fn sessions(script: &Script) -> Sessions {
    Sessions::new(script.client(), "sessions")
}

fn key(hash: &TokenHash) -> Value {
    json!({"pk": {"S": user().to_string()}, "sk": {"S": hash.as_str()}})
}

fn later() -> Session {
    Session { last_seen_at: NOW + 600, expires_at: NOW + 4_200, ..session() }
}

#[tokio::test]
async fn a_session_is_written_whole_and_only_where_none_is() {
    let (script, hash) = (Script::of([json!({})]), hash(&token()));
    sessions(&script).create(&hash, &session()).await.unwrap();
    let wanted = json!({
        "TableName": "sessions", "Item": record(&hash), "ConditionExpression": "attribute_not_exists(pk)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    });
    assert_eq!(script.asked_once("PutItem"), wanted);

    let script = Script::of([json!({})]);
    let both = Session { unionid: Some("oUNION".to_owned()), ..session() };
    sessions(&script).create(&hash, &both).await.unwrap();
    let item = with(record(&hash), "unionid", json!({"S": "oUNION"}));
    assert_eq!(script.asked_once("PutItem")["Item"], item);
}

#[tokio::test]
async fn a_clash_is_ours_only_by_the_id() {
    let hash = hash(&token());
    let other = "019aa9c3-7c00-7000-8000-000000000002";
    let cases = [
        (condition_failed(Some(record(&hash))), Ok(())),
        (
            condition_failed(Some(with(record(&hash), "session_id", json!({"S": other})))),
            Err("PutItem: ConditionalCheckFailedException"),
        ),
        (condition_failed(None), Err("PutItem: ConditionalCheckFailedException")),
        (refused(), Err("PutItem: ResourceNotFoundException")),
    ];
    for (answer, expected) in cases {
        let script = Script::default().then([answer]);
        let created = sessions(&script).create(&hash, &session()).await.map_err(|error| error.to_string());
        assert_eq!(created, expected.map_err(str::to_owned));
    }
}

#[tokio::test]
async fn a_renewal_is_conditional_on_what_was_read() {
    let (script, hash) = (Script::of([json!({})]), hash(&token()));
    assert_eq!(sessions(&script).renew(&hash, &session(), &later()).await, Ok(true));
    let wanted = json!({
        "TableName": "sessions", "Key": key(&hash),
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
}

#[tokio::test]
async fn a_renewal_that_was_not_written_says_so_unless_it_finds_its_own_trace() {
    let hash = hash(&token());
    let own = with(record(&hash), "last_seen_at", json!({"N": "1795329600"}));
    let cases = [
        (condition_failed(Some(own.clone())), true),
        (condition_failed(Some(with(own, "state", json!({"S": "revoked"})))), false),
        (condition_failed(Some(record(&hash))), false),
        (condition_failed(None), false),
    ];
    for (answer, written) in cases {
        let script = Script::default().then([answer]);
        assert_eq!(sessions(&script).renew(&hash, &session(), &later()).await, Ok(written));
    }
    let script = Script::default().then([refused()]);
    is_refused(sessions(&script).renew(&hash, &session(), &later()).await, "UpdateItem");
}

#[tokio::test]
async fn revoking_leaves_a_tombstone_for_a_day_without_the_names() {
    let (script, hash) = (Script::of([json!({})]), hash(&token()));
    assert_eq!(sessions(&script).revoke(user(), &hash, "logout", NOW).await, Ok(Revoked::Now));
    let wanted = json!({
        "TableName": "sessions", "Key": key(&hash),
        "UpdateExpression": "SET #state = :revoked, revoked_reason = :reason, revoked_at = :now, #ttl = :ttl \
             REMOVE openid, unionid",
        "ConditionExpression": "#state = :active",
        "ExpressionAttributeNames": {"#state": "state", "#ttl": "ttl"},
        "ExpressionAttributeValues": {
            ":active": {"S": "active"}, ":revoked": {"S": "revoked"}, ":reason": {"S": "logout"},
            ":now": {"N": "1795329000"}, ":ttl": {"N": "1795415400"},
        },
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    });
    assert_eq!(script.asked_once("UpdateItem"), wanted);
}

#[tokio::test]
async fn revoking_again_or_nothing_is_told_from_a_failure() {
    let hash = hash(&token());
    let tombstone = with(record(&hash), "state", json!({"S": "revoked"}));
    for (answer, expected) in
        [(condition_failed(Some(tombstone)), Revoked::Before), (condition_failed(None), Revoked::Missing)]
    {
        let script = Script::default().then([answer]);
        assert_eq!(sessions(&script).revoke(user(), &hash, "logout", NOW).await, Ok(expected));
    }
    let script = Script::default().then([refused()]);
    is_refused(sessions(&script).revoke(user(), &hash, "logout", NOW).await, "UpdateItem");
}

#[tokio::test]
async fn ending_a_session_whose_first_answer_was_lost_is_ending_it_now() {
    let hash = hash(&token());
    let ended = |reason: &str, at: &str| {
        let tombstone = with(record(&hash), "state", json!({"S": "revoked"}));
        with(with(tombstone, "revoked_reason", json!({"S": reason})), "revoked_at", json!({"N": at}))
    };
    let lost = || Answer::Breaks(|| ConnectorError::io("lost".into()));
    let ours = || condition_failed(Some(ended("logout", "1795329000")));
    let cases = [
        (vec![lost(), ours()], Revoked::Now),
        (vec![lost(), lost(), ours()], Revoked::Now),
        (vec![ours()], Revoked::Before),
        (vec![lost(), condition_failed(Some(ended("evicted", "1795329000")))], Revoked::Before),
        (vec![lost(), condition_failed(Some(ended("logout", "1795328999")))], Revoked::Before),
    ];
    for (answers, expected) in cases {
        let script = Script::default();
        script.answers.lock().unwrap().extend(answers);
        assert_eq!(sessions(&script).revoke(user(), &hash, "logout", NOW).await, Ok(expected));
        assert!(script.answers.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_list_is_read_strongly_page_by_page_and_leaves_damaged_records_out() {
    let hashes = [hash(&token()), hash(&token()), hash(&token())];
    let damaged = with(record(&hashes[1]), "app_id", Value::Null);
    let script = Script::of([
        json!({"Items": [record(&hashes[0]), damaged], "LastEvaluatedKey": key(&hashes[1])}),
        json!({"Items": [record(&hashes[2])]}),
    ]);
    let listed = sessions(&script).of_user(user()).await.unwrap();
    assert_eq!(listed, [(hashes[0].clone(), session()), (hashes[2].clone(), session())]);
    let first = json!({
        "TableName": "sessions", "ConsistentRead": true, "KeyConditionExpression": "pk = :user",
        "ExpressionAttributeValues": {":user": {"S": user().to_string()}},
    });
    let second = with(first.clone(), "ExclusiveStartKey", key(&hashes[1]));
    assert_eq!(script.asked(), [("Query".to_owned(), first), ("Query".to_owned(), second)]);
    is_refused(sessions(&Script::default().then([refused()])).of_user(user()).await, "Query");
}
