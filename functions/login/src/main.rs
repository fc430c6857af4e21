//! `POST /login` on Lambda: wires the environment to [`login::Login`].
// The SDK's futures nest deeper than the compiler's default.
#![recursion_limit = "256"]

use login::Login;
use wxsession::{
    Clock, config, env, serve,
    telemetry::{Level, Log},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let clock = Clock::system();
    let level = config::log_level(&env::Process).unwrap_or(Level::Info);
    let log = Log::stdout("login", level, clock.clone());
    let login =
        Login::from_env(&env::Process, clock).map_err(|error| serve::refuse_to_start(&log, &error))?;
    login.prime().await;
    serve::http(login, log).await
}
