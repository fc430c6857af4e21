//! The custom authorizer on Lambda: wires the environment to [`authorizer::Authorizer`].
// The SDK's futures nest deeper than the compiler's default.
#![recursion_limit = "256"]

use authorizer::{Authorizer, CannotTell, Event};
use lambda_runtime::{LambdaEvent, run, service_fn};
use wxsession::{
    Clock, config, env, serve,
    telemetry::{Level, Log},
};

// docs/adr/0013-mimalloc.md
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let clock = Clock::system();
    let level = config::log_level(&env::Process).unwrap_or(Level::Info);
    let log = Log::stdout("authorizer", level, clock.clone());
    let authorizer =
        Authorizer::from_env(&env::Process, clock).map_err(|error| serve::refuse_to_start(&log, &error))?;
    authorizer.prime().await;
    serve::quiet_panics(log.clone());
    let (authorizer, log) = (&authorizer, &log);
    // On the heap: the runtime hands the future on from layer to layer, and the SDK's are large.
    let handler = |event: LambdaEvent<serve::Event<Event>>| {
        Box::pin(async move {
            let asked = event.payload.read(log).map_err(|_| CannotTell::Event)?;
            authorizer.answer(log, &asked, &event.context.request_id).await
        })
    };
    run(service_fn(handler)).await
}
