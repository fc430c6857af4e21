//! What the tables hold: `{"session": <item>, "user": <item>, "now": <seconds>}`, items in DynamoDB's JSON.
//! An input that starts with `m` makes a good session of the bytes after it and then changes it.

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use serde_json::{Map, Value, json};
use wxsession::{
    session::Refusal,
    store::{
        Found,
        item::Item,
        sessions::{from_item, to_item},
    },
    token::TokenHash,
};

use crate::{base64, broken};

/// The target's check.
///
/// # Panics
///
/// When a promise is broken.
pub fn check(input: &[u8]) {
    let records = match input.split_first() {
        Some((b'm', bytes)) => made(bytes),
        _ => serde_json::from_slice::<Value>(input).ok(),
    };
    let Some(records) = records.filter(Value::is_object) else { return };
    let (Some(session), Some(user)) = (item(&records["session"]), item(&records["user"])) else { return };
    let now = records["now"].as_i64().unwrap_or(1_700_000_000);

    let (found, at) = subject(session.as_ref(), user.as_ref(), now);
    let outcome = found.decide(at).cloned();
    let expected = decided(&records, now);
    assert_eq!(outcome.as_ref().map(drop), expected.as_ref().map(drop), "good exactly if the rules say so");
    if let Ok(good) = &outcome {
        assert!(good.openid.is_some() && now < good.expires_at && now < good.absolute_expires_at);
    }
    if let Some(session) = &session {
        reencoded(session, &records["session"]);
    }
}

/// A record that can be read is written back as it was, attribute by attribute.
fn reencoded(item: &Item, json: &Value) {
    let read = from_item(item);
    assert_eq!(read.is_ok(), is_session(json), "read exactly if it is a session of version 1");
    let Ok(session) = read else { return };
    let hash = TokenHash::from_sort_key(json["sk"]["S"].as_str().unwrap_or_default());
    let written = to_item(&hash, &session);
    assert_eq!(from_item(&written).as_ref(), Ok(&session), "the same session again");
    for (name, value) in &written {
        let same = match (value, item.get(name)) {
            // A number has other spellings, which DynamoDB itself makes one.
            (AttributeValue::N(a), Some(AttributeValue::N(b))) => a.parse::<i64>().ok() == b.parse().ok(),
            (value, Some(was)) => value == was,
            (_, None) => false,
        };
        assert!(same || name == "ttl" || name == "sk", "{name} was changed by reading and writing it");
    }
    assert!(!session.user_id.to_string().bytes().any(|byte| byte.is_ascii_uppercase()));
}

/// The rules of `docs/adr` 0005 and 0007 over the plain JSON.
fn decided(records: &Value, now: i64) -> Result<(), Refusal> {
    let (session, user) = (&records["session"], &records["user"]);
    let generation = user["generation"]["B"].as_str().and_then(eight_bytes);
    if (session.is_object() && !is_session(session)) || (user.is_object() && generation.is_none()) {
        return Err(Refusal::Damaged);
    }
    if !session.is_object() {
        return Err(Refusal::Unknown);
    }
    if session["state"]["S"] != "active" {
        return Err(Refusal::Revoked);
    }
    let generation = generation.ok_or(Refusal::UserGone)?;
    if session["generation"]["B"].as_str().and_then(eight_bytes) != Some(generation) {
        return Err(Refusal::Generation);
    }
    match (number(session, "absolute_expires_at"), number(session, "expires_at")) {
        (Some(absolute), _) if absolute <= now => Err(Refusal::Absolute),
        (_, Some(idle)) if idle <= now => Err(Refusal::Idle),
        _ => Ok(()),
    }
}

/// Version 1, every attribute there and of its type, ids in their one spelling.
fn is_session(json: &Value) -> bool {
    let text = |name: &str| json[name]["S"].as_str();
    let optional = |name: &str| json.get(name).is_none() || text(name).is_some();
    let numbers = ["created_at", "last_seen_at", "expires_at", "absolute_expires_at"];
    json["v"]["N"] == "1"
        && (text("state") == Some("active") && text("openid").is_some() || text("state") == Some("revoked"))
        && text("pk").is_some_and(is_uuid)
        && text("session_id").is_some_and(is_uuid)
        && text("app_id").is_some()
        && optional("openid")
        && optional("unionid")
        && json["generation"]["B"].as_str().and_then(eight_bytes).is_some()
        && numbers.iter().all(|name| number(json, name).is_some())
}

fn number(json: &Value, name: &str) -> Option<i64> {
    json[name]["N"].as_str()?.parse().ok()
}

