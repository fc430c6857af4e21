//! The door: one way in for every function, from Lambda's Runtime API, from `local` and from the tests.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{
    Clock, config,
    env::{self, EnvError, Source},
    http::{Code, Problem, Request, Response, Route, route},
    telemetry::{Level, Line, Log},
};

/// What is deployed: its settings, and what it makes of an event.
pub trait Function: Sized + Send + Sync + 'static {
    /// Its name in the log and in metrics.
    const NAME: &'static str;
    /// The log's word for an event that was served.
    const SERVED: &'static str;
    /// What it is given.
    type Event: DeserializeOwned + Send + Sync;
    /// What it gives back.
    type Response: Serialize + Send;

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

    /// The caller's name of the request.
    fn request_id(event: &Self::Event) -> Option<&str>;

    /// Serves one event. Whatever fails leaves by `?`.
    fn serve(
        &self,
        event: &Self::Event,
        line: &mut Line,
    ) -> impl Future<Output = Result<Self::Response, Problem>> + Send;

    /// What a problem is outside, and the log's word for it.
    fn refuse(
        &self,
        event: &Self::Event,
        problem: &Problem,
        line: &mut Line,
    ) -> (Result<Self::Response, Diagnostic>, &'static str);
}

/// A function that serves HTTP requests, by its table of routes.
pub trait HttpFunction: Sized + Send + Sync + 'static {
    /// See [`Function::NAME`].
    const NAME: &'static str;
    /// What it serves; everything else is not found.
    const ROUTES: &'static [Route<Self>];

    /// See [`Function::from_env`].
    ///
    /// # Errors
    ///
    /// [`EnvError`] naming the variable.
    fn from_env(env: &impl Source, clock: Clock) -> Result<Self, EnvError>;

    /// See [`Function::prime`].
    fn prime(&self) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }
}

impl<F: HttpFunction> Function for F {
    const NAME: &'static str = F::NAME;
    const SERVED: &'static str = "ok";
    type Event = Request;
    type Response = Response;

    fn from_env(env: &impl Source, clock: Clock) -> Result<Self, EnvError> {
        <F as HttpFunction>::from_env(env, clock)
    }

    fn prime(&self) -> impl Future<Output = ()> + Send {
        HttpFunction::prime(self)
    }

    fn request_id(request: &Request) -> Option<&str> {
        request.request_id()
    }

    async fn serve(&self, request: &Request, line: &mut Line) -> Result<Response, Problem> {
        let response = route::serve(F::ROUTES, self, request, line).await?;
        line.put("status", response.status());
        Ok(response)
    }

    fn refuse(
        &self,
        _: &Request,
        problem: &Problem,
        line: &mut Line,
    ) -> (Result<Response, Diagnostic>, &'static str) {
        line.put("status", problem.code.status());
        (Ok(problem.response(line.request_id(), line.now())), problem.code.as_str())
    }
}

/// Serves one event and writes its line. A panic is an `internal` problem without any text of it.
///
/// # Errors
///
/// What Lambda reports as the function's error: [`WrongEvent`], or what the function makes of a problem.
pub async fn invoke<F: Function>(
    function: &F,
    log: &Log,
    event: Event<F::Event>,
    invocation_id: &str,
) -> Result<F::Response, Diagnostic> {
    let event = event.read(log)?;
    let mut line = log.request(F::request_id(&event).unwrap_or(invocation_id));
    let served = AssertUnwindSafe(function.serve(&event, &mut line)).catch_unwind().await;
    let problem = match served.unwrap_or_else(|_| Err(Problem::new(Code::Internal).because("panic"))) {
        Ok(response) => {
            line.end(F::SERVED);
            return Ok(response);
        }
        Err(problem) => problem,
    };
    problem.note_in(&mut line);
    if let Some(reason) = problem.reason {
        line.put("reason", reason);
    }
    let (refused, outcome) = function.refuse(&event, &problem, &mut line);
    line.end(outcome);
    refused
}

/// The same for whoever has the event as a JSON value: `local`, and tests.
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
    let event = serde_json::from_value(event).unwrap_or(Event(None));
    let response = invoke(function, log, event, invocation_id).await?;
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
    let settings = level.and_then(|_| Ok((config::reporting(env)?, F::from_env(env, clock)?)));
    let (reporting, function) = settings.map_err(|error| cannot_start(&log, &error))?;
    for one in config::adjusted(env) {
        let fields = [("name", one.name.into()), ("set", one.set.into()), ("used", one.used.into())];
        log.note(Level::Warn, "setting adjusted", fields.map(|(name, value)| (name.to_owned(), value)));
    }
    function.prime().await;
    events(function, log.reporting(reporting)).await
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
    let handler = |event: LambdaEvent<Event<F::Event>>| {
        Box::pin(async move { invoke(function, log, event.payload, &event.context.request_id).await })
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

impl<T> From<T> for Event<T> {
    fn from(event: T) -> Self {
        Self(Some(event))
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
