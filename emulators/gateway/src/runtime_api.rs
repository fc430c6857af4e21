//! Lambda's Runtime API for one function.
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::{
    collections::{HashMap, VecDeque},
    io,
    sync::Arc,
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use parking_lot::{Mutex, MutexGuard};
use tokio::{
    net::TcpListener,
    sync::{Notify, oneshot},
    task::JoinHandle,
};

/// Hands events out in order and takes an answer for each.
pub struct RuntimeApi {
    /// For `AWS_LAMBDA_RUNTIME_API`.
    pub address: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

/// What a function made of an event.
pub struct Answer {
    /// Whether it reported an error instead of an answer.
    pub is_error: bool,
    /// The headers of the report.
    pub headers: HeaderMap,
    /// What it said.
    pub body: Bytes,
}

#[derive(Default)]
struct Shared {
    state: Mutex<Waiting>,
    arrived: Notify,
}

#[derive(Default)]
struct Waiting {
    count: u64,
    events: VecDeque<(String, Vec<u8>)>,
    callers: HashMap<String, oneshot::Sender<Answer>>,
    start_error: Option<Bytes>,
}

impl RuntimeApi {
    /// Listens on a free port of loopback.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub async fn start() -> io::Result<Self> {
        let shared = Arc::<Shared>::default();
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/{outcome}", post(take))
            .route("/2018-06-01/runtime/init/error", post(cannot_start))
            .layer(DefaultBodyLimit::disable())
            .with_state(Arc::clone(&shared));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let server = tokio::spawn(async move { drop(axum::serve(listener, routes).await) });
        Ok(Self { address, shared, server })
    }

    /// Has the function serve an event; waits for as long as it takes.
    ///
    /// # Panics
    ///
    /// Never: whoever has this has the server.
    pub async fn invoke(&self, event: &[u8]) -> Answer {
        let (caller, answer) = oneshot::channel();
        {
            let mut waiting = self.shared.lock();
            waiting.count += 1;
            let id = format!("8476a536-e9f4-11e8-9739-{:012}", waiting.count);
            waiting.events.push_back((id.clone(), event.to_vec()));
            waiting.callers.insert(id, caller);
        }
        self.shared.arrived.notify_one();
        answer.await.expect("the server lives as long as this")
    }

    /// What the function reported instead of starting.
    #[must_use]
    pub fn start_error(&self) -> Option<Bytes> {
        self.shared.lock().start_error.clone()
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.state.lock()
    }
}

async fn next(State(shared): State<Arc<Shared>>) -> Response {
    loop {
        let event = shared.lock().events.pop_front();
        if let Some((id, event)) = event {
            let headers = [
                ("Content-Type", "application/json"),
                ("Lambda-Runtime-Aws-Request-Id", id.as_str()),
                ("Lambda-Runtime-Deadline-Ms", "4102444800000"),
                ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:f"),
                ("Lambda-Runtime-Trace-Id", "Root=1-67000000-000000000000000000000000;Sampled=0"),
            ];
            return (headers, event).into_response();
        }
        // As on Lambda: a function without work waits.
        shared.arrived.notified().await;
    }
}

async fn take(
    State(shared): State<Arc<Shared>>,
    Path((id, outcome)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    if let Some(caller) = shared.lock().callers.remove(&id) {
        // Whoever asked may have given up.
        drop(caller.send(Answer { is_error: outcome == "error", headers, body }));
    }
    StatusCode::ACCEPTED
}

async fn cannot_start(State(shared): State<Arc<Shared>>, body: Bytes) -> StatusCode {
    shared.lock().start_error = Some(body);
    StatusCode::ACCEPTED
}
