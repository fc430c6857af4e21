//! A stand-in for Amazon EventBridge: the two operations that a function calls, over a socket.
//!
//! AWS JSON 1.1 as the service speaks it: `POST /`, the operation in `X-Amz-Target`. An event for a bus that is not there is
//! taken like the others, and is gone.
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>,
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeEventBus.html>

use std::{
    collections::{BTreeSet, VecDeque},
    io,
    sync::Arc,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
};
use emulator_harness::door;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

const PUT_EVENTS: &str = "AWSEvents.PutEvents";
const DESCRIBE_EVENT_BUS: &str = "AWSEvents.DescribeEventBus";
/// The bus of every account.
const DEFAULT: &str = "default";
/// The service takes no more in a call.
const MOST_ENTRIES: usize = 10;
/// More than any test tells; a service that runs for days must not fill the memory.
const MOST_KEPT: usize = 20_000;

/// How the service misbehaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// Not at all.
    #[default]
    None,
    /// So many calls fail: `InternalException`.
    Down(u32),
    /// So many calls succeed, and the last event of each is not taken: `ThrottlingException`.
    TakesAllButTheLast(u32),
}

/// A running stand-in. It ends when this is dropped.
pub struct EventBridge {
    endpoint: String,
    shared: Arc<Mutex<Shared>>,
    server: JoinHandle<()>,
}

/// Looks at what is on the buses of a stand-in. Clones look at the same.
#[derive(Clone)]
pub struct Onlooker(Arc<Mutex<Shared>>);

impl Onlooker {
    /// So many of the last events, the newest first, each as in [`EventBridge::events`].
    #[must_use]
    pub fn last(&self, count: usize) -> Vec<Value> {
        self.0.lock().events.iter().rev().take(count).cloned().collect()
    }
}

#[derive(Default)]
struct Shared {
    buses: BTreeSet<String>,
    events: VecDeque<Value>,
    fault: Fault,
    calls: u64,
    taken: u64,
}

impl EventBridge {
    /// Listens on 127.0.0.1; port 0 takes a free one.
    ///
    /// # Errors
    ///
    /// When the port is taken.
    pub async fn start(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let shared = Arc::<Mutex<Shared>>::default();
        let router = Router::new().fallback(serve).with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move {
            drop(axum::serve(listener, router).await);
        });
        Ok(Self { endpoint, shared, server })
    }

    /// For `AWS_ENDPOINT_URL_EVENTBRIDGE`.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Makes a bus beside the one that every account has.
    pub fn create_bus(&self, name: &str) {
        self.shared.lock().buses.insert(name.to_owned());
    }

    /// Takes a bus away. What was on it stays to be seen.
    pub fn delete_bus(&self, name: &str) {
        self.shared.lock().buses.remove(name);
    }

    /// What is on its buses, as it came: `EventBusName`, `Source`, `DetailType`, `Time`, and `Detail`, read.
    #[must_use]
    pub fn events(&self) -> Vec<Value> {
        self.shared.lock().events.iter().cloned().collect()
    }

    /// For whoever only looks.
    #[must_use]
    pub fn onlooker(&self) -> Onlooker {
        Onlooker(Arc::clone(&self.shared))
    }

    /// Misbehaves from now on.
    pub fn set_fault(&self, fault: Fault) {
        self.shared.lock().fault = fault;
    }

    /// How many calls have come in.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.shared.lock().calls
    }
}

impl Drop for EventBridge {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(State(shared): State<Arc<Mutex<Shared>>>, headers: HeaderMap, body: Bytes) -> Response {
    if let Some(why) = door::refusal(|name| headers.get_all(name).iter().map(HeaderValue::as_bytes)) {
        return answer(StatusCode::FORBIDDEN, &json!({"__type": "AccessDeniedException", "message": why}));
    }
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let mut shared = shared.lock();
    shared.calls += 1;
    if let Fault::Down(times) = shared.fault {
        shared.fault = if times > 1 { Fault::Down(times - 1) } else { Fault::None };
        return answer(StatusCode::INTERNAL_SERVER_ERROR, &json!({"__type": "InternalException"}));
    }
    match headers.get("x-amz-target").and_then(|target| target.to_str().ok()) {
        Some(PUT_EVENTS) => shared.put(&request),
        Some(DESCRIBE_EVENT_BUS) => shared.describe(&request),
        _ => answer(StatusCode::BAD_REQUEST, &json!({"__type": "UnknownOperationException"})),
    }
}

impl Shared {
    fn has(&self, bus: &str) -> bool {
        bus == DEFAULT || self.buses.contains(bus)
    }

    fn describe(&self, request: &Value) -> Response {
        let name = request["Name"].as_str().unwrap_or(DEFAULT);
        if !self.has(name) {
            let message = format!("Event bus {name} does not exist.");
            let body = json!({"__type": "ResourceNotFoundException", "message": message});
            return answer(StatusCode::BAD_REQUEST, &body);
        }
        let arn = format!("arn:aws:events:us-east-1:123456789012:event-bus/{name}");
        answer(StatusCode::OK, &json!({"Name": name, "Arn": arn}))
    }

    fn put(&mut self, request: &Value) -> Response {
        let entries = request["Entries"].as_array().cloned().unwrap_or_default();
        if !(1..=MOST_ENTRIES).contains(&entries.len()) {
            return answer(StatusCode::BAD_REQUEST, &json!({"__type": "ValidationException"}));
        }
        let taken = match self.fault {
            Fault::TakesAllButTheLast(times) => {
                self.fault = if times > 1 { Fault::TakesAllButTheLast(times - 1) } else { Fault::None };
                entries.len() - 1
            }
            _ => entries.len(),
        };
        let mut results = Vec::new();
        for (number, entry) in entries.into_iter().enumerate() {
            if number < taken {
                results.push(json!({"EventId": self.taken.to_string()}));
                self.taken += 1;
                self.keep(entry);
            } else {
                results.push(json!({"ErrorCode": "ThrottlingException", "ErrorMessage": "later"}));
            }
        }
        let failed = results.len() - taken;
        answer(StatusCode::OK, &json!({"FailedEntryCount": failed, "Entries": results}))
    }

    fn keep(&mut self, mut entry: Value) {
        if !self.has(entry["EventBusName"].as_str().unwrap_or(DEFAULT)) {
            return;
        }
        let detail = entry["Detail"].as_str().and_then(|text| serde_json::from_str(text).ok());
        entry["Detail"] = detail.unwrap_or_default();
        self.events.push_back(entry);
        if self.events.len() > MOST_KEPT {
            self.events.pop_front();
        }
    }
}

fn answer(status: StatusCode, body: &Value) -> Response {
    let mut response = (status, body.to_string()).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.1"));
    response
}
