use serde_json::{from_value, json};

use super::*;

const USER: &str = "12bbf084-f063-861b-9b20-51bba2f93072";
const SESSION: &str = "019aa9c3-7c00-7000-8000-000000000001";
/// A list with the mark `12345678` and no session.
const EMPTY: &str = "MTIzNDU2Nzg=";

fn tables() -> Tables {
    Tables { users: "U".to_owned(), sessions: "S".to_owned() }
}

fn read(table: &str, name: &str, old: Value, new: Value) -> Result<Vec<Told>, Damaged> {
    let mut change = json!({"SequenceNumber": "100", "ApproximateCreationDateTime": 1_795_329_000.0});
    for (image, value) in [("OldImage", old), ("NewImage", new)] {
        if !value.is_null() {
            change[image] = value;
        }
    }
    let source =
        format!("arn:aws:dynamodb:us-east-1:123456789012:table/{table}/stream/2026-11-22T00:00:00.000");
    let record = json!({"eventID": "e", "eventName": name, "eventSourceARN": source, "dynamodb": change});
    let record: Record = from_value(record).expect("a record");
    told(&record, &tables())
}

#[track_caller]
fn tells(table: &str, name: &str, old: Value, new: Value) -> Vec<(&'static str, Value)> {
    let told = read(table, name, old, new).expect("it can be read");
    let each = told.into_iter().enumerate().map(|(number, Told { kind, mut detail })| {
        let members = detail.as_object_mut().expect("an object");
        assert_eq!(members.remove("version"), Some(json!(1)));
        assert_eq!(members.remove("id"), Some(json!(format!("e-{number}"))));
        assert_eq!(members.remove("at"), Some(json!(1_795_329_000)));
        (kind, detail)
    });
    each.collect()
}

fn user(more: Value) -> Value {
    let mut user = json!({"user_id": {"S": USER}, "live": {"B": EMPTY}, "app_id": {"S": "wx1"}, "openid": {"S": "oUSER"},
        "unionid": {"S": "uUSER"}, "created_at": {"N": "1795329000.123"}, "last_login_at": {"N": "1795329000"}});
    user.as_object_mut().expect("an object").extend(members(more));
    user
}

fn husk(more: Value) -> Value {
    let mut husk = json!({"user_id": {"S": USER}, "live": {"B": EMPTY}});
    husk.as_object_mut().expect("an object").extend(members(more));
    husk
}

#[test]
fn a_user_is_created_erased_and_created_again() {
    let created = vec![("user.created", json!({"user_id": USER, "app_id": "wx1"}))];
    let erased = vec![("user.erased", json!({"user_id": USER, "app_id": "wx1"}))];
    assert_eq!(tells("U", "INSERT", Value::Null, user(json!({}))), created);
    assert_eq!(tells("U", "MODIFY", husk(json!({})), user(json!({}))), created);
    assert_eq!(tells("U", "MODIFY", user(json!({})), husk(json!({}))), erased);
    assert_eq!(tells("U", "REMOVE", user(json!({})), Value::Null), erased);
    assert_eq!(tells("U", "REMOVE", husk(json!({})), Value::Null), []);
    let again = user(json!({"created_at": {"N": "1795330000"}}));
    assert_eq!(tells("U", "MODIFY", user(json!({})), again), [erased, created].concat());
    assert_eq!(
        tells("U", "MODIFY", user(json!({})), user(json!({"last_login_at": {"N": "1795330000"}}))),
        []
    );
}

