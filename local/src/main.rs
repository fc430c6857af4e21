//! `cargo run -p local`: the whole service on one machine.
// The SDK's futures nest deeper than the compiler's default.
#![recursion_limit = "256"]

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    local::command_line::run().await
}
