//! All runs of a plan: within a round the variants run one after another, and each round starts with another one, so
//! that what the machine does meanwhile falls on all of them alike.

use std::io::{self, Write};

use crate::plan::{Mode, Plan, Variant};
use crate::result::Timed;
use crate::run::{Extent, Room};

/// Runs the plan; the number of runs that failed. A variant that fails is not run again.
pub(crate) fn run(
    plan: &Plan,
    room: &Room,
    results: &mut impl Write,
    progress: &mut impl Write,
) -> io::Result<usize> {
    let mut failed = vec![false; plan.variants.len()];
    let all = plan.rounds * plan.variants.len();
    let mut done = 0;
    for round in 0..plan.rounds {
        for place in 0..plan.variants.len() {
            let index = (place + round) % plan.variants.len();
            let variant = &plan.variants[index];
            done += 1;
            if failed[index] {
                continue;
            }
            let outcome = one(plan, room, variant, round);
            failed[index] = outcome.is_err();
            match outcome {
                Ok((line, summary)) => {
                    writeln!(results, "{line}")?;
                    writeln!(progress, "[{done}/{all}] {:24} {summary}", variant.name)?;
                }
                Err(wrong) => writeln!(progress, "[{done}/{all}] FAILED {wrong}")?,
            }
        }
    }
    Ok(failed.into_iter().filter(|failed| *failed).count())
}

fn one(plan: &Plan, room: &Room, variant: &Variant, round: usize) -> Result<(String, String), String> {
    if plan.mode == Mode::Count {
        let counted = room.count(variant, round, plan.warm_up, plan.events)?;
        let summary =
            format!("cold {} warm {} instructions", counted.cold_instructions, counted.warm_instructions);
        return Ok((line(&counted)?, summary));
    }
    let extent = Extent { warm_up: plan.warm_up, events: plan.events };
    let timed = match &variant.web {
        Some(web) => room.ask(variant, web, extent)?,
        None => Timed::of(&room.run(variant, extent, &[])?, extent)?,
    };
    let timed = Timed { variant: variant.name.clone(), round, share: plan.share, ..timed };
    let summary =
        format!("cold {:.2} ms, warm p50 {:.0} us, CPU {:.0} us", timed.cold_ms, timed.p50_us, timed.cpu_us);
    Ok((line(&timed)?, summary))
}

fn line(result: &impl serde::Serialize) -> Result<String, String> {
    serde_json::to_string(result).map_err(|error| error.to_string())
}