#[test]
fn a_block_a_sign_out_and_roles_are_told_when_they_change() {
    let block = |until: Option<&str>| {
        let mut block = json!({"since": {"N": "1795329000"}, "reason": {"S": "spam"}});
        if let Some(until) = until {
            block["until"] = json!({"N": until});
        }
        json!({"blocked": {"M": block}, "signed_out_at": {"N": "1795329000"}})
    };
    let blocked = ("user.blocked", json!({"user_id": USER, "reason": "spam"}));
    assert_eq!(tells("U", "MODIFY", user(json!({})), user(block(None))), std::slice::from_ref(&blocked));
    assert_eq!(tells("U", "INSERT", Value::Null, husk(block(None))), [blocked]);
    let until = ("user.blocked", json!({"user_id": USER, "reason": "spam", "until": 1_795_330_000}));
    assert_eq!(tells("U", "MODIFY", user(block(None)), user(block(Some("1795330000")))), [until]);
    assert_eq!(tells("U", "MODIFY", user(block(None)), user(block(None))), []);
    let lifted = user(json!({"signed_out_at": {"N": "1795329000"}}));
    assert_eq!(
        tells("U", "MODIFY", user(block(None)), lifted.clone()),
        [("user.unblocked", json!({"user_id": USER}))]
    );
    assert_eq!(
        tells("U", "MODIFY", user(json!({})), lifted),
        [("user.signed_out", json!({"user_id": USER}))]
    );
    let roles = |roles: &str| user(json!({"roles": {"S": roles}}));
    let changed = |roles: Value| [("user.roles_changed", json!({"user_id": USER, "roles": roles}))];
    assert_eq!(
        tells("U", "MODIFY", user(json!({})), roles("editor staff")),
        changed(json!(["editor", "staff"]))
    );
    assert_eq!(tells("U", "MODIFY", roles("staff"), user(json!({}))), changed(json!([])));
    assert_eq!(tells("U", "MODIFY", roles("staff"), roles("staff")), []);
}

fn session(more: Value) -> Value {
    let mut session = json!({"pk": {"S": USER}, "sk": {"S": "h"}, "v": {"N": "1"}, "session_id": {"S": SESSION},
        "app_id": {"S": "wx1"}, "created_at": {"N": "1"}, "expires_at": {"N": "2"}, "absolute_expires_at": {"N": "3"},
        "state": {"S": "active"}});
    session.as_object_mut().expect("an object").extend(members(more));
    session
}

