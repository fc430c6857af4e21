//! What is printed of an account. Names that WeChat gave are not.

use std::io;

use aws_smithy_types::date_time::{DateTime, Format};
use serde_json::Value;

use super::{
    Terminal,
    texts::{
        APP, BLOCKED, BLOCKED_SINCE, BLOCKED_UNTIL, CLAIMS, CREATED, EXTERNAL_ID, FOUND, GOOD_SESSIONS,
        LAST_LOGIN, LINE, NEVER, NO_ACCOUNT, NONE, OF_PAGE, PAGE_ALONE, ROLES, SESSION, SESSIONS, TRUNCATED,
        USER, VERSION,
    },
};
use crate::text::{Message, Text};

pub(super) fn account(account: &Value, terminal: &mut Terminal<'_>) -> io::Result<()> {
    let none = terminal.word(NONE);
    let text = |name: &str| account[name].as_str().map_or_else(|| none.clone(), str::to_owned);
    let at = |name: &str| account[name].as_i64().map_or_else(|| none.clone(), time);
    let lines = [
        (USER, text("user_id")),
        (APP, text("app_id")),
        (CREATED, at("created_at")),
        (LAST_LOGIN, at("last_login_at")),
        (BLOCKED, block(&account["blocked"]).map_or(none.clone(), |block| block.line(terminal.lang))),
        (ROLES, roles(account).unwrap_or_else(|| none.clone())),
        (CLAIMS, claims(account).unwrap_or_else(|| none.clone())),
        (EXTERNAL_ID, text("external_id")),
        (VERSION, account["version"].to_string()),
        (SESSIONS, account["sessions"].to_string()),
    ];
    lines.into_iter().try_for_each(|(name, value)| line(name, &value, terminal))
}

fn line(name: Text, value: &str, terminal: &mut Terminal<'_>) -> io::Result<()> {
    let name = terminal.word(name);
    terminal.say(Message::from(LINE).with("name", &name).with("value", value))
}

pub(super) fn block(block: &Value) -> Option<Message> {
    let (since, reason) = (block["since"].as_i64()?, block["reason"].as_str()?);
    let text = if block["until"].is_i64() { BLOCKED_UNTIL } else { BLOCKED_SINCE };
    let message = Message::from(text).with("since", &time(since)).with("reason", reason);
    Some(message.with("until", &block["until"].as_i64().map(time).unwrap_or_default()))
}

/// In order, one space between two; `None` when there are none.
pub(super) fn roles(account: &Value) -> Option<String> {
    let roles: Vec<_> = account["roles"].as_array()?.iter().filter_map(Value::as_str).collect();
    (!roles.is_empty()).then(|| roles.join(" "))
}

/// `level=3 name="Pat"`
pub(super) fn claims(account: &Value) -> Option<String> {
    let claims = account["claims"].as_object()?.iter().map(|(name, value)| format!("{name}={value}"));
    let claims: Vec<_> = claims.collect();
    (!claims.is_empty()).then(|| claims.join(" "))
}

pub(super) fn sessions(user_id: &str, listed: &Value, terminal: &mut Terminal<'_>) -> io::Result<()> {
    let sessions = listed["sessions"].as_array().map(Vec::as_slice).unwrap_or_default();
    terminal.say(Message::from(GOOD_SESSIONS).with("user", user_id).with("count", &sessions.len()))?;
    for session in sessions {
        if let Some(audience) = session["audience"].as_str() {
            terminal.say(times(PAGE_ALONE, session, terminal).with("audience", audience))?;
            continue;
        }
        let device =
            session["device"].as_object().into_iter().flatten().filter_map(|(_, said)| said.as_str());
        let device: Vec<_> = device.collect();
        // What a phone says of itself comes last: it could hold what looks like a placeholder.
        let line = times(SESSION, session, terminal).with("device", &device.join(", "));
        terminal.say(line)?;
        for page in session["children"].as_array().into_iter().flatten() {
            let audience = page["audience"].as_str().unwrap_or("?");
            terminal.say(times(OF_PAGE, page, terminal).with("audience", audience))?;
        }
    }
    Ok(())
}

/// What is told of any session.
fn times(text: Text, session: &Value, terminal: &Terminal<'_>) -> Message {
    let at = |name: &str| session[name].as_i64().map_or_else(|| terminal.word(NEVER), time);
    let line = Message::from(text).with("created", &at("created_at")).with("seen", &at("last_seen_at"));
    line.with("expires", &at("expires_at")).with("id", session["id"].as_str().unwrap_or("?"))
}

pub(super) fn users(found: &Value, terminal: &mut Terminal<'_>) -> io::Result<usize> {
    let users = found["users"].as_array().map(Vec::as_slice).unwrap_or_default();
    for user in users {
        let text = if user["exists"] == true { FOUND } else { NO_ACCOUNT };
        terminal.say(Message::from(text).with("user", user["user_id"].as_str().unwrap_or("?")))?;
    }
    if found["truncated"] == true {
        terminal.say(TRUNCATED)?;
    }
    Ok(users.iter().filter(|user| user["exists"] == true).count())
}

fn time(seconds: i64) -> String {
    DateTime::from_secs(seconds).fmt(Format::DateTime).unwrap_or_else(|_| seconds.to_string())
}
