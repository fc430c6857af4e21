//! The door: one way in for every function, from Lambda's Runtime API, from `local` and from the tests.

#[cfg(feature = "http")]
mod http;

use std::{panic::AssertUnwindSafe, pin::pin, time::Duration};

use futures_util::FutureExt;
use lambda_runtime::{Context, Diagnostic, LambdaEvent, service_fn};
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

#[cfg(feature = "http")]
pub use self::http::HttpFunction;
use crate::{
    Clock, config,
    env::{self, EnvError, Source},
    http::{Code, Problem},
    telemetry::{Level, Line, Log},
};

/// What is deployed: its settings, and what it makes of an event.
pub trait Function: Sized + Send + Sync + 'static {
    /// Its name in the log and in metrics.
    const NAME: &'static str;
    /// What it is given.
    type Event: DeserializeOwned + Send;

    /// Reads the settings and builds the clients, once per environment.
    ///
    /// # Errors
    ///
    /// [`EnvError`] naming the variable.
    fn from_env(env: &impl Source, clock: Clock) -> Result<Self, EnvError>;

    /// Opens connections before the first event, while start-up runs at full speed. A failure is left to that event.
    fn prime(&self) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }

    /// Answers one event, within [`guarded`], and ends its line.
    ///
    /// # Errors
    ///
    /// What Lambda reports as the function's error.
    fn answer(
        &self,
        event: Self::Event,
        context: Context,
        line: Line,
    ) -> impl Future<Output = Result<impl Serialize + Send, Diagnostic>> + Send;
}

/// Waits for a function's work, in time, and takes what no handler sees: a panic is an `internal` problem without any text
/// of it, and the end of the time is "cannot tell". What a problem has for the log is in the line then.
///
/// # Errors
///
/// The work's, and these two.
pub async fn guarded<T>(
    line: &mut Line,
    work: impl AsyncFnOnce(&mut Line) -> Result<T, Problem>,
) -> Result<T, Problem> {
    let deadline = line.deadline();
    let done = {
        // Where it is: the futures of the SDK are large, and each hand that they go through would copy them.
        let work = pin!(AssertUnwindSafe(work(line)).catch_unwind());
        match deadline {
            Some(deadline) => tokio::time::timeout_at(deadline.into(), work).await.ok(),
            None => Some(work.await),
        }
    };
    let outcome = match done {
        Some(outcome) => outcome.unwrap_or_else(|_| Err(Problem::new(Code::Internal).because("panic"))),
        None => Err(out_of_time(line)),
    };
    if let Err(problem) = &outcome {
        problem.note_in(line);
        if let Some(reason) = problem.reason {
            line.put("reason", reason);
        }
    }
    outcome
}

fn out_of_time(line: &Line) -> Problem {
    let code = if line.waits_for() == Some("wechat_ms") {
        Code::UpstreamUnavailable
    } else {
        Code::StoreUnavailable
    };
    Problem::new(code).because("out_of_time")
}

/// Answers one event.
///
/// # Errors
///
/// What Lambda reports as the function's error: [`WrongEvent`], or what the function makes of a problem.
pub async fn invoke<F: Function>(
    function: &F,
    log: &Log,
    event: LambdaEvent<Event<F::Event>>,
) -> Result<impl Serialize, Diagnostic> {
    let LambdaEvent { payload, context } = event;
    let event = payload.read(log)?;
    let mut line = log.request(&context.request_id);
    line.ends_at(context.deadline);
    function.answer(event, context, line).await
}

/// The same for whoever has the event as a JSON value, with a name for the invocation and no limit to its time.
///
/// # Errors
///
/// As [`invoke`].
pub async fn invoke_json<F: Function>(
    function: &F,
    log: &Log,
    event: Value,
    invocation_id: &str,
) -> Result<Value, Diagnostic> {
    invoke_json_within(function, log, event, invocation_id, None).await
}

/// The same with the function's limit.
///
/// # Errors
///
/// As [`invoke`].
pub async fn invoke_json_within<F: Function>(
    function: &F,
    log: &Log,
    event: Value,
    invocation_id: &str,
    limit: Option<Duration>,
) -> Result<Value, Diagnostic> {
    let event = serde_json::from_value(event).unwrap_or(Event(None));
    invoke_read(function, log, event, invocation_id, limit).await
}

/// The same with the event's text, read as Lambda's runtime reads it.
///
/// # Errors
///
/// As [`invoke`].
pub async fn invoke_text_within<F: Function>(
    function: &F,
    log: &Log,
    event: &str,
    invocation_id: &str,
    limit: Option<Duration>,
) -> Result<Value, Diagnostic> {
    let mut reader = serde_json::Deserializer::from_str(event);
    let event = Event::deserialize(&mut reader).unwrap_or(Event(None));
    invoke_read(function, log, event, invocation_id, limit).await
}

async fn invoke_read<F: Function>(
    function: &F,
    log: &Log,
    event: Event<F::Event>,
    invocation_id: &str,
    limit: Option<Duration>,
) -> Result<Value, Diagnostic> {
    let mut context = Context::default();
    invocation_id.clone_into(&mut context.request_id);
    context.deadline = limit.map_or(0, |limit| log.unix_millis_after(limit));
    let response = invoke(function, log, LambdaEvent::new(event, context)).await?;
    Ok(serde_json::to_value(response).unwrap_or_default())
}

/// Runs a function until Lambda ends the environment.
///
/// # Errors
///
/// When a setting is wrong, and when the Runtime API cannot be reached.
pub async fn run<F: Function>() -> Result<(), lambda_runtime::Error> {
    let (env, clock) = (&env::Process, Clock::system());
    let level = config::log_level(env);
    let log = Log::stdout(F::NAME, *level.as_ref().unwrap_or(&Level::Info), clock.clone());
    let settings = level.and_then(|_| Ok((logging(&log, env)?, F::from_env(env, clock)?)));
    let (log, function) = settings.map_err(|error| cannot_start(&log, &error))?;
    for one in config::adjusted(env) {
        let fields = [("name", one.name.into()), ("set", one.set.into()), ("used", one.used.into())];
        log.note(Level::Warn, "setting adjusted", fields.map(|(name, value)| (name.to_owned(), value)));
    }
    function.prime().await;
    events(function, log).await
}

fn logging(log: &Log, env: &impl Source) -> Result<Log, EnvError> {
    Ok(log.clone().reporting(config::reporting(env)?).with_source(config::source_address(env)?))
}

/// Serves what the Runtime API has, with a function that is ready.
///
/// # Errors
///
/// When the Runtime API cannot be reached.
pub async fn events<F: Function>(function: F, log: Log) -> Result<(), lambda_runtime::Error> {
    quiet_panics(log.clone());
    let (function, log) = (&function, &log);
    // On the heap: the runtime hands the future on from layer to layer, and the SDK's are large.
    let handler =
        |event: LambdaEvent<Event<F::Event>>| Box::pin(async move { invoke(function, log, event).await });
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
    fn read(self, log: &Log) -> Result<T, WrongEvent> {
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

fn cannot_start(log: &Log, error: &EnvError) -> lambda_runtime::Error {
    let fields = Map::from_iter([("cause".to_owned(), Value::from(error.to_string()))]);
    log.note(Level::Error, "cannot start", fields);
    error.to_string().into()
}
