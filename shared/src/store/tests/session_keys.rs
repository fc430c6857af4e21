//! The vault in a user's record.

use super::{
    users::{known, login, one, users},
    *,
};
use crate::{
    store::users::{KeyChange, Registered},
    user::SealedKey,
};

const ANOTHER: &str = "attribute_not_exists(session_key_fingerprint) OR session_key_fingerprint <> :print";

fn sealed(kid: &str) -> SealedKey {
    SealedKey {
        sealed: b"new".to_vec(),
        kid: kid.to_owned(),
        fingerprint: b"print".to_vec(),
        obtained_at: NOW,
    }
}

/// What a login with this change asks for.
async fn asked(keys: KeyChange) -> Value {
    let (script, live, known) = (Script::of([json!({})]), one(), known().await);
    let done = users(&script).register(user(), Some(&known), &login(&live, keys)).await;
    assert!(matches!(done, Ok(Registered::Done)));
    script.asked_once("UpdateItem")
}

#[tokio::test]
async fn another_session_key_shifts_the_vault_in_the_one_update() {
    let asked = asked(KeyChange::Shift(sealed("k1"))).await;
    assert_eq!(asked["ConditionExpression"], "live = :read");
    let expression = asked["UpdateExpression"].as_str().unwrap();
    assert!(expression.ends_with(
        "session_key_previous = if_not_exists(session_key, :key), session_key_previous_at = \
         if_not_exists(session_key_at, :key_at), session_key = :key, session_key_at = :key_at, \
         session_key_kid = :kid, session_key_fingerprint = :print REMOVE #ttl"
    ));
    let values = &asked["ExpressionAttributeValues"];
    let key = json!([values[":key"], values[":key_at"], values[":kid"], values[":print"]]);
    assert_eq!(key, json!([{"B": "bmV3"}, {"N": "1795329000"}, {"S": "k1"}, {"B": "cHJpbnQ="}]));
}

#[tokio::test]
async fn a_first_session_key_leaves_a_previous_one_where_it_is() {
    let asked = asked(KeyChange::Begin(sealed("k1"))).await;
    assert_eq!(asked["ConditionExpression"], "live = :read");
    let expression = asked["UpdateExpression"].as_str().unwrap();
    assert!(expression.ends_with(
        ", session_key = :key, session_key_at = :key_at, session_key_kid = :kid, \
         session_key_fingerprint = :print REMOVE #ttl"
    ));
    assert!(!expression.contains("previous"));
}

#[tokio::test]
async fn a_key_that_could_not_be_sealed_retires_the_current_one_where_it_still_is() {
    let asked = asked(KeyChange::Retire(b"print".to_vec())).await;
    assert_eq!(asked["ConditionExpression"], "live = :read AND session_key_fingerprint = :print");
    assert!(asked["UpdateExpression"].as_str().unwrap().ends_with(
        ", session_key_previous = session_key, session_key_previous_at = session_key_at REMOVE #ttl, \
         session_key, session_key_at, session_key_kid, session_key_fingerprint"
    ));
    assert_eq!(asked["ExpressionAttributeValues"][":print"], json!({"B": "cHJpbnQ="}));
}

#[tokio::test]
async fn the_same_key_is_sealed_anew_only_where_it_still_is_the_current_one() {
    let asked = asked(KeyChange::Reseal(sealed("k2"))).await;
    assert_eq!(asked["ConditionExpression"], "live = :read AND session_key_fingerprint = :print");
    let expression = asked["UpdateExpression"].as_str().unwrap();
    assert!(expression.ends_with(", session_key = :key, session_key_kid = :kid REMOVE #ttl"));
    let values = &asked["ExpressionAttributeValues"];
    let key = json!([values[":key"], values[":kid"], values[":print"]]);
    assert_eq!(key, json!([{"B": "bmV3"}, {"S": "k2"}, {"B": "cHJpbnQ="}]));
}

#[tokio::test]
async fn a_login_that_keeps_the_vault_does_not_mention_it() {
    let asked = asked(KeyChange::Keep).await;
    assert!(!asked.to_string().contains("session_key"));
}

#[tokio::test]
async fn a_key_that_came_without_a_login_needs_a_user_and_must_be_another() {
    let script = Script::of([json!({})]);
    assert_eq!(users(&script).replace_key(user(), &sealed("k1")).await, Ok(true));
    let asked = script.asked_once("UpdateItem");
    assert_eq!(asked["ConditionExpression"], format!("attribute_exists(openid) AND ({ANOTHER})"));
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

#[tokio::test]
async fn who_is_signed_for_is_read_strongly_with_the_newest_key_alone() {
    let item = json!({"Item": {"user_id": {"S": "u"}, "app_id": {"S": "wx0"}, "openid": {"S": "o"}, "session_key": {"B": "bmV3"},
        "blocked": {"M": {"since": {"N": "1"}, "reason": {"S": "spam"}}}}});
    let script = Script::of([item]);
    let signer = users(&script).signer(user()).await.unwrap().unwrap();
    assert_eq!((signer.app_id.as_str(), signer.openid.as_str()), ("wx0", "o"));
    assert_eq!(signer.sealed.as_deref(), Some(b"new".as_slice()));
    assert!(signer.block.is_some_and(|block| block.is_in_force(2)));
    let asked = script.asked_once("GetItem");
    assert_eq!(asked["ConsistentRead"], true);
    assert_eq!(asked["ProjectionExpression"], "user_id, app_id, openid, blocked, session_key");
}

#[tokio::test]
async fn nobody_is_signed_for_who_was_erased_or_never_was_and_damage_is_no_absence() {
    let erased = json!({"Item": {"user_id": {"S": "u"}, "blocked": {"M": {"since": {"N": "1"}, "reason": {"S": "spam"}}}}});
    for answer in [erased, json!({})] {
        assert_eq!(users(&Script::of([answer])).signer(user()).await, Ok(None));
    }
    let damaged = json!({"Item": {"openid": {"S": "o"}, "app_id": {"S": "wx0"}, "blocked": {"S": "no map"}}});
    let error = users(&Script::of([damaged])).signer(user()).await.unwrap_err();
    assert_eq!((error.operation, error.damaged), ("GetItem", Some((Record::User, "blocked"))));
    is_refused(users(&Script::default().then([refused()])).signer(user()).await, "GetItem");
}
