//! The minutes under load.

use std::{collections::BTreeMap, pin::pin, sync::Arc, time::Duration};

use aws_emulator::dynamodb::TableSize;

use super::{
    Lanes, Plan, Progress, Report, Stage,
    ask::Crew,
    lanes::{Cpu, used},
    pace::{Pace, Schedule},
    sampler::{Lines, Sample, Sampler},
    tally::Tally,
};

/// Finding out what can be reached asks with this many connections: enough to keep two cores busy.
const PROBE_CONNECTIONS: u32 = 16;
/// The share of what can be reached that is tried first.
const HELD_SHARE: f64 = 0.75;
/// The share of a rate that did not hold which is tried next, so many times.
const NEXT_SHARE: f64 = 0.8;
const TRIES: u32 = 4;
/// Seconds between lines of progress.
const TELL_EVERY: u64 = 5;

/// What a run gave.
pub(super) struct Measured {
    pub(super) plan: Plan,
    /// Requests a second that were to be sent.
    pub(super) rate: f64,
    /// Requests a second that the probe reached, when there was one.
    pub(super) reached: Option<f64>,
    pub(super) tally: Tally,
    pub(super) seconds: f64,
    pub(super) calls: BTreeMap<String, u64>,
    pub(super) lines: Lines,
    pub(super) samples: Vec<Sample>,
    pub(super) cpu: Cpu,
    /// By table: how many items there are, and how many there should be.
    pub(super) rows: BTreeMap<String, (u64, u64)>,
    /// By table: what an item takes, as DynamoDB counts it.
    pub(super) item_bytes: BTreeMap<String, u64>,
    /// Logins so far, those of the probe included.
    pub(super) logins: u32,
}

/// Keeps the service busy as planned. A rate that was found and not given is lowered until it holds.
pub async fn under_load(stage: &Stage, lanes: &Lanes, plan: &Plan, progress: &Progress) -> Report {
    let (reached, mut logins) = probe(stage, lanes, plan, progress).await;
    let mut rate = plan.rate.unwrap_or((reached * HELD_SHARE).max(1.0).floor());
    let mut tries = TRIES;
    loop {
        let mut measured = hold(stage, lanes, plan, Start { rate, logins }, progress).await;
        measured.reached = plan.rate.is_none().then_some(reached);
        logins = measured.logins;
        let report = Report::of(measured);
        tries -= 1;
        if plan.rate.is_some() || tries == 0 || !report.only_the_rate_failed() {
            return report;
        }
        progress(&format!("{rate:.0} requests/s did not hold"));
        rate = (rate * NEXT_SHARE).floor();
    }
}

/// What a run starts from.
#[derive(Clone, Copy)]
struct Start {
    rate: f64,
    logins: u32,
}

async fn hold(stage: &Stage, lanes: &Lanes, plan: &Plan, start: Start, progress: &Progress) -> Measured {
    let Start { rate, logins } = start;
    let crew = Arc::new(Crew::new(stage, plan.mix, false, logins));
    let pace = Pace::PerSecond(rate);
    // Other requests than the probe's, and than those of a rate that did not hold.
    let first_ticket = (u64::from(logins) + 1) << 40;
    let schedule = Schedule { pace, lasts: plan.lasts, connections: plan.connections, first_ticket };
    progress(&format!("holding {rate:.0} requests/s for {:.1} minutes", plan.lasts.as_secs_f64() / 60.0));
    let mut sampler = Sampler::start(stage);
    let before = lanes.cpu();
    {
        let mut running = pin!(schedule.run(&crew, lanes.clients()));
        let mut ticks = tokio::time::interval(Duration::from_secs(1));
        loop {
            tokio::select! {
                () = &mut running => break,
                _ = ticks.tick() => {
                    sampler.look();
                    tell(&sampler, &crew, plan, progress);
                }
            }
        }
    }
    let seconds = sampler.elapsed().as_secs_f64();
    let cpu = used(&before, &lanes.cpu());
    sampler.look();
    let held = stage.service.dynamodb.items().sizes().unwrap_or_default();
    let rows = rows(stage, &held, &crew);
    let item_bytes =
        held.iter().map(|(table, size)| (table.clone(), size.bytes / size.items.max(1))).collect();
    let (calls, logged, looks) = (sampler.calls, sampler.lines, sampler.samples);
    let logins = crew.logins();
    let tally = std::mem::take(&mut *crew.tally());
    Measured {
        plan: *plan,
        rate,
        reached: None,
        tally,
        seconds,
        calls,
        lines: logged,
        samples: looks,
        cpu,
        rows,
        item_bytes,
        logins,
    }
}

/// How many requests a second can be reached, and how many of them were logins. Nothing is judged here.
async fn probe(stage: &Stage, lanes: &Lanes, plan: &Plan, progress: &Progress) -> (f64, u32) {
    let crew = Arc::new(Crew::new(stage, plan.mix, false, 0));
    let connections = PROBE_CONNECTIONS.min(plan.connections);
    let schedule = Schedule { pace: Pace::Closed, lasts: plan.probe, connections, first_ticket: 0 };
    progress(&format!("asking as fast as it goes for {:.0} s", plan.probe.as_secs_f64()));
    let mut sampler = Sampler::start(stage);
    schedule.run(&crew, lanes.clients()).await;
    sampler.look();
    let reached = per_second(crew.tally().requests(), sampler.elapsed());
    progress(&format!("reached {reached:.0} requests/s, {} errors", crew.tally().errors()));
    (reached, crew.logins())
}

fn tell(sampler: &Sampler<'_>, crew: &Crew, plan: &Plan, progress: &Progress) {
    let seconds = sampler.elapsed().as_secs();
    if !seconds.is_multiple_of(TELL_EVERY) || seconds == 0 {
        return;
    }
    let mut tally = crew.tally();
    let now = sampler.samples.last().copied().unwrap_or_default();
    progress(&format!(
        "{seconds:>4} of {:.0} s: {} requests, {:.0}/s, {} errors, {}, memory {} MiB, {} MiB of it tables",
        plan.lasts.as_secs_f64(),
        tally.requests(),
        per_second(tally.requests(), sampler.elapsed()),
        tally.errors(),
        tally.lately(),
        now.resident >> 20,
        now.tables >> 20,
    ));
}

#[expect(clippy::cast_precision_loss, reason = "a run has far fewer than 2^52 requests")]
pub(super) fn per_second(count: u64, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64().max(0.001)
}

/// Every login leaves one session, and that of a newcomer one user: no more rows, and no fewer.
fn rows(stage: &Stage, held: &BTreeMap<String, TableSize>, crew: &Crew) -> BTreeMap<String, (u64, u64)> {
    let logins = crew.logins();
    let expected = |table: &str| {
        let more = if table == "UsersTable" { crew.newcomers(logins) } else { logins };
        stage.held.get(table).map_or(0, |before| before.items) + u64::from(more)
    };
    held.iter().map(|(table, size)| (table.clone(), (size.items, expected(table)))).collect()
}
