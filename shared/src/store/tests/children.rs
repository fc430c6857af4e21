//! Sessions derived from another one.

use super::{sessions::key_of, *};
use crate::{
    session::Ended,
    store::{End, Sessions},
};

fn sessions(script: &Script) -> Sessions {
    Sessions::new(script.client(), "sessions")
}

fn set(children: &[SessionKey]) -> Value {
    json!({"BS": children.iter().map(|child| base64(child.hash.as_bytes())).collect::<Vec<_>>()})
}

#[tokio::test]
async fn a_child_is_named_by_a_parent_that_lives_and_has_room() {
    let (parent, child) = (a_key(), a_key());
    let script = Script::of([json!({})]);
    assert_eq!(sessions(&script).adopt(&parent, &child.hash).await, Ok(true));
    let wanted = json!({
        "TableName": "sessions", "Key": key_of(&parent.hash), "UpdateExpression": "ADD children :one",
        "ConditionExpression":
            "#state = :active AND (attribute_not_exists(children) OR size(children) < :most OR contains(children, :child))",
        "ExpressionAttributeNames": {"#state": "state"},
        "ExpressionAttributeValues": {
            ":active": {"S": "active"}, ":one": set(&[child]), ":most": {"N": "3"},
            ":child": {"B": base64(child.hash.as_bytes())},
        },
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    });
    assert_eq!(script.asked_once("UpdateItem"), wanted);
    let script = Script::default().then([condition_failed(Some(record(&parent.hash)))]);
    assert_eq!(sessions(&script).adopt(&parent, &child.hash).await, Ok(false));
    is_refused(
        sessions(&Script::default().then([refused()])).adopt(&parent, &child.hash).await,
        "UpdateItem",
    );
}

#[tokio::test]
async fn the_end_of_a_session_ends_its_children_written_or_not() {
    let (parent, children) = (a_key(), [a_key(), a_key()]);
    let with_children = with(record(&parent.hash), "children", set(&children));
    let tombstone = with(with_children.clone(), "state", json!({"S": "ended"}));
    for (first, end) in [
        (
            Answer::Says(200, json!({"Attributes": with_children}).to_string()),
            End::Now(SessionId::parse(SESSION_ID)),
        ),
        (condition_failed(Some(tombstone)), End::Before),
    ] {
        let done = || Answer::Says(200, "{}".to_owned());
        let script = Script::default().then([first, done(), condition_failed(None)]);
        assert_eq!(sessions(&script).end(&parent, Ended::EndedByUser, NOW).await, Ok(end));
        for ((_, asked), child) in script.asked()[1..].iter().zip(children) {
            assert_eq!(asked["Key"], key_of(&child.hash));
            assert_eq!(asked["ConditionExpression"], "attribute_not_exists(pk) OR #state = :active");
            assert_eq!(asked["ExpressionAttributeValues"][":reason"], json!({"S": "ended_by_user"}));
            assert_eq!(asked["ExpressionAttributeValues"][":v"], json!({"N": "1"}));
        }
    }
}

#[tokio::test]
async fn a_child_that_is_not_known_to_be_ended_is_no_end() {
    let (parent, child) = (a_key(), a_key());
    let with_child = json!({"Attributes": with(record(&parent.hash), "children", set(&[child]))});
    let script = Script::default().then([Answer::Says(200, with_child.to_string()), refused()]);
    is_refused(sessions(&script).end(&parent, Ended::LoggedOut, NOW).await, "UpdateItem");
}
