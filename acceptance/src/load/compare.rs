//! A small table and a large one in turns, at the same rate, with the same work: what a request costs in each.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use super::{
    Lanes, Progress, Stage,
    ask::Crew,
    lanes::{CLIENTS, Cpu, DYNAMODB, used},
    pace::{Pace, Schedule},
    plan::Mix,
    sampler::Sampler,
    tally::Class,
};

/// Each size has four turns, and neither is always first: a machine that slows down does so for both.
const TURNS: [bool; 8] = [false, true, true, false, false, true, true, false];
/// Seconds of each turn before anything is counted.
const WARM_UP: Duration = Duration::from_secs(2);

/// At what rate, and for how long each turn.
pub(super) struct Turns {
    pub(super) rate: f64,
    pub(super) seconds: u64,
    pub(super) connections: u32,
    pub(super) mix: Mix,
    /// Logins that the large one has seen.
    pub(super) logins: u32,
}

/// What the turns of one size add up to.
#[derive(Default)]
pub(super) struct Side {
    pub(super) sessions: u32,
    cpu: Cpu,
    counts: [u64; 5],
    dynamodb_calls: u64,
    /// What was wrong, and how often.
    pub(super) wrong: BTreeMap<String, u64>,
    /// CPU microseconds of the functions per request, turn by turn.
    pub(super) turns: Vec<f64>,
    logins: u32,
    tickets: u64,
}

/// Both sizes.
pub(super) struct Compared {
    pub(super) rate: f64,
    pub(super) small: Side,
    pub(super) large: Side,
}

impl Compared {
    /// How many times the functions' cost of a request is with the large table what it is with the small one.
    pub(super) fn ratio(&self) -> f64 {
        let both = [&self.small, &self.large];
        self.large.functions(both) / self.small.functions(both)
    }
}

pub(super) async fn in_turns(
    small: &Stage,
    large: &Stage,
    lanes: &Lanes,
    turns: &Turns,
    progress: &Progress,
) -> Compared {
    let side = |stage: &Stage, logins| Side { sessions: stage.population.size, logins, ..Side::default() };
    let (mut few, mut many) = (side(small, 0), side(large, turns.logins));
    for (nth, is_large) in TURNS.into_iter().enumerate() {
        let (stage, side) = if is_large { (large, &mut many) } else { (small, &mut few) };
        turn(stage, side, lanes, turns).await;
        progress(&format!(
            "turn {} of {}: {} sessions, {:.0} us of the functions' CPU time per request",
            nth + 1,
            TURNS.len(),
            side.sessions,
            side.turns.last().copied().unwrap_or(0.0),
        ));
    }
    Compared { rate: turns.rate, small: few, large: many }
}

async fn turn(stage: &Stage, side: &mut Side, lanes: &Lanes, turns: &Turns) {
    side.work(stage, lanes, turns, WARM_UP).await;
    let mut sampler = Sampler::start(stage);
    let before = lanes.cpu();
    let counts = side.work(stage, lanes, turns, Duration::from_secs(turns.seconds)).await;
    let cpu = used(&before, &lanes.cpu());
    sampler.look();
    side.dynamodb_calls += sampler.calls.values().sum::<u64>();
    let functions: u64 = super::lanes::FUNCTIONS.iter().filter_map(|name| cpu.get(name)).sum();
    side.turns.push(microseconds(functions, counts.iter().sum()));
    for (name, nanoseconds) in cpu {
        *side.cpu.entry(name).or_default() += nanoseconds;
    }
    for (sum, count) in side.counts.iter_mut().zip(counts) {
        *sum += count;
    }
}

impl Side {
    /// Sends requests for some time; gives how many of each class.
    async fn work(&mut self, stage: &Stage, lanes: &Lanes, turns: &Turns, lasts: Duration) -> [u64; 5] {
        let crew = Arc::new(Crew::new(stage, turns.mix, true, self.logins));
        let schedule = Schedule {
            pace: Pace::PerSecond(turns.rate),
            lasts,
            connections: turns.connections,
            first_ticket: self.tickets,
        };
        schedule.run(&crew, lanes.clients()).await;
        self.logins = crew.logins();
        let tally = crew.tally();
        self.tickets += tally.requests();
        for (what, count) in tally.what_was_wrong() {
            *self.wrong.entry(what.clone()).or_default() += count;
        }
        Class::ALL.map(|class| tally.count(class))
    }

    fn count(&self, classes: &[Class]) -> u64 {
        let counted = Class::ALL.into_iter().zip(self.counts);
        counted.filter(|(class, _)| classes.contains(class)).map(|(_, count)| count).sum()
    }

    /// CPU microseconds of a lane for each request that it served.
    pub(super) fn per_request(&self, lane: &str) -> f64 {
        microseconds(self.cpu.get(lane).copied().unwrap_or(0), self.count(served_by(lane)))
    }

    /// The same of all functions, for each request of the mix. A hundred requests more or less of the dearest class
    /// must not look like a difference, so each size's cost of a class is weighed with what both served of it.
    pub(super) fn functions(&self, both: [&Self; 2]) -> f64 {
        let served = |lane| both.iter().map(|side| side.count(served_by(lane))).sum::<u64>();
        let requests: u64 = both.iter().map(|side| side.requests()).sum();
        let lanes = super::lanes::FUNCTIONS.into_iter();
        lanes.map(|lane| self.per_request(lane) * share(served(lane), requests)).sum()
    }

    /// The same of everything but the clients.
    pub(super) fn service(&self) -> f64 {
        let lanes = self.cpu.iter().filter(|(name, _)| **name != CLIENTS);
        microseconds(lanes.map(|(_, nanoseconds)| nanoseconds).sum(), self.requests())
    }

    /// CPU microseconds of the tables and their proxy for each call of theirs.
    pub(super) fn per_dynamodb_call(&self) -> f64 {
        microseconds(self.cpu.get(DYNAMODB).copied().unwrap_or(0), self.dynamodb_calls)
    }

    pub(super) fn dynamodb_calls_per_request(&self) -> f64 {
        share(self.dynamodb_calls, self.requests())
    }

    pub(super) fn requests(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// The classes of request that call a function.
fn served_by(lane: &str) -> &'static [Class] {
    match lane {
        "authorizer" => &[Class::Authorize, Class::ForgedAuthorize],
        "check-session" => &[Class::Check, Class::ForgedCheck],
        "login" => &[Class::Login],
        "me" => &[Class::Authorize],
        _ => &Class::ALL,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a run has far fewer than 2^52 requests")]
fn share(count: u64, of: u64) -> f64 {
    count as f64 / of.max(1) as f64
}

#[expect(clippy::cast_precision_loss, reason = "a run has far fewer than 2^52 nanoseconds of CPU time")]
pub(super) fn microseconds(nanoseconds: u64, count: u64) -> f64 {
    nanoseconds as f64 / 1000.0 / count.max(1) as f64
}

#[cfg(test)]
mod tests;
