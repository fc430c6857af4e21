//! The socket the functions talk to: forwards to the engine, counts calls, injects faults.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::request::Parts;
use axum::http::{Request, Response};
use dynoxide::Database;
use emulator_harness::watch::{Exchange, Watched, Watcher};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use parking_lot::{Mutex, MutexGuard};
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::engine::{Engine, refused};
use super::faults::{Call, Fault};
use super::watched;

/// `DynamoDB` takes no more. <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html>
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

/// How long to wait before the port of a proxy that refused is asked for again.
const REBIND_PAUSE: Duration = Duration::from_millis(10);

/// A proxy that can lose, delay and falsify. Clones are the same proxy.
#[derive(Clone)]
pub struct FaultProxy {
    shared: Arc<Shared>,
}

struct Shared {
    address: SocketAddr,
    database: Database,
    rule: Mutex<Rule>,
    calls: Mutex<Vec<Call>>,
    watched: Watched<Exchange>,
    /// Counts changes of the rule, for those who wait for the next one.
    changes: watch::Sender<u64>,
    /// Whether the port is open.
    is_open: watch::Sender<bool>,
}

#[derive(Default)]
struct Rule {
    fault: Fault,
    /// Operations it is for; empty for all.
    operations: Vec<String>,
}

impl FaultProxy {
    /// Takes over `listener` and forwards to the engine, until the task is dropped.
    pub(super) fn start(listener: TcpListener, database: Database) -> io::Result<(Self, JoinSet<()>)> {
        let shared = Arc::new(Shared {
            address: listener.local_addr()?,
            database,
            rule: Mutex::default(),
            calls: Mutex::default(),
            watched: Watched::default(),
            changes: watch::Sender::default(),
            is_open: watch::Sender::new(true),
        });
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(Arc::clone(&shared), Some(listener)));
        Ok((Self { shared }, accepting))
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.shared.address
    }

    /// From now on this happens to every request. Replaces the fault before.
    pub async fn inject(&self, fault: Fault) {
        self.inject_on(&[], fault).await;
    }

    /// From now on this happens to requests of these operations: `UpdateItem`, or `UpdateItem SessionsTable` for those that name
    /// this table. Replaces the fault before.
    pub async fn inject_on(&self, operations: &[&str], fault: Fault) {
        let operations: Vec<_> = operations.iter().map(|operation| (*operation).to_owned()).collect();
        let opens = !(fault == Fault::Refuse && operations.is_empty());
        let mut is_open = self.shared.is_open.subscribe();
        *self.shared.rule() = Rule { fault, operations };
        self.shared.changes.send_modify(|changes| *changes += 1);
        // Both ends live as long as `self`.
        let _ = is_open.wait_for(|is_open| *is_open == opens).await;
    }

    /// Requests pass again.
    pub async fn clear(&self) {
        self.inject(Fault::Off).await;
    }

    /// The fault in force.
    #[must_use]
    pub fn fault(&self) -> Fault {
        self.shared.rule().fault.clone()
    }

    /// Every request since the start or the last [`FaultProxy::forget_calls`], also those that met a fault.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.shared.calls().clone()
    }

    /// The same, and forgets them: who counts for long must not let them pile up.
    #[must_use]
    pub fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.shared.calls())
    }

    /// Starts counting anew.
    pub fn forget_calls(&self) {
        self.shared.calls().clear();
    }

    /// Tells `watcher` every call and its answer the moment it happens, without any value of an item. The first
    /// watcher stays.
    pub fn watch(&self, watcher: Watcher<Exchange>) {
        self.shared.watched.watch(watcher);
    }
}

impl Shared {
    fn rule(&self) -> MutexGuard<'_, Rule> {
        self.rule.lock()
    }

    fn calls(&self) -> MutexGuard<'_, Vec<Call>> {
        self.calls.lock()
    }

    fn refuses_connections(&self) -> bool {
        let rule = self.rule();
        rule.fault == Fault::Refuse && rule.operations.is_empty()
    }

    /// The fault for this call; a counted one has one less afterwards.
    fn take_fault(&self, call: &Call) -> Fault {
        let mut rule = self.rule();
        let is_meant = |wanted: &String| match wanted.split_once(' ') {
            None => *wanted == call.operation,
            Some((operation, table)) => {
                operation == call.operation && call.tables.iter().any(|name| name == table)
            }
        };
        if !rule.operations.is_empty() && !rule.operations.iter().any(is_meant) {
            return Fault::Off;
        }
        let next = rule.fault.after_one();
        std::mem::replace(&mut rule.fault, next)
    }
}

/// Accepts connections, and closes the port with all of them while nobody is to listen.
async fn accept(shared: Arc<Shared>, mut listener: Option<TcpListener>) {
    let mut changes = shared.changes.subscribe();
    let mut connections = JoinSet::new();
    loop {
        if shared.refuses_connections() {
            listener = None;
            connections.shutdown().await;
            shared.is_open.send_replace(false);
            if changes.changed().await.is_err() {
                return;
            }
            continue;
        }
        let Some(open) = &listener else {
            listener = TcpListener::bind(shared.address).await.ok();
            if listener.is_none() {
                tokio::time::sleep(REBIND_PAUSE).await;
            }
            continue;
        };
        shared.is_open.send_replace(true);
        tokio::select! {
            accepted = open.accept() => if let Ok((stream, _)) = accepted {
                connections.spawn(serve(Arc::clone(&shared), stream));
            },
            outcome = changes.changed() => if outcome.is_err() { return },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(shared: Arc<Shared>, stream: TcpStream) {
    let _ = stream.set_nodelay(true);
    let engine = Engine::new(&shared.database);
    let service = service_fn(|request| handle(&shared, &engine, request));
    // An error is a client that went away, or a fault that wanted the connection closed.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// The connection is to be closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("connection closed on purpose, or the engine is gone")]
struct Closed;

async fn handle(
    shared: &Shared,
    engine: &Engine,
    request: Request<Incoming>,
) -> Result<Response<Body>, Closed> {
    let (parts, body) = request.into_parts();
    if let Some(refusal) = refused(&parts.headers) {
        return Ok(refusal);
    }
    let body = to_bytes(Body::new(body), MAX_BODY_BYTES).await.map_err(|_| Closed)?;
    let json = serde_json::from_slice::<Value>(&body).unwrap_or_default();
    let target =
        parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let call = Call::read(target, &json);
    shared.calls().push(call.clone());
    let pending = shared.watched.called(watched::what(&call), watched::detail(&json));
    let answer = exchange(shared, engine, parts, body, &call, &json).await?;
    watched::answered(answer, pending).await.map_err(|_| Closed)
}

async fn exchange(
    shared: &Shared,
    engine: &Engine,
    parts: Parts,
    body: Bytes,
    call: &Call,
    json: &Value,
) -> Result<Response<Body>, Closed> {
    let mut changes = shared.changes.subscribe();
    let fault = shared.take_fault(call);
    if let Some(answer) = fault.answer(call, json) {
        return Ok(answer);
    }
    match fault {
        Fault::Refuse => return Err(Closed),
        Fault::Silent => {
            let _ = changes.changed().await;
            return Err(Closed);
        }
        Fault::Slow { milliseconds } => tokio::time::sleep(Duration::from_millis(milliseconds)).await,
        _ => {}
    }
    let forwarded = Request::from_parts(parts, Body::from(body));
    let answer = engine.ask(forwarded).await.map_err(|_| Closed)?;
    if matches!(fault, Fault::AnswerLost { .. }) {
        return Err(Closed);
    }
    Ok(answer.map(Body::new))
}
