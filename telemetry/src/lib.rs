//! One JSON line per request, with CloudWatch metrics in it, and audit events.
//!
//! Lines are written by hand and hold only what is put into them here: no subscriber is installed, so
//! no library can print an event, an item or a URL at any level. `docs/operations.md` describes the
//! line field by field.

pub mod clock;
mod gateway;
mod metrics;
mod record;
mod unprintable;

use std::{
    io::Write,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::Value;

pub use clock::Clock;
pub use gateway::{Gateway, SourceAddress};
pub use metrics::Reporting;
use metrics::{Ended, Metrics};
use record::Record;
pub use unprintable::is_unprintable;

/// Nothing is answered later than this before the function's limit.
const RESERVE: Duration = Duration::from_millis(500);
/// What an answer needs after the last work that it does not depend on.
const SPARE: Duration = Duration::from_millis(100);

/// What a request puts into its line.
const USUAL_FIELDS: usize = 12;

/// Times that become metrics, besides the whole one.
const DURATIONS: [&str; 2] = ["store_ms", "wechat_ms"];

/// How much is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Steps inside a request.
    Debug,
    /// The request line, audit events.
    Info,
    /// Something to look at.
    Warn,
    /// A human must act.
    Error,
}

impl Level {
    /// Reads `debug`, `info`, `warn` or `error`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Debug, Self::Info, Self::Warn, Self::Error].into_iter().find(|level| level.word() == text)
    }

    fn word(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// Where a function's lines go.
#[derive(Clone)]
pub struct Log {
    function: &'static str,
    least: Level,
    reporting: Reporting,
    clock: Clock,
    source: SourceAddress,
    cold: Arc<AtomicBool>,
    lines: Option<Arc<Mutex<Vec<String>>>>,
}

impl Log {
    /// Lines of `function` from `least` upwards, to standard output.
    #[must_use]
    pub fn stdout(function: &'static str, least: Level, clock: Clock) -> Self {
        let reporting = Reporting::new("local", false);
        let (source, cold) = (SourceAddress::Truncated, Arc::new(AtomicBool::new(true)));
        Self { function, least, reporting, clock, source, cold, lines: None }
    }

    /// The same, with metrics of a stack.
    #[must_use]
    pub fn reporting(self, reporting: Reporting) -> Self {
        Self { reporting, ..self }
    }

    /// The same, kept in memory for a test or a page to read.
    #[must_use]
    pub fn kept(self, lines: Arc<Mutex<Vec<String>>>) -> Self {
        Self { lines: Some(lines), ..self }
    }

    /// The same, with another rule for source addresses.
    #[must_use]
    pub fn with_source(self, source: SourceAddress) -> Self {
        Self { source, ..self }
    }

    /// Starts the line of a request.
    #[must_use]
    pub fn request(&self, request_id: &str) -> Line {
        let mut fields = Vec::with_capacity(USUAL_FIELDS);
        fields.push(("request_id", request_id.into()));
        let cold_start = self.cold.swap(false, Ordering::Relaxed);
        fields.push(("cold_start", cold_start.into()));
        Line {
            log: self.clone(),
            fields,
            cold_start,
            counts: true,
            after_logout: false,
            level: Level::Info,
            started: Instant::now(),
            deadline: None,
            waits_for: None,
        }
    }

    /// When so much time will have passed, in unix milliseconds.
    #[must_use]
    pub fn unix_millis_after(&self, time: Duration) -> u64 {
        let now = u64::try_from(self.clock.now_millis()).unwrap_or(0);
        now.saturating_add(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
    }

    /// A line of its own, outside a request.
    pub fn note(&self, level: Level, message: &str, fields: impl IntoIterator<Item = (String, Value)>) {
        let Some(mut record) = self.record(level, message) else { return };
        for (name, value) in fields {
            record.put(&name, &value);
        }
        self.write(record);
    }

    /// The start of a line, unless its level is kept back.
    fn record(&self, level: Level, message: &str) -> Option<Record> {
        (level >= self.least).then(|| self.begun(level, message))
    }

    fn begun(&self, level: Level, message: &str) -> Record {
        let mut record = Record::new();
        // Lambda takes a line without an RFC 3339 timestamp and a level for INFO:
        // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
        record.put("timestamp", &rfc3339(self.clock.now_millis()));
        record.put("level", &level.word().to_ascii_uppercase());
        record.put("message", message);
        record.put("function", self.function);
        record
    }

    fn write(&self, record: Record) {
        let text = record.into_line();
        match &self.lines {
            Some(lines) => lines.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(text),
            // A closed standard output must not cost the answer.
            None => drop(std::io::stdout().lock().write_all(text.as_bytes())),
        }
    }
}

/// The line of one request, filled while it is served.
pub struct Line {
    log: Log,
    /// Each name once.
    fields: Vec<(&'static str, Value)>,
    cold_start: bool,
    counts: bool,
    after_logout: bool,
    level: Level,
    started: Instant,
    deadline: Option<Instant>,
    waits_for: Option<&'static str>,
}

impl Line {
    /// Puts a field of [`facts::log`] into the line. Only stable words, numbers and public names: never a token, a
    /// session_key, a js_code, an openid, or text that a client wrote.
    pub fn put(&mut self, name: &'static str, value: impl Into<Value>) {
        let value = value.into();
        #[cfg(all(debug_assertions, any(test, feature = "test-util")))]
        known(name, &value);
        match self.fields.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.fields.push((name, value)),
        }
    }

    fn field(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Waits for `work` and adds its duration to the field `name`, in milliseconds.
    pub async fn timed<T>(&mut self, name: &'static str, work: impl Future<Output = T>) -> T {
        let started = Instant::now();
        self.waits_for = Some(name);
        let done = work.await;
        self.waits_for = None;
        let before = self.field(name).and_then(Value::as_f64).unwrap_or(0.0);
        self.put(name, millis(started) + before);
        done
    }

    /// The same for work that the answer does not need.
    pub async fn timed_if_time<T>(&mut self, name: &'static str, work: impl Future<Output = T>) -> Option<T> {
        self.if_time(async |line| line.timed(name, work).await).await
    }

    /// Does what the answer does not need: not begun, or given up, when the answer could come too late.
    pub async fn if_time<T>(&mut self, work: impl AsyncFnOnce(&mut Self) -> T) -> Option<T> {
        let Some(deadline) = self.deadline else { return Some(work(self).await) };
        let last = deadline.checked_sub(SPARE).filter(|last| *last > Instant::now())?;
        tokio::time::timeout_at(last.into(), pin!(work(self))).await.ok()
    }

    /// When the request must have been answered, if anybody said so.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Takes the moment, in unix milliseconds, at which Lambda ends the invocation.
    pub fn ends_at(&mut self, unix_millis: u64) {
        let left = i64::try_from(unix_millis).unwrap_or(i64::MAX).saturating_sub(self.log.clock.now_millis());
        // Nobody says so: tests have none, and `cargo lambda watch` sends one of the year 1970.
        let Some(left) = u64::try_from(left).ok().filter(|left| *left > 0) else { return };
        let left = Duration::from_millis(left).saturating_sub(RESERVE);
        self.deadline = self.started.checked_add(left);
    }

    /// What the request waits for right now.
    #[must_use]
    pub fn waits_for(&self) -> Option<&'static str> {
        self.waits_for
    }

    /// Puts in what the gateway says of the request.
    pub fn came_by(&mut self, gateway: Gateway) {
        if let Some(id) = gateway.request_id {
            self.put("gateway_request_id", id);
        }
        if let Some(source) = gateway.source.and_then(|source| self.log.source.written(source)) {
            self.put("source_address", source);
        }
    }

    /// Says whether the request is one that the function is known for: only these count as logins.
    pub fn counts_as(&mut self, counts: bool) {
        self.counts = counts;
    }

    /// Notes that something should be looked at.
    pub fn warn(&mut self) {
        self.raise(Level::Warn);
    }

    /// Makes it of this level at least.
    pub fn raise(&mut self, level: Level) {
        self.level = self.level.max(level);
    }

    /// Lambda's name of the request.
    #[must_use]
    pub fn request_id(&self) -> &str {
        self.field("request_id").and_then(Value::as_str).unwrap_or_default()
    }

    /// Unix seconds, by the log's own clock.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.log.clock.now()
    }

    /// An audit event, written at once: a lost answer still leaves a record.
    pub fn audit(&mut self, event: &'static str, more: &[(&str, Value)]) {
        #[cfg(all(debug_assertions, any(test, feature = "test-util")))]
        assert!(facts::log::has_event(event), "facts/src/log.rs has no audit event {event}");
        self.after_logout |= event == "session_use_after_logout";
        let Some(mut record) = self.log.record(Level::Info, "audit") else { return };
        record.put("audit", event);
        for name in ["request_id", "user_id", "session_id", "app_id"] {
            if let Some(value) = self.field(name) {
                record.put(name, value);
            }
        }
        record.put_all(more.iter().map(|(name, value)| (*name, value)));
        self.log.write(record);
    }

    /// A line about one of several things that the request is about. [`Line::note`] writes it.
    #[must_use]
    pub fn beside(&self) -> Self {
        let fields = self.fields.iter().filter(|(name, _)| *name == "request_id").cloned().collect();
        let log = self.log.clone();
        Self { log, fields, level: Level::Info, after_logout: false, waits_for: None, ..*self }
    }

    /// Writes what is known so far, under a name of its own: no request's line, so without outcome, time and metrics.
    pub fn note(&self, message: &str) {
        let Some(mut record) = self.log.record(self.level, message) else { return };
        record.put_all(self.fields.iter().map(|(name, value)| (*name, value)));
        self.log.write(record);
    }

    /// Ends the line with an outcome: a stable word. Metrics do not depend on the level: a line that is kept back
    /// is written with its numbers alone, when it has any.
    pub fn end(self, outcome: &'static str) {
        let (counts, metrics) = self.metrics(outcome);
        let mut record = match self.log.record(self.level, "request") {
            Some(mut record) => {
                record.put_all(self.fields.iter().map(|(name, value)| (*name, value)));
                record
            }
            None if metrics.is_empty() => return,
            None => {
                let mut record = self.log.begun(self.level, "metrics");
                let times = self.fields.iter().filter(|(name, _)| DURATIONS.contains(name));
                record.put_all(times.map(|(name, value)| (*name, value)));
                record
            }
        };
        record.put("outcome", outcome);
        record.put("duration_ms", &millis(self.started));
        if !metrics.is_empty() {
            record.put("stack", &*self.log.reporting.stack);
            for (name, count) in &counts {
                record.put(name, count);
            }
            if self.log.reporting.is_full {
                record.put("requests", &1);
                record.put("cold_starts", &u8::from(self.cold_start));
            }
            record.put("_aws", &metrics);
        }
        self.log.write(record);
    }

    /// Of a message of WeChat's that could not be read nobody knows what it asks for.
    fn may_ask_for_an_erasure(&self) -> bool {
        let event = self.field("event").and_then(Value::as_str);
        event.is_none_or(|event| event.starts_with("user_authorization_"))
    }

    fn metrics(&self, outcome: &'static str) -> (Vec<(&'static str, u8)>, Metrics) {
        let status = self.field("status").and_then(Value::as_u64);
        let is_failed_push = self.counts
            && self.log.function == "push"
            && status.is_some_and(|status| status >= 500)
            && self.may_ask_for_an_erasure();
        let counts = Ended {
            function: if self.counts { self.log.function } else { "" },
            outcome,
            status,
            after_logout: self.after_logout,
            broken_secret: self.field("secret_error").is_some() && self.field("operator").is_some(),
            unexpected_errcode: self.field("unexpected_errcode").is_some(),
            lost_push: is_failed_push || self.field("push_lost").is_some(),
            undone_erasure: self.field("stuck").is_some(),
            untold_event: self.field("unreadable").is_some(),
        }
        .alarming();
        let mut metrics = Metrics::at(self.log.clock.now_millis());
        metrics.of_the_stack(counts.iter().map(|(name, _)| *name));
        if self.log.reporting.is_full {
            let measured = DURATIONS.into_iter().filter(|name| self.field(name).is_some());
            metrics.by_function_and_outcome(measured);
        }
        (counts, metrics)
    }
}

