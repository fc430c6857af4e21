//! Records that something else wrote, or that were damaged.

use super::*;
use crate::store::{
    item::{Damaged, Item},
    sessions::from_item,
};

/// A record in the SDK's form.
fn item(record: &Value) -> Item {
    let script = Script::of([json!({"Item": record})]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let get = script.client().get_item().table_name("t").set_key(Some(Item::new())).send();
    runtime.block_on(get).expect("it is answered").item.expect("there is one")
}

#[test]
fn a_missing_attribute_is_named() {
    let good = record(&hash(&token()));
    assert_eq!(from_item(&item(&good)), Ok(session()));
    for name in [
        "v",
        "session_id",
        "pk",
        "generation",
        "app_id",
        "openid",
        "created_at",
        "last_seen_at",
        "expires_at",
        "absolute_expires_at",
        "state",
    ] {
        assert_eq!(from_item(&item(&with(good.clone(), name, Value::Null))), Err(Damaged(name)));
        let other = with(good.clone(), name, json!({"BOOL": true}));
        assert_eq!(from_item(&item(&other)), Err(Damaged(name)), "{name} of another type");
    }
}

#[test]
fn what_this_code_does_not_know_is_damaged() {
    let good = record(&hash(&token()));
    for (name, value) in [
        ("v", json!({"N": "2"})),
        ("state", json!({"S": "paused"})),
        ("session_id", json!({"S": "019AA9C3-7C00-7000-8000-000000000001"})),
        ("pk", json!({"S": "somebody"})),
        ("generation", json!({"B": "MTIzNDU2Nzg5"})),
        ("created_at", json!({"N": "1.5"})),
        ("unionid", json!({"N": "1"})),
    ] {
        assert_eq!(from_item(&item(&with(good.clone(), name, value))), Err(Damaged(name)));
    }
}

#[test]
fn a_tombstone_needs_no_names_and_a_union_is_kept() {
    let good = record(&hash(&token()));
    let union = with(good.clone(), "unionid", json!({"S": "oUNION"}));
    assert_eq!(from_item(&item(&union)).unwrap().unionid.as_deref(), Some("oUNION"));
    let tombstone = with(with(good, "openid", Value::Null), "state", json!({"S": "revoked"}));
    let read = from_item(&item(&tombstone)).unwrap();
    assert_eq!((read.state, read.openid), (State::Revoked, None));
}
