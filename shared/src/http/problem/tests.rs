use std::collections::HashSet;

use serde_json::{Value, json};

use super::*;
use crate::http::response::{json as answered, no_content, shown};
use crate::{
    session::Refusal,
    store::{Record, StoreError},
};

fn answer(problem: &Problem) -> Value {
    shown(&problem.response("r-1", 1_795_329_035))
}

fn headers(code: Code) -> Value {
    answer(&Problem::new(code))["headers"].clone()
}

#[test]
fn every_answer_is_a_whole_problem_that_nobody_may_store() {
    let mut details = HashSet::new();
    for code in Code::ALL {
        let (name, status) = (code.as_str(), code.status());
        let answer = answer(&Problem::new(code));
        assert_eq!(answer["statusCode"], status);
        let headers = &answer["headers"];
        let fixed = ["content-type", "cache-control", "x-content-type-options"].map(|name| &headers[name]);
        assert_eq!(fixed, ["application/problem+json", "no-store", "nosniff"]);
        let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        let detail = body["detail"].as_str().unwrap().to_owned();
        assert!(detail.len() > 10, "{detail:?} says something");
        let expected = json!({
            "type": "about:blank", "title": code.title(), "status": status, "detail": detail, "code": name,
            "instance": "r-1",
        });
        assert_eq!(body, expected);
        assert!(details.insert(detail), "{name} has a detail of its own");
    }
}

#[test]
fn the_title_is_the_phrase_of_the_status() {
    for (status, phrase) in [
        (400, "Bad Request"),
        (401, "Unauthorized"),
        (403, "Forbidden"),
        (404, "Not Found"),
        (405, "Method Not Allowed"),
        (409, "Conflict"),
        (413, "Content Too Large"),
        (415, "Unsupported Media Type"),
        (429, "Too Many Requests"),
        (500, "Internal Server Error"),
        (502, "Bad Gateway"),
        (503, "Service Unavailable"),
    ] {
        let codes: Vec<_> = Code::ALL.into_iter().filter(|code| code.status() == status).collect();
        assert!(!codes.is_empty() && codes.iter().all(|code| code.title() == phrase), "{status}");
    }
}

#[test]
fn a_spent_minute_is_waited_out() {
    let problem = Problem::new(Code::RateLimited).retry(RetryAfter::NextMinute);
    let response = shown(&problem.response("r-1", 1_795_329_035));
    assert_eq!(response["headers"]["retry-after"], "25", "35 seconds into a minute");
}

#[test]
fn a_challenge_comes_with_every_401_and_with_nothing_else() {
    for code in Code::ALL {
        assert_eq!(headers(code).get("www-authenticate").is_some(), code.status() == 401, "{code:?}");
    }
    assert_eq!(headers(Code::CredentialsMissing)["www-authenticate"], r#"Bearer realm="wxs""#);
    assert_eq!(
        headers(Code::SessionInvalid)["www-authenticate"],
        r#"Bearer realm="wxs", error="invalid_token""#
    );
}

#[test]
fn the_client_is_told_to_wait_where_waiting_helps() {
    for code in Code::ALL {
        let seconds = match code {
            Code::RateLimited => json!("60"),
            Code::UpstreamUnavailable | Code::StoreUnavailable => json!("2"),
            _ => Value::Null,
        };
        assert_eq!(headers(code)["retry-after"], seconds, "{code:?}");
    }
}

#[test]
fn a_reason_is_for_the_log_only() {
    let problem = Problem::malformed("body_json");
    assert_eq!((problem.code, problem.reason), (Code::MalformedRequest, Some("body_json")));
    assert!(!answer(&problem).to_string().contains("body_json"));
    let busy = Problem::new(Code::StoreUnavailable).because("secrets");
    assert_eq!(
        (busy.reason, busy.retry_after),
        (Some("secrets"), Some(RetryAfter::Seconds(2))),
        "the rest stays"
    );
}

#[test]
fn a_wrong_method_is_told_the_right_ones() {
    let answer = answer(&Problem::method_not_allowed("GET, DELETE"));
    assert_eq!((&answer["statusCode"], &answer["headers"]["allow"]), (&json!(405), &json!("GET, DELETE")));
}

#[test]
fn an_answer_without_a_body_has_none() {
    let expected = json!({
        "statusCode": 204, "headers": {"cache-control": "no-store", "x-content-type-options": "nosniff"}, "body": null,
    });
    assert_eq!(shown(&no_content()), expected);
}

#[test]
fn an_answer_with_a_body_is_json() {
    let answer = shown(&answered(&json!({"a": 1})));
    assert_eq!((&answer["statusCode"], &answer["body"]), (&json!(200), &json!(r#"{"a":1}"#)));
    assert_eq!(answer["headers"]["content-type"], "application/json");
}

/// What the log says of a problem.
fn logged(problem: &Problem) -> Value {
    let lines = std::sync::Arc::default();
    let log = crate::telemetry::Log::stdout("login", Level::Info, crate::Clock::system())
        .kept(std::sync::Arc::clone(&lines));
    let mut line = log.request("r");
    problem.note_in(&mut line);
    line.end(problem.code.as_str());
    let lines = lines.lock().expect("nobody panics while writing");
    serde_json::from_str(&lines[0]).expect("a line is JSON")
}

#[test]
fn a_table_that_refuses_until_somebody_acts_is_for_the_operator_and_one_that_does_not_answer_is_not() {
    for (kind, level) in [
        ("ResourceNotFoundException", "ERROR"),
        ("AccessDeniedException", "ERROR"),
        ("ValidationException", "ERROR"),
        ("UnrecognizedClientException", "ERROR"),
        ("timeout", "WARN"),
        ("connection", "WARN"),
        ("ProvisionedThroughputExceededException", "WARN"),
        ("InternalServerError", "WARN"),
    ] {
        let problem = Problem::from(StoreError::new("GetItem", kind));
        assert_eq!(problem.code, Code::StoreUnavailable, "nobody is logged out");
        let line = logged(&problem);
        assert_eq!((&line["level"], &line["store_error"]), (&json!(level), &json!(kind)));
        assert_eq!(line["operator"]["fix"].is_string(), level == "ERROR", "{line}");
    }
}

#[test]
fn the_fix_of_a_damaged_record_says_what_goes_with_the_record() {
    let fix = |record, attribute| {
        logged(&Refusal::Damaged(record, attribute).into())["operator"]["fix"].as_str().unwrap().to_owned()
    };
    let user = fix(Record::User, "claims");
    for lost in ["block", "roles", "claims", "external id"] {
        assert!(user.contains(lost), "{user}");
    }
    assert!(!user.contains("asked to log in again"), "{user}");
    assert!(fix(Record::User, "blocked").contains("lifts the block"));
    assert!(fix(Record::Session, "v").contains("asked to log in again"));
}
