//! Watching an emulator: one watcher is told of things the moment they happen.
//!
//! The gateway, the WeChat simulator and `DynamoDB` each have a place for one. All tell on the spot, so a watcher of all
//! three sees everything in the order in which it happened. Nothing secret is told.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use serde_json::Value;

/// What is called for each thing that happens. It must not block.
pub type Watcher<T> = Box<dyn Fn(T) + Send + Sync>;

/// The place. The first watcher keeps it.
pub struct Watched<T> {
    watcher: OnceLock<Watcher<T>>,
    exchanges: AtomicU64,
}

impl<T> Default for Watched<T> {
    fn default() -> Self {
        Self { watcher: OnceLock::new(), exchanges: AtomicU64::new(0) }
    }
}

impl<T> Watched<T> {
    /// Tells `watcher` from now on, unless somebody else is there already.
    pub fn watch(&self, watcher: Watcher<T>) {
        drop(self.watcher.set(watcher));
    }

    /// Tells the watcher, if there is one.
    pub fn tell(&self, what: T) {
        if let Some(watcher) = self.watcher.get() {
            watcher(what);
        }
    }
}

/// A call of a function to something outside, seen from there.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    /// The same for a call and its answer.
    pub id: u64,
    /// Which of the two this is.
    pub moment: Moment,
}

/// One end of an exchange.
#[derive(Clone, Debug, PartialEq)]
pub enum Moment {
    /// It arrived.
    Called {
        /// What is wanted, in a few words.
        what: String,
        /// More of it, without secrets.
        detail: Value,
    },
    /// It was answered, or will not be.
    Answered {
        /// How it went, in a few words.
        what: String,
        /// Whether it went wrong.
        is_failure: bool,
        /// More of it, without secrets.
        detail: Value,
        /// How long it took.
        duration_ms: f64,
    },
}

impl Watched<Exchange> {
    /// A call arrived. What is given back tells how it ended.
    pub fn called(&self, what: String, detail: Value) -> Pending<'_> {
        let id = self.exchanges.fetch_add(1, Ordering::Relaxed);
        self.tell(Exchange { id, moment: Moment::Called { what, detail } });
        Pending { watched: self, id, started: Instant::now(), is_told: false }
    }
}

/// A call that was not answered yet.
pub struct Pending<'a> {
    watched: &'a Watched<Exchange>,
    id: u64,
    started: Instant,
    is_told: bool,
}

impl Pending<'_> {
    /// It was answered.
    pub fn answered(mut self, what: String, is_failure: bool, detail: Value) {
        self.tell(what, is_failure, detail);
    }

    fn tell(&mut self, what: String, is_failure: bool, detail: Value) {
        self.is_told = true;
        let duration_ms = milliseconds(self.started);
        self.watched.tell(Exchange {
            id: self.id,
            moment: Moment::Answered { what, is_failure, detail, duration_ms },
        });
    }
}

/// A caller that gives up drops the work on its call, and this with it.
impl Drop for Pending<'_> {
    fn drop(&mut self) {
        if !self.is_told {
            self.tell("no answer".to_owned(), true, Value::Null);
        }
    }
}

/// Since then, for somebody who reads.
#[must_use]
pub fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}
