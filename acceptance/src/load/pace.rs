//! When requests are sent.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{runtime::Handle, task::JoinSet, time::Instant};

use super::ask::Crew;

/// A client that is this far behind its schedule gives up: the rate does not hold.
const GIVES_UP_BEHIND: Duration = Duration::from_secs(10);
/// What it says then.
pub(super) const TOO_LATE: &str = "a client: more than ten seconds behind the schedule";

/// When the next request is sent.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pace {
    /// As soon as the answer to the one before has come.
    Closed,
    /// So many a second, whether or not earlier ones were answered. A request that cannot be sent in time is timed
    /// from when it should have been, so a slow service cannot hide behind clients that wait for it.
    PerSecond(f64),
}

/// A number of clients that share one schedule.
#[derive(Clone)]
pub(super) struct Schedule {
    pub(super) pace: Pace,
    pub(super) lasts: Duration,
    pub(super) connections: u32,
    /// The number of the first request: other numbers are other requests.
    pub(super) first_ticket: u64,
}

struct Round {
    schedule: Schedule,
    started: Instant,
    next: AtomicU64,
}

impl Schedule {
    /// Sends requests until the time is over and every answer is there.
    pub(super) async fn run(&self, crew: &Arc<Crew>, clients: &Handle) {
        let round =
            Arc::new(Round { schedule: self.clone(), started: Instant::now(), next: AtomicU64::new(0) });
        let mut working = JoinSet::new();
        for _ in 0..self.connections.max(1) {
            working.spawn_on(work(Arc::clone(&round), Arc::clone(crew)), clients);
        }
        while let Some(ended) = working.join_next().await {
            if let Err(error) = ended {
                crew.tally().wrong(format!("a client: {error}"));
            }
        }
    }
}

async fn work(round: Arc<Round>, crew: Arc<Crew>) {
    loop {
        let ticket = round.next.fetch_add(1, Ordering::Relaxed);
        let due = round.due(ticket);
        if due.saturating_duration_since(round.started) >= round.schedule.lasts {
            return;
        }
        let now = Instant::now();
        // Waiting for the moment is exact to a millisecond; that is not the service's time.
        let began = if due > now {
            tokio::time::sleep_until(due).await;
            Instant::now()
        } else {
            due
        };
        if now.saturating_duration_since(due) > GIVES_UP_BEHIND {
            crew.tally().wrong(TOO_LATE.to_owned());
            return;
        }
        let (class, outcome) = crew.ask(round.schedule.first_ticket + ticket).await;
        crew.tally().record(class, began.elapsed(), outcome);
    }
}

impl Round {
    #[expect(clippy::cast_precision_loss, reason = "a run has far fewer than 2^52 requests")]
    fn due(&self, ticket: u64) -> Instant {
        match self.schedule.pace {
            Pace::Closed => Instant::now(),
            Pace::PerSecond(rate) => self.started + Duration::from_secs_f64(ticket as f64 / rate.max(0.1)),
        }
    }
}
