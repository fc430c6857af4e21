//! One run of one function.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use crate::plan::{Calls, Variant};
use crate::process::{Process, Share, cpu, peak_memory};
use crate::runtime_api::{RuntimeApi, Script};
use crate::stand_ins::{Addresses, StandIns};

/// What every run of a session shares.
pub(crate) struct Room {
    pub(crate) stand_ins: Arc<StandIns>,
    pub(crate) addresses: Addresses,
    pub(crate) logs: PathBuf,
    /// Percent of a processor that functions have from their first event on.
    pub(crate) share: Option<f64>,
}

/// How far one run goes.
#[derive(Clone, Copy)]
pub(crate) struct Extent {
    pub(crate) warm_up: usize,
    pub(crate) events: usize,
}

/// The state when the function asked for an event.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    pub(crate) at: Instant,
    pub(crate) cpu: Duration,
    pub(crate) peak_kib: u64,
    pub(crate) calls: Calls,
}

/// What a run gave.
pub(crate) struct Outcome {
    pub(crate) started: Instant,
    pub(crate) cpu_at_start: Duration,
    /// By number of the event asked for: 0 is the end of start-up.
    pub(crate) marks: BTreeMap<usize, Mark>,
    pub(crate) latencies: Vec<Duration>,
}

impl Room {
    /// The environment of a function, placeholders filled in.
    pub(crate) fn environment(&self, variant: &Variant, runtime_api: u16) -> BTreeMap<String, String> {
        let filled = |text: &String| {
            let places = self.addresses.iter();
            places.fold(text.clone(), |text, (placeholder, address)| text.replace(placeholder, address))
        };
        let mut all: BTreeMap<_, _> =
            variant.environment.iter().map(|(name, value)| (name.clone(), filled(value))).collect();
        all.insert("AWS_LAMBDA_RUNTIME_API".to_owned(), format!("127.0.0.1:{runtime_api}"));
        all
    }

    pub(crate) fn log(&self, variant: &Variant) -> PathBuf {
        self.logs.join(format!("{}.log", variant.name))
    }

    /// Runs a function from its start to the last event; `before` goes in front of its command.
    pub(crate) fn run(
        &self,
        variant: &Variant,
        extent: Extent,
        before: &[String],
    ) -> Result<Outcome, String> {
        self.attempt(variant, extent, before).map_err(|wrong| {
            let log = std::fs::read_to_string(self.log(variant)).unwrap_or_default();
            let end: String = log.lines().rev().take(5).collect::<Vec<_>>().join("\n");
            format!("{}: {wrong}\n{end}", variant.name)
        })
    }

    fn attempt(&self, variant: &Variant, extent: Extent, before: &[String]) -> Result<Outcome, String> {
        let said = |error: std::io::Error| error.to_string();
        self.stand_ins.reset(variant.active, variant.signed);
        let event =
            std::fs::read(&variant.event).map_err(|error| format!("{}: {error}", variant.event.display()))?;
        // A group of its own for each run: what one overdrew would be taken from the next.
        let share = self.share.map(Share::new).transpose().map_err(said)?.map(Arc::new);
        let watch = Arc::new(Watch {
            id: AtomicU32::new(0),
            stand_ins: Arc::clone(&self.stand_ins),
            share: share.as_ref().map(Arc::downgrade),
            extent,
            marks: Mutex::default(),
        });
        let watching = Arc::clone(&watch);
        let script = Script {
            event,
            expected: variant.expected.clone(),
            total: extent.total(),
            on_next: Box::new(move |number| watching.note(number)),
        };
        let api = RuntimeApi::start(script).map_err(said)?;
        let command = [before, &variant.command].concat();
        let environment = self.environment(variant, api.port);
        let log = self.log(variant);
        let mut process =
            Process::start(&command, &environment, variant.folder.as_deref(), &log).map_err(said)?;
        watch.id.store(process.id(), Relaxed);
        let latencies = api.wait(Duration::from_mins(3), || !process.has_ended());
        if !before.is_empty() {
            process.end();
        }
        let marks = watch.marks.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let outcome = Outcome {
            started: process.started,
            cpu_at_start: process.cpu_at_start,
            marks,
            latencies: latencies?,
        };
        drop(process);
        drop(share);
        self.stand_ins.complaint().map_or(Ok(()), Err)?;
        outcome.check_calls(variant, extent)?;
        Ok(outcome)
    }
}

impl Extent {
    pub(crate) fn total(self) -> usize {
        if self.events == 0 { self.warm_up } else { 1 + self.warm_up + self.events }
    }

    /// Where the events that count begin.
    pub(crate) fn warm_from(self) -> usize {
        1 + self.warm_up
    }
}

impl Outcome {
    /// Calls per event once warm; each must have made exactly these, and opened no connection.
    fn check_calls(&self, variant: &Variant, extent: Extent) -> Result<(), String> {
        let (Some(from), Some(to)) = (self.marks.get(&extent.warm_from()), self.marks.get(&extent.total()))
        else {
            return Ok(());
        };
        let (wanted, events) = (variant.calls, extent.events as u64);
        let made = Calls {
            dynamodb: to.calls.dynamodb - from.calls.dynamodb,
            secrets: to.calls.secrets - from.calls.secrets,
            wechat: to.calls.wechat - from.calls.wechat,
            events: to.calls.events - from.calls.events,
            connections: if variant.steady { to.calls.connections - from.calls.connections } else { 0 },
        };
        let due = Calls {
            dynamodb: wanted.dynamodb * events,
            secrets: wanted.secrets * events,
            wechat: wanted.wechat * events,
            events: wanted.events * events,
            connections: wanted.connections * events,
        };
        if made == due { Ok(()) } else { Err(format!("{events} warm events made {made:?}, due are {due:?}")) }
    }
}

struct Watch {
    id: AtomicU32,
    stand_ins: Arc<StandIns>,
    share: Option<Weak<Share>>,
    extent: Extent,
    marks: Mutex<BTreeMap<usize, Mark>>,
}

impl Watch {
    fn note(&self, number: usize) -> Result<(), String> {
        let interesting = [0, 1, self.extent.warm_from(), self.extent.total()];
        if !interesting.contains(&number) {
            return Ok(());
        }
        let id = self.id.load(Relaxed);
        let mark = Mark {
            at: Instant::now(),
            cpu: cpu(id),
            peak_kib: peak_memory(id),
            calls: self.stand_ins.calls(),
        };
        self.marks.lock().unwrap_or_else(PoisonError::into_inner).insert(number, mark);
        match (self.share.as_ref().and_then(Weak::upgrade), number) {
            (Some(share), 0) => share.hold(id).map_err(|error| format!("no CPU share: {error}")),
            _ => Ok(()),
        }
    }
}

/// The command that counts instructions into `log`.
pub(crate) fn callgrind(log: &Path) -> Vec<String> {
    let log = format!("--log-file={}", log.display());
    ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", &log].map(str::to_owned).to_vec()
}