/// What is not described must not be logged. Tests find it; a deployed function would rather write it, and what is measured is as deployed.
#[cfg(all(debug_assertions, any(test, feature = "test-util")))]
fn known(name: &str, value: &Value) {
    assert!(facts::log::has_field(name), "facts/src/log.rs has no field {name}");
    if let Some(word) = value.as_str().filter(|_| name == "reason") {
        assert!(facts::log::has_reason(word), "facts/src/log.rs has no reason {word}");
    }
}

#[expect(clippy::cast_precision_loss, reason = "microseconds of a request fit 52 bits")]
fn millis(since: Instant) -> f64 {
    since.elapsed().as_micros() as f64 / 1000.0
}

/// `2026-11-22T07:15:15.454Z`
fn rfc3339(millis: i64) -> String {
    let time = aws_smithy_types::DateTime::from_millis(millis);
    time.fmt(aws_smithy_types::date_time::Format::DateTime).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_rfc_3339() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(951_782_400_123), "2000-02-29T00:00:00.123Z");
        assert_eq!(rfc3339(1_795_331_715_454), "2026-11-22T07:15:15.454Z");
        assert_eq!(rfc3339(-1), "1969-12-31T23:59:59.999Z");
        assert_eq!(rfc3339(4_107_542_399_999), "2100-02-28T23:59:59.999Z");
    }
}
