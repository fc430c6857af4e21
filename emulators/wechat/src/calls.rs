//! What was asked of the simulator. Names only: a record must not become a place where secrets lie around.

use serde::Serialize;

use super::Simulator;
use super::faults::Fault;
use super::request::Request;
use super::state::WeChat;

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

impl WeChat {
    /// Records the call and picks the fault that will break it, if one applies.
    pub(super) fn arrive(&mut self, request: &Request) -> Option<Fault> {
        let fault = self.take_fault(&request.path);
        *self.call_counts.entry(request.path.clone()).or_default() += 1;
        if self.calls.len() == KEPT {
            self.calls.pop_front();
        }
        self.calls.push_back(Call {
            method: request.method.to_string(),
            path: request.path.clone(),
            query_names: request.query.iter().map(|(name, _)| name.clone()).collect(),
            body_bytes: request.body.len(),
            at: request.now,
            faulted: fault.is_some(),
        });
        fault
    }
}

impl Simulator {
    /// The latest 10,000 calls, oldest first. The control plane's own are not among them.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.wechat().calls.iter().cloned().collect()
    }

    /// How often the path was called, faults included.
    #[must_use]
    pub fn call_count(&self, path: &str) -> u64 {
        self.wechat().call_counts.get(path).copied().unwrap_or(0)
    }

    /// How often the path was processed with this result (0: success), whether or not the answer arrived.
    #[must_use]
    pub fn errcode_count(&self, path: &str, errcode: i64) -> u64 {
        self.wechat().errcode_counts.get(&(path.to_owned(), errcode)).copied().unwrap_or(0)
    }

    /// Forgets users, spent codes, the list of calls and what counts against a limit, as if WeChat had been set up
    /// anew. Codes that wait to be used stay good. Keeps the simulator small under a load of logins.
    pub fn forget_logins(&self) {
        let mut wechat = self.wechat();
        wechat.users.clear();
        wechat.calls.clear();
        wechat.codes.retain(|_, code| !code.used);
        wechat.quotas = super::quota::Quotas::documented();
    }

    /// Forgets all calls and counters.
    pub fn forget_calls(&self) {
        let mut wechat = self.wechat();
        wechat.calls.clear();
        wechat.call_counts.clear();
        wechat.errcode_counts.clear();
    }
}
