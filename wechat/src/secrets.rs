//! Secrets of the deployment: AppSecrets and the key ring, from Secrets Manager, kept in memory.
//!
//! One rule for all of them. The last good value serves, however old it is and whatever became of the secret since.
//! A fetch that failed is tried again after a pause that doubles; until then nobody asks, and whoever comes has
//! the last good value or the last error at once. Only one request at a time asks. Where a value has parts, that holds for
//! each of them: a part that cannot be read is a fetch that failed, and the others serve.

mod apps;
mod error;
mod tree;
pub(crate) mod unique;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_secretsmanager::Client;
use tokio::time::{Duration, timeout};

pub use apps::{App, Apps, Part, Push, VirtualPayment};
use error::FORM;
pub use error::{Cause, Flaw, SecretError};

use wxsession::{Clock, http::Problem, store::kind_of, telemetry::Line};

/// A value is fetched again after five minutes.
const FRESH_SECONDS: i64 = 300;
/// A value that was not accepted where it is used is not fetched again within this time.
const REFETCH_SECONDS: i64 = 10;
const LONGEST_PAUSE_SECONDS: i64 = 60;
/// What a fetch may take while there is a value that serves.
const PATIENCE: Duration = Duration::from_millis(400);

/// A secret's value, read from its text.
pub trait SecretValue: Sized {
    /// What the secret is called in log lines.
    const NAME: &'static str;

    /// Reads the text.
    ///
    /// # Errors
    ///
    /// [`Cause::NotJson`] or [`Cause::WrongForm`], without anything of the text.
    fn read(text: &str) -> Result<Self, Cause>;

    /// What is wrong with a part of it, when the rest serves.
    fn flaw(&self) -> Option<Cause> {
        None
    }

    /// It, and where a part of it is wrong, what that part was in the last good value.
    #[must_use]
    fn over(self, _last: &Self) -> Self {
        self
    }
}

/// One secret, fetched when needed and kept.
pub struct CachedSecret<T> {
    client: Client,
    id: String,
    clock: Clock,
    kept: Mutex<Kept<T>>,
    /// Held by the one who asks.
    turn: tokio::sync::Mutex<()>,
}

struct Kept<T> {
    good: Option<(i64, Arc<T>)>,
    /// Of the tries since the last good one: how many, when the latest was, and why it failed. A try that was given
    /// up half-way has no reason.
    tries: u32,
    tried_at: i64,
    failure: Option<SecretError>,
    /// The failure has not been told to an operator.
    is_untold: bool,
    /// A part of the good value could not be read.
    is_flawed: bool,
}

impl<T> Kept<T> {
    fn is_fresh(&self, now: i64) -> bool {
        !self.is_flawed
            && self.good.as_ref().is_some_and(|(at, _)| (0..FRESH_SECONDS).contains(&now.saturating_sub(*at)))
    }

    fn is_paused(&self, now: i64) -> bool {
        let first = self.failure.as_ref().map_or(1, SecretError::first_pause_seconds);
        let pause = first.saturating_mul(1 << self.tries.saturating_sub(1).min(6)).min(LONGEST_PAUSE_SECONDS);
        self.tries > 0 && (0..pause).contains(&now.saturating_sub(self.tried_at))
    }

    fn good(&self) -> Option<Arc<T>> {
        self.good.as_ref().map(|(_, value)| Arc::clone(value))
    }
}

impl<T: SecretValue> CachedSecret<T> {
    /// Nothing is fetched yet.
    #[must_use]
    pub fn new(client: Client, id: impl Into<String>, clock: Clock) -> Self {
        let kept =
            Kept { good: None, tries: 0, tried_at: 0, failure: None, is_untold: false, is_flawed: false };
        Self { client, id: id.into(), clock, kept: Mutex::new(kept), turn: tokio::sync::Mutex::default() }
    }

