//! Which thread does what, and the CPU time of each.
//!
//! Every function has a thread of its own, as it has an environment of its own on Lambda; so have the tables and the
//! clients. The kernel counts the CPU time of each thread, so what the functions use is told apart from what the
//! machinery around them uses, and nothing has to be added to the code that is measured.

use std::{collections::BTreeMap, fs, io, sync::Arc};

use gateway_emulator::invoke::{InvokeError, invoke_with};
use local::settings::Placement;
use tokio::runtime::{Builder, Handle, Runtime};

/// The functions' lanes, by their binaries' names.
pub(super) const FUNCTIONS: [&str; 4] = ["authorizer", "check-session", "login", "me"];
pub(super) const DYNAMODB: &str = "dynamodb";
pub(super) const CLIENTS: &str = "clients";
/// The gateway, the WeChat simulator, and whatever else this process does.
pub(super) const REST: &str = "rest";

/// The kernel keeps this many characters of a thread's name.
const NAME_LENGTH: usize = 15;

/// One runtime with a thread of its own for each part.
pub struct Lanes {
    runtimes: BTreeMap<&'static str, Runtime>,
}

/// CPU nanoseconds of each lane so far. Empty where the kernel does not tell.
pub(super) type Cpu = BTreeMap<&'static str, u64>;

impl Lanes {
    /// Starts the threads.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub fn start() -> io::Result<Self> {
        let names = FUNCTIONS.into_iter().chain([DYNAMODB, CLIENTS]);
        let start = |name| {
            let threads = if name == DYNAMODB { 2 } else { 1 };
            let runtime =
                Builder::new_multi_thread().worker_threads(threads).thread_name(name).enable_all().build()?;
            Ok((name, runtime))
        };
        Ok(Self { runtimes: names.map(start).collect::<io::Result<_>>()? })
    }

    pub(super) fn placement(&self) -> Placement {
        let handles: BTreeMap<&str, Handle> =
            self.runtimes.iter().map(|(name, runtime)| (*name, runtime.handle().clone())).collect();
        let dynamodb = handles.get(DYNAMODB).cloned();
        let function = move |name: &str, invoke: gateway_emulator::invoke::Invoke| {
            let Some(lane) = handles.get(name).cloned() else { return invoke };
            invoke_with(move |event| {
                let call = lane.spawn(invoke(event));
                async move {
                    let ended = |_| Err(InvokeError::new("Runtime.ExitError", "the function panicked"));
                    call.await.unwrap_or_else(ended)
                }
            })
        };
        Placement { function: Some(Arc::new(function)), dynamodb }
    }

    /// Where the clients run.
    pub(super) fn clients(&self) -> &Handle {
        self.runtimes[CLIENTS].handle()
    }

    /// CPU time so far.
    pub(super) fn cpu(&self) -> Cpu {
        let mut cpu = Cpu::new();
        for task in fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
            let read = |name: &str| fs::read_to_string(task.path().join(name)).unwrap_or_default();
            let thread = read("comm");
            let known = self.runtimes.keys().find(|name| is_called(name, thread.trim_end()));
            let nanoseconds = read("schedstat").split(' ').next().and_then(|text| text.parse().ok());
            *cpu.entry(known.copied().unwrap_or(REST)).or_default() += nanoseconds.unwrap_or(0_u64);
        }
        cpu
    }
}

/// The runtimes are dropped inside another one, where waiting for them is not allowed.
impl Drop for Lanes {
    fn drop(&mut self) {
        for (_, runtime) in std::mem::take(&mut self.runtimes) {
            runtime.shutdown_background();
        }
    }
}

fn is_called(name: &str, thread: &str) -> bool {
    name.get(..NAME_LENGTH).unwrap_or(name) == thread
}

/// What was used between two readings.
pub(super) fn used(before: &Cpu, after: &Cpu) -> Cpu {
    after.iter().map(|(name, now)| (*name, now.saturating_sub(*before.get(name).unwrap_or(&0)))).collect()
}
