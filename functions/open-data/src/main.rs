//! The routes that need WeChat's `session_key` or access token, on Lambda: wires the environment to
//! [`open_data::OpenData`].
// The SDK's futures nest deeper than the compiler's default.
#![recursion_limit = "256"]

use open_data::OpenData;
use wxsession::{
    Clock, config, env, serve,
    telemetry::{Level, Log},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let clock = Clock::system();
    let level = config::log_level(&env::Process).unwrap_or(Level::Info);
    let log = Log::stdout("open-data", level, clock.clone());
    let function =
        OpenData::from_env(&env::Process, clock).map_err(|error| serve::refuse_to_start(&log, &error))?;
    function.prime().await;
    serve::http(function, log).await
}
