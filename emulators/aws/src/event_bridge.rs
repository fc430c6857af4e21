//! A stand-in for Amazon EventBridge: the two operations that a function calls, over a socket.
//!
//! An event for a bus that is not there is taken like the others, and is gone.
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>,
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeEventBus.html>

use std::{
    collections::{BTreeSet, VecDeque},
    io,
    sync::Arc,
};

use axum::{http::StatusCode, response::Response};
use parking_lot::Mutex;
use serde_json::{Value, json};

use crate::json_service::{Call, Server, answer, error};

/// The message of what the stand-in makes up.
const MADE_UP: &str = "refused by the stand-in for EventBridge";
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
    shared: Arc<Mutex<Shared>>,
    server: Server,
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
        let shared = Arc::<Mutex<Shared>>::default();
        let server = Server::start(port, Arc::clone(&shared), serve).await?;
        Ok(Self { shared, server })
    }

    /// For `AWS_ENDPOINT_URL_EVENTBRIDGE`.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        self.server.endpoint()
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

async fn serve(shared: Arc<Mutex<Shared>>, Call { operation, body }: Call) -> Response {
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let mut shared = shared.lock();
    shared.calls += 1;
    if let Fault::Down(times) = shared.fault {
        shared.fault = if times > 1 { Fault::Down(times - 1) } else { Fault::None };
        return error(StatusCode::INTERNAL_SERVER_ERROR, "InternalException", MADE_UP);
    }
    match operation.as_str() {
        PUT_EVENTS => shared.put(&request),
        DESCRIBE_EVENT_BUS => shared.describe(&request),
        _ => error(StatusCode::BAD_REQUEST, "UnknownOperationException", MADE_UP),
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
            return error(StatusCode::BAD_REQUEST, "ResourceNotFoundException", &message);
        }
        let arn = format!("arn:aws:events:us-east-1:123456789012:event-bus/{name}");
        answer(StatusCode::OK, &json!({"Name": name, "Arn": arn}))
    }

    fn put(&mut self, request: &Value) -> Response {
        let entries = request["Entries"].as_array().cloned().unwrap_or_default();
        if !(1..=MOST_ENTRIES).contains(&entries.len()) {
            return error(StatusCode::BAD_REQUEST, "ValidationException", MADE_UP);
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
