//! Writing what the business says of a user.

use super::{users::users, *};
use crate::{
    account::{Claims, ExternalId, Roles},
    store::users::{Change, Seen, Set},
};

fn roles() -> Change {
    Change::Roles(Roles::new(["staff", "editor"]).unwrap())
}

fn item(record: &Value) -> Answer {
    Answer::Says(200, json!({"Item": record}).to_string())
}

fn versioned(version: u32) -> Value {
    with(user_record(&[]), "version", json!({"N": version.to_string()}))
}

fn done() -> Answer {
    Answer::Says(200, "{}".to_owned())
}

/// An answer after which the SDK sends the same again.
fn lost() -> Answer {
    failed("ProvisionedThroughputExceededException", &json!({}))
}

#[tokio::test]
async fn of_an_account_that_began_at_another_time_nothing_is_changed() {
    for (began, expected) in [(1_795_329_000, Set::Done(1)), (1_795_328_999, Set::Conflict(0))] {
        let script = Script::default().then([item(&user_record(&[])), done()]);
        let seen = Seen { version: 0, created_at: Some(began) };
        assert_eq!(users(&script).set(user(), seen, &roles()).await, Ok(expected), "{began}");
    }
}

#[tokio::test]
async fn a_first_change_is_made_on_a_record_without_a_version() {
    let script = Script::default().then([item(&user_record(&[])), done()]);
    assert_eq!(users(&script).set(user(), 0, &roles()).await, Ok(Set::Done(1)));
    let asked = script.asked();
    assert_eq!((asked[0].0.as_str(), asked[1].0.as_str()), ("GetItem", "UpdateItem"));
    let write = &asked[1].1;
    assert_eq!(write["UpdateExpression"], "SET #version = :next, #name = :value");
    assert_eq!(write["ConditionExpression"], "created_at = :created AND attribute_not_exists(#version)");
    assert_eq!(write["ExpressionAttributeNames"], json!({"#version": "version", "#name": "roles"}));
    let values =
        json!({":created": {"N": "1795329000.500"}, ":next": {"N": "1"}, ":value": {"S": "editor staff"}});
    assert_eq!(write["ExpressionAttributeValues"], values);
}

#[tokio::test]
async fn a_later_change_is_made_on_the_version_that_was_read_and_empty_values_are_taken_out() {
    let nothing = [
        (Change::Roles(Roles::default()), "roles"),
        (Change::Claims(Claims::default()), "claims"),
        (Change::ExternalId(None), "external_id"),
    ];
    for (change, name) in nothing {
        let script = Script::default().then([item(&versioned(7)), done()]);
        assert_eq!(users(&script).set(user(), 7, &change).await, Ok(Set::Done(8)));
        let write = &script.asked()[1].1;
        assert_eq!(write["UpdateExpression"], "SET #version = :next REMOVE #name");
        assert_eq!(write["ConditionExpression"], "created_at = :created AND #version = :read");
        assert_eq!(write["ExpressionAttributeNames"]["#name"], name);
        let values = json!({":created": {"N": "1795329000.500"}, ":next": {"N": "8"}, ":read": {"N": "7"}});
        assert_eq!(write["ExpressionAttributeValues"], values);
    }
    let name = Change::ExternalId(Some(ExternalId::new("crm:4711").unwrap()));
    let script = Script::default().then([item(&versioned(1)), done()]);
    assert_eq!(users(&script).set(user(), 1, &name).await, Ok(Set::Done(2)));
    assert_eq!(script.asked()[1].1["ExpressionAttributeValues"][":value"], json!({"S": "crm:4711"}));
}

#[tokio::test]
async fn another_version_writes_nothing() {
    for (record, asked, found) in [(versioned(3), 2, 3), (versioned(3), 0, 3), (user_record(&[]), 1, 0)] {
        let script = Script::default().then([item(&record)]);
        assert_eq!(users(&script).set(user(), asked, &roles()).await, Ok(Set::Conflict(found)));
        script.asked_once("GetItem");
    }
}

#[tokio::test]
async fn who_has_no_account_has_no_roles() {
    let husk = json!({"user_id": {"S": user().to_string()}, "live": {"B": EMPTY}});
    for nobody in [done(), item(&husk)] {
        let script = Script::default().then([nobody]);
        assert_eq!(users(&script).set(user(), 0, &roles()).await, Ok(Set::NoAccount));
        script.asked_once("GetItem");
    }
}

#[tokio::test]
async fn a_change_that_was_overtaken_says_by_which_version() {
    let erased = json!({"user_id": {"S": user().to_string()}, "live": {"B": EMPTY}});
    let same = with(versioned(1), "roles", json!({"S": "editor staff"}));
    for (found, expected) in [
        (Some(versioned(5)), Set::Conflict(5)),
        // The same roles, but written by somebody else: our write was sent once.
        (Some(same), Set::Conflict(1)),
        (Some(erased), Set::NoAccount),
        (None, Set::NoAccount),
    ] {
        let script = Script::default().then([item(&user_record(&[])), condition_failed(found.clone())]);
        assert_eq!(users(&script).set(user(), 0, &roles()).await, Ok(expected), "{found:?}");
        script.asked();
    }
}

#[tokio::test]
async fn a_lost_answer_is_told_from_a_change_of_somebody_else() {
    let ours = with(versioned(1), "roles", json!({"S": "editor staff"}));
    let theirs = with(versioned(1), "roles", json!({"S": "admin"}));
    let later = with(versioned(2), "roles", json!({"S": "editor staff"}));
    for (found, expected) in [(ours, Set::Done(1)), (theirs, Set::Conflict(1)), (later, Set::Conflict(2))] {
        let script = Script::default().then([item(&user_record(&[])), lost(), condition_failed(Some(found))]);
        assert_eq!(users(&script).set(user(), 0, &roles()).await, Ok(expected));
        script.asked();
    }
}

#[tokio::test]
async fn what_is_not_known_to_be_written_is_no_conflict() {
    is_refused(users(&Script::default().then([refused()])).set(user(), 0, &roles()).await, "GetItem");
    let script = Script::default().then([item(&user_record(&[])), refused()]);
    is_refused(users(&script).set(user(), 0, &roles()).await, "UpdateItem");
    for version in [json!({"N": "-1"}), json!({"N": "1.5"}), json!({"N": "4294967296"}), json!({"S": "1"})] {
        let script = Script::default().then([item(&with(user_record(&[]), "version", version))]);
        assert!(users(&script).set(user(), 0, &roles()).await.unwrap_err().is_damage());
    }
}
