//! A user's record, read.

use super::*;
use crate::{
    account::Profile,
    store::{Users, users::LIVENESS},
    user::{Person, SealedKey, User},
};

async fn read(record: Value) -> Result<Option<User>, StoreError> {
    let script = Script::of([json!({"Item": record})]);
    Users::new(script.client(), "users").read_whole(user()).await
}

#[tokio::test]
async fn a_record_is_read_strongly_and_without_the_vault_unless_it_is_asked_for() {
    for whole in [false, true] {
        let script = Script::of([json!({"Item": user_record(&[])})]);
        let users = Users::new(script.client(), "users");
        let read = if whole { users.read_whole(user()).await } else { users.read(user()).await };
        assert!(read.unwrap().is_some());
        let mut wanted = json!({
            "TableName": "users", "Key": {"user_id": {"S": user().to_string()}}, "ConsistentRead": true,
        });
        if !whole {
            wanted["ProjectionExpression"] = LIVENESS.into();
            wanted["ExpressionAttributeNames"] = json!({"#roles": "roles"});
        }
        assert_eq!(script.asked_once("GetItem"), wanted);
    }
    let script = Script::of([json!({})]);
    assert!(Users::new(script.client(), "users").read(user()).await.unwrap().is_none());
    is_refused(
        Users::new(Script::default().then([refused()]).client(), "users").read(user()).await,
        "GetItem",
    );
}

#[tokio::test]
async fn everything_in_it_is_read_back() {
    let hashes = [a_key().hash, a_key().hash];
    let mut record = user_record(&hashes);
    record["unionid"] = json!({"S": "oUNION"});
    record["signed_out_at"] = json!({"N": "1795328999.123"});
    record["blocked"] = json!({"M": {"since": {"N": "1795329000"}, "reason": {"S": "spam"}}});
    record["installs"] = json!({"B": base64(&[1, 2, 3, 4, 0, 0, 0, 0])});
    for (name, value) in [("session_key", "new"), ("session_key_fingerprint", "print")] {
        record[name] = json!({"B": base64(value.as_bytes())});
    }
    record["session_key_kid"] = json!({"S": "k1"});
    record["session_key_at"] = json!({"N": "1795329000"});
    let read = read(record).await.unwrap().unwrap();
    assert_eq!(read.live.bytes(), live(&hashes));
    let installs: Vec<bool> = read.live.entries().map(|entry| entry.install.is_some()).collect();
    assert_eq!(installs, [true, false]);
    let person = Person {
        app_id: APP.to_owned(),
        openid: OPENID.to_owned(),
        unionid: Some("oUNION".to_owned()),
        created_at_ms: NOW * 1_000 + 500,
        last_login_at: Some(NOW),
        profile: Profile::default(),
        version: 0,
    };
    assert_eq!((read.person.as_ref(), read.signed_out_at_ms), (Some(&person), Some(NOW * 1_000 - 877)));
    assert!(read.blocked(NOW).is_some());
    let key = SealedKey {
        sealed: b"new".to_vec(),
        kid: "k1".to_owned(),
        fingerprint: b"print".to_vec(),
        obtained_at: NOW,
    };
    assert_eq!(read.keys.current, Some(key));
}

#[tokio::test]
async fn a_record_without_a_person_is_one_all_the_same() {
    let husk =
        json!({"user_id": {"S": user().to_string()}, "live": {"B": EMPTY}, "ttl": {"N": "1795415400"}});
    let read = read(husk).await.unwrap().unwrap();
    assert!(read.person.is_none() && read.live.is_empty() && read.keys.current.is_none());
}

#[tokio::test]
async fn nothing_goes_on_from_a_record_whose_list_cannot_be_read() {
    for value in [Value::Null, json!({"S": EMPTY}), json!({"B": "MTIzNDU2Nw=="})] {
        let error = read(with(user_record(&[]), "live", value)).await.unwrap_err();
        assert_eq!((error.operation, error.is_damage()), ("GetItem", true), "waiting does not help");
    }
}

#[tokio::test]
async fn damaged_conveniences_cost_nobody_a_login() {
    let mut record = user_record(&[a_key().hash]);
    record["installs"] = json!({"S": "none"});
    record["session_key"] = json!({"S": "none"});
    let read = read(record).await.unwrap().unwrap();
    assert_eq!(read.live.entries().map(|entry| entry.install).collect::<Vec<_>>(), [None]);
    assert!(read.keys.current.is_none());
}
