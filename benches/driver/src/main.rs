//! `driver PLAN.json`: runs what the plan names, in turn, and appends each run's figures to the plan's results.
//!
//! - `plan`: what is to be run
//! - `runtime_api`: hands events to a function and times them
//! - `stand_ins`, `table`, `records`, `certificates`: what the function calls
//! - `process`: the function's process and what the kernel says of it
//! - `run`, `count`, `web`: a timed run, a counted run, a web server
//! - `result`: the figures

use std::error::Error;
use std::fs::OpenOptions;
use std::io::{Write, stderr};

mod certificates;
mod count;
mod http;
mod plan;
mod process;
mod records;
mod result;
mod run;
mod runtime_api;
mod session;
mod stand_ins;
mod table;
mod web;

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("usage: driver PLAN.json")?;
    let plan: plan::Plan = serde_json::from_slice(&std::fs::read(file)?)?;
    process::pin_ours()?;
    let tls = plan.tls.as_deref().map(certificates::server).transpose()?;
    let (stand_ins, addresses) = stand_ins::StandIns::start(tls.as_ref())?;
    let logs = plan.results.with_extension("logs");
    std::fs::create_dir_all(&logs)?;
    let room = run::Room { stand_ins, addresses, logs, share: plan.share };
    let mut results = OpenOptions::new().create(true).append(true).open(&plan.results)?;
    let failures = session::run(&plan, &room, &mut results, &mut stderr())?;
    results.flush()?;
    if failures > 0 { Err(format!("{failures} runs failed").into()) } else { Ok(()) }
}
