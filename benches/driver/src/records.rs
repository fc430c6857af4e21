//! The two records that every check reads, in the form in which the functions write them.
//!
//! The token is the one in `events/`. Its hash and the sealed `session_key` are constants made once by the functions
//! themselves; the key that sealed it is `RING_KEY` in `stand_ins`. If the product changes the form of a record, the
//! functions refuse these, or `Table::put` sees the difference.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};

pub(crate) const USER_ID: &str = "12bbf084-f063-861b-9b20-51bba2f93072";
pub(crate) const TOKEN_HASH: &str = "0tnNWJ7OQKwpwMww3dktluGsPmujgyFdJEuT8lHOEN8";
pub(crate) const SESSION_ID: &str = "019aa9c3-7c00-7000-8000-000000000001";
pub(crate) const APP_ID: &str = "wx0123456789abcdef";
pub(crate) const OPENID: &str = "oTEST0000000000000000000001A";
/// A list of five live sessions, of which the one in `events/` is the last.
const FIVE: &str = "AQIDBAUGBwgBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAwMDAwMDAwMDAw\
     MDAwMDAwMDAwMDAwMDAwMDAwMDAwMEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBNLZzViezkCsKcDMMN3ZLZbhrD5ro4MhXSRLk/JR\
     zhDf";
/// A list with room for one more, and the installs.
const THREE: &str = "AQIDBAUGBwgBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAwMDAwMDAwMDAw\
     MDAwMDAwMDAwMDAwMDAwMDAwMDAwM=";
const INSTALLS: &str = "AQIDBAECAwQBAgME";
const SEALED_SESSION_KEY: &str =
    "AQJrMZDa7A7x/sHnXAZwaoM46H2KerwmkMKsauSoG1tqzOtCK8DK5koZrUyr3Fi5T/r3JIBVGhE=";
const FINGERPRINT: &str = "AAAAAAAAAAAAAAAAAAAAAA==";

/// Key of a message that WeChat pushed.
pub(crate) const MESSAGE: (&str, &str) =
    ("push#wx0123456789abcdef", "asks#mOtE0vZz1qC2wJr9GmX3Kp5uYh7TdLbN4sAfQe8RiVo");

pub(crate) const USERS: &str = "UsersTable";
pub(crate) const SESSIONS: &str = "SessionsTable";

pub(crate) fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// A session a minute old, so that no renewal is due, or one that was logged out.
pub(crate) fn session(active: bool) -> Value {
    let created = unix_seconds() - 60;
    let absolute = created + 172_800;
    let mut item = json!({
        "pk": {"S": USER_ID},
        "sk": {"S": TOKEN_HASH},
        "v": {"N": "1"},
        "session_id": {"S": SESSION_ID},
        "app_id": {"S": APP_ID},
        "created_at": {"N": created.to_string()},
        "last_seen_at": {"N": created.to_string()},
        "expires_at": {"N": (created + 86_400).to_string()},
        "absolute_expires_at": {"N": absolute.to_string()},
        "state": {"S": "active"},
        "ttl": {"N": (absolute + 86_400).to_string()},
    });
    if !active {
        item["state"] = json!({"S": "ended"});
        item["ended_reason"] = json!({"S": "logged_out"});
    }
    item
}

/// What decides over a session, of a user with five.
pub(crate) fn liveness() -> Value {
    let then = (unix_seconds() - 86_400).to_string();
    json!({
        "user_id": {"S": USER_ID}, "live": {"B": FIVE}, "app_id": {"S": APP_ID}, "openid": {"S": OPENID},
        "created_at": {"N": format!("{then}.123")},
    })
}

/// A session as a login writes it: it was never seen.
pub(crate) fn written() -> Value {
    let mut item = session(true);
    if let Some(attributes) = item.as_object_mut() {
        attributes.remove("last_seen_at");
    }
    item
}

/// The whole record of a user.
pub(crate) fn user() -> Value {
    let then = (unix_seconds() - 86_400).to_string();
    json!({
        "user_id": {"S": USER_ID},
        "app_id": {"S": APP_ID},
        "openid": {"S": OPENID},
        "live": {"B": THREE},
        "installs": {"B": INSTALLS},
        "created_at": {"N": then},
        "last_login_at": {"N": then},
        "session_key": {"B": SEALED_SESSION_KEY},
        "session_key_previous": {"B": SEALED_SESSION_KEY},
        "session_key_at": {"N": then},
        "session_key_previous_at": {"N": then},
        "session_key_kid": {"S": "k1"},
        "session_key_fingerprint": {"B": FINGERPRINT},
    })
}

/// A message in `events/erasures-stream.json`, two days old: the user came after it, and stays.
pub(crate) fn message() -> Value {
    let then = (unix_seconds() - 2 * 86_400).to_string();
    json!({
        "pk": {"S": MESSAGE.0},
        "sk": {"S": MESSAGE.1},
        "v": {"N": "1"},
        "user_id": {"S": USER_ID},
        "event": {"S": "user_authorization_cancellation"},
        "scopes": {"S": ""},
        "create_time": {"N": then},
        "received_at": {"N": then},
        "ttl": {"N": (unix_seconds() + 86_400).to_string()},
    })
}

/// Names and types of an item's attributes, for comparison.
pub(crate) fn shape(item: &Value) -> Vec<(String, String)> {
    let none = Map::new();
    let attributes = item.as_object().unwrap_or(&none).iter();
    let kind =
        |value: &Value| value.as_object().and_then(|value| value.keys().next().cloned()).unwrap_or_default();
    let mut shape: Vec<_> = attributes.map(|(name, value)| (name.clone(), kind(value))).collect();
    shape.sort();
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_with_another_attribute_or_type_has_another_shape() {
        let wanted = shape(&session(true));
        let mut other = session(true);
        assert_eq!(shape(&other), wanted);
        other["created_at"] = json!({"S": "1"});
        assert_ne!(shape(&other), wanted);
        let mut other = session(true);
        other["unionid"] = json!({"S": "u"});
        assert_ne!(shape(&other), wanted);
    }

    #[test]
    fn the_message_is_that_of_the_event() {
        let event: Value =
            serde_json::from_str(include_str!("../../../events/erasures-stream.json")).expect("JSON");
        let keys = &event["Records"][0]["dynamodb"]["Keys"];
        assert_eq!(*keys, json!({"pk": {"S": MESSAGE.0}, "sk": {"S": MESSAGE.1}}));
    }
}
