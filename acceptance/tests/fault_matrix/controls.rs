//! Functions with a defect, and the judge that must see it.
//!
//! The defects wrap the shipped functions in the place where Lambda calls them; everything else is as in the matrix.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::{StreamExt as _, stream};
use gateway_emulator::invoke::{Invocation, Invoke, InvokeError, invoke_with};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{
    cell::{Cell, Stage},
    instance::{Tamper, untouched},
    judge::judge,
    routes::Route,
    rows::{self, Warmth},
};

type Outcome = Result<Value, InvokeError>;

/// Changes what the function `of` answered.
fn answering(of: &str, name: &str, invoke: Invoke, change: fn(&Value, Outcome) -> Outcome) -> Invoke {
    if of != name {
        return invoke;
    }
    invoke_with(move |event| {
        let call: Invocation = invoke(event.clone());
        async move { change(&event.value(), call.await) }
    })
}

fn policy(event: &Value, effect: &str) -> Value {
    let resource = event["methodArn"].as_str().unwrap_or_default().replace("GET/me", "*");
    json!({"principalId": "user", "context": {}, "policyDocument": {"Version": "2012-10-17",
        "Statement": [{"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}]}})
}

fn with_status(answer: Outcome, from: u16, to: u16) -> Outcome {
    answer.map(|mut answer| {
        if answer["statusCode"] == from {
            answer["statusCode"] = to.into();
            let body = answer["body"].as_str().unwrap_or_default();
            let status = format!("\"status\":{from}");
            answer["body"] = body.replace(&status, &format!("\"status\":{to}")).into();
        }
        answer
    })
}

fn denies_what_it_cannot_read(name: &'static str, invoke: Invoke) -> Invoke {
    answering("authorizer", name, invoke, |event, answer| answer.or_else(|_| Ok(policy(event, "Deny"))))
}

fn allows_what_it_cannot_read(name: &'static str, invoke: Invoke) -> Invoke {
    answering("authorizer", name, invoke, |event, answer| answer.or_else(|_| Ok(policy(event, "Allow"))))
}

fn says_401(name: &'static str, invoke: Invoke) -> Invoke {
    answering("check-session", name, invoke, |_, answer| with_status(answer, 503, 401))
}

fn says_500(name: &'static str, invoke: Invoke) -> Invoke {
    answering("check-session", name, invoke, |_, answer| with_status(answer, 503, 500))
}

fn says_204(name: &'static str, invoke: Invoke) -> Invoke {
    answering("check-session", name, invoke, |_, answer| {
        answer.map(|_| json!({"statusCode": 204, "headers": {}, "body": "", "isBase64Encoded": false}))
    })
}

fn echoes_the_request(name: &'static str, invoke: Invoke) -> Invoke {
    answering("login", name, invoke, |event, answer| {
        answer.map(|mut answer| {
            answer["headers"]["X-Request"] = event["body"].clone();
            answer
        })
    })
}

fn fails_with_the_event(name: &'static str, invoke: Invoke) -> Invoke {
    answering("authorizer", name, invoke, |event, answer| {
        answer.map_err(|_| InvokeError::new("CannotTell", event.to_string()))
    })
}

fn adds_a_cause(name: &'static str, invoke: Invoke) -> Invoke {
    answering("login", name, invoke, |_, answer| {
        answer.map(|mut answer| {
            let body = answer["body"].as_str().unwrap_or_default();
            answer["body"] = body.replacen('{', "{\"cause\":\"connection refused\",", 1).into();
            answer
        })
    })
}

fn forgets_retry_after(name: &'static str, invoke: Invoke) -> Invoke {
    answering("check-session", name, invoke, |_, answer| {
        answer.map(|mut answer| {
            for headers in ["headers", "multiValueHeaders"] {
                answer[headers].as_object_mut().and_then(|headers| headers.remove("retry-after"));
            }
            answer
        })
    })
}

fn logs_in_without_writing(name: &'static str, invoke: Invoke) -> Invoke {
    if name != "login" {
        return invoke;
    }
    invoke_with(|_| async {
        let body = json!({"token": "wxs_0", "token_type": "Bearer"}).to_string();
        Ok(json!({"statusCode": 200, "headers": {}, "body": body, "isBase64Encoded": false}))
    })
}

fn takes_too_long(_: &'static str, invoke: Invoke) -> Invoke {
    invoke_with(move |event| {
        let call = invoke(event);
        // Between what the judge takes and what Lambda takes.
        let until = Instant::now() + Duration::from_millis(4_200);
        async move {
            let answer = call.await;
            tokio::time::sleep_until(until).await;
            answer
        }
    })
}

fn does_everything_twice(name: &'static str, invoke: Invoke) -> Invoke {
    if name == "authorizer" {
        return invoke;
    }
    invoke_with(move |event| {
        let (first, second) = (invoke(event.clone()), invoke(event));
        async move {
            first.await?;
            second.await
        }
    })
}

fn never_recovers(_: &'static str, invoke: Invoke) -> Invoke {
    let is_broken = Arc::new(AtomicBool::new(false));
    invoke_with(move |event| {
        let (call, is_broken) = (invoke(event), Arc::clone(&is_broken));
        async move {
            if is_broken.swap(true, Ordering::SeqCst) {
                return Err(InvokeError::new("Poisoned", "a lock is poisoned"));
            }
            call.await
        }
    })
}

const THROTTLED: &str = "DynamoDB throttles for ever";
const BEHIND: &str = "clock a day behind";

/// Cells at the same time.
const AT_ONCE: usize = 3;
const ATTEMPTS: usize = 5;

/// The fault, the route, the defect, and what the judge must say of it.
const DEFECTS: [(&str, Route, Tamper, &str); 15] = [
    (THROTTLED, Route::Me, denies_what_it_cannot_read, "logs the user out"),
    (THROTTLED, Route::Authorizer, denies_what_it_cannot_read, "logs the user out"),
    (THROTTLED, Route::Me, allows_what_it_cannot_read, "allows after reading 0 sessions and 0 users"),
    (THROTTLED, Route::Check, says_401, "logs the user out"),
    (THROTTLED, Route::Check, says_500, "answers 500 store_unavailable, not 503 store_unavailable"),
    (THROTTLED, Route::Logout, says_204, "answers 204 and the session is still active"),
    (THROTTLED, Route::Login, echoes_the_request, "leaks js_code in the answer"),
    (THROTTLED, Route::Me, fails_with_the_event, "leaks token in a function error"),
    (THROTTLED, Route::Login, adds_a_cause, "a problem of another form"),
    (THROTTLED, Route::Check, forgets_retry_after, "does not say when to come back"),
    (THROTTLED, Route::Check, takes_too_long, "check-session takes 4."),
    (THROTTLED, Route::Check, never_recovers, "when everything works again"),
    (BEHIND, Route::Login, logs_in_without_writing, "answers 200 and the user has 1 sessions after 1"),
    (BEHIND, Route::Login, logs_in_without_writing, "writes 0 lines of authn_login_success, not 1"),
    (BEHIND, Route::RevokeAll, does_everything_twice, "writes 2 lines of all_sessions_revoked, not 1"),
];

/// What the judge says, asked again while it does not say what is expected: a machine with much to do can spoil a cell,
/// but it cannot teach a judge to see.
async fn verdict(
    row: &str,
    route: Route,
    tamper: Tamper,
    is_expected: impl Fn(&[String]) -> bool,
) -> Vec<String> {
    let rows = rows::all();
    let row = rows.iter().find(|known| known.name == row).expect("a row of the matrix");
    let cell = Cell { row, route, warmth: Warmth::Cold };
    let mut wrong = Vec::new();
    for _ in 0..ATTEMPTS {
        wrong = match cell.run(&Stage::open().await, tamper).await {
            Ok(seen) => judge(&cell, &seen),
            Err(error) => vec![error],
        };
        if is_expected(&wrong) {
            break;
        }
    }
    wrong
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_judge_sees_every_defect() {
    let verdicts = DEFECTS.map(|(row, route, tamper, complaint)| async move {
        let is_said = |wrong: &[String]| wrong.iter().any(|said| said.contains(complaint));
        let wrong = Box::pin(verdict(row, route, tamper, is_said)).await;
        (is_said(&wrong), format!("{row}, {route:?}: {complaint:?} is not among {wrong:#?}"))
    });
    for (is_said, message) in stream::iter(verdicts).buffered(AT_ONCE).collect::<Vec<_>>().await {
        assert!(is_said, "{message}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_judge_sees_nothing_wrong_where_nothing_is() {
    for (row, route, ..) in DEFECTS {
        let wrong = verdict(row, route, untouched, <[String]>::is_empty).await;
        assert_eq!(wrong, Vec::<String>::new(), "{row}, {route:?}");
    }
}
