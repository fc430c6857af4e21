//! What was asked of the simulator. Names only: a record must not become a place where secrets lie around.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

use crate::wire::Request;

const KEPT: usize = 10_000;

/// One call to WeChat's API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Call {
    /// `GET`, `POST`.
    pub method: String,
    /// Without the query.
    pub path: String,
    /// The names of the query's parameters, in order.
    pub query_names: Vec<String>,
    /// How long the body was.
    pub body_bytes: usize,
    /// WeChat's time when the call arrived.
    pub at: i64,
    /// Whether a fault broke the answer.
    pub faulted: bool,
}

/// The latest calls, and counters of all.
#[derive(Default)]
pub(crate) struct Calls {
    latest: VecDeque<Call>,
    counts: BTreeMap<String, u64>,
    errcodes: BTreeMap<(String, i64), u64>,
}

impl Calls {
    /// A call arrived.
    pub(crate) fn add(&mut self, request: &Request, faulted: bool) {
        *self.counts.entry(request.path.clone()).or_default() += 1;
        if self.latest.len() == KEPT {
            self.latest.pop_front();
        }
        self.latest.push_back(Call {
            method: request.method.to_string(),
            path: request.path.clone(),
            query_names: request.query.iter().map(|(name, _)| name.clone()).collect(),
            body_bytes: request.body.len(),
            at: request.now,
            faulted,
        });
    }

    /// A call was processed, with this result.
    pub(crate) fn processed(&mut self, path: &str, errcode: i64) {
        *self.errcodes.entry((path.to_owned(), errcode)).or_default() += 1;
    }

    /// Oldest first.
    pub(crate) fn latest(&self) -> Vec<Call> {
        self.latest.iter().cloned().collect()
    }

    /// How often each path was called.
    pub(crate) fn counts(&self) -> &BTreeMap<String, u64> {
        &self.counts
    }

    /// How often each path was processed with each result.
    pub(crate) fn errcodes(&self) -> &BTreeMap<(String, i64), u64> {
        &self.errcodes
    }

    /// Forgets the list; the counters go on.
    pub(crate) fn forget_latest(&mut self) {
        self.latest.clear();
    }
}
