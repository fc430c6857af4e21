use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::http::{Response, response::shown};
use crate::property::{Checked, check, holds, refuted};

/// Makes an answer of a problem and a request id.
type Answers = fn(&Problem, &str) -> Response;

fn problems() -> impl Strategy<Value = Problem> {
    let retries = prop_oneof![
        Just(None),
        any::<i64>().prop_map(|seconds| Some(RetryAfter::Seconds(seconds))),
        Just(Some(RetryAfter::NextMinute))
    ];
    (0..Code::ALL.len(), retries).prop_map(|(code, retry_after)| Problem {
        retry_after,
        allow: retry_after.is_none().then(|| "GET, DELETE".into()),
        ..Problem::new(Code::ALL[code]).because("secrets")
    })
}

/// Request ids as API Gateway makes them, and as nobody should.
fn request_ids() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z0-9=-]{0,36}", any::<String>(), "[\r\n\"{}:,]{1,8}"]
}

fn every_answer_is_problem_json(answers: Answers) -> Checked {
    check((problems(), request_ids()), |(problem, request_id)| {
        let answer = shown(&answers(&problem, &request_id));
        prop_assert_eq!(&answer["headers"]["content-type"], "application/problem+json");
        let body = answer["body"].as_str().unwrap_or_default();
        let body: Value =
            serde_json::from_str(body).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let members: Vec<&str> = body.as_object().expect("an object").keys().map(String::as_str).collect();
        prop_assert_eq!(members.len(), 6);
        prop_assert_eq!(&body["type"], "about:blank");
        prop_assert_eq!(&body["code"], problem.code.as_str());
        prop_assert_eq!(&body["status"], problem.code.status());
        prop_assert_eq!(&answer["statusCode"], problem.code.status());
        prop_assert_eq!(&body["instance"], &request_id);
        for text in ["title", "detail"] {
            prop_assert!(body[text].as_str().is_some_and(|text| !text.is_empty()));
        }
        Ok(())
    })
}

#[test]
fn every_problem_has_every_property() {
    holds(&every_answer_is_problem_json(|problem, request_id| problem.response(request_id, 0)));
}

#[test]
fn each_property_refutes_a_wrong_answer() {
    refuted(&every_answer_is_problem_json(|problem, request_id| {
        let facts::code::Row { code, status, detail, .. } = problem.code.row();
        let body = format!(
            r#"{{"type":"about:blank","title":"{detail}","status":{status},"detail":"{detail}","code":"{code}","instance":"{request_id}"}}"#
        );
        let mut response = problem.response(request_id, 0);
        *response.body_mut() = body.into();
        response
    }));
}
