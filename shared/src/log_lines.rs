//! What stands in a log line, whoever writes it.

use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    Clock,
    http::{Code, Problem},
    property::{Checked, check, holds, refuted},
    telemetry::{Level, Log, Reporting},
};

fn log(least: Level) -> (Log, Arc<Mutex<Vec<String>>>) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    (Log::stdout("login", least, Clock::system()).kept(lines.clone()), lines)
}

fn printed(lines: &Mutex<Vec<String>>) -> Vec<Value> {
    lines.lock().unwrap().iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A line's metrics, by the dimensions they are sent under; each of both must be in the line.
fn metrics(line: &Value) -> Vec<(Value, Vec<(&str, f64)>)> {
    let directives = line["_aws"]["CloudWatchMetrics"].as_array().into_iter().flatten();
    let read = directives.map(|directive| {
        assert_eq!(directive["Namespace"], "WxSession");
        for set in directive["Dimensions"].as_array().unwrap() {
            assert_eq!(set[0], "stack", "no metric without its stack");
            for dimension in set.as_array().unwrap() {
                assert!(line[dimension.as_str().unwrap()].is_string(), "{dimension} is in the line");
            }
        }
        let names = directive["Metrics"].as_array().unwrap().iter().map(|metric| &metric["Name"]);
        let found = names.map(|name| {
            let name = name.as_str().unwrap();
            (name, line[name].as_f64().unwrap_or_else(|| panic!("{name} is in the line")))
        });
        (directive["Dimensions"].clone(), found.collect())
    });
    read.collect()
}

/// What the end of a request sends, with few metrics.
#[track_caller]
fn sends(function: &'static str, status: u16, outcome: &'static str, expected: &[(&str, f64)]) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    for least in [Level::Info, Level::Error] {
        let log = Log::stdout(function, least, Clock::system())
            .kept(lines.clone())
            .reporting(Reporting::new("blue", false));
        let mut line = log.request("r");
        line.put("status", status);
        line.end(outcome);
        let last = printed(&lines).pop().filter(|last| last["outcome"] == outcome);
        let found = last.as_ref().map(metrics).unwrap_or_default();
        let found: Vec<_> = found
            .into_iter()
            .flat_map(|(dimensions, found)| {
                assert_eq!(dimensions, json!([["stack"]]));
                found
            })
            .collect();
        assert_eq!(found, expected, "{function} {outcome} {least:?}");
        if !expected.is_empty() {
            assert_eq!(last.unwrap()["stack"], "blue");
        }
        lines.lock().unwrap().clear();
    }
}

#[test]
fn the_few_metrics_are_what_alarms_look_at_and_do_not_depend_on_the_log_level() {
    sends("login", 200, "ok", &[("logins", 1.0)]);
    sends("login", 400, "login_code_invalid", &[("logins_refused", 1.0), ("logins", 0.0)]);
    for (status, outcome) in [
        (503, "upstream_unavailable"),
        (502, "upstream_invalid"),
        (429, "rate_limited"),
        (503, "store_unavailable"),
        (500, "internal"),
    ] {
        sends("login", status, outcome, &[("logins_lost", 1.0), ("logins", 0.0)]);
    }
    let misconfigured = ("service_misconfigured", 1.0);
    sends("login", 500, "service_misconfigured", &[misconfigured, ("logins_lost", 1.0), ("logins", 0.0)]);
    sends("open-data", 500, "service_misconfigured", &[misconfigured]);
    for (status, outcome) in [(200, "ok"), (400, "malformed_request"), (503, "store_unavailable")] {
        sends("open-data", status, outcome, &[]);
    }
    sends("authorizer", 0, "allow", &[]);
}

#[test]
fn a_use_after_logout_is_counted_even_where_audit_events_are_kept_back() {
    let (log, lines) = log(Level::Error);
    let mut line = log.request("r");
    line.audit("session_use_after_logout", &[]);
    line.end("refuse");
    let lines = printed(&lines);
    assert_eq!(lines.len(), 1);
    let sent = metrics(&lines[0]);
    assert_eq!(sent[0].1, [("session_use_after_logout", 1.0), ("logins", 0.0)]);
}

