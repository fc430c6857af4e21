//! The vault in a user's record.

use super::{
    users::{attributes, login, users},
    *,
};
use crate::store::users::{Registered, Registration, SealedKey};

const ANOTHER: &str = "attribute_not_exists(session_key_fingerprint) OR session_key_fingerprint <> :print";
const KNOWN: Registered = Registered { generation: GENERATION, is_new: false };

fn sealed(kid: &str) -> SealedKey {
    SealedKey {
        sealed: b"new".to_vec(),
        kid: kid.to_owned(),
        fingerprint: b"print".to_vec(),
        obtained_at: NOW,
    }
}

/// A login with a session_key sealed by `k1`; the user's generation is another one than it brings.
fn with_key() -> Registration<'static> {
    Registration { generation: Generation(*b"brought!"), ..login(Some(sealed("k1"))) }
}

/// The record of a user who logged in `seconds` ago with the same session_key.
fn record(seconds: i64) -> Value {
    json!({
        "openid": {"S": OPENID}, "generation": {"B": GENERATION_TEXT}, "session_key_kid": {"S": "k1"},
        "last_login_at": {"N": (NOW - seconds).to_string()},
    })
}

fn same_key(old: Value) -> Answer {
    condition_failed(Some(old))
}

fn written() -> Answer {
    Answer::Says(200, attributes(GENERATION_TEXT).to_string())
}

fn conditions(script: &Script) -> Vec<Value> {
    script.asked().into_iter().map(|(_, body)| body["ConditionExpression"].clone()).collect()
}

#[tokio::test]
async fn another_session_key_shifts_the_vault_in_the_one_update() {
    let script = Script::default().then([written()]);
    assert_eq!(users(&script).register(user(), &with_key()).await, Ok(KNOWN));
    let asked = script.asked_once("UpdateItem");
    assert_eq!(asked["ConditionExpression"], ANOTHER);
    assert_eq!(asked["ReturnValuesOnConditionCheckFailure"], "ALL_OLD");
    let expression = asked["UpdateExpression"].as_str().unwrap();
    assert!(expression.ends_with(
        "session_key_previous = if_not_exists(session_key, :key), session_key_previous_at = \
         if_not_exists(session_key_at, :key_at), session_key = :key, session_key_at = :key_at, \
         session_key_kid = :kid, session_key_fingerprint = :print"
    ));
    let values = &asked["ExpressionAttributeValues"];
    let key = json!([values[":key"], values[":key_at"], values[":kid"], values[":print"]]);
    assert_eq!(key, json!([{"B": "bmV3"}, {"N": "1795329000"}, {"S": "k1"}, {"B": "cHJpbnQ="}]));
}

#[tokio::test]
async fn the_same_key_within_the_hour_writes_nothing() {
    for seconds in [0, 3_599] {
        let script = Script::default().then([same_key(record(seconds))]);
        assert_eq!(users(&script).register(user(), &with_key()).await, Ok(KNOWN), "{seconds} seconds ago");
        script.asked_once("UpdateItem");
    }
    // The union is not unlearned by a login that brings none.
    let old = with(record(0), "unionid", json!({"S": "oUNION"}));
    let script = Script::default().then([same_key(old)]);
    users(&script).register(user(), &with_key()).await.unwrap();
    script.asked_once("UpdateItem");
}

#[tokio::test]
async fn the_same_key_is_recorded_as_a_login_when_anything_else_is_new() {
    let union = with(record(0), "unionid", json!({"S": "oOTHER"}));
    for (old, unionid) in [
        (record(3_600), None),
        (record(-1), None),
        (with(record(0), "last_login_at", Value::Null), None),
        (with(record(0), "openid", json!({"S": "oOTHER"})), None),
        (with(record(0), "generation", Value::Null), None),
        (record(0), Some("oUNION")),
        (union, Some("oUNION")),
    ] {
        let script = Script::default().then([same_key(old.clone()), written()]);
        let registration = Registration { unionid, ..with_key() };
        assert_eq!(users(&script).register(user(), &registration).await, Ok(KNOWN), "{old}");
        assert_eq!(conditions(&script), [json!(ANOTHER), Value::Null], "{old}");
    }
}

