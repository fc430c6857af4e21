//! The write of a login.

use super::*;
use crate::{
    store::{
        Users,
        users::{KeyChange, Registered, Registration},
    },
    user::User,
};

const SET: &str =
    "SET live = :live, installs = :installs, app_id = :app, openid = :openid, last_login_at = :now";

pub(super) fn users(script: &Script) -> Users {
    Users::new(script.client(), "users")
}

/// A list of one session.
pub(super) fn one() -> Live {
    Live::new(&[Entry { hash: a_key().hash, install: None }], &Random::system())
}

pub(super) fn login(live: &Live, keys: KeyChange) -> Registration<'_> {
    Registration { app_id: APP, openid: OPENID, unionid: None, now_ms: NOW * 1_000 + 123, live, keys }
}

/// The record of the user with no session, as it was read.
pub(super) async fn known() -> User {
    read(user_record(&[])).await
}

async fn read(record: Value) -> User {
    let read = users(&Script::of([json!({"Item": record})])).read_whole(user()).await;
    read.expect("the table answers").expect("there is one")
}

fn husk() -> Value {
    json!({"user_id": {"S": user().to_string()}, "live": {"B": EMPTY}, "ttl": {"N": "1795415400"}})
}

fn values(live: &Live) -> Value {
    json!({
        ":app": {"S": APP}, ":openid": {"S": OPENID}, ":now": {"N": "1795329000"},
        ":live": {"B": base64(live.bytes())}, ":installs": {"B": base64(live.installs())},
    })
}

#[tokio::test]
async fn a_first_login_is_one_update_where_nothing_is() {
    let (script, live) = (Script::of([json!({})]), one());
    let done = users(&script).register(user(), None, &login(&live, KeyChange::Keep)).await;
    assert!(matches!(done, Ok(Registered::Done)));
    let mut values = values(&live);
    values[":created"] = json!({"N": "1795329000.123"});
    let wanted = json!({
        "TableName": "users", "Key": {"user_id": {"S": user().to_string()}},
        "UpdateExpression": format!("{SET}, created_at = :created"),
        "ConditionExpression": "attribute_not_exists(user_id)",
        "ExpressionAttributeValues": values, "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    });
    assert_eq!(script.asked_once("UpdateItem"), wanted);
}

#[tokio::test]
async fn a_later_one_is_made_on_the_list_that_was_read() {
    let (script, live) = (Script::of([json!({})]), one());
    let known = known().await;
    users(&script).register(user(), Some(&known), &login(&live, KeyChange::Keep)).await.unwrap();
    let mut values = values(&live);
    values[":read"] = json!({"B": EMPTY});
    let asked = script.asked_once("UpdateItem");
    assert_eq!(asked["UpdateExpression"], format!("{SET} REMOVE #ttl"));
    assert_eq!(asked["ConditionExpression"], "live = :read");
    assert_eq!(asked["ExpressionAttributeValues"], values);
    assert_eq!(asked["ExpressionAttributeNames"], json!({"#ttl": "ttl"}));
}

#[tokio::test]
async fn a_login_on_a_husk_begins_a_new_account() {
    let (script, live) = (Script::of([json!({})]), one());
    let husk = read(husk()).await;
    users(&script).register(user(), Some(&husk), &login(&live, KeyChange::Keep)).await.unwrap();
    let asked = script.asked_once("UpdateItem");
    assert_eq!(asked["UpdateExpression"], format!("{SET}, created_at = :created REMOVE #ttl"));
}

#[tokio::test]
async fn the_union_is_written_where_there_is_one() {
    let (script, live, known) = (Script::of([json!({})]), one(), known().await);
    let with_union = Registration { unionid: Some("oUNION"), ..login(&live, KeyChange::Keep) };
    users(&script).register(user(), Some(&known), &with_union).await.unwrap();
    let asked = script.asked_once("UpdateItem");
    assert_eq!(asked["UpdateExpression"], format!("{SET}, unionid = :unionid REMOVE #ttl"));
    assert_eq!(asked["ExpressionAttributeValues"][":unionid"], json!({"S": "oUNION"}));
}

#[tokio::test]
async fn an_overtaken_login_is_given_what_is_there_now() {
    let (live, known) = (one(), known().await);
    let hash = a_key().hash;
    for (answer, expected) in
        [(condition_failed(Some(user_record(&[hash]))), Some(1)), (condition_failed(None), None)]
    {
        let script = Script::default().then([answer]);
        let overtaken = users(&script).register(user(), Some(&known), &login(&live, KeyChange::Keep)).await;
        let Ok(Registered::Overtaken(now)) = overtaken else { panic!("it was overtaken") };
        assert_eq!(now.map(|user| user.live.len()), expected);
    }
    let damaged = condition_failed(Some(with(user_record(&[]), "live", Value::Null)));
    let outcome = users(&Script::default().then([damaged]))
        .register(user(), Some(&known), &login(&live, KeyChange::Keep))
        .await;
    assert!(outcome.unwrap_err().is_damage());
    let script = Script::default().then([refused()]);
    is_refused(users(&script).register(user(), None, &login(&live, KeyChange::Keep)).await, "UpdateItem");
}