#[test]
fn a_login_and_the_end_of_a_session_are_told_and_a_renewal_is_not() {
    let of = json!({"user_id": USER, "app_id": "wx1", "session_id": SESSION});
    assert_eq!(tells("S", "INSERT", Value::Null, session(json!({}))), [("user.logged_in", of.clone())]);
    let parent = json!({"parent": {"B": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="},
        "audience": {"S": "https://m.example.com"}, "parent_created_at": {"N": "1"}, "parent_seen_at": {"N": "1"}});
    assert_eq!(tells("S", "INSERT", Value::Null, session(parent)), [], "a page's");
    assert_eq!(tells("S", "MODIFY", Value::Null, session(json!({"last_seen_at": {"N": "2"}}))), []);
    let mut ended = of;
    ended["reason"] = json!("logged_out");
    let tombstone = session(
        json!({"state": {"S": "ended"}, "ended_reason": {"S": "logged_out"}, "ended_at": {"N": "2"}}),
    );
    assert_eq!(tells("S", "MODIFY", Value::Null, tombstone), [("session.ended", ended)]);
    assert_eq!(tells("S", "REMOVE", Value::Null, Value::Null), []);
}

#[test]
fn a_message_is_told_as_it_came_and_once() {
    let row = |more: Value| {
        let mut row = json!({"pk": {"S": "push#wx1"}, "sk": {"S": "h"}, "event": {"S": "other"}});
        row.as_object_mut().expect("an object").extend(members(more));
        row
    };
    let said = json!({"message": {"S": r#"{"MsgType":"text","Content":"hi"}"#}});
    let told = [("wechat.pushed", json!({"app_id": "wx1", "message": {"MsgType": "text", "Content": "hi"}}))];
    assert_eq!(tells("S", "INSERT", Value::Null, row(said.clone())), told);
    assert_eq!(tells("S", "MODIFY", Value::Null, row(said)), [], "it was carried out");
    assert_eq!(tells("S", "INSERT", Value::Null, row(json!({}))), []);
    assert_eq!(
        tells("S", "INSERT", Value::Null, json!({"pk": {"S": "ticket#h"}, "sk": {"S": "ticket"}})),
        []
    );
    assert_eq!(tells("other", "INSERT", Value::Null, user(json!({}))), []);
}

#[test]
fn what_cannot_be_read_is_said_and_not_taken_for_nothing() {
    let push = |message: Value| json!({"pk": {"S": "push#wx1"}, "sk": {"S": "h"}, "message": message});
    for message in [json!({"S": "{"}), json!({"S": "[]"}), json!({"N": "1"})] {
        assert_eq!(read("S", "INSERT", Value::Null, push(message)), Err(Damaged("message")));
    }
    let mut nobodys = session(json!({"state": {"S": "ended"}, "ended_reason": {"S": "logged_out"}}));
    nobodys["session_id"] = json!({"S": "none"});
    assert_eq!(read("S", "MODIFY", Value::Null, nobodys), Err(Damaged("session")));
    let damaged = user(json!({"live": {"S": "x"}}));
    for (old, new) in [(user(json!({})), damaged.clone()), (damaged, user(json!({})))] {
        assert_eq!(read("U", "MODIFY", old, new), Err(Damaged("live")));
    }
}

#[test]
fn a_stream_without_old_images_does_not_make_everybody_new() {
    assert_eq!(read("U", "MODIFY", Value::Null, user(json!({}))), Err(Damaged("OldImage")));
    assert!(read("U", "REMOVE", Value::Null, Value::Null).is_err());
}

#[test]
fn who_is_gone_is_told_however_little_of_the_record_can_be_read() {
    let erased = |more: Value| {
        let mut detail = json!({"user_id": USER});
        detail.as_object_mut().expect("an object").extend(members(more));
        [("user.erased", detail)]
    };
    let damaged = user(json!({"live": {"S": "x"}}));
    assert_eq!(tells("U", "REMOVE", damaged.clone(), Value::Null), erased(json!({"app_id": "wx1"})));
    assert_eq!(tells("U", "MODIFY", damaged, husk(json!({}))), erased(json!({"app_id": "wx1"})));
    let nameless = user(json!({"app_id": {"N": "1"}}));
    assert_eq!(tells("U", "REMOVE", nameless, Value::Null), erased(json!({})));
}

#[test]
fn no_name_of_wechats_is_told_and_no_key() {
    let keys =
        json!({"session_key": {"B": EMPTY}, "external_id": {"S": "crm:1"}, "claims": {"S": "tier=4:gold"}});
    for told in [
        tells("U", "INSERT", Value::Null, user(keys.clone())),
        tells("U", "MODIFY", user(keys), husk(json!({}))),
    ] {
        let text = format!("{told:?}");
        assert!(
            !["oUSER", "uUSER", "crm:1", "gold", EMPTY].iter().any(|secret| text.contains(secret)),
            "{text}"
        );
    }
}

#[test]
fn the_schema_and_the_page_name_every_kind_and_no_other() {
    let code = include_str!("../told.rs");
    let quoted = code.split('"').skip(1).step_by(2);
    let mut kinds: Vec<&str> = quoted
        .filter(|text| ["user.", "session.", "wechat."].iter().any(|start| text.starts_with(start)))
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    let schema: Value =
        serde_json::from_str(include_str!("../../../../docs/events.schema.json")).expect("JSON");
    let mut listed: Vec<&str> = schema["properties"]["detail-type"]["enum"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    listed.sort_unstable();
    assert_eq!(kinds, listed);
    let page = include_str!("../../../../docs/events.md");
    assert!(kinds.iter().all(|kind| page.contains(&format!("| `{kind}` |"))));
}
