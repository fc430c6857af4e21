//! One arrow of the diagram.

use serde::Serialize;
use serde_json::Value;

/// Who takes part, from left to right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Lane {
    /// The Mini Program and the WeChat client around it.
    Phone,
    /// API Gateway.
    Gateway,
    /// The function that decides who may go on.
    Authorizer,
    /// The function behind the route.
    Function,
    /// WeChat's servers.
    #[serde(rename = "wechat")]
    WeChat,
    /// The two tables.
    #[serde(rename = "dynamodb")]
    DynamoDb,
}

/// What an arrow means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// A question.
    Call,
    /// Its answer.
    Answer,
    /// An answer that something went wrong.
    Failure,
}

/// One arrow. Nothing in it is secret.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Arrow {
    /// Counts arrows.
    pub(super) number: u64,
    /// The request it belongs to; `None` when nobody knows.
    pub(super) request: Option<String>,
    /// Several requests were under way, and this one is the likeliest.
    pub(super) is_guess: bool,
    pub(super) from: Lane,
    /// The same as `from` for something that happens within.
    pub(super) to: Lane,
    pub(super) kind: Kind,
    /// In a few words.
    pub(super) text: String,
    /// What goes along it.
    pub(super) detail: Value,
    /// Of an answer: how long it took.
    pub(super) duration_ms: Option<f64>,
    /// Unix seconds of the service's clock.
    pub(super) at: i64,
}

impl Arrow {
    /// A question from one to another.
    pub(super) fn call(from: Lane, to: Lane, text: impl Into<String>, detail: Value) -> Self {
        Self {
            number: 0,
            request: None,
            is_guess: false,
            from,
            to,
            kind: Kind::Call,
            text: text.into(),
            detail,
            duration_ms: None,
            at: 0,
        }
    }

    /// An answer, or a failure.
    pub(super) fn answer(from: Lane, to: Lane, text: impl Into<String>, detail: Value) -> Self {
        Self { kind: Kind::Answer, ..Self::call(from, to, text, detail) }
    }

    /// After so long.
    pub(super) fn took(self, duration_ms: f64) -> Self {
        Self { duration_ms: Some(duration_ms), ..self }
    }

    /// It went wrong, if so.
    pub(super) fn failed(self, is_failure: bool) -> Self {
        if is_failure { Self { kind: Kind::Failure, ..self } } else { self }
    }
}
