//! Sessions derived from another one.

use super::{sessions::key_of, *};
use crate::{
    session::Ended,
    store::{
        End, Sessions, StoreError,
        children::{Named, with_child},
        item::Damaged,
    },
    token::TokenHash,
};

fn sessions(script: &Script) -> Sessions {
    Sessions::new(script.client(), "sessions")
}

fn list(children: &[SessionKey]) -> Value {
    let bytes: Vec<u8> = children.iter().flat_map(|child| *child.hash.as_bytes()).collect();
    json!({"B": base64(&bytes)})
}

fn hashes(children: &[SessionKey]) -> Vec<TokenHash> {
    children.iter().map(|child| child.hash).collect()
}

#[test]
fn one_that_is_over_goes_for_a_fourth_and_else_the_oldest() {
    let [a, b, c, d, last] = [1, 2, 3, 4, 5].map(|byte| TokenHash::from_bytes([byte; 32]));
    assert_eq!(with_child(&[], &[], a), (vec![a], vec![]));
    assert_eq!(with_child(&[a, b], &[a], c), (vec![a, b, c], vec![]));
    assert_eq!(with_child(&[a, b, c], &[], d), (vec![b, c, d], vec![a]));
    assert_eq!(with_child(&[a, b, c], &[b], d), (vec![a, c, d], vec![b]));
    assert_eq!(with_child(&[a, b, c], &[c, b], d), (vec![a, b, d], vec![c]), "the first of them");
    assert_eq!(with_child(&[a, b, c], &[last], d), (vec![b, c, d], vec![a]), "not one that is not named");
    assert_eq!(with_child(&[a, b, c, d], &[], last), (vec![c, d, last], vec![a, b]), "whatever wrote four");
    assert_eq!(with_child(&[a, b, c, d], &[c], last), (vec![b, d, last], vec![c, a]), "whatever wrote four");
}

#[tokio::test]
async fn a_child_is_named_on_what_was_read_while_the_parent_is_active() {
    let (parent, old, child) = (a_key(), a_key(), a_key());
    for (read, condition) in [
        (vec![], "#state = :active AND attribute_not_exists(children)"),
        (vec![old], "#state = :active AND children = :read"),
    ] {
        let script = Script::of([json!({})]);
        let new = [read.clone(), vec![child]].concat();
        let named = sessions(&script).name_children(&parent, &hashes(&read), &hashes(&new)).await;
        assert_eq!(named, Ok(Named::Done));
        let mut values = json!({":active": {"S": "active"}, ":new": list(&new)});
        if !read.is_empty() {
            values[":read"] = list(&read);
        }
        let wanted = json!({
            "TableName": "sessions", "Key": key_of(&parent.hash), "UpdateExpression": "SET children = :new",
            "ConditionExpression": condition, "ExpressionAttributeNames": {"#state": "state"},
            "ExpressionAttributeValues": values, "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        });
        assert_eq!(script.asked_once("UpdateItem"), wanted);
    }
}

#[tokio::test]
async fn what_stands_in_the_way_of_a_name_says_what_became_of_it() {
    let (parent, other, child) = (a_key(), a_key(), a_key());
    let naming = |children: &[SessionKey]| with(record(&parent.hash), "children", list(children));
    let ended = with(naming(&[child]), "state", json!({"S": "ended"}));
    for (there, became) in [
        (Some(naming(&[other, child])), Ok(Named::Done)),
        (Some(naming(&[other])), Ok(Named::Overtaken(vec![other.hash]))),
        (Some(record(&parent.hash)), Ok(Named::Overtaken(vec![]))),
        (Some(ended), Ok(Named::Over)),
        (None, Ok(Named::Over)),
        (
            Some(with(record(&parent.hash), "children", json!({"B": "MTIz"}))),
            Err(StoreError::damaged("UpdateItem", Record::Session, Damaged("children"))),
        ),
    ] {
        let script = Script::default().then([condition_failed(there)]);
        assert_eq!(sessions(&script).name_children(&parent, &[other.hash], &[child.hash]).await, became);
    }
    let script = Script::default().then([refused()]);
    is_refused(sessions(&script).name_children(&parent, &[], &[child.hash]).await, "UpdateItem");
}

#[tokio::test]
async fn the_end_of_a_session_ends_its_children_written_or_not() {
    let (parent, children) = (a_key(), [a_key(), a_key()]);
    let with_children = with(record(&parent.hash), "children", list(&children));
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
    let with_child = json!({"Attributes": with(record(&parent.hash), "children", list(&[child]))});
    let script = Script::default().then([Answer::Says(200, with_child.to_string()), refused()]);
    is_refused(sessions(&script).end(&parent, Ended::LoggedOut, NOW).await, "UpdateItem");
}

#[tokio::test]
async fn ending_a_child_whose_first_answer_was_lost_is_ending_it_now() {
    let child = a_key();
    let ended = |reason: &str, at: &str| {
        let tombstone = with(record(&child.hash), "state", json!({"S": "ended"}));
        with(with(tombstone, "ended_reason", json!({"S": reason})), "ended_at", json!({"N": at}))
    };
    let lost = || Answer::Breaks(|| ConnectorError::io("lost".into()));
    let ours = || condition_failed(Some(ended("ticket_reused", "1795329000")));
    let id = SessionId::parse(SESSION_ID);
    for (answers, expected) in [
        (vec![lost(), ours()], End::Now(id)),
        (vec![ours()], End::Before),
        (vec![lost(), condition_failed(Some(ended("evicted", "1795329000")))], End::Before),
        (vec![lost(), condition_failed(Some(ended("ticket_reused", "1795328999")))], End::Before),
    ] {
        let script = Script::default();
        script.answers.lock().unwrap().extend(answers);
        assert_eq!(sessions(&script).end_child(&child, Ended::TicketReused, NOW).await, Ok(expected));
        assert!(script.answers.lock().unwrap().is_empty());
    }
}
