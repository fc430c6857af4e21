//! What is wrong with a cell. The same code judges the service and the defects of the negative controls.

use std::time::Duration;

use serde_json::Value;

use crate::{
    audits,
    cell::{Cell, Seen},
    instance::Run,
    routes::Route,
    rows::BEHIND,
    world::DEPLOYED,
};

/// A function ends within this part of its time limit.
const PART_OF_LIMIT: f64 = 0.8;
/// The members of a problem; text from elsewhere has no place in one.
const MEMBERS: [&str; 6] = ["code", "detail", "instance", "status", "title", "type"];

/// Everything that is wrong.
pub(crate) fn judge(cell: &Cell<'_>, seen: &Seen) -> Vec<String> {
    let mut wrong = Vec::new();
    let expected = cell.row.expected(cell.route, cell.warmth);
    if seen.outcome != expected {
        wrong.push(format!("answers {}, not {expected}", seen.outcome));
    }
    let is_refusal = seen.outcome.starts_with("401") || seen.outcome == "refuse";
    if is_refusal && cell.row.is_infrastructure {
        wrong.push("logs the user out for a failure of the infrastructure".to_owned());
    }
    let is_failure = !["200", "204", "allow"].contains(&seen.outcome.as_str());
    if cell.row.tells_operator && is_failure && !seen.lines.iter().any(|line| line.contains("\"operator\"")) {
        wrong.push("does not tell the operator".to_owned());
    }
    if seen.strayed {
        wrong.push("follows a redirect".to_owned());
    }
    if let Some(again) = &seen.again
        && !["200", "204", "allow"].contains(&again.as_str())
    {
        wrong.push(format!("answers {again} when everything works again"));
    }
    wrong.extend(seen.runs.iter().filter_map(too_slow));
    wrong.extend(allowed_unread(seen));
    wrong.extend(leaks(cell, seen));
    wrong.extend(form(cell, seen));
    wrong.extend(audits::judge(cell, seen));
    wrong
}

fn too_slow(run: &Run) -> Option<String> {
    let limit = DEPLOYED.function(run.function)?.timeout_seconds;
    let bound = Duration::from_secs(limit).mul_f64(PART_OF_LIMIT);
    let took = run.took;
    (took > bound).then(|| format!("{} takes {took:?} of its {limit} s", run.function))
}

/// The authorizer allows only what it has read: a session and its user.
fn allowed_unread(seen: &Seen) -> Option<String> {
    let allows = |answer: &Value| answer["policyDocument"]["Statement"][0]["Effect"] == "Allow";
    let allowed = seen.runs.iter().any(|run| run.answer.as_ref().is_ok_and(allows));
    let (sessions, users) = seen.reads;
    (allowed && (sessions == 0 || users == 0))
        .then(|| format!("allows after reading {sessions} sessions and {users} users"))
}

fn leaks(cell: &Cell<'_>, seen: &Seen) -> Vec<String> {
    let mut wrong = Vec::new();
    let reply = format!("{} {:?}", seen.reply.text, seen.reply.headers);
    // The one place for the token, and the one for the openid.
    let meant = match (cell.route, seen.outcome.as_str()) {
        (Route::Login, "200") => "token",
        (Route::Authorizer, "allow") | (Route::Account, "200") => "openid",
        _ => "",
    };
    let found = seen.canaries.in_text(&reply).into_iter().filter(|name| *name != meant);
    wrong.extend(found.map(|name| format!("leaks {name} in the answer")));
    for line in &seen.lines {
        let found = seen.canaries.in_text(line);
        wrong.extend(found.into_iter().map(|name| format!("leaks {name} in a log line")));
    }
    for error in seen.runs.iter().filter_map(|run| run.answer.as_ref().err()) {
        let found = seen.canaries.in_text(&error.to_string());
        wrong.extend(found.into_iter().map(|name| format!("leaks {name} in a function error")));
    }
    wrong
}

/// Problems are problems, and say when to come back.
fn form(cell: &Cell<'_>, seen: &Seen) -> Vec<String> {
    let reply = &seen.reply;
    if cell.route == Route::Authorizer || reply.status < 400 {
        return Vec::new();
    }
    let mut wrong = Vec::new();
    let members = reply.body.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
    // Said to the holder of the token only.
    let members: Vec<&str> = members.filter(|name| *name != "ended").collect();
    // What API Gateway answers by itself, from the template, has no sentence of its own.
    let of_gateway = BEHIND.contains(&cell.route);
    let fits = members == MEMBERS
        || of_gateway && members.iter().eq(MEMBERS.iter().filter(|name| **name != "detail"));
    if !fits || reply.body["status"] != reply.status {
        wrong.push(format!("answers a problem of another form: {}", reply.text));
    }
    if matches!(reply.status, 429 | 503) && !reply.headers.contains_key("retry-after") {
        wrong.push("does not say when to come back".to_owned());
    }
    wrong
}
