//! What the tables hold: `{"session": <item>, "user": <item>, "now": <seconds>}`, items in DynamoDB's JSON.
//! An input that starts with `m` makes a good session of the bytes after it and then changes it.

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use serde_json::{Map, Value, json};
use wxsession::{
    UserId,
    session::{Ended, Refusal, Rules, SessionRecord},
    store::{
        Found, SessionKey,
        item::Item,
        sessions::{from_item, to_item},
    },
    token::TokenHash,
};

use crate::{base64, broken};

const USER: &str = "12bbf084-f063-861b-9b20-51bba2f93072";
/// The hash under which the session is asked for.
const HASH: [u8; 32] = [7; 32];
const RULES: Rules = Rules { idle_seconds: 86_400, absolute_seconds: 172_800, renew_after_seconds: 3_600 };

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

    let (found, at) = subject(session.clone(), user, now);
    let outcome = found.decide(at, &RULES);
    if let Some(expected) = decided(&records, now) {
        let known = outcome.as_ref().map(drop).map_err(|refusal| refusal.as_str());
        assert_eq!(known, expected.map_err(Refusal::as_str), "good exactly if the rules say so");
    }
    if let Ok(good) = &outcome {
        assert!(!good.person.openid.is_empty() || records["user"]["openid"]["S"] == "");
        assert!(now < good.session.expires_at && now < good.session.absolute_expires_at);
        assert!(now < good.session.created_at.saturating_add(RULES.absolute_seconds));
    }
    if let Some(session) = session {
        reencoded(session, &records["session"]);
    }
}

/// A record that can be read is written back as it was, attribute by attribute.
fn reencoded(item: Item, json: &Value) {
    let read = from_item(item.clone());
    assert_eq!(read.is_ok(), is_record(json), "read exactly if it is a record of version 1");
    let Ok(SessionRecord::Active(session)) = read else { return };
    let written = to_item(&TokenHash::from_bytes(HASH), &session);
    assert_eq!(from_item(written.clone()), Ok(SessionRecord::Active(session.clone())), "the same session again");
    for (name, value) in &written {
        let same = match (value, item.get(name)) {
            // A number has other spellings, which DynamoDB itself makes one.
            (AttributeValue::N(a), Some(AttributeValue::N(b))) => a.parse::<i64>().ok() == b.parse().ok(),
            (value, Some(was)) => value == was,
            (_, None) => false,
        };
        let is_free = ["ttl", "sk", "platform", "model", "wechat_version"].contains(&name.as_str());
        assert!(same || is_free, "{name} was changed by reading and writing it");
    }
    assert!(!session.user_id.to_string().bytes().any(|byte| byte.is_ascii_uppercase()));
}

/// The rules of `docs/adr/0015-live-list.md` over the plain JSON; `None` where they are about what a business says of a user,
/// which has forms of its own.
fn decided(records: &Value, now: i64) -> Option<Result<(), Refusal>> {
    let (session, user) = (&records["session"], &records["user"]);
    if ["roles", "claims", "external_id", "blocked"].iter().any(|name| user.get(name).is_some()) {
        return None;
    }
    if (session.is_object() && !is_record(session)) || (user.is_object() && !is_user(user)) {
        return Some(Err(Refusal::Damaged("any")));
    }
    if !session.is_object() {
        return Some(Err(Refusal::Unknown));
    }
    let over = |reason| Some(Err(Refusal::Ended(reason)));
    if let Some(reason) = session["ended_reason"]["S"].as_str().filter(|_| session["state"]["S"] == "ended") {
        return over(Ended::parse(reason)?);
    }
    if !user.is_object() {
        return over(Ended::Deleted);
    }
    let root = bytes(&session["parent"]).unwrap_or(HASH.to_vec());
    let live = bytes(&user["live"])?;
    let is_listed = live[8..].chunks(32).any(|hash| hash == root);
    let created = number(session, "created_at")?;
    let seen = number(session, "last_seen_at").unwrap_or(created);
    let ends = [
        number(session, "expires_at")?,
        number(session, "absolute_expires_at")?,
        seen.saturating_add(RULES.idle_seconds),
        created.saturating_add(RULES.absolute_seconds),
    ];
    let is_over = ends.into_iter().any(|end| end <= now);
    let made = made_at(session["session_id"]["S"].as_str()?, created);
    if user.get("openid").is_none() {
        return over(Ended::Deleted);
    }
    Some(match (is_listed, is_over) {
        (true, false) => Ok(()),
        (true, true) => Err(Refusal::Ended(Ended::Expired)),
        (false, _) if made < moment(user, "created_at")? => Err(Refusal::Ended(Ended::Deleted)),
        (false, _) if moment(user, "signed_out_at").is_some_and(|at| made <= at) => {
            Err(Refusal::Ended(Ended::SignedOutEverywhere))
        }
        (false, true) => Err(Refusal::Ended(Ended::Expired)),
        (false, false) => Err(Refusal::Ended(Ended::Evicted)),
    })
}

