//! CloudWatch embedded metric format: the numbers of the line, named.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::sync::Arc;

use serde::Serialize;

/// Whose metrics they are, and how many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reporting {
    /// The stack's name, a dimension of every metric: two stacks in one account do not share any.
    pub(super) stack: Arc<str>,
    /// Requests and times too, by function and outcome; else what alarms look at.
    pub(super) is_full: bool,
}

impl Reporting {
    /// For one stack.
    #[must_use]
    pub fn new(stack: &str, is_full: bool) -> Self {
        Self { stack: stack.into(), is_full }
    }
}

/// What a request came to.
#[expect(clippy::struct_excessive_bools, reason = "each is a metric of its own")]
pub(super) struct Ended<'a> {
    /// Empty for a request that is none of those that the function is known for.
    pub(super) function: &'a str,
    pub(super) outcome: &'a str,
    pub(super) status: Option<u64>,
    pub(super) after_logout: bool,
    /// A secret cannot be used, and somebody must mend it. The request may have done without.
    pub(super) broken_secret: bool,
    pub(super) unexpected_errcode: bool,
    /// A message of WeChat's was not taken, and should have been.
    pub(super) lost_push: bool,
    pub(super) undone_erasure: bool,
    pub(super) untold_event: bool,
}

impl Ended<'_> {
    /// The numbers that alarms look at. A metric is paid for by the hour in which it is sent, so those of what
    /// seldom happens are sent when it happens. A login always sends `logins`, 1 or 0: how many values there are is
    /// how many logins were tried.
    pub(super) fn alarming(&self) -> Vec<(&'static str, u8)> {
        let is_login = self.function == "login";
        // Of the answers below 500 only WeChat's quota is not the caller's fault.
        let is_lost = self.status.is_some_and(|status| status >= 500) || self.outcome == "rate_limited";
        let is_refused = self.status.is_some_and(|status| status >= 400) && !is_lost;
        [
            ("service_misconfigured", self.outcome == "service_misconfigured" || self.broken_secret),
            ("session_use_after_logout", self.after_logout),
            ("logins_lost", is_login && is_lost),
            ("logins_refused", is_login && is_refused),
            ("unexpected_errcodes", self.unexpected_errcode),
            ("pushes_lost", self.lost_push),
            ("erasures_undone", self.undone_erasure),
            ("events_untold", self.untold_event),
        ]
        .into_iter()
        .filter_map(|(name, happened)| happened.then_some((name, 1)))
        .chain(is_login.then_some(("logins", u8::from(self.outcome == "ok"))))
        .collect()
    }
}

/// The member `_aws` of a line.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Metrics {
    timestamp: i64,
    cloud_watch_metrics: Vec<Directive>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive {
    namespace: &'static str,
    dimensions: &'static [&'static [&'static str]],
    metrics: Vec<Metric>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metric {
    name: &'static str,
    unit: &'static str,
}

impl Metrics {
    pub(super) fn at(timestamp: i64) -> Self {
        Self { timestamp, cloud_watch_metrics: Vec::with_capacity(2) }
    }

    /// Names numbers of the line that belong to the stack as a whole.
    pub(super) fn of_the_stack(&mut self, counts: impl Iterator<Item = &'static str>) {
        self.name(&[&["stack"]], counts.map(|name| Metric { name, unit: "Count" }).collect());
    }

    /// Names the numbers that every line has, and `durations`, which this one has as well.
    pub(super) fn by_function_and_outcome(&mut self, durations: impl Iterator<Item = &'static str>) {
        let mut metrics = Vec::with_capacity(5);
        metrics.extend(["requests", "cold_starts"].map(|name| Metric { name, unit: "Count" }));
        let durations = std::iter::once("duration_ms").chain(durations);
        metrics.extend(durations.map(|name| Metric { name, unit: "Milliseconds" }));
        self.name(&[&["stack", "function"], &["stack", "function", "outcome"]], metrics);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.cloud_watch_metrics.is_empty()
    }

    fn name(&mut self, dimensions: &'static [&'static [&'static str]], metrics: Vec<Metric>) {
        if !metrics.is_empty() {
            self.cloud_watch_metrics.push(Directive { namespace: "WxSession", dimensions, metrics });
        }
    }
}
