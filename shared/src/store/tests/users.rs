//! The Users table: registering, generations, deletion.

use super::*;
use crate::store::{
    Users,
    users::{Registered, Registration, SealedKey},
};

const SET: &str = "SET app_id = :app, openid = :openid, last_login_at = :now, \
    created_at = if_not_exists(created_at, :now), generation = if_not_exists(generation, :generation)";

pub(super) fn users(script: &Script) -> Users {
    Users::new(script.client(), "users")
}

pub(super) fn login(key: Option<SealedKey>) -> Registration<'static> {
    Registration { app_id: APP, openid: OPENID, unionid: None, now: NOW, generation: GENERATION, key }
}

pub(super) fn attributes(generation: &str) -> Value {
    json!({"Attributes": {"generation": {"B": generation}}})
}

fn key() -> Value {
    json!({"user_id": {"S": user().to_string()}})
}

#[tokio::test]
async fn a_login_is_one_update_that_keeps_what_is_there() {
    let script = Script::of([attributes(GENERATION_TEXT)]);
    let registered = users(&script).register(user(), &login(None)).await;
    assert_eq!(registered, Ok(Registered { generation: GENERATION, is_new: true }));
    let wanted = json!({
        "TableName": "users", "Key": key(), "UpdateExpression": SET, "ReturnValues": "ALL_NEW",
        "ExpressionAttributeValues": {
            ":app": {"S": APP}, ":openid": {"S": OPENID}, ":now": {"N": "1795329000"},
            ":generation": {"B": GENERATION_TEXT},
        },
    });
    assert_eq!(script.asked_once("UpdateItem"), wanted);
}

#[tokio::test]
async fn the_union_is_written_where_there_is_one() {
    let script = Script::of([attributes(GENERATION_TEXT)]);
    let with_union = Registration { unionid: Some("oUNION"), ..login(None) };
    users(&script).register(user(), &with_union).await.unwrap();
    let asked = script.asked_once("UpdateItem");
    assert_eq!(asked["UpdateExpression"], format!("{SET}, unionid = :unionid"));
    assert_eq!(asked["ExpressionAttributeValues"][":unionid"], json!({"S": "oUNION"}));
}

#[tokio::test]
async fn a_user_is_new_only_with_the_generation_of_this_login() {
    let script = Script::of([attributes("ODc2NTQzMjE=")]);
    let registered = users(&script).register(user(), &login(None)).await;
    assert_eq!(registered, Ok(Registered { generation: Generation(*b"87654321"), is_new: false }));
    for answer in [json!({}), attributes("MTIzNDU2Nw==")] {
        let error = users(&Script::of([answer])).register(user(), &login(None)).await.unwrap_err();
        assert_eq!((error.operation, error.kind.as_str()), ("UpdateItem", "damaged_generation"));
        assert!(error.is_damage(), "waiting does not help");
    }
    is_refused(
        users(&Script::default().then([refused()])).register(user(), &login(None)).await,
        "UpdateItem",
    );
}

#[tokio::test]
async fn a_generation_is_read_strongly_and_alone() {
    let script = Script::of([json!({"Item": {"generation": {"B": GENERATION_TEXT}}})]);
    assert_eq!(users(&script).generation(user()).await, Ok(Some(GENERATION)));
    let wanted = json!({
        "TableName": "users", "Key": key(), "ConsistentRead": true, "ProjectionExpression": "user_id, generation",
    });
    assert_eq!(script.asked_once("GetItem"), wanted);
    assert_eq!(users(&Script::of([json!({})])).generation(user()).await, Ok(None));
    is_refused(users(&Script::default().then([refused()])).generation(user()).await, "GetItem");
}

#[tokio::test]
async fn signing_out_everywhere_is_one_write_to_a_user_who_exists() {
    let script = Script::of([json!({})]);
    assert_eq!(users(&script).sign_out_everywhere(user(), GENERATION).await, Ok(true));
    let wanted = json!({
        "TableName": "users", "Key": key(), "UpdateExpression": "SET generation = :generation",
        "ConditionExpression": "attribute_exists(user_id)",
        "ExpressionAttributeValues": {":generation": {"B": GENERATION_TEXT}},
    });
    assert_eq!(script.asked_once("UpdateItem"), wanted);
    let gone = Script::default().then([condition_failed(None)]);
    assert_eq!(users(&gone).sign_out_everywhere(user(), GENERATION).await, Ok(false));
    let script = Script::default().then([refused()]);
    is_refused(users(&script).sign_out_everywhere(user(), GENERATION).await, "UpdateItem");
}

#[tokio::test]
async fn deleting_is_done_when_it_is_known_to_be_done() {
    let script = Script::of([json!({})]);
    users(&script).delete(user()).await.unwrap();
    assert_eq!(script.asked_once("DeleteItem"), json!({"TableName": "users", "Key": key()}));
    is_refused(users(&Script::default().then([refused()])).delete(user()).await, "DeleteItem");
}
