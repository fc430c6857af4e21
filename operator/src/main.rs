//! `wxsession`: the operator's command line.
// The SDK's futures nest deeper than the compiler's default.
#![recursion_limit = "256"]

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    operator::command_line::run().await
}