#[test]
fn a_request_is_one_line_with_its_metrics() {
    let (log, lines) = log(Level::Info);
    let log = log.reporting(Reporting::new("green", true));
    let mut line = log.request("r-1");
    line.put("store_ms", 1.5);
    line.end("ok");
    let mut line = log.request("r-2");
    Problem::new(Code::StoreUnavailable).with("secret", "apps").note_in(&mut line);
    line.end("store_unavailable");
    let lines = printed(&lines);
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["outcome"], "ok");
    assert_eq!((&lines[0]["level"], &lines[1]["level"]), (&json!("INFO"), &json!("WARN")));
    assert_eq!((&lines[0]["cold_starts"], &lines[1]["cold_starts"]), (&json!(1), &json!(0)));
    assert_eq!((&lines[1]["outcome"], &lines[1]["secret"]), (&json!("store_unavailable"), &json!("apps")));
    let sent = metrics(&lines[0]);
    assert_eq!(sent[0], (json!([["stack"]]), vec![("logins", 1.0)]));
    assert_eq!(sent[1].0, json!([["stack", "function"], ["stack", "function", "outcome"]]));
    let names: Vec<_> = sent[1].1.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["requests", "cold_starts", "duration_ms", "store_ms"]);
    assert_eq!((sent.len(), metrics(&lines[1]).len(), lines[0]["stack"].as_str()), (2, 2, Some("green")));
}

#[test]
fn full_metrics_do_not_depend_on_the_log_level_and_carry_nothing_else() {
    let (log, lines) = log(Level::Error);
    let mut line = log.reporting(Reporting::new("green", true)).request("r");
    line.put("store_ms", 1.5);
    line.put("user_id", "somebody");
    line.end("ok");
    let lines = printed(&lines);
    assert_eq!((&lines[0]["message"], &lines[0]["user_id"]), (&json!("metrics"), &Value::Null));
    assert_eq!(metrics(&lines[0])[1].1.len(), 4);
}

#[test]
fn hostile_text_stays_inside_its_line() {
    let (log, lines) = log(Level::Info);
    let mut line = log.request("r\n{\"level\":\"ERROR\"}\u{1b}[31m\0");
    Problem::new(Code::Internal).operator("a\r\nb", "c").note_in(&mut line);
    line.end("ok");
    assert_eq!(lines.lock().unwrap()[0].matches('\n').count(), 1);
    assert_eq!(printed(&lines)[0]["level"], "ERROR");
}

#[test]
fn a_level_keeps_lower_lines_back() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Log::stdout("sessions", Level::Error, Clock::system()).kept(lines.clone());
    log.request("r").end("ok");
    assert!(lines.lock().unwrap().is_empty());
    assert_eq!(Level::parse("trace"), None, "there is no such level: nothing prints payloads");
}

/// Writes the lines of a request whose id is the first text, with the third as the value of a field and as what
/// the operator is told, and between them a note that has a field of the second's name.
type Writes = fn(&str, &str, &str) -> Vec<String>;

fn write(request_id: &str, name: &str, value: &str) -> Vec<String> {
    let (log, lines) = log(Level::Debug);
    let mut line = log.request(request_id);
    line.put("rid", value);
    Problem::new(Code::Internal).operator(value.to_owned(), "fix").note_in(&mut line);
    line.audit("session_created", &[("reason", value.into())]);
    log.note(Level::Warn, value, [(name.to_owned(), Value::from(value))]);
    line.end("internal");
    lines.lock().expect("nobody panics while writing").clone()
}

/// Text that ends a line, a string or an object for whoever does not quote it.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[\\x00-\\x1f\"\\\\{}\u{2028}\u{85}\u{7f}]{0,12}", "[a-z_]{1,12}"]
}

fn each_line_is_one_object(writes: Writes) -> Checked {
    check((hostile(), hostile(), hostile()), |(request_id, name, value)| {
        let lines = writes(&request_id, &name, &value);
        prop_assert_eq!(lines.len(), 3, "an audit event, a note and the request");
        for (place, line) in lines.iter().enumerate() {
            let ends = line.bytes().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
            prop_assert!(ends == 1 && line.ends_with('\n'), "{:?}", line);
            let line = serde_json::from_str::<serde_json::Map<String, Value>>(line);
            let line = line.map_err(|error| TestCaseError::fail(error.to_string()))?;
            if place != 1 {
                prop_assert_eq!(&line["request_id"], &request_id);
            }
        }
        Ok(())
    })
}

#[test]
fn each_line_is_one_object_whatever_is_put_into_it() {
    holds(&each_line_is_one_object(write));
}

#[test]
fn the_property_of_lines_refutes_a_line_pasted_together() {
    refuted(&each_line_is_one_object(|request_id, name, value| {
        let line = format!("{{\"request_id\":\"{request_id}\",\"{name}\":\"{value}\"}}\n");
        vec![line.clone(), line.clone(), line]
    }));
}
