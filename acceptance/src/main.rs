//! `cargo run --profile load -p acceptance`: the whole service under load.
// The SDK's futures nest deeper than the compiler's default.
#![recursion_limit = "256"]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is what the person at the terminal reads"
)]

use std::process::ExitCode;

use acceptance::load;
use clap::Parser;

/// Fill the tables with sessions, keep the whole service busy, and say what it cost and whether it held.
#[derive(Parser)]
#[command(name = "load", version)]
struct CommandLine {
    #[command(flatten)]
    load: load::Args,
}

#[tokio::main]
async fn main() -> ExitCode {
    match measure(&CommandLine::parse().load).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(args: &load::Args) -> Result<(), String> {
    let report = load::run(args, &|line| eprintln!("{line}")).await?;
    print!("{}", report.markdown());
    if report.failures().is_empty() { Ok(()) } else { Err(report.failures().join("; ")) }
}
