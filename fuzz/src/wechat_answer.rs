//! What WeChat answers `code2Session`: the bytes of the body.

use std::sync::{Arc, Mutex};

use serde_json::Value;
use wxsession::{
    Clock,
    http::{Code, Problem, RetryAfter, response::shown},
    telemetry::{Level, Log},
};
use wxsession_wechat::api::{WechatError, WechatSession, read_code2session};

use crate::{
    base64, broken,
    problem::{self, REQUEST_ID},
};

const NOW: i64 = 1_700_000_000;

/// The target's check.
///
/// # Panics
///
/// When a promise is broken.
pub fn check(input: &[u8]) {
    let answer = input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input);
    let answer = serde_json::from_slice::<Value>(answer).ok().filter(Value::is_object);
    match (read(input), answer) {
        (Ok(session), Some(answer)) => accepted(&session, &answer),
        (Err(WechatError::NotJson), None) => refused(WechatError::NotJson, input),
        (Err(error), Some(answer)) => {
            assert_ne!(error, WechatError::NotJson, "it is JSON");
            assert!(!is_right(&answer), "an answer as documented is accepted, not {error}");
            if let WechatError::Refused { errcode, rid, ip, .. } = &error {
                assert_eq!(errcode_of(&answer), Some(*errcode));
                assert_ne!(*errcode, 0);
                assert!(rid.as_deref().is_none_or(is_rid), "{rid:?}");
                assert!(ip.is_none() || *errcode == 40164, "an address only where it helps");
            }
            refused(error, input);
        }
        (outcome, answer) => panic!("{:?} of {answer:?}", outcome.map(drop)),
    }
}

/// Only with all that is promised, and as it was sent.
fn accepted(session: &WechatSession, answer: &Value) {
    assert!(is_right(answer), "accepted, so it is as documented");
    assert_eq!(Some(session.openid.as_str()), answer["openid"].as_str());
    assert_eq!(Some(session.session_key.expose()), answer["session_key"].as_str());
    assert_eq!(session.unionid.as_deref(), answer["unionid"].as_str().filter(|id| !id.is_empty()));
    // The whole text: an openid may hold the very characters of the key.
    assert_eq!(format!("{session:?}"), "WechatSession { .. }", "never printed by Debug");
}

/// A yes: no errcode or 0, openid and unionid of 1 to 48 printable characters, a key of 16 bytes.
fn is_right(answer: &Value) -> bool {
    let is_name = |name: &str| {
        (1..=48).contains(&name.len()) && name.chars().all(|character| ('!'..='~').contains(&character))
    };
    let key = answer["session_key"].as_str().filter(|key| key.len() == 24);
    errcode_of(answer) == Some(0)
        && answer["openid"].as_str().is_some_and(is_name)
        && key.and_then(|key| base64::decode(key, base64::STANDARD)).is_some_and(|key| key.len() == 16)
        && match &answer["unionid"] {
            Value::Null => true,
            Value::String(id) => id.is_empty() || is_name(id),
            _ => false,
        }
}

fn errcode_of(answer: &Value) -> Option<i64> {
    match &answer["errcode"] {
        Value::Null => Some(0),
        Value::String(digits) => digits.trim().parse().ok(),
        number => number.as_i64(),
    }
}

/// What comes of it is a documented answer of ours with nothing of WeChat's text in it, and one line that
/// has the number and WeChat's name of the call, never the text around them.
fn refused(error: WechatError, input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (known, rid) = match &error {
        WechatError::Refused { errcode, meaning, rid, .. } => {
            (WechatError::Refused { errcode: *errcode, meaning: *meaning, rid: None, ip: None }, rid.clone())
        }
        other => (other.clone(), None),
    };
    let address = match &error {
        WechatError::Refused { ip: Some(ip), .. } => ip.to_string(),
        _ => String::new(),
    };
    let (problem, line) = ended(error);
    let code = problem::refusal(&shown(&problem.response(REQUEST_ID, NOW)), &text);
    assert!(!matches!(code, Code::SessionInvalid | Code::CredentialsMissing), "WeChat cannot log anyone out");
    let in_time = |after| matches!(after, RetryAfter::NextMinute | RetryAfter::Seconds(1..=600));
    assert!(problem.retry_after.is_none_or(in_time));
    assert_eq!(line.matches('\n').count(), 1);
    let parsed: Value = serde_json::from_str(&line).expect("a line is JSON");
    assert_eq!(parsed["rid"].as_str(), rid.as_deref());
    let answer: Value = serde_json::from_str(&text).unwrap_or_default();
    let known = format!("{} {address} {}", ended(known).1, parsed["rid"]);
    assert_eq!(problem::echoed(&line, answer["errmsg"].as_str().unwrap_or_default(), &known), None);
}

/// The problem that an error ends in, and the line.
fn ended(error: WechatError) -> (Problem, String) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Log::stdout("login", Level::Info, Clock::stopped(NOW)).kept(Arc::clone(&lines));
    let mut line = log.request(REQUEST_ID);
    let problem = Problem::from(error);
    problem.note_in(&mut line);
    line.end(problem.code.as_str());
    let lines: Vec<String> = lines.lock().expect("no panic").clone();
    assert_eq!(lines.len(), 1);
    (problem, lines.concat())
}

fn is_rid(rid: &str) -> bool {
    let groups: Vec<&str> = rid.split('-').collect();
    groups.len() == 3
        && groups.iter().all(|group| {
            group.len() == 8
                && group.chars().all(|digit| digit.is_ascii_hexdigit() && !digit.is_ascii_uppercase())
        })
}

fn read(input: &[u8]) -> Result<WechatSession, WechatError> {
    let careless = |change: fn(&mut Value)| {
        let mut answer: Value = serde_json::from_slice(input).unwrap_or_default();
        if answer.is_object() {
            change(&mut answer);
            read_code2session(answer.to_string().as_bytes())
        } else {
            read_code2session(input)
        }
    };
    if broken::is("errcode_is_not_looked_at") {
        return careless(|answer| answer["errcode"] = 0.into());
    }
    if broken::is("any_openid") {
        return careless(|answer| answer["openid"] = "oTEST".into());
    }
    if broken::is("errmsg_is_kept") {
        return read_code2session(input).map_err(|error| match error {
            WechatError::Refused { errcode, meaning, ip, .. } => {
                let rid = Some(String::from_utf8_lossy(input).into_owned());
                WechatError::Refused { errcode, meaning, rid, ip }
            }
            other => other,
        });
    }
    read_code2session(input)
}
