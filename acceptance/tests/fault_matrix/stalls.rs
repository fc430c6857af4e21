//! Moments in which this machine did not let us run.
//!
//! A cell in which the functions had 300 ms for an answer says nothing when the machine took those for something else.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;

const TICK: Duration = Duration::from_millis(10);
/// Less than this the budgets bear.
const NOTED: Duration = Duration::from_millis(40);

/// A thread that looks at the clock all the time, and what it noticed.
pub(crate) struct Stalls(Arc<Mutex<Vec<Instant>>>);

impl Stalls {
    pub(crate) fn watch() -> Self {
        let noted = Arc::<Mutex<Vec<Instant>>>::default();
        let watched = Arc::downgrade(&noted);
        std::thread::spawn(move || {
            while let Some(noted) = watched.upgrade() {
                let started = Instant::now();
                std::thread::sleep(TICK);
                if started.elapsed() > TICK + NOTED {
                    noted.lock().push(Instant::now());
                }
            }
        });
        Self(noted)
    }

    /// Whether there was one since `start`.
    pub(crate) fn since(&self, start: Instant) -> bool {
        self.0.lock().iter().any(|at| *at >= start)
    }
}
