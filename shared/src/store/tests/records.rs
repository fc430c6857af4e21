//! Records that something else wrote, or that were damaged.

use super::*;
use crate::{
    session::{Ended, Parent, SessionRecord},
    store::{
        item::{Damaged, Item},
        sessions::{from_item, to_item},
    },
};

/// A record in the SDK's form.
fn item(record: &Value) -> Item {
    let script = Script::of([json!({"Item": record})]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let get = script.client().get_item().table_name("t").set_key(Some(Item::new())).send();
    runtime.block_on(get).expect("it is answered").item.expect("there is one")
}

fn read(record: &Value) -> Result<Session, Damaged> {
    match from_item(item(record))? {
        SessionRecord::Active(session) => Ok(session),
        SessionRecord::Ended { .. } => panic!("it is active"),
    }
}

#[test]
fn a_missing_attribute_is_named() {
    let good = record(&a_key().hash);
    assert_eq!(read(&good), Ok(session()));
    for name in
        ["v", "session_id", "pk", "app_id", "created_at", "expires_at", "absolute_expires_at", "state"]
    {
        assert_eq!(read(&with(good.clone(), name, Value::Null)), Err(Damaged(name)));
        let other = with(good.clone(), name, json!({"BOOL": true}));
        assert_eq!(read(&other), Err(Damaged(name)), "{name} of another type");
    }
}

#[test]
fn what_this_code_does_not_know_is_damaged() {
    let good = record(&a_key().hash);
    for (name, value) in [
        ("v", json!({"N": "2"})),
        ("state", json!({"S": "paused"})),
        ("session_id", json!({"S": "019AA9C3-7C00-7000-8000-000000000001"})),
        ("pk", json!({"S": "somebody"})),
        ("created_at", json!({"N": "1.5"})),
        ("last_seen_at", json!({"S": "1795329060"})),
        ("parent", json!({"B": "MTIzNDU2Nzg="})),
        ("parent", json!({"S": "parent"})),
        ("children", json!({"B": "MTIzNDU2Nzg="})),
        ("children", json!({"BS": ["MTIzNDU2Nzg="]})),
    ] {
        assert_eq!(read(&with(good.clone(), name, value)), Err(Damaged(name)));
    }
    let ended = with(good, "state", json!({"S": "ended"}));
    for reason in [Value::Null, json!({"S": "tired"})] {
        let record = with(ended.clone(), "ended_reason", reason);
        assert_eq!(from_item(item(&record)), Err(Damaged("ended_reason")));
    }
}

#[test]
fn a_session_that_was_never_seen_and_one_that_has_a_parent_are_read_back() {
    let hash = a_key().hash;
    for session in [
        Session { last_seen_at: None, ..session() },
        Session { parent: Some(a_parent()), ..session() },
        Session {
            children: vec![TokenHash::from_bytes([7; 32]), TokenHash::from_bytes([8; 32])],
            ..session()
        },
    ] {
        assert_eq!(from_item(to_item(&hash, &session)), Ok(SessionRecord::Active(session)));
    }
}

fn a_parent() -> Parent {
    Parent {
        hash: TokenHash::from_bytes([7; 32]),
        audience: "https://m.example.com".to_owned(),
        created_at: NOW - 60,
        seen_at: NOW - 30,
    }
}

#[test]
fn a_page_of_which_something_is_missing_is_damaged_and_no_session_of_its_own() {
    let hash = a_key().hash;
    for name in ["audience", "parent_created_at", "parent_seen_at"] {
        let mut item = to_item(&hash, &Session { parent: Some(a_parent()), ..session() });
        item.remove(name);
        assert_eq!(from_item(item), Err(Damaged(name)));
    }
}

#[test]
fn a_tombstone_needs_no_session_in_it() {
    let stub = json!({"pk": {"S": user().to_string()}, "v": {"N": "1"}, "state": {"S": "ended"},
        "ended_reason": {"S": "logged_out"}});
    let read = from_item(item(&stub));
    assert_eq!(read, Ok(SessionRecord::Ended { reason: Ended::LoggedOut, session: None }));
}

#[test]
fn no_record_of_a_session_names_the_user_at_wechat() {
    let item = to_item(&a_key().hash, &session());
    assert!(!item.contains_key("openid") && !item.contains_key("unionid"), "{:?}", item.keys());
}
