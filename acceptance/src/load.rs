//! `cargo run --profile load -p acceptance --`: many sessions, many requests, and what each of them cost.
//!
//! The whole service runs in this process, as always, and is asked through its sockets. Three parts follow each other:
//! the tables are filled; requests come at a fixed rate for some minutes, every answer is checked, and memory is
//! watched; and two services, one with a thousand sessions and one with all of them, take turns at the same rate, so
//! that the cost of a request can be compared.
//!
//! - `plan`: what is asked for; `population`: users and sessions that need not be remembered
//! - `seed`: filling the tables; `stage`: a service with a population in its tables
//! - `ask`: one request, and whether its answer is right; `pace`: when requests are sent
//! - `tally`: answers counted and timed; `sampler`: what is looked at every second; `heap`: memory allocated
//! - `lanes`: which thread does what, and the CPU time of each
//! - `run`: the minutes under load; `compare`: a small table and a large one in turns
//! - `report`: figures and verdicts as Markdown

mod ask;
mod compare;
mod heap;
mod lanes;
mod pace;
mod plan;
mod population;
mod report;
mod run;
mod sampler;
mod seed;
mod stage;
mod tally;

pub use self::lanes::Lanes;
pub use self::plan::{Args, Mix, Plan};
pub use self::report::Report;
pub use self::run::under_load;
pub use self::stage::Stage;

/// Where lines about the progress go.
pub type Progress = dyn Fn(&str) + Send + Sync;

/// Does what the command line says.
///
/// # Errors
///
/// When the service does not start or its tables cannot be filled. What goes wrong under load is in the report.
pub async fn run(args: &Args, progress: &Progress) -> Result<Report, String> {
    let plan = args.plan();
    let lanes = Lanes::start().map_err(|error| error.to_string())?;
    let stage = Stage::open(plan.sessions, &lanes, progress).await?;
    let mut report = under_load(&stage, &lanes, &plan, progress).await;
    if plan.compare_seconds > 0 {
        let small = Stage::open(population::SMALL.min(plan.sessions), &lanes, progress).await?;
        report.compared(compare::in_turns(&small, &stage, &lanes, &report.paced(&plan), progress).await);
        small.close().await;
    }
    stage.close().await;
    if let Some(file) = args.figures() {
        std::fs::write(file, format!("{:#}\n", report.figures())).map_err(|error| error.to_string())?;
    }
    Ok(report)
}
