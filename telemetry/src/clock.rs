//! Time as an argument.

use std::time::{SystemTime, UNIX_EPOCH};

#[cfg(feature = "test-util")]
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// Tells the time. Cheap to clone; clones of a movable clock move together.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    #[cfg(feature = "test-util")]
    moved: Option<Arc<Moved>>,
}

#[cfg(feature = "test-util")]
#[derive(Debug)]
struct Moved {
    seconds: AtomicI64,
    runs: bool,
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// Whole seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.now_millis().div_euclid(1000)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z, for log lines and session ids.
    #[must_use]
    pub fn now_millis(&self) -> i64 {
        #[cfg(feature = "test-util")]
        if let Some(moved) = &self.moved {
            let base = moved.seconds.load(Ordering::SeqCst).saturating_mul(1000);
            return if moved.runs { base.saturating_add(system_millis()) } else { base };
        }
        system_millis()
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for the time")]
fn system_millis() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
    }
}

#[cfg(feature = "test-util")]
impl Clock {
    /// A clock that stands still at `now` until it is moved.
    #[must_use]
    pub fn stopped(now: i64) -> Self {
        Self { moved: Some(Arc::new(Moved { seconds: AtomicI64::new(now), runs: false })) }
    }

    /// A clock that runs with the machine's and can be put forward or back.
    #[must_use]
    pub fn shifted() -> Self {
        Self { moved: Some(Arc::new(Moved { seconds: AtomicI64::new(0), runs: true })) }
    }

    /// Moves the clock by `seconds`; the machine's own clock does not move.
    pub fn advance(&self, seconds: i64) {
        if let Some(moved) = &self.moved {
            moved.seconds.fetch_add(seconds, Ordering::SeqCst);
        }
    }

    /// Sets the clock to `now`.
    pub fn set(&self, now: i64) {
        self.advance(now - self.now());
    }
}
