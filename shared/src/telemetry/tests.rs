use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    http::{Code, Problem},
    property::{Checked, check, holds, refuted},
};

fn log(least: Level) -> (Log, Arc<Mutex<Vec<String>>>) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    (Log::stdout("login", least, Clock::system()).kept(lines.clone()), lines)
}

fn printed(lines: &Mutex<Vec<String>>) -> Vec<Value> {
    lines.lock().unwrap().iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_request_is_one_line_with_its_metrics() {
    let (log, lines) = log(Level::Info);
    let mut line = log.request("r-1");
    line.put("store_ms", 1.5);
    line.end("ok");
    let mut line = log.request("r-2");
    Problem::new(Code::StoreUnavailable).with("why", "because").note_in(&mut line);
    line.end("store_unavailable");
    let lines = printed(&lines);
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["outcome"], "ok");
    assert_eq!((&lines[0]["level"], &lines[1]["level"]), (&json!("INFO"), &json!("WARN")));
    assert_eq!((&lines[0]["cold_starts"], &lines[1]["cold_starts"]), (&json!(1), &json!(0)));
    assert_eq!((&lines[1]["outcome"], &lines[1]["why"]), (&json!("store_unavailable"), &json!("because")));
    for line in &lines {
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(directive["Namespace"], "WxSession");
        for metric in directive["Metrics"].as_array().unwrap() {
            assert!(line[metric["Name"].as_str().unwrap()].is_number(), "{metric} is in the line");
        }
        for dimension in
            directive["Dimensions"].as_array().unwrap().iter().flat_map(|set| set.as_array().unwrap())
        {
            assert!(line[dimension.as_str().unwrap()].is_string(), "{dimension} is in the line");
        }
    }
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
    let (log, lines) = log(Level::Error);
    log.request("r").end("ok");
    assert!(lines.lock().unwrap().is_empty());
    assert_eq!(Level::parse("trace"), None, "there is no such level: nothing prints payloads");
}

#[test]
fn timestamps_are_rfc_3339() {
    assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
    assert_eq!(rfc3339(951_782_400_123), "2000-02-29T00:00:00.123Z");
    assert_eq!(rfc3339(1_795_331_715_454), "2026-11-22T07:15:15.454Z");
    assert_eq!(rfc3339(-1), "1969-12-31T23:59:59.999Z");
    assert_eq!(rfc3339(4_107_542_399_999), "2100-02-28T23:59:59.999Z");
}

/// Writes the lines of a request whose id is the first text, with the third as the value of a field and as what
/// the operator is told, and between them a note that has a field of the second's name.
type Writes = fn(&str, &str, &str) -> Vec<String>;

fn write(request_id: &str, name: &str, value: &str) -> Vec<String> {
    let (log, lines) = log(Level::Debug);
    let mut line = log.request(request_id);
    line.put("reason", value);
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
