//! What is looked at every second while requests run.

use std::{collections::BTreeMap, fs, time::Duration};

use tokio::time::Instant;

use super::{Stage, heap, lanes::FUNCTIONS};

/// One look at memory.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sample {
    /// What the process holds in memory, bytes.
    pub(super) resident: u64,
    /// What the engine keeps its tables in, bytes: part of it.
    pub(super) tables: u64,
    /// What Rust code has allocated, bytes: another part. The rest is what allocators keep around both.
    pub(super) heap: u64,
}

/// Log lines counted.
#[derive(Default)]
pub(super) struct Lines {
    pub(super) all: u64,
    /// Warnings and errors.
    pub(super) loud: u64,
    /// Bytes by function.
    pub(super) bytes: BTreeMap<&'static str, u64>,
}

impl Lines {
    fn count(&mut self, lines: &[String]) {
        for line in lines {
            self.all += 1;
            self.loud +=
                u64::from([r#""level":"WARN""#, r#""level":"ERROR""#].iter().any(|loud| line.contains(loud)));
            let writer = FUNCTIONS.iter().find(|name| line.contains(&format!(r#""function":"{name}""#)));
            *self.bytes.entry(writer.copied().unwrap_or("others")).or_default() += line.len() as u64;
        }
    }
}

/// What was seen so far. The proxy's list of calls, the log lines and the simulator's users are read and forgotten,
/// so that looking on does not grow with the run.
pub(super) struct Sampler<'a> {
    stage: &'a Stage,
    started: Instant,
    /// DynamoDB's calls by operation and table.
    pub(super) calls: BTreeMap<String, u64>,
    pub(super) lines: Lines,
    pub(super) samples: Vec<Sample>,
}

impl<'a> Sampler<'a> {
    pub(super) fn start(stage: &'a Stage) -> Self {
        let mut sampler = Self {
            stage,
            started: Instant::now(),
            calls: BTreeMap::new(),
            lines: Lines::default(),
            samples: Vec::new(),
        };
        sampler.look();
        // What was there before is not of this run.
        Self { calls: BTreeMap::new(), lines: Lines::default(), samples: Vec::new(), ..sampler }
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
        self.lines.count(&self.stage.take_lines());
        self.stage.service.simulator.forget_logins();
        let tables = dynamodb.items().bytes().unwrap_or(0);
        self.samples.push(Sample { resident: resident(), tables, heap: heap::bytes() });
    }
}

/// The process's resident memory in bytes; 0 where the kernel does not tell.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}
