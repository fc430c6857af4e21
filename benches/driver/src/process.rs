//! A child process, and what the kernel says of it.

use std::collections::BTreeMap;
use std::fs::{File, create_dir, read_to_string, remove_dir, write};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::{Duration, Instant};

use nix::sched::{CpuSet, sched_setaffinity};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::time::{clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;

/// The driver and its stand-ins run here,
const OURS: usize = 0;
/// the function here.
const THEIRS: usize = 1;

/// Stops itself until it is put on its processor; then it becomes the program.
const LAUNCHER: [&str; 4] = ["/bin/sh", "-c", "kill -STOP $$; exec \"$@\"", "launcher"];

/// A running child; it is ended when this is dropped.
pub(crate) struct Process {
    child: Child,
    /// Just before exec, and the processor time that had been used until then.
    pub(crate) started: Instant,
    pub(crate) cpu_at_start: Duration,
}

impl Process {
    /// Starts a program on the other processor. Its output goes to `log`.
    pub(crate) fn start(
        command: &[String],
        environment: &BTreeMap<String, String>,
        folder: Option<&Path>,
        log: &Path,
    ) -> io::Result<Self> {
        let output = File::create(log)?;
        let mut program = Command::new(LAUNCHER[0]);
        program.args(&LAUNCHER[1..]).args(command).env_clear().envs(environment).stdin(Stdio::null());
        program.stderr(output.try_clone()?).stdout(output);
        if let Some(folder) = folder {
            program.current_dir(folder);
        }
        let child = program.spawn()?;
        let cpu_at_start = Duration::ZERO;
        let mut process = Self { child, started: Instant::now(), cpu_at_start };
        let id = process.pid();
        wait_until_stopped(id)?;
        pin(id, THEIRS)?;
        process.cpu_at_start = cpu(process.id());
        process.started = Instant::now();
        kill(id, Signal::SIGCONT)?;
        Ok(process)
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).unwrap_or(i32::MAX))
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Asks it to end, and waits: valgrind writes its totals then.
    pub(crate) fn end(&mut self) {
        let _ = kill(self.pid(), Signal::SIGTERM);
        let asked = Instant::now();
        while !self.has_ended() && asked.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn wait_until_stopped(id: Pid) -> io::Result<()> {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(10) {
        match waitpid(id, Some(WaitPidFlag::WUNTRACED | WaitPidFlag::WNOHANG))? {
            WaitStatus::Stopped(..) => return Ok(()),
            WaitStatus::StillAlive => std::thread::sleep(Duration::from_micros(200)),
            other => return Err(io::Error::other(format!("the launcher: {other:?}"))),
        }
    }
    Err(io::Error::other("the launcher did not stop"))
}

/// Keeps this thread, and those it starts, on the driver's processor.
pub(crate) fn pin_ours() -> io::Result<()> {
    pin(Pid::from_raw(0), OURS)
}

fn pin(process: Pid, processor: usize) -> io::Result<()> {
    let mut set = CpuSet::new();
    set.set(processor)?;
    Ok(sched_setaffinity(process, &set)?)
}

/// Processor time of all threads of a process, ended ones too.
pub(crate) fn cpu(id: u32) -> Duration {
    let id = Pid::from_raw(i32::try_from(id).unwrap_or(0));
    clock_getcpuclockid(id).and_then(clock_gettime).map_or(Duration::ZERO, Duration::from)
}

/// The most memory it ever held, in KiB.
pub(crate) fn peak_memory(id: u32) -> u64 {
    let status = read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// A share of one processor, as a Lambda function with little memory gets it: a group of the `cpu` controller.
pub(crate) struct Share {
    group: PathBuf,
}

impl Share {
    /// The quota's period: Lambda's is not documented; 20 ms is what its functions are commonly seen to be stopped in.
    const PERIOD_MICROSECONDS: f64 = 20_000.0;

    /// Makes the group, with version 1 or 2 of the controllers. Needs root. Only the quota is to hold the function back,
    /// so against everything else on the machine it gets the greatest weight there is.
    pub(crate) fn new(percent: f64) -> io::Result<Self> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let name = format!("wxsession-bench-{}-{}", std::process::id(), MADE.fetch_add(1, Relaxed));
        let quota = (Self::PERIOD_MICROSECONDS * percent / 100.0).round();
        let (one, two) = (Path::new("/sys/fs/cgroup/cpu"), Path::new("/sys/fs/cgroup"));
        if one.join("cpu.cfs_quota_us").exists() {
            let group = one.join(name);
            create_dir(&group)?;
            write(group.join("cpu.cfs_period_us"), Self::PERIOD_MICROSECONDS.to_string())?;
            write(group.join("cpu.cfs_quota_us"), quota.to_string())?;
            write(group.join("cpu.shares"), "262144")?;
            return Ok(Self { group });
        }
        write(two.join("cgroup.subtree_control"), "+cpu")?;
        let group = two.join(name);
        create_dir(&group)?;
        write(group.join("cpu.max"), format!("{quota} {}", Self::PERIOD_MICROSECONDS))?;
        write(group.join("cpu.weight"), "10000")?;
        Ok(Self { group })
    }

    /// Puts a process under the quota.
    pub(crate) fn hold(&self, id: u32) -> io::Result<()> {
        write(self.group.join("cgroup.procs"), id.to_string())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        // Processes that were ended leave the group a moment later.
        for _ in 0..100 {
            if remove_dir(&self.group).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}
