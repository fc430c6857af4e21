//! The part of Lambda's Runtime API that a function needs to serve events.
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

/// Long enough for a language runtime to start on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// Hands out its events in order, and takes an answer for each.
pub(crate) struct RuntimeApi {
    /// For `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) address: String,
    answers: UnboundedReceiver<Answer>,
    taken: usize,
}

struct Answer {
    request_id: String,
    outcome: String,
    body: Value,
}

#[derive(Clone)]
struct Shared {
    events: Arc<Mutex<VecDeque<(String, String)>>>,
    answers: UnboundedSender<Answer>,
}

impl RuntimeApi {
    pub(crate) async fn start(events: impl IntoIterator<Item = &str>) -> Self {
        let (sender, answers) = unbounded_channel();
        let events = events.into_iter().enumerate().map(|(at, event)| (request_id(at), event.to_owned()));
        let shared = Shared { events: Arc::new(Mutex::new(events.collect())), answers: sender };
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/{outcome}", post(take))
            .with_state(shared);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound").to_string();
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { address, answers, taken: 0 }
    }

    /// The answer to the next event. A function that reports an error instead fails the test.
    pub(crate) async fn answer(&mut self) -> Value {
        let arrived = tokio::time::timeout(PATIENCE, self.answers.recv()).await;
        let answer = arrived.expect("the function answers in time").expect("the server runs");
        assert_eq!(answer.outcome, "response", "the function failed: {}", answer.body);
        assert_eq!(answer.request_id, request_id(self.taken), "an answer to another request");
        self.taken += 1;
        answer.body
    }
}

pub(crate) fn request_id(at: usize) -> String {
    format!("8476a536-e9f4-11e8-9739-{at:012}")
}

async fn next(State(shared): State<Shared>) -> Response {
    let event = shared.events.lock().expect("nobody panicked with the lock").pop_front();
    let Some((request_id, event)) = event else {
        // As on Lambda: a function without work waits.
        return std::future::pending().await;
    };
    let headers = [
        ("Content-Type", "application/json"),
        ("Lambda-Runtime-Aws-Request-Id", request_id.as_str()),
        ("Lambda-Runtime-Deadline-Ms", "4102444800000"),
        ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:me"),
        ("Lambda-Runtime-Trace-Id", "Root=1-67000000-000000000000000000000000;Sampled=0"),
    ];
    (headers, event).into_response()
}

async fn take(
    State(shared): State<Shared>,
    Path((request_id, outcome)): Path<(String, String)>,
    body: String,
) -> StatusCode {
    let body = serde_json::from_str(&body).unwrap_or(Value::String(body));
    // The test has ended when nobody listens.
    drop(shared.answers.send(Answer { request_id, outcome, body }));
    StatusCode::ACCEPTED
}
