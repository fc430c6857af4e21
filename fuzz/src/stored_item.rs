//! What the tables hold: `{"session": <item>, "user": <item>, "now": <seconds>}`, items in DynamoDB's JSON.
//! An input that starts with `m` makes a good session of the bytes after it and then changes it.

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use serde_json::{Map, Value, json};
use wxsession::{
    UserId,
    session::{Ended, Refusal, Rules},
    store::{
        Found,
        item::Item,
        sessions::{SessionKey, from_item, to_item},
    },
    token::TokenHash,
};

use crate::{base64, broken};

const USER: &str = "12bbf084-f063-861b-9b20-51bba2f93072";
/// The hash under which the session stands.
const HASH: [u8; 32] = [7; 32];
/// What the rule here knows of a user's record. Roles, blocks and the vault have tests of their own.
const OF_A_USER: [&str; 7] = ["user_id", "live", "installs", "app_id", "openid", "unionid", "created_at"];

/// What comes of a session, without the finer reasons.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Good,
    Unknown,
    Ended,
    Damaged,
}

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
    let known = |name: &String| OF_A_USER.contains(&name.as_str());
    if !records["user"].as_object().is_none_or(|user| user.keys().all(known)) {
        return;
    }
    let (Some(session), Some(user)) = (item(&records["session"]), item(&records["user"])) else { return };
    let now = records["now"].as_i64().unwrap_or(1_700_000_000);
    assert_eq!(found(session.clone(), user, now), decided(&records, now), "good exactly if the rules say so");
    if let Some(session) = session {
        reencoded(&session, &records["session"]);
    }
}

/// The subject: what the tables say.
fn found(mut session: Option<Item>, mut user: Option<Item>, now: i64) -> Outcome {
    if let Some(item) = &mut session
        && broken::is("a_tombstone_lives")
    {
        item.insert("state".to_owned(), AttributeValue::S("active".to_owned()));
    }
    if let Some(item) = &mut user
        && broken::is("any_list")
    {
        let listed = [b"the mark".as_slice(), &HASH].concat();
        item.insert("live".to_owned(), AttributeValue::B(Blob::new(listed)));
    }
    let now = if broken::is("a_second_longer") { now.saturating_sub(1) } else { now };
    let key = SessionKey { user: UserId::parse(USER).expect("a user id"), hash: TokenHash::from_bytes(HASH) };
    match Found::of(key, session, user).decide(now, &Rules::AS_PROMISED) {
        Ok(good) => {
            assert!(now < good.session.expires_at && now < good.session.absolute_expires_at);
            Outcome::Good
        }
        Err(Refusal::Unknown) => Outcome::Unknown,
        Err(Refusal::Ended(_) | Refusal::PageEnded(_)) => Outcome::Ended,
        Err(Refusal::Damaged(..)) => Outcome::Damaged,
    }
}

/// A record that can be read is written back as it was, attribute by attribute.
fn reencoded(item: &Item, json: &Value) {
    let read = from_item(item.clone());
    assert_eq!(read.is_ok(), is_record(json), "read exactly if it is a record of version 1");
    let Some(session) = read.ok().and_then(|record| record.session().cloned()) else { return };
    let written = to_item(&TokenHash::from_bytes(HASH), &session);
    let again = from_item(written.clone()).ok().and_then(|record| record.session().cloned());
    assert_eq!(again.as_ref(), Some(&session), "the same session again");
    for (name, value) in &written {
        let same = match (value, item.get(name)) {
            // A number has other spellings, which DynamoDB itself makes one.
            (AttributeValue::N(a), Some(AttributeValue::N(b))) => a.parse::<i64>().ok() == b.parse().ok(),
            (value, Some(was)) => value == was,
            (_, None) => false,
        };
        let ours = ["ttl", "sk", "state", "platform", "model", "wechat_version"].contains(&name.as_str());
        assert!(same || ours, "{name} was changed by reading and writing it");
    }
    assert!(!session.user_id.to_string().bytes().any(|byte| byte.is_ascii_uppercase()));
}

/// The rules over the plain JSON: a session is good while it is active, in time, and in its user's list.
fn decided(records: &Value, now: i64) -> Outcome {
    let (session, user) = (&records["session"], &records["user"]);
    if (session.is_object() && !is_record(session)) || (user.is_object() && !is_user(user)) {
        return Outcome::Damaged;
    }
    if !session.is_object() {
        return Outcome::Unknown;
    }
    let ends = ["absolute_expires_at", "expires_at"].map(|name| number(session, name));
    let in_time = ends.iter().all(|end| end.is_some_and(|end| now < end));
    let root = bytes(session, "parent").unwrap_or_else(|| HASH.to_vec());
    let live = bytes(user, "live").unwrap_or_default();
    let is_listed = live.get(8..).is_some_and(|hashes| hashes.chunks(32).any(|hash| hash == root));
    let is_somebody = user["openid"].is_object();
    if session["state"]["S"] == "active" && is_somebody && is_listed && in_time {
        Outcome::Good
    } else {
        Outcome::Ended
    }
}

