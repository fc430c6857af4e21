//! Figures and verdicts as Markdown.

mod figures;
mod tables;

use super::{
    Plan,
    compare::{Compared, Turns},
    pace::TOO_LATE,
    run::Measured,
    sampler::Sample,
    tally::Class,
};

/// What Rust code has allocated may be this much more at the end than at the start, in percent.
const FLAT_PERCENT: f64 = 5.0;
/// Requests under way, and lines and calls that nobody has looked at yet: growth below it is not told from nothing.
const NOISE_BYTES: u64 = 4 << 20;
/// A request may cost our functions this much more with a large table than with a small one.
pub(super) const SAME_COST: f64 = 1.05;
/// How a failure begins that says so.
const NOT_HELD: &str = "the rate did not hold";
/// The rate held if this share of it was sent and answered in time.
const HELD: f64 = 0.98;
/// Calls may be repeated this often: the functions give a slow answer up and ask again.
const REPEATED: f64 = 1.01;
/// The comparison runs at this share of the rate that held: two services share the machine.
const COMPARED_SHARE: f64 = 0.6;

/// What was measured, and what of it is not as it should be.
pub struct Report {
    measured: Measured,
    compared: Option<Compared>,
    failures: Vec<String>,
}

/// Memory at three moments, each the middle one of several looks.
pub(super) struct Memory {
    pub(super) start: Sample,
    pub(super) middle: Sample,
    pub(super) end: Sample,
}

impl Memory {
    /// The start is taken after a tenth of the run: pools and buffers have been filled by then.
    fn of(samples: &[Sample]) -> Self {
        let tenth = (samples.len() / 10).max(1);
        let around = |from: usize| {
            let from = from.min(samples.len().saturating_sub(tenth));
            let mut looks: Vec<Sample> = samples[from..samples.len().min(from + tenth)].to_vec();
            looks.sort_by_key(|look| look.heap);
            looks.get(looks.len() / 2).copied().unwrap_or_default()
        };
        Self { start: around(tenth), middle: around(samples.len() / 2), end: around(samples.len()) }
    }

    /// What Rust code has allocated.
    #[expect(clippy::cast_precision_loss, reason = "bytes of memory fit 52 bits")]
    fn grown_bytes(&self) -> f64 {
        self.end.heap as f64 - self.start.heap as f64
    }

    #[expect(clippy::cast_precision_loss, reason = "bytes of memory fit 52 bits")]
    fn growth_percent(&self) -> f64 {
        self.grown_bytes() / (self.start.heap as f64).max(1.0) * 100.0
    }

    fn is_flat(&self) -> bool {
        self.growth_percent() <= FLAT_PERCENT || self.end.heap <= self.start.heap.saturating_add(NOISE_BYTES)
    }
}

impl Report {
    pub(super) fn of(measured: Measured) -> Self {
        let mut report = Self { measured, compared: None, failures: Vec::new() };
        report.judge_answers();
        report.judge_calls();
        report.judge_state();
        report
    }

    /// What is not as it should be; empty when all is.
    #[must_use]
    pub fn failures(&self) -> &[String] {
        &self.failures
    }

    pub(super) fn only_the_rate_failed(&self) -> bool {
        let is_of_the_rate = |failure: &String| failure.contains(TOO_LATE) || failure.starts_with(NOT_HELD);
        !self.failures.is_empty() && self.failures.iter().all(is_of_the_rate)
    }

    /// The figures as Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let compared = self.compared.as_ref().map(tables::of_comparison).unwrap_or_default();
        let failures = self
            .failures
            .iter()
            .fold(String::new(), |failures, failure| format!("{failures}- NOT AS IT SHOULD BE: {failure}\n"));
        format!("{}{compared}\n{failures}", tables::of_run(&self.measured, &self.memory()))
    }

    /// What the cost of a request is made of, as JSON: `benches/cost/` reads it.
    #[must_use]
    pub fn figures(&self) -> serde_json::Value {
        figures::of(&self.measured)
    }

    pub(super) fn paced(&self, plan: &Plan) -> Turns {
        Turns {
            rate: (self.measured.rate * COMPARED_SHARE).max(1.0),
            seconds: plan.compare_seconds,
            connections: plan.connections,
            mix: plan.mix,
            logins: self.measured.logins,
        }
    }

    pub(super) fn compared(&mut self, compared: Compared) {
        for side in [&compared.small, &compared.large] {
            for (what, count) in &side.wrong {
                self.failures.push(format!("{count} times with {} sessions: {what}", side.sessions));
            }
        }
        let ratio = compared.ratio();
        if ratio > SAME_COST {
            self.failures.push(format!("the functions' cost grows with the table: {ratio:.3} times"));
        }
        self.compared = Some(compared);
    }

    fn memory(&self) -> Memory {
        Memory::of(&self.measured.samples)
    }

    fn judge_answers(&mut self) {
        let run = &self.measured;
        for (what, count) in run.tally.what_was_wrong() {
            self.failures.push(format!("{count} times {what}"));
        }
        if run.tally.requests() == 0 {
            self.failures.push("nothing was asked".to_owned());
        }
        let due = run.rate * run.plan.lasts.as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a run has far fewer than 2^52 requests")]
        let kept = run.tally.requests() as f64 / due.max(1.0) * (run.plan.lasts.as_secs_f64() / run.seconds);
        if kept < HELD {
            self.failures.push(format!("{NOT_HELD}: {:.0} % of it was reached", kept * 100.0));
        }
    }

    fn judge_calls(&mut self) {
        let run = &self.measured;
        let count = |classes: &[Class]| classes.iter().map(|class| run.tally.count(*class)).sum::<u64>();
        let (logins, reads) = (
            count(&[Class::Login]),
            count(&[Class::Check, Class::Authorize, Class::ForgedCheck, Class::ForgedAuthorize]),
        );
        // What the first check of a session writes does not show in its answer: one for each login at most.
        let wanted = [
            ("BatchGetItem Sessions + Users", reads, 0),
            ("GetItem Users", logins, 0),
            ("UpdateItem Users", logins, 0),
            ("PutItem Sessions", logins, 0),
            ("UpdateItem Sessions", run.tally.renewals, logins),
        ];
        for (what, wanted, more) in wanted {
            let called = run.calls.get(what).copied().unwrap_or(0);
            #[expect(clippy::cast_precision_loss, reason = "a run has far fewer than 2^52 calls")]
            let is_right = called >= wanted && called as f64 <= (wanted + more) as f64 * REPEATED + 2.0;
            if !is_right {
                self.failures.push(format!("{called} calls {what}, not {wanted}"));
            }
        }
        for (what, called) in &run.calls {
            if wanted.iter().all(|(known, ..)| known != what) {
                self.failures.push(format!("{called} calls {what}, which nothing should make"));
            }
        }
    }

    fn judge_state(&mut self) {
        let run = &self.measured;
        if run.lines.loud > 0 {
            self.failures.push(format!("{} log lines are warnings or errors", run.lines.loud));
        }
        for (table, (found, expected)) in &run.rows {
            if found != expected {
                self.failures.push(format!("{table} holds {found} rows, not {expected}"));
            }
        }
        let memory = self.memory();
        if !memory.is_flat() {
            let percent = memory.growth_percent();
            self.failures.push(format!("allocated memory grew by {percent:.0} %"));
        }
    }
}
