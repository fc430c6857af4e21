//! A run's figures, one JSON object a line.

use std::time::Duration;

use serde::Serialize;

use crate::plan::Calls;
use crate::run::{Extent, Outcome};

/// Of a timed run.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Timed {
    pub(crate) variant: String,
    pub(crate) round: usize,
    /// Percent of a processor, when it was held to one.
    pub(crate) share: Option<f64>,
    /// From just before exec to the first request for an event.
    pub(crate) init_ms: f64,
    /// From the first event to its answer.
    pub(crate) first_ms: f64,
    pub(crate) cold_ms: f64,
    /// Processor time until the second request for an event.
    pub(crate) cold_cpu_ms: f64,
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
    pub(crate) mean_us: f64,
    /// Processor time for each warm event.
    pub(crate) cpu_us: f64,
    /// The same of a web server's helper.
    pub(crate) helper_cpu_us: f64,
    pub(crate) events: usize,
    pub(crate) rss_first_mib: f64,
    pub(crate) rss_mib: f64,
    pub(crate) helper_rss_mib: f64,
    /// Until the first answer.
    pub(crate) cold_calls: Calls,
    /// For each event after the warm-up.
    pub(crate) warm_dynamodb_calls: f64,
    pub(crate) warm_connections: f64,
}

/// Of a run under callgrind.
#[derive(Debug, Serialize)]
pub(crate) struct Counted {
    pub(crate) variant: String,
    pub(crate) round: usize,
    pub(crate) init_instructions: u64,
    /// Start-up and the first event.
    pub(crate) cold_instructions: u64,
    /// For each event after the warm-up.
    pub(crate) warm_instructions: u64,
}

impl Timed {
    pub(crate) fn of(outcome: &Outcome, extent: Extent) -> Result<Self, String> {
        let mark = |number| outcome.marks.get(&number).ok_or("the function did not ask for every event");
        let (ready, second) = (mark(0)?, mark(1)?);
        let (from, to) = (mark(extent.warm_from())?, mark(extent.total())?);
        let init = ready.at.saturating_duration_since(outcome.started);
        let first = *outcome.latencies.first().ok_or("no event was answered")?;
        let events = extent.events;
        let warm = Latencies::of(&outcome.latencies[extent.warm_from()..]);
        let each = |total: f64| total / count(events);
        Ok(Self {
            init_ms: millis(init),
            first_ms: millis(first),
            cold_ms: millis(init + first),
            cold_cpu_ms: millis(second.cpu.saturating_sub(outcome.cpu_at_start)),
            p50_us: warm.p50,
            p99_us: warm.p99,
            mean_us: warm.mean,
            cpu_us: each(micros(to.cpu.saturating_sub(from.cpu))),
            events,
            rss_first_mib: mib(second.peak_kib),
            rss_mib: mib(to.peak_kib),
            cold_calls: second.calls,
            warm_dynamodb_calls: each(difference(to.calls.dynamodb, from.calls.dynamodb)),
            warm_connections: each(difference(to.calls.connections, from.calls.connections)),
            ..Self::default()
        })
    }
}

/// Percentiles, in microseconds.
pub(crate) struct Latencies {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) mean: f64,
}

impl Latencies {
    pub(crate) fn of(latencies: &[Duration]) -> Self {
        let mut sorted: Vec<f64> = latencies.iter().copied().map(micros).collect();
        sorted.sort_by(f64::total_cmp);
        let at =
            |percent: usize| sorted.get((sorted.len() * percent / 100).min(sorted.len().saturating_sub(1)));
        let sum: f64 = sorted.iter().sum();
        Self {
            p50: at(50).copied().unwrap_or(0.0),
            p99: at(99).copied().unwrap_or(0.0),
            mean: sum / count(sorted.len()),
        }
    }
}

pub(crate) fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

pub(crate) fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

pub(crate) fn mib(kib: u64) -> f64 {
    difference(kib, 0) / 1024.0
}

/// Numbers of events are far below what `f64` holds exactly.
pub(crate) fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number.max(1)).unwrap_or(u32::MAX))
}

fn difference(to: u64, from: u64) -> f64 {
    f64::from(u32::try_from(to.saturating_sub(from)).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_sorted_latencies() {
        let latencies: Vec<_> = (1..=100).rev().map(Duration::from_micros).collect();
        let of = Latencies::of(&latencies);
        assert!(
            (of.p50 - 51.0).abs() < 0.01 && (of.p99 - 100.0).abs() < 0.01 && (of.mean - 50.5).abs() < 0.01
        );
    }
}
