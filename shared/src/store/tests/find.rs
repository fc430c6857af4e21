//! Finding users by an index.

use super::{users::users, *};
use crate::store::users::{FoundUsers, Index};

fn items(ids: &[String]) -> Value {
    let items: Vec<Value> =
        ids.iter().map(|id| json!({"user_id": {"S": id}, "unionid": {"S": "oUNION"}})).collect();
    json!({"Items": items, "Count": ids.len(), "ScannedCount": ids.len()})
}

fn id(number: usize) -> UserId {
    UserId::of(APP, &format!("o{number}"))
}

#[tokio::test]
async fn an_index_is_asked_for_one_name_and_one_page() {
    for (index, name, attribute) in
        [(Index::Unionid, "by_unionid", "unionid"), (Index::ExternalId, "by_external_id", "external_id")]
    {
        let script = Script::of([items(&[user().to_string()])]);
        let found = users(&script).find(index, "the name").await.unwrap();
        assert_eq!(found, FoundUsers { users: vec![user()], truncated: false });
        let asked = script.asked_once("Query");
        assert_eq!((&asked["IndexName"], &asked["Limit"]), (&json!(name), &json!(101)));
        assert_eq!(asked["ExpressionAttributeNames"], json!({"#name": attribute}));
        assert_eq!(asked["ExpressionAttributeValues"], json!({":name": {"S": "the name"}}));
        assert_eq!(asked["KeyConditionExpression"], "#name = :name");
        assert!(asked.get("ConsistentRead").is_none(), "an index of this kind refuses it");
    }
}

#[tokio::test]
async fn more_than_a_hundred_are_cut_off_and_said_to_be() {
    let ids: Vec<String> = (0..101).map(|number| id(number).to_string()).collect();
    let found = users(&Script::of([items(&ids)])).find(Index::Unionid, "u").await.unwrap();
    assert_eq!((found.users.len(), found.users[99], found.truncated), (100, id(99), true));
    let found = users(&Script::of([items(&ids[..100])])).find(Index::Unionid, "u").await.unwrap();
    assert_eq!((found.users.len(), found.truncated), (100, false));
}

#[tokio::test]
async fn nobody_is_an_answer_and_no_answer_is_none() {
    let found = users(&Script::of([items(&[])])).find(Index::Unionid, "u").await;
    assert_eq!(found, Ok(FoundUsers::default()));
    is_refused(users(&Script::default().then([refused()])).find(Index::Unionid, "u").await, "Query");
    let odd = users(&Script::of([items(&["somebody".to_owned()])])).find(Index::Unionid, "u").await;
    assert!(odd.unwrap_err().is_damage());
}