/// Version 1, active or a tombstone with a reason of ours; a tombstone need not hold more.
fn is_record(json: &Value) -> bool {
    let text = |name: &str| json[name]["S"].as_str();
    let is_ended =
        text("ended_reason").is_some_and(|reason| Ended::ALL.iter().any(|known| known.as_str() == reason));
    json["v"]["N"] == "1"
        && match text("state") {
            Some("active") => is_session(json),
            Some("ended") => is_ended,
            _ => false,
        }
}

/// Every attribute there and of its type, ids in their one spelling.
fn is_session(json: &Value) -> bool {
    let text = |name: &str| json[name]["S"].as_str();
    text("pk").is_some_and(is_uuid)
        && text("session_id").is_some_and(is_uuid)
        && text("app_id").is_some()
        && ["created_at", "expires_at", "absolute_expires_at"].iter().all(|name| number(json, name).is_some())
        && (json.get("last_seen_at").is_none() || number(json, "last_seen_at").is_some())
        && (json.get("parent").is_none() || is_page(json))
        && (json.get("children").is_none() || bytes(json, "children").is_some_and(|of| of.len() % 32 == 0))
}

/// What a page's session is derived from is known as a whole.
fn is_page(json: &Value) -> bool {
    bytes(json, "parent").is_some_and(|parent| parent.len() == 32)
        && json["audience"]["S"].is_string()
        && ["parent_created_at", "parent_seen_at"].iter().all(|name| number(json, name).is_some())
}

/// A list, and either who the user is or nothing of it.
fn is_user(json: &Value) -> bool {
    let text = |name: &str| json[name]["S"].as_str();
    let optional = |name: &str| json.get(name).is_none() || text(name).is_some();
    let is_list = bytes(json, "live").is_some_and(|live| live.len() >= 8 && (live.len() - 8) % 32 == 0);
    let is_somebody = || {
        text("app_id").is_some()
            && optional("unionid")
            && json["created_at"]["N"].as_str().is_some_and(is_moment)
    };
    let is_nobody = json.get("openid").is_none() && json.get("app_id").is_none();
    is_list && optional("openid") && (is_nobody || (json.get("openid").is_some() && is_somebody()))
}

/// Seconds with at most three decimals.
fn is_moment(digits: &str) -> bool {
    let (seconds, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fits = fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let millis = || {
        seconds.parse::<i64>().ok()?.checked_mul(1_000)?.checked_add(format!("{fraction:0<3}").parse().ok()?)
    };
    fits && millis().is_some()
}

fn number(json: &Value, name: &str) -> Option<i64> {
    json[name]["N"].as_str()?.parse().ok()
}

fn bytes(json: &Value, name: &str) -> Option<Vec<u8>> {
    base64::decode(json[name]["B"].as_str()?, base64::STANDARD)
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
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
fn made(input: &[u8]) -> Option<Value> {
    let (&[place, kind, state, list, seen, idle, absolute, now], rest) = input.split_first_chunk::<8>()?;
    let at = |delta: u8| json!({"N": (1_700_000_000 + i64::from(delta)).to_string()});
    let text = |text: &str| json!({"S": text});
    let stored = |parts: &[&[u8]]| json!({"B": base64::encode(&parts.concat(), base64::STANDARD)});
    let states = ["active", "ended", "Active", ""];
    let lists: [&[&[u8]]; 4] =
        [&[b"the mark", &HASH], &[b"the mark", &[8; 32], &HASH], &[b"the mark", &[8; 32]], &[b"mark"]];
    let mut session = json!({
        "pk": text(USER), "sk": text("hash"), "v": {"N": "1"}, "session_id": text("018bcfe5-6800-7000-8000-000000000000"),
        "app_id": text("wx0123456789abcdef"), "state": text(states[usize::from(state % 4)]), "ended_reason": text("logged_out"),
        "created_at": at(0), "last_seen_at": at(seen), "expires_at": at(idle), "absolute_expires_at": at(absolute),
        "ttl": at(absolute), "platform": text("ios"),
    });
    if list & 4 != 0 {
        let page = [("parent", stored(&[&[8; 32]])), ("audience", text("https://m.example.com"))];
        let page = page.into_iter().chain([("parent_created_at", at(0)), ("parent_seen_at", at(seen))]);
        session.as_object_mut()?.extend(page.map(|(name, value)| (name.to_owned(), value)));
    }
    change(session.as_object_mut()?, place, kind, rest);
    let user = json!({"user_id": session["pk"], "live": stored(lists[usize::from(list % 4)]), "app_id": text("wx0123456789abcdef"),
        "openid": text("oTEST"), "created_at": {"N": "1699999999.5"}});
    Some(json!({"session": session, "user": user, "now": 1_700_000_000 + i64::from(now)}))
}

fn change(session: &mut Map<String, Value>, place: u8, kind: u8, rest: &[u8]) {
    let name = session.keys().nth(usize::from(place) % 20).cloned();
    // A few places are none: then nothing is changed.
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
