//! How this process calls a Lambda function: JSON event in, JSON answer or function error out.
//!
//! The same two outcomes AWS Lambda knows. Wiring a real handler to [`Invoke`] is the caller's job; the gateway
//! does not care whether the function runs in this process or in another one.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde::de::IgnoredAny;
use serde_json::Value;

/// What a function is called with: a JSON text, which reaches it as it was sent. What a reader makes of a member that is
/// there twice, or of half a surrogate pair, is the function's own affair, as on Lambda.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event(Arc<str>);

impl Event {
    /// The text, if it is JSON.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?;
        serde_json::from_str::<IgnoredAny>(text).ok()?;
        Some(Self(text.into()))
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// What it says; `null` when serde's values cannot hold it.
    #[must_use]
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.0).unwrap_or_default()
    }
}

impl From<Value> for Event {
    fn from(value: Value) -> Self {
        Self(value.to_string().into())
    }
}

/// What Lambda reports when a function fails instead of answering.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvokeError {
    /// `errorType` of the report, such as `Unauthorized` or `Sandbox.Timedout`.
    pub error_type: String,
    /// `errorMessage` of the report. API Gateway reads this one: `Unauthorized` from an authorizer means 401.
    pub message: String,
}

impl InvokeError {
    /// A function error of this type with this message.
    pub fn new(error_type: impl Into<String>, message: impl Into<String>) -> Self {
        Self { error_type: error_type.into(), message: message.into() }
    }
}

impl fmt::Display for InvokeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.error_type, self.message)
    }
}

impl std::error::Error for InvokeError {}

/// The pending answer of one call.
pub type Invocation = Pin<Box<dyn Future<Output = Result<Value, InvokeError>> + Send>>;

/// One function, callable any number of times at once.
pub type Invoke = Arc<dyn Fn(Event) -> Invocation + Send + Sync>;

/// Turns an async function into an [`Invoke`].
pub fn invoke_with<F, Answer>(function: F) -> Invoke
where
    F: Fn(Event) -> Answer + Send + Sync + 'static,
    Answer: Future<Output = Result<Value, InvokeError>> + Send + 'static,
{
    Arc::new(move |event| Box::pin(function(event)))
}