/// The time in a UUID of version 7, if it is that of the session.
fn made_at(id: &str, created: i64) -> i64 {
    let named = i64::from_str_radix(&id.replace('-', "")[..12], 16).unwrap_or(0);
    if named.div_euclid(1_000) == created { named } else { created.saturating_mul(1_000) }
}

/// Version 1: a tombstone with a reason, or a session with every attribute there and of its type, ids in their one spelling.
fn is_record(json: &Value) -> bool {
    let text = |name: &str| json[name]["S"].as_str();
    if json["v"]["N"] != "1" {
        return false;
    }
    if text("state") == Some("ended") {
        return text("ended_reason").and_then(Ended::parse).is_some();
    }
    let numbers = ["created_at", "expires_at", "absolute_expires_at"];
    text("state") == Some("active")
        && text("pk").is_some_and(is_uuid)
        && text("session_id").is_some_and(is_uuid)
        && text("app_id").is_some()
        && numbers.iter().all(|name| number(json, name).is_some())
        && (json.get("last_seen_at").is_none() || number(json, "last_seen_at").is_some())
        && (json.get("parent").is_none() || bytes(&json["parent"]).is_some_and(|hash| hash.len() == 32))
}

/// A list, and a person or none.
fn is_user(json: &Value) -> bool {
    let text = |name: &str| json[name]["S"].as_str().is_some();
    let optional = |name: &str, is: bool| json.get(name).is_none() || is;
    let is_person = text("openid")
        && text("app_id")
        && optional("unionid", text("unionid"))
        && moment(json, "created_at").is_some()
        && optional("last_login_at", number(json, "last_login_at").is_some());
    bytes(&json["live"]).is_some_and(|live| live.len() >= 8 && (live.len() - 8) % 32 == 0)
        && optional("signed_out_at", moment(json, "signed_out_at").is_some())
        && optional("openid", is_person)
}

fn number(json: &Value, name: &str) -> Option<i64> {
    json[name]["N"].as_str()?.parse().ok()
}

/// Seconds with up to three decimals, in milliseconds.
fn moment(json: &Value, name: &str) -> Option<i64> {
    let text = json[name]["N"].as_str()?;
    let (seconds, decimals) = text.split_once('.').unwrap_or((text, ""));
    let is_short = decimals.len() <= 3 && decimals.bytes().all(|digit| digit.is_ascii_digit());
    let thousandths: i64 = if is_short { format!("{decimals:0<3}").parse().ok()? } else { return None };
    seconds.parse::<i64>().ok()?.checked_mul(1_000)?.checked_add(thousandths)
}

fn bytes(json: &Value) -> Option<Vec<u8>> {
    base64::decode(json["B"].as_str()?, base64::STANDARD)
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

/// The subject: what the tables say, and the time at which it is decided.
fn subject(mut session: Option<Item>, mut user: Option<Item>, now: i64) -> (Found, i64) {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    if let Some(item) = session.as_mut().filter(|_| broken::is("a_tombstone_lives")) {
        item.insert("state".to_owned(), text("active"));
    }
    if let Some(AttributeValue::B(live)) = user.as_mut().and_then(|user| user.get_mut("live"))
        && broken::is("any_list")
    {
        let longer = [live.as_ref(), HASH.as_slice()].concat();
        *live = Blob::new(longer);
    }
    let now = if broken::is("a_second_longer") { now.saturating_sub(1) } else { now };
    let user_id = UserId::parse(USER).expect("a UUID");
    let key = SessionKey { user: user_id, hash: TokenHash::from_bytes(HASH) };
    (Found::of(key, session, user), now)
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
    let (&[place, kind, state, list, seen, idle, absolute, now], rest) = bytes.split_first_chunk::<8>()?;
    let at = |delta: u8| json!({"N": (1_700_000_000 + i64::from(delta)).to_string()});
    let text = |text: &str| json!({"S": text});
    let states = ["active", "ended", "Active", ""];
    let lists = [vec![HASH], vec![], vec![[8; 32], HASH], vec![[8; 32]]];
    let mut session = json!({
        "pk": text(USER), "sk": text(&base64::encode(&HASH, base64::STANDARD)), "v": {"N": "1"},
        "session_id": text("018bcfe5-6800-7000-8000-000000000000"), "app_id": text("wx0123456789abcdef"),
        "state": text(states[usize::from(state % 4)]), "ended_reason": text("logged_out"), "created_at": at(0),
        "last_seen_at": at(seen), "expires_at": at(idle), "absolute_expires_at": at(absolute), "ttl": at(absolute),
    });
    change(session.as_object_mut()?, place, kind, rest);
    let mut live = b"12345678".to_vec();
    live.extend(lists[usize::from(list % 4)].concat());
    let mut user = json!({
        "user_id": text(USER), "live": {"B": base64::encode(&live, base64::STANDARD)},
        "app_id": text("wx0123456789abcdef"), "openid": text("oTEST"), "created_at": {"N": "1699999999.5"},
    });
    if place > 127 {
        change(user.as_object_mut()?, place, kind, rest);
    }
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
