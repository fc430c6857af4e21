//! A small stage. One at a time: memory is the whole process's.

use std::{sync::LazyLock, time::Duration};

use acceptance::load::{Lanes, Plan, Report, Stage, under_load};
use tokio::sync::{Mutex, MutexGuard};

static ONE_AT_A_TIME: LazyLock<Mutex<()>> = LazyLock::new(Mutex::default);

/// A rate that a laptop at work carries in a debug build.
pub(crate) fn plan() -> Plan {
    Plan {
        sessions: 200,
        lasts: Duration::from_secs(3),
        mix: "60/30/10".parse().expect("three numbers that make 100"),
        rate: Some(30.0),
        probe: Duration::from_millis(300),
        connections: 8,
        compare_seconds: 0,
    }
}

pub(crate) struct Trial {
    pub(crate) stage: Stage,
    lanes: Lanes,
    _alone: MutexGuard<'static, ()>,
}

impl Trial {
    pub(crate) async fn open(sessions: u32) -> Self {
        let alone = ONE_AT_A_TIME.lock().await;
        let lanes = Lanes::start().expect("the system gives threads");
        let stage = Stage::open(sessions, &lanes, &|_| {}).await.expect("a service on free ports");
        Self { stage, lanes, _alone: alone }
    }

    pub(crate) async fn run(&self, plan: Plan) -> Report {
        under_load(&self.stage, &self.lanes, &plan, &|_| {}).await
    }

    /// The failures of a run as planned, in one text.
    pub(crate) async fn failures(&self) -> String {
        self.run(plan()).await.failures().join("\n")
    }

    pub(crate) async fn close(self) {
        self.stage.close().await;
    }
}
