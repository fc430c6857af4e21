//! The record that a service keeps of itself in tests, so that the whole suite is one scan.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::Response,
    middleware::{Next, from_fn},
};
use local::{
    service::RING_SECRET,
    settings::{Attendant, Lines, Settings},
};
use parking_lot::Mutex;
use serde_json::Value;
use wechat_simulator::Simulator;
use wxsession::Clock;

use super::{Canaries, Record};

/// A long run keeps what came first.
const MOST_BYTES: usize = 16 * 1024 * 1024;
const INVOKE: &str = "/2015-03-31/functions/";

/// A service on free ports that looks for secrets in everything that it said, when it ends.
#[must_use]
pub fn scanned(clock: Clock) -> Settings {
    scanned_into(clock, Arc::default())
}

/// The same, with every line of every function kept in `lines`.
#[must_use]
pub fn scanned_into(clock: Clock, lines: Lines) -> Settings {
    let said = Arc::clone(&lines);
    let attendant: Arc<Attendant> = Arc::new(move |router, simulator, secrets| {
        let (record, lines) = (Arc::<Mutex<Record>>::default(), Arc::clone(&said));
        let router = recorded(router, Arc::clone(&record));
        let key_ring = secrets.text(RING_SECRET).unwrap_or_default();
        (router, Box::new(Scan { record, lines, simulator: simulator.clone(), key_ring }))
    });
    Settings { attendant: Some(attendant), ..Settings::on_free_ports(clock, lines) }
}

/// Looks through everything that the gateway answered and the functions logged when it is dropped, and panics when
/// there is a secret in it.
struct Scan {
    record: Arc<Mutex<Record>>,
    lines: Lines,
    simulator: Simulator,
    key_ring: String,
}

impl Scan {
    fn canaries(&self) -> Canaries {
        let mut canaries = Canaries::default();
        canaries.add_all_of(&self.simulator);
        let ring: Value = serde_json::from_str(&self.key_ring).unwrap_or_default();
        for (_, key) in ring.as_object().into_iter().flatten().filter(|(name, _)| *name != "current") {
            canaries.add("key ring", key.as_str().unwrap_or("not a key ring"));
        }
        let record = self.record.lock();
        record.tokens().iter().for_each(|token| canaries.add_token(token));
        record.tickets().iter().for_each(|ticket| canaries.add_ticket(ticket));
        drop(record);
        canaries
    }
}

/// The router, with a copy of every answer kept in `record`.
pub fn recorded(router: Router, record: Arc<Mutex<Record>>) -> Router {
    router.layer(from_fn(move |request: Request, next: Next| {
        let record = Arc::clone(&record);
        async move {
            let path = request.uri().path().to_owned();
            let (parts, body) = next.run(request).await.into_parts();
            let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
            let mut record = record.lock();
            // What Lambda's own address answers goes to who may invoke by IAM, not to a phone.
            if record.bytes() < MOST_BYTES && !path.starts_with(INVOKE) {
                record.keep_answer(&path, parts.status.is_success(), &parts.headers, &body);
            }
            Response::from_parts(parts, Body::from(body))
        }
    }))
}

impl Drop for Scan {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        for line in self.lines.lock().expect("nobody panics while writing a line").iter() {
            self.record.lock().keep_line("the functions", line.as_bytes());
        }
        let canaries = self.canaries();
        let verdict = self.record.lock().verdict(&canaries);
        let findings: Vec<String> = verdict.findings.iter().map(ToString::to_string).collect();
        assert!(findings.is_empty(), "secrets were seen:\n{}", findings.join("\n"));
    }
}
