//! Functions as nobody should write them. The test below is one when it is told to be, in a process of its own.
#![expect(clippy::print_stderr, reason = "this is how it leaks")]

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use login::Login;
use serde_json::Value;
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};
use wxsession::{
    Clock,
    env::{self, EnvError, Source},
    http::{Problem, Request, Response, Route},
    serve::{self, Function, HttpFunction},
    telemetry::{Level, Line, Log},
};

/// Names the way to leak.
pub(crate) const MODE: &str = "LEAK_SCAN_MODE";
/// The name of the test below.
pub(crate) const TEST: &str = "leaky_function::is_a_function_when_it_is_told_to_be";

/// Panics with what the client sent, at the edge that all our functions have.
struct Panics;

impl Panics {
    #[expect(clippy::unused_async, reason = "a handler's form")]
    async fn panic(&self, request: &Request, _: &mut Line) -> Result<Response, Problem> {
        panic!("cannot use {}", request.headers()["authorization"].to_str().unwrap_or_default());
    }
}

impl HttpFunction for Panics {
    const NAME: &'static str = "leaky";
    const ROUTES: &'static [Route<Self>] =
        &[Route::new("GET", "/session", |function, request, line| Box::pin(function.panic(request, line)))];

    fn from_env(_: &impl Source, _: Clock) -> Result<Self, EnvError> {
        Ok(Self)
    }
}

async fn answer(event: LambdaEvent<Value>) -> Result<Value, Error> {
    panic!("cannot use {}", event.payload["headers"]);
}

/// Our own login, with a subscriber that prints what libraries say.
async fn log_in_with(targets: Targets, log: Log) -> Result<(), Error> {
    tracing_subscriber::registry().with(targets).with(fmt::layer().with_ansi(false)).init();
    serve::events(<Login as Function>::from_env(&env::Process, Clock::system())?, log).await
}

async fn serve(mode: &str) -> Result<(), Error> {
    let log = Log::stdout("leaky", Level::Debug, Clock::system());
    let all = Targets::new().with_default(LevelFilter::TRACE);
    match mode {
        "subscriber" => log_in_with(all, log).await,
        "sdk" => log_in_with(Targets::new().with_target("aws", LevelFilter::TRACE), log).await,
        "environment" => {
            eprintln!("{:?}", std::env::vars_os());
            serve::events(Panics, log).await
        }
        "edge" => serve::events(Panics, log).await,
        _ => run(service_fn(answer)).await,
    }
}

#[test]
fn is_a_function_when_it_is_told_to_be() {
    let Some(mode) = std::env::var_os(MODE) else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(serve(&mode.to_string_lossy())).unwrap();
}
