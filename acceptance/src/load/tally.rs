//! Answers counted and timed.

use std::{collections::BTreeMap, time::Duration};

use hdrhistogram::Histogram;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// `GET /session`
    Check,
    /// `GET /me`, which the authorizer guards
    Authorize,
    /// `POST /login`
    Login,
    /// `GET /session` with a token that was never handed out
    ForgedCheck,
    /// `GET /me` with a token that was never handed out
    ForgedAuthorize,
}

impl Class {
    pub(super) const ALL: [Self; 5] =
        [Self::Check, Self::Authorize, Self::Login, Self::ForgedCheck, Self::ForgedAuthorize];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Authorize => "authorize",
            Self::Login => "login",
            Self::ForgedCheck => "check, forged token",
            Self::ForgedAuthorize => "authorize, forged token",
        }
    }
}

/// A minute is longer than any request can take.
const LONGEST_MICROSECONDS: u64 = 60_000_000;

pub(super) fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, LONGEST_MICROSECONDS, 3).expect("the bounds and three digits are valid")
}

/// What came back so far.
pub(super) struct Tally {
    latencies: BTreeMap<Class, Histogram<u64>>,
    /// Since the last line of progress.
    lately: Histogram<u64>,
    /// What was wrong, and how often: stable words, no values.
    wrong: BTreeMap<String, u64>,
    pub(super) renewals: u64,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            latencies: Class::ALL.map(|class| (class, histogram())).into(),
            lately: histogram(),
            wrong: BTreeMap::new(),
            renewals: 0,
        }
    }
}

impl Tally {
    pub(super) fn record(&mut self, class: Class, took: Duration, outcome: Result<(), String>) {
        let microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.lately.saturating_record(microseconds);
        if let Some(histogram) = self.latencies.get_mut(&class) {
            histogram.saturating_record(microseconds);
        }
        if let Err(what) = outcome {
            self.wrong(format!("{}: {what}", class.name()));
        }
    }

    pub(super) fn wrong(&mut self, what: String) {
        *self.wrong.entry(what).or_default() += 1;
    }

    pub(super) fn count(&self, class: Class) -> u64 {
        self.latencies.get(&class).map_or(0, Histogram::len)
    }

    pub(super) fn requests(&self) -> u64 {
        self.latencies.values().map(Histogram::len).sum()
    }

    pub(super) fn errors(&self) -> u64 {
        self.wrong.values().sum()
    }

    pub(super) fn what_was_wrong(&self) -> &BTreeMap<String, u64> {
        &self.wrong
    }

    pub(super) fn latencies(&self) -> impl Iterator<Item = (Class, &Histogram<u64>)> {
        self.latencies.iter().map(|(class, histogram)| (*class, histogram))
    }

    /// `p50 1.2 ms, p99 3.4 ms` since the last time.
    pub(super) fn lately(&mut self) -> String {
        let [half, most] = [0.5, 0.99].map(|quantile| self.lately.value_at_quantile(quantile));
        self.lately.reset();
        format!("p50 {}, p99 {}", milliseconds(half), milliseconds(most))
    }
}

#[expect(clippy::cast_precision_loss, reason = "microseconds of a request fit 52 bits")]
pub(super) fn milliseconds(microseconds: u64) -> String {
    format!("{:.1} ms", microseconds as f64 / 1000.0)
}