fn eight_bytes(text: &str) -> Option<Vec<u8>> {
    base64::decode(text, base64::STANDARD).filter(|bytes| bytes.len() == 8)
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

/// The subject: what the tables say, and the time at which it is decided.
fn subject(session: Option<&Item>, user: Option<&Item>, now: i64) -> (Found, i64) {
    let mut item = session.cloned();
    if let Some(item) = &mut item {
        if broken::is("a_tombstone_lives") {
            item.insert("state".to_owned(), AttributeValue::S("active".to_owned()));
            item.entry("openid".to_owned()).or_insert(AttributeValue::S("oTEST".to_owned()));
        }
        if broken::is("any_generation")
            && let Some(generation) = user.and_then(|user| user.get("generation"))
        {
            item.insert("generation".to_owned(), generation.clone());
        }
    }
    let now = if broken::is("a_second_longer") { now.saturating_sub(1) } else { now };
    (Found::of(item.as_ref(), user), now)
}

/// `None` for what DynamoDB cannot hold; `Some(None)` where there is no item.
#[expect(clippy::option_option, reason = "outer: can it be an item; inner: is there one")]
fn item(json: &Value) -> Option<Option<Item>> {
    let Some(attributes) = json.as_object() else { return json.is_null().then_some(None) };
    let read = attributes.iter().map(|(name, value)| Some((name.clone(), attribute(value)?)));
    read.collect::<Option<Item>>().map(Some)
}

fn attribute(json: &Value) -> Option<AttributeValue> {
    let (kind, value) = json.as_object().filter(|json| json.len() == 1)?.iter().next()?;
    Some(match (kind.as_str(), value) {
        ("S", Value::String(text)) => AttributeValue::S(text.clone()),
        ("N", Value::String(digits)) => AttributeValue::N(digits.clone()),
        ("B", Value::String(text)) => AttributeValue::B(Blob::new(base64::decode(text, base64::STANDARD)?)),
        ("BOOL", Value::Bool(truth)) => AttributeValue::Bool(*truth),
        ("NULL", Value::Bool(true)) => AttributeValue::Null(true),
        ("L", Value::Array(values)) => {
            AttributeValue::L(values.iter().map(attribute).collect::<Option<_>>()?)
        }
        ("M", Value::Object(_)) => AttributeValue::M(item(value)??),
        _ => return None,
    })
}

/// Records of a good session whose times come from the bytes, with one attribute changed.
fn made(bytes: &[u8]) -> Option<Value> {
    let (&[place, kind, state, generation, seen, idle, absolute, now], rest) =
        bytes.split_first_chunk::<8>()?;
    let at = |delta: u8| json!({"N": (1_700_000_000 + i64::from(delta)).to_string()});
    let text = |text: &str| json!({"S": text});
    let states = ["active", "revoked", "Active", ""];
    let generations = ["MTIzNDU2Nzg=", "ODc2NTQzMjE=", "MTIz"];
    let mut session = json!({
        "pk": text("12bbf084-f063-861b-9b20-51bba2f93072"), "sk": text("hash"), "v": {"N": "1"},
        "session_id": text("018bcfe5-6800-7000-8000-000000000000"), "app_id": text("wx0123456789abcdef"),
        "openid": text("oTEST"), "unionid": text("uTEST"), "state": text(states[usize::from(state % 4)]),
        "generation": {"B": generations[usize::from(generation % 3)]}, "created_at": at(0),
        "last_seen_at": at(seen), "expires_at": at(idle), "absolute_expires_at": at(absolute), "ttl": at(absolute),
    });
    change(session.as_object_mut()?, place, kind, rest);
    let user = json!({"user_id": session["pk"], "generation": {"B": generations[0]}});
    Some(json!({"session": session, "user": user, "now": 1_700_000_000 + i64::from(now)}))
}

fn change(session: &mut Map<String, Value>, place: u8, kind: u8, rest: &[u8]) {
    let name = session.keys().nth(usize::from(place) % 16).cloned();
    // Two of sixteen places are none: then nothing is changed.
    let Some(name) = name else { return };
    let text = String::from_utf8_lossy(rest);
    match kind % 6 {
        0 => drop(session.remove(&name)),
        1 => drop(session.insert(name, json!({"S": text}))),
        2 => drop(session.insert(name, json!({"N": text}))),
        3 => drop(session.insert(name, json!({"B": base64::encode(rest, base64::STANDARD)}))),
        4 => drop(session.insert(name, json!({"NULL": true}))),
        _ => {}
    }
}