#[tokio::test]
async fn the_same_key_is_sealed_anew_when_the_ring_has_turned() {
    let turned = || same_key(with(record(0), "session_key_kid", json!({"S": "k0"})));
    let script = Script::default().then([turned(), written()]);
    assert_eq!(users(&script).register(user(), &with_key()).await, Ok(KNOWN));
    let asked = script.asked().remove(1).1;
    assert_eq!(asked["ConditionExpression"], "session_key_fingerprint = :print");
    assert!(
        asked["UpdateExpression"].as_str().unwrap().ends_with(", session_key = :key, session_key_kid = :kid")
    );
    let values = &asked["ExpressionAttributeValues"];
    let key = json!([values[":key"], values[":kid"], values[":print"]]);
    assert_eq!(key, json!([{"B": "bmV3"}, {"S": "k1"}, {"B": "cHJpbnQ="}]));

    let overtaken = Script::default().then([turned(), condition_failed(None), written()]);
    assert_eq!(users(&overtaken).register(user(), &with_key()).await, Ok(KNOWN));
    assert_eq!(conditions(&overtaken)[2], Value::Null);
    let script = Script::default().then([turned(), refused()]);
    is_refused(users(&script).register(user(), &with_key()).await, "UpdateItem");
}

#[tokio::test]
async fn a_shift_that_failed_is_no_login() {
    let script = Script::default().then([refused()]);
    is_refused(users(&script).register(user(), &with_key()).await, "UpdateItem");
    let script = Script::default().then([condition_failed(None)]);
    let error = users(&script).register(user(), &with_key()).await.unwrap_err();
    assert_eq!(error.kind, "ConditionalCheckFailedException");
}

#[tokio::test]
async fn a_key_that_came_without_a_login_needs_a_user_and_must_be_another() {
    let script = Script::of([json!({})]);
    assert_eq!(users(&script).replace_key(user(), &sealed("k1")).await, Ok(true));
    let asked = script.asked_once("UpdateItem");
    assert_eq!(asked["ConditionExpression"], format!("attribute_exists(user_id) AND ({ANOTHER})"));
    assert_eq!(asked["ExpressionAttributeValues"][":kid"], json!({"S": "k1"}));
    assert!(asked["UpdateExpression"].as_str().unwrap().starts_with("SET session_key_previous ="));
    let script = Script::default().then([condition_failed(None)]);
    assert_eq!(users(&script).replace_key(user(), &sealed("k1")).await, Ok(false));
    let script = Script::default().then([refused()]);
    is_refused(users(&script).replace_key(user(), &sealed("k1")).await, "UpdateItem");
}

#[tokio::test]
async fn the_stored_keys_are_read_strongly_newest_first_and_once() {
    let both = json!({"Item": {"session_key": {"B": "bmV3"}, "session_key_previous": {"B": "b2xk"}}});
    let script = Script::of([both]);
    assert_eq!(users(&script).sealed_keys(user()).await, Ok(vec![b"new".to_vec(), b"old".to_vec()]));
    let asked = script.asked_once("GetItem");
    assert_eq!(asked["ConsistentRead"], true);
    assert_eq!(asked["ProjectionExpression"], "user_id, session_key, session_key_previous");
    let alike = json!({"Item": {"session_key": {"B": "bmV3"}, "session_key_previous": {"B": "bmV3"}}});
    assert_eq!(users(&Script::of([alike])).sealed_keys(user()).await, Ok(vec![b"new".to_vec()]));
    assert_eq!(users(&Script::of([json!({})])).sealed_keys(user()).await, Ok(vec![]));
    is_refused(users(&Script::default().then([refused()])).sealed_keys(user()).await, "GetItem");
}
