//! `/sessions` and `DELETE /me` on Lambda: wires the environment to [`sessions::Sessions`].
// The SDK's futures nest deeper than the compiler's default.
#![recursion_limit = "256"]

use sessions::Sessions;
use wxsession::{
    Clock, config, env, serve,
    telemetry::{Level, Log},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let clock = Clock::system();
    let level = config::log_level(&env::Process).unwrap_or(Level::Info);
    let log = Log::stdout("sessions", level, clock.clone());
    let function =
        Sessions::from_env(&env::Process, clock).map_err(|error| serve::refuse_to_start(&log, &error))?;
    function.prime().await;
    serve::http(function, log).await
}
