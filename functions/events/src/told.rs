//! From a record of a stream to what there is to tell. Pure. docs/events.md is its contract.
//!
//! Nothing that logs anybody in, and no name of WeChat's, is in what we tell by ourselves; a message of WeChat's is told as it
//! came.

use serde_json::{Map, Value, json};
use wxsession::{
    UserId,
    config::Tables,
    session::SessionRecord,
    store::{
        item::{Damaged, Item},
        pushes::{self, PREFIX},
        sessions, users,
    },
    user::{Person, User},
};

use crate::record::Record;

/// The version of the contract.
pub(crate) const VERSION: u8 = 1;

/// Something to tell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    /// Its `detail-type`.
    pub(crate) kind: &'static str,
    /// Its `detail`.
    pub(crate) detail: Value,
}

/// What a record of one of these tables tells; nothing for most.
///
/// # Errors
///
/// [`Damaged`] when it cannot be read.
pub(crate) fn told(record: &Record, tables: &Tables) -> Result<Vec<Told>, Damaged> {
    let (old, new) = (record.old_image(), record.new_image());
    let either = new.as_ref().or(old.as_ref());
    let key = |name: &str| either.and_then(|item| item.get(name)?.as_s().ok());
    let found = if record.table() == tables.sessions {
        match key("pk") {
            Some(pk) if pk.starts_with(PREFIX) => pushed(record, new.as_ref(), pk)?,
            Some(pk) if UserId::parse(pk).is_some() => session(record, new)?,
            _ => Vec::new(),
        }
    } else if record.table() == tables.users {
        let user = key("user_id").ok_or(Damaged("user_id"))?.clone();
        // A stream of new images alone, such as somebody else may have switched on, tells an erasure from nothing.
        if old.is_none() && record.name != "INSERT" {
            return Err(Damaged("OldImage"));
        }
        of_user(&user, old, new)?
    } else {
        Vec::new()
    };
    Ok(found
        .into_iter()
        .enumerate()
        .map(|(number, (kind, mut detail))| {
            detail.insert("version".to_owned(), VERSION.into());
            // One record tells several things, and comes again with the same name.
            detail.insert("id".to_owned(), format!("{}-{number}", record.id).into());
            detail.insert("at".to_owned(), record.at().into());
            Told { kind, detail: Value::Object(detail) }
        })
        .collect())
}

/// The user whose record it is, or whose session's.
pub(crate) fn user(record: &Record) -> Option<String> {
    let either = record.new_image().or_else(|| record.old_image())?;
    let mut names = ["user_id", "pk"].into_iter().filter_map(|name| either.get(name)?.as_s().ok());
    names.find(|name| UserId::parse(name).is_some()).cloned()
}

type Found = Vec<(&'static str, Map<String, Value>)>;

fn members(detail: Value) -> Map<String, Value> {
    match detail {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// The message as it came, once: when it is stored.
fn pushed(record: &Record, new: Option<&Item>, pk: &str) -> Result<Found, Damaged> {
    let Some(new) = new.filter(|_| record.name == "INSERT") else { return Ok(Vec::new()) };
    // What was stored before there was a bus has none.
    let Some(text) = pushes::message(new)? else { return Ok(Vec::new()) };
    let message: Map<String, Value> = serde_json::from_str(text).map_err(|_| Damaged("message"))?;
    let app_id = pk.strip_prefix(PREFIX).unwrap_or_default();
    Ok(vec![("wechat.pushed", members(json!({ "app_id": app_id, "message": message })))])
}

/// A session begins with its record, and ends with its tombstone. A page's session is not a login.
fn session(record: &Record, new: Option<Item>) -> Result<Found, Damaged> {
    let Some(new) = new else { return Ok(Vec::new()) };
    let of = |session: &wxsession::session::Session| json!({ "user_id": session.user_id.to_string(), "app_id": session.app_id, "session_id": session.id.to_string() });
    Ok(match (record.name.as_str(), sessions::from_item(new)?) {
        ("INSERT", SessionRecord::Active(session)) if session.parent.is_none() => {
            vec![("user.logged_in", members(of(&session)))]
        }
        ("MODIFY", SessionRecord::Ended { reason, session: Some(session) }) => {
            let mut detail = members(of(&session));
            detail.insert("reason".to_owned(), reason.as_str().into());
            vec![("session.ended", detail)]
        }
        ("MODIFY", SessionRecord::Ended { session: None, .. }) => return Err(Damaged("session")),
        _ => Vec::new(),
    })
}

fn of_user(user_id: &str, old: Option<Item>, new: Option<Item>) -> Result<Found, Damaged> {
    let new = new.map(users::from_item).transpose()?;
    let app_id = old.as_ref().and_then(|item| item.get("app_id")?.as_s().ok()).cloned();
    let old = match old.map(users::from_item).transpose() {
        // Who is gone is told, however little can be read of who it was: others have data to erase.
        Err(_) if new.as_ref().is_none_or(|user| user.person.is_none()) => {
            let mut detail = members(json!({ "user_id": user_id }));
            detail.extend(app_id.map(|app_id| ("app_id".to_owned(), app_id.into())));
            return Ok(vec![("user.erased", detail)]);
        }
        old => old?,
    };
    let person = |user: &Option<User>| user.as_ref().and_then(|user| user.person.clone());
    let (before, after) = (person(&old), person(&new));
    let is_same = match (&before, &after) {
        (Some(before), Some(after)) => before.created_at_ms == after.created_at_ms,
        _ => false,
    };
    let mut found = Found::new();
    let mut tell = |kind, more: Value| {
        let mut detail = members(json!({ "user_id": user_id }));
        detail.extend(members(more));
        found.push((kind, detail));
    };
    if let Some(before) = before.as_ref().filter(|_| !is_same) {
        tell("user.erased", json!({ "app_id": before.app_id }));
    }
    if let Some(after) = after.as_ref().filter(|_| !is_same) {
        tell("user.created", json!({ "app_id": after.app_id }));
    }
    let block = |user: &Option<User>| user.as_ref().and_then(|user| user.block.clone());
    match (block(&old), block(&new)) {
        (old, Some(new)) if old.as_ref() != Some(&new) => {
            let mut detail = json!({ "reason": new.reason.as_str() });
            if let Some(until) = new.until {
                detail["until"] = until.into();
            }
            tell("user.blocked", detail);
        }
        (Some(_), None) => tell("user.unblocked", json!({})),
        // A block ends every session by itself, and says so.
        _ if is_same && signed_out(old.as_ref()) != signed_out(new.as_ref()) => {
            tell("user.signed_out", json!({}));
        }
        _ => {}
    }
    let roles =
        |person: &Option<Person>| person.as_ref().map(|person| person.profile.roles.as_str().to_owned());
    if is_same && roles(&before) != roles(&after) {
        let roles = roles(&after).unwrap_or_default();
        let roles: Vec<&str> = roles.split(' ').filter(|role| !role.is_empty()).collect();
        tell("user.roles_changed", json!({ "roles": roles }));
    }
    Ok(found)
}

fn signed_out(user: Option<&User>) -> Option<i64> {
    user.and_then(|user| user.signed_out_at_ms)
}

#[cfg(test)]
mod tests;
