//! One record per change: what the tables and the audit lines say of each other.

use serde_json::Value;

use crate::{
    cell::{Cell, Seen},
    routes::Route,
};

fn parsed(seen: &Seen) -> Vec<Value> {
    seen.lines.iter().map(|line| serde_json::from_str(line).unwrap_or_default()).collect()
}

pub(crate) fn judge(cell: &Cell<'_>, seen: &Seen) -> Vec<String> {
    let lines = parsed(seen);
    let count = |event: &str| lines.iter().filter(|line| line["audit"] == event).count();
    let mut wrong = Vec::new();
    let mut is = |event: &str, expected: usize| {
        let found = count(event);
        if found != expected {
            wrong.push(format!("writes {found} lines of {event}, not {expected}"));
        }
    };
    let is_done = matches!(seen.outcome.as_str(), "200" | "204");
    let (before, after) = (&seen.before, &seen.after);
    // Whether a request that failed has changed anything is not known to the function either.
    match cell.route {
        Route::Login => {
            is("authn_login_success", usize::from(is_done));
            // Of a panic too: the door writes it.
            is("authn_login_fail", usize::from(!is_done));
            if is_done {
                is("session_created", after.sessions - before.sessions);
            }
        }
        Route::Ticket => is("ticket_made", usize::from(is_done)),
        Route::Redeem => {
            is("ticket_redeemed", usize::from(is_done));
            is("authn_login_fail", 0);
        }
        Route::Check if is_done => is("session_renewed", usize::from(before.last_seen != after.last_seen)),
        Route::Logout if is_done => is("session_logout", usize::from(before.state != after.state)),
        Route::RevokeAll if is_done => {
            is("all_sessions_revoked", usize::from(before.live != after.live));
        }
        Route::Account | Route::Block => is("account_control", 1),
        Route::Number | Route::Token | Route::Sign => is("wechat_asked", 1),
        _ => {}
    }
    for run in &seen.runs {
        let of = |line: &&Value| line["message"] == "request" && line["function"] == run.function;
        let found = lines.iter().filter(of).count();
        if found != 1 {
            wrong.push(format!("{} writes {found} lines for the request", run.function));
        }
    }
    wrong.extend(done(cell, seen));
    wrong
}

/// Nothing is promised that is not in the tables.
fn done(cell: &Cell<'_>, seen: &Seen) -> Option<String> {
    let (before, after) = (&seen.before, &seen.after);
    match (cell.route, seen.outcome.as_str()) {
        (Route::Login, "200") if after.sessions != before.sessions + 1 => Some(format!(
            "a login answers 200 and the user has {} sessions after {}",
            after.sessions, before.sessions
        )),
        (Route::Redeem, "200") if after.sessions != before.sessions + 1 => Some(format!(
            "a redemption answers 200 and the user has {} sessions after {}",
            after.sessions, before.sessions
        )),
        (Route::Logout, "204") if after.state == "active" => {
            Some("a logout answers 204 and the session is still active".to_owned())
        }
        (Route::RevokeAll, "204") if after.live == before.live => {
            Some("all sessions are said to have ended, and the list is what it was".to_owned())
        }
        (Route::Block, "200") if after.live == before.live => {
            Some("a user is said to be blocked, and the list is what it was".to_owned())
        }
        _ => None,
    }
}
