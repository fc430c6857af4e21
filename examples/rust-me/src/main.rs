//! `GET /me` on Lambda: wires the environment to [`rust_me::Me`].
// The SDK's futures nest deeper than the compiler's default.
#![recursion_limit = "256"]

use rust_me::Me;
use wxsession::{
    Clock, config, env, serve,
    telemetry::{Level, Log},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let level = config::log_level(&env::Process);
    let log = Log::stdout("me", *level.as_ref().unwrap_or(&Level::Info), Clock::system());
    level.map_err(|error| serve::refuse_to_start(&log, &error))?;
    serve::http(Me, log).await
}
