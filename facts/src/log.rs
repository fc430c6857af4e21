//! The words of the log: fields of the request line, reasons, audit events, metrics. `docs/operations.md` follows by
//! `cargo xtask generate`, `docs/zh/operations.md` by hand; a test build refuses to write a word that stands in no table here.

mod audits;
mod fields;
mod metrics;
mod reasons;

pub use audits::AUDITS;
pub use fields::FIELDS;
pub use metrics::METRICS;
pub use reasons::{BACKEND_FORMS, FORMS, REASONS, WECHAT_FORMS};

/// A member of the request line, or several that go together.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Their names.
    pub names: &'static [&'static str],
    /// What it holds.
    pub holds: &'static str,
    /// What it means that it is missing, or null.
    pub missing: &'static str,
}

/// Words of the field `reason` that have one meaning.
#[derive(Clone, Copy, Debug)]
pub struct Reason {
    /// The words.
    pub words: &'static [&'static str],
    /// What they mean.
    pub means: &'static str,
}

/// Words for what is wrong with a request.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// The words.
    pub words: &'static [&'static str],
    /// What the request should have.
    pub means: &'static str,
    /// The same in Chinese.
    pub chinese: &'static str,
}

/// An audit event.
#[derive(Clone, Copy, Debug)]
pub struct Audit {
    /// Its name.
    pub event: &'static str,
    /// When it is written.
    pub when: &'static str,
    /// What it has besides what every audit event has.
    pub fields: &'static str,
}

/// Which deployments send a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// All of them, in each line of its kind.
    Always,
    /// All of them, when it happens: a metric is paid for by the hour in which it is sent.
    When,
    /// Those whose parameter `Metrics` is `full`.
    Full,
}

/// A custom metric.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name in the namespace `WxSession`.
    pub name: &'static str,
    /// Who sends it.
    pub sent: Sent,
    /// What it counts or measures.
    pub counts: &'static str,
}

/// Whether a field may be written.
#[must_use]
pub fn has_field(name: &str) -> bool {
    FIELDS.iter().any(|field| field.names.contains(&name)) || METRICS.iter().any(|metric| metric.name == name)
}

/// Whether a reason may be written.
#[must_use]
pub fn has_reason(word: &str) -> bool {
    REASONS.iter().chain(FORMS).any(|reason| reason.words.contains(&word))
        || BACKEND_FORMS.iter().chain(WECHAT_FORMS).any(|form| form.words.contains(&word))
}

/// Whether an audit event may be written.
#[must_use]
pub fn has_event(name: &str) -> bool {
    AUDITS.iter().any(|audit| audit.event == name)
}
