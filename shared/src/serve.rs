//! Binds a function to the Lambda Runtime API, and to whoever else has an event: the local gateway
//! and the tests call the same [`answer`].

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::{
    http::{Answer, Code, Problem, Request},
    telemetry::{Level, Line, Log},
};

/// A function that serves HTTP requests.
pub trait HttpFunction: Send + Sync {
    /// Serves one request; every refusal is a [`Problem`].
    fn handle(
        &self,
        request: &Request,
        line: &mut Line,
    ) -> impl Future<Output = Result<Answer, Problem>> + Send;
}

/// Serves one request and writes its line. A panic is an `internal` problem without any text of it.
pub async fn answer(
    function: &impl HttpFunction,
    log: &Log,
    request: &Request,
    invocation_id: &str,
) -> Answer {
    let request_id = request.request_id().unwrap_or(invocation_id);
    let mut line = log.request(request_id);
    let outcome = AssertUnwindSafe(function.handle(request, &mut line)).catch_unwind().await;
    let outcome = outcome.unwrap_or_else(|_| Err(Problem::new(Code::Internal).because("panic")));
    match outcome {
        Ok(answer) => {
            line.finish(answer.status(), None);
            answer
        }
        Err(problem) => {
            line.finish(problem.code.status(), Some(&problem));
            problem.answer(request_id)
        }
    }
}

/// Runs an HTTP function until Lambda ends the environment.
///
/// # Errors
///
/// When the Runtime API cannot be reached.
pub async fn http(function: impl HttpFunction, log: Log) -> Result<(), lambda_runtime::Error> {
    quiet_panics(log.clone());
    let (function, log) = (&function, &log);
    // On the heap: the runtime hands the future on from layer to layer, and the SDK's are large.
    let handler = |event: LambdaEvent<Event<Request>>| {
        Box::pin(async move {
            let request = event.payload.read(log)?;
            Ok::<_, WrongEvent>(answer(function, log, &request, &event.context.request_id).await)
        })
    };
    lambda_runtime::run(service_fn(handler)).await
}

/// The event is of another shape than those that the function serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an event of this function")]
pub struct WrongEvent;

impl From<WrongEvent> for Diagnostic {
    fn from(error: WrongEvent) -> Self {
        Self { error_type: "WrongEvent".to_owned(), error_message: error.to_string() }
    }
}

/// An event that was read, or could not be. Reading never fails here: the runtime would report what serde
/// says of a value of the wrong type, with the value and the names around it, to whoever invoked.
pub struct Event<T>(Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Event<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(T::deserialize(deserializer).ok()))
    }
}

impl<T> Event<T> {
    /// The event, or a line that says that there was none.
    ///
    /// # Errors
    ///
    /// [`WrongEvent`].
    pub fn read(self, log: &Log) -> Result<T, WrongEvent> {
        self.0.ok_or_else(|| {
            log.note(Level::Error, "not an event of this function", Map::new());
            WrongEvent
        })
    }
}

/// A panic's message can quote anything, so only its place is printed.
pub fn quiet_panics(log: Log) {
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(|at| format!("{}:{}", at.file(), at.line()));
        let fields = Map::from_iter([("place".to_owned(), Value::from(place))]);
        log.note(Level::Error, "panic", fields);
    }));
}

/// Says why a function cannot start, and ends it.
#[must_use]
pub fn refuse_to_start(log: &Log, error: &crate::env::EnvError) -> lambda_runtime::Error {
    let fields = Map::from_iter([("cause".to_owned(), Value::from(error.to_string()))]);
    log.note(Level::Error, "cannot start", fields);
    error.to_string().into()
}
