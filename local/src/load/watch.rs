//! What is looked at every second while requests run.

use std::{collections::BTreeMap, fs, time::Duration};

use tokio::time::Instant;

use super::Stage;

/// One look at memory.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sample {
    /// What the process holds in memory, bytes.
    pub(super) resident: u64,
    /// What the engine keeps its tables in, bytes: part of it.
    pub(super) tables: u64,
}

impl Sample {
    /// Memory that is not the tables.
    pub(super) fn outside(self) -> u64 {
        self.resident.saturating_sub(self.tables)
    }
}

/// What was seen so far. The proxy's list of calls, the log lines and the simulator's users are read and forgotten,
/// so that looking on does not grow with the run.
pub(super) struct Watch<'a> {
    stage: &'a Stage,
    started: Instant,
    /// DynamoDB's calls by operation and table.
    pub(super) calls: BTreeMap<String, u64>,
    pub(super) lines: u64,
    /// Log lines that are warnings or errors.
    pub(super) loud_lines: u64,
    pub(super) samples: Vec<Sample>,
}

impl<'a> Watch<'a> {
    pub(super) fn start(stage: &'a Stage) -> Self {
        let mut watch = Self {
            stage,
            started: Instant::now(),
            calls: BTreeMap::new(),
            lines: 0,
            loud_lines: 0,
            samples: Vec::new(),
        };
        watch.look();
        // What was there before is not of this run.
        Self { calls: BTreeMap::new(), lines: 0, loud_lines: 0, samples: Vec::new(), ..watch }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    pub(super) fn look(&mut self) {
        let dynamodb = &self.stage.service.dynamodb;
        for call in dynamodb.proxy().take_calls() {
            let tables: Vec<_> = call.tables.iter().map(|table| table.trim_end_matches("Table")).collect();
            *self.calls.entry(format!("{} {}", call.operation, tables.join(" + "))).or_default() += 1;
        }
        let (lines, loud) = self.stage.take_lines();
        self.lines += lines;
        self.loud_lines += loud;
        self.stage.service.simulator.forget_logins();
        let tables = dynamodb.items().bytes().unwrap_or(0);
        self.samples.push(Sample { resident: resident(), tables });
    }
}

/// The process's resident memory in bytes; 0 where the kernel does not tell.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}