    /// The value: the last good one while it is fresh, and whenever no better is to be had.
    ///
    /// # Errors
    ///
    /// [`SecretError`] when there never was a good one.
    pub async fn value(&self) -> Result<Arc<T>, SecretError> {
        if let Some(answer) = self.at_hand() {
            return answer;
        }
        let _turn = match self.turn.try_lock() {
            Ok(turn) => turn,
            // Somebody is asking. Only the very first answer is worth waiting for.
            Err(_) => match self.last() {
                Some(answer) => return answer,
                None => self.turn.lock().await,
            },
        };
        if let Some(answer) = self.at_hand() {
            return answer;
        }
        // The last one to ask was given up half-way.
        if self.kept().is_paused(self.clock.now()) {
            return Err(SecretError::unanswered::<T>());
        }
        self.fetch().await
    }

    /// Another value than `refused`, which was not accepted where it is used; `None` when there is none, or when it
    /// was fetched just now.
    pub async fn newer_than(&self, refused: &Arc<T>) -> Option<Arc<T>> {
        let is_another = |value: &Arc<T>| !Arc::ptr_eq(value, refused);
        let _turn = self.turn.lock().await;
        let tried_at = {
            let kept = self.kept();
            if let Some(value) = kept.good().filter(is_another) {
                return Some(value);
            }
            kept.tried_at
        };
        if (0..REFETCH_SECONDS).contains(&self.clock.now().saturating_sub(tried_at)) {
            return None;
        }
        self.fetch().await.ok().filter(is_another)
    }

    /// Tells the operator, once, of a fetch that failed while the last good value went on serving.
    pub fn report(&self, line: &mut Line) {
        let mut kept = self.kept();
        if std::mem::take(&mut kept.is_untold)
            && let Some(failure) = kept.failure.clone()
        {
            Problem::from(failure).note_in(line);
        }
    }

    /// What can be said without asking.
    fn at_hand(&self) -> Option<Result<Arc<T>, SecretError>> {
        let now = self.clock.now();
        let is_enough = {
            let kept = self.kept();
            kept.is_fresh(now) || kept.is_paused(now)
        };
        if is_enough { self.last() } else { None }
    }

    /// The last good value, else the last failure; nothing before the first answer.
    fn last(&self) -> Option<Result<Arc<T>, SecretError>> {
        let kept = self.kept();
        kept.good().map(Ok).or_else(|| kept.failure.clone().map(Err))
    }

    /// To be called by whoever has the turn.
    async fn fetch(&self) -> Result<Arc<T>, SecretError> {
        let old = {
            let mut kept = self.kept();
            // Counted before it is made: a request that is given up half-way must not make the next one try at once.
            (kept.tries, kept.tried_at) = (kept.tries.saturating_add(1), self.clock.now());
            kept.good()
        };
        let fetched = match &old {
            None => self.ask().await,
            Some(_) => {
                timeout(PATIENCE, self.ask()).await.unwrap_or_else(|_| Err(SecretError::unanswered::<T>()))
            }
        };
        let mut kept = self.kept();
        kept.tried_at = self.clock.now();
        match fetched {
            Ok(value) => {
                let value = Arc::new(if let Some(old) = &old { value.over(old) } else { value });
                let flaw = value.flaw().map(|cause| SecretError { secret: T::NAME, cause });
                (kept.is_flawed, kept.is_untold) = (flaw.is_some(), flaw.is_some());
                if flaw.is_none() {
                    kept.tries = 0;
                }
                kept.failure = flaw;
                kept.good = Some((kept.tried_at, Arc::clone(&value)));
                Ok(value)
            }
            Err(failure) => {
                (kept.failure, kept.is_untold) = (Some(failure.clone()), old.is_some());
                old.ok_or(failure)
            }
        }
    }

    async fn ask(&self) -> Result<T, SecretError> {
        let asked = self.client.get_secret_value().secret_id(&self.id).send().await;
        let answer = asked.map_err(|error| Cause::of(kind_of(&error)));
        // A binary secret has no text.
        let read = answer.and_then(|answer| T::read(answer.secret_string().ok_or(Cause::NotJson)?));
        read.map_err(|cause| SecretError { secret: T::NAME, cause })
    }

    fn kept(&self) -> MutexGuard<'_, Kept<T>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
