//! Carries out what WeChat's messages ask for: the function `push` has verified and stored them, the stream of the Sessions
//! table brings them here, and brings them again until they are done.
//!
//! | WeChat says | done here |
//! |---|---|
//! | `user_authorization_cancellation` | the account is erased, as `DELETE /me` does it: sessions, record, vault |
//! | `user_authorization_revoke` with 301 | the same: 301 is everything |
//! | `user_authorization_revoke` with other numbers | nothing: none of what they name is kept here |
//!
//! A message is about the account that there was when it was written. One that began more than a minute later stays. Which
//! account it is is written down before it is erased, so that a repetition never means the next one.

mod event;

use std::time::{Duration, Instant};

use lambda_runtime::{Context, Diagnostic};
use serde::Serialize;
use wxsession::{
    Clock, Random,
    aws::{Account, Budget},
    config::Tables,
    env::{EnvError, Source},
    http::{Code, Problem},
    serve::{Function, guarded},
    store::{
        PushKey, Pushes, StoreError, Users,
        pushes::{Asks, Push, Pushed},
        users::Moment,
    },
    telemetry::Line,
};

use crate::event::{Answer, Batch, Failed, Redrive};
pub use event::Event;

/// WeChat's clock and ours: an account that began so much after the message was there before it.
const SKEW_MS: i64 = 60_000;
/// Everything: <https://developers.weixin.qq.com/miniprogram/dev/server/event_push/platform/authorized_user_information_changes.html>
const EVERYTHING: u32 = 301;
/// How long a write is tried again that others overtake, when nobody limits the invocation.
const PATIENCE: Duration = Duration::from_secs(3);

/// The function with its clients, built once per environment.
pub struct Erasures {
    account: Account,
    users: Users,
    pushes: Pushes,
    clock: Clock,
    random: Random,
}

/// What came of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// The account is gone.
    Erased,
    /// There was none, or not any more.
    NoAccount,
    /// There is one that began after the message.
    NewerAccount,
    /// What was withdrawn is not kept here.
    NothingHeld,
    /// It was done before, or the message is not there any more.
    Before,
}

impl Outcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Erased => "erased",
            Self::NoAccount => "no_account",
            Self::NewerAccount => "newer_account",
            Self::NothingHeld => "nothing_held",
            Self::Before => "done_before",
        }
    }
}

/// What can be done about a message that was not carried out.
enum Failure {
    /// It is sent again.
    Again(StoreError),
    /// Nothing, by sending it again: a record is damaged, and an operator must look at it.
    Stuck(StoreError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        if error.is_damage() { Self::Stuck(error) } else { Self::Again(error) }
    }
}

impl Erasures {
    /// Reads the settings and builds the clients, with the caller's own account and randomness.
    ///
    /// # Errors
    ///
    /// [`EnvError`] naming the variable.
    pub fn with_account(
        account: Account,
        env: &impl Source,
        clock: Clock,
        random: Random,
    ) -> Result<Self, EnvError> {
        let tables = Tables::read(env)?;
        let dynamodb = account.dynamodb(Budget::WRITE);
        Ok(Self {
            users: Users::new(dynamodb.clone(), tables.users),
            pushes: Pushes::new(dynamodb, tables.sessions),
            account,
            clock,
            random,
        })
    }

    /// Does them all; one that fails keeps no other from being done. The sequence numbers of those to be sent again.
    async fn batch(&self, batch: &Batch, line: &mut Line) -> Result<Answer, Problem> {
        let (mut failed, mut stuck, mut last) = (Vec::new(), 0_usize, None);
        for record in &batch.records {
            let Some(key) = record.key() else { continue };
            match self.carried_out(&key, line).await {
                Ok(_) => {}
                Err(Failure::Stuck(error)) => {
                    stuck += 1;
                    Problem::from(error).note_in(line);
                }
                Err(Failure::Again(error)) => {
                    failed.push(Failed { item_identifier: record.sequence_number().to_owned() });
                    last = Some(error);
                }
            }
        }
        noted(line, stuck, last);
        Ok(Answer::Batch { batch_item_failures: failed })
    }

    async fn redriven(&self, redrive: &Redrive, line: &mut Line) -> Result<Answer, Problem> {
        let keys = line.timed("store_ms", self.pushes.undone(&redrive.app_id)).await?;
        let (mut done, mut stuck, mut last) = (0_usize, 0_usize, None);
        for key in &keys {
            match self.carried_out(key, line).await {
                Ok(_) => done += 1,
                Err(Failure::Stuck(error)) => {
                    stuck += 1;
                    Problem::from(error).note_in(line);
                }
                Err(Failure::Again(error)) => last = Some(error),
            }
        }
        noted(line, stuck, last);
        Ok(Answer::Redriven { done, undone: keys.len() - done })
    }

    async fn carried_out(&self, key: &PushKey, line: &mut Line) -> Result<Outcome, Failure> {
        line.put("push_id", key.id());
        let moment = Moment {
            now_ms: self.clock.now_millis(),
            until: line.deadline().unwrap_or_else(|| Instant::now() + PATIENCE),
            random: &self.random,
        };
        let (push, outcome) = line.timed("store_ms", self.act(key, moment)).await?;
        if let Some(push) = push {
            let fields = [
                ("event", push.asks.event().into()),
                ("app_id", key.app_id().into()),
                ("user_id", push.user.to_string().into()),
                ("outcome", outcome.as_str().into()),
            ];
            line.audit("push_carried_out", &fields);
        }
        Ok(outcome)
    }

    /// The message, when it was this call that finished it, and what came of it.
    async fn act(&self, key: &PushKey, moment: Moment<'_>) -> Result<(Option<Push>, Outcome), Failure> {
        let Some(pushed) = self.pushes.read(key).await?.filter(|pushed| !pushed.is_done) else {
            return Ok((None, Outcome::Before));
        };
        let Pushed { push, account_ms, .. } = pushed;
        let outcome = if is_everything(&push.asks) {
            self.erased(key, &push, account_ms, moment).await?
        } else {
            Outcome::NothingHeld
        };
        let is_first = self.pushes.done(key, outcome.as_str(), moment.now_ms.div_euclid(1_000)).await?;
        Ok((is_first.then_some(push), outcome))
    }

    /// Erases the account that the message is about: `claimed`, once somebody began with it.
    async fn erased(
        &self,
        key: &PushKey,
        push: &Push,
        claimed: Option<i64>,
        moment: Moment<'_>,
    ) -> Result<Outcome, Failure> {
        let gone = if claimed.is_some() { Outcome::Erased } else { Outcome::NoAccount };
        let read = self.users.read(push.user).await?;
        let began = read.as_ref().and_then(|user| user.person.as_ref()).map(|person| person.created_at_ms);
        let (Some(read), Some(began)) = (read, began) else { return Ok(gone) };
        if began > push.create_time.saturating_mul(1_000).saturating_add(SKEW_MS) {
            return Ok(Outcome::NewerAccount);
        }
        match self.pushes.claim(key, began).await? {
            None => Ok(Outcome::Before),
            // Of the account that was meant nothing is there any more: this is the next one.
            Some(meant) if meant != began => Ok(Outcome::Erased),
            Some(_) if self.users.erase(push.user, read, moment).await? => Ok(Outcome::Erased),
            Some(_) => Ok(gone),
        }
    }
}

fn is_everything(asks: &Asks) -> bool {
    match asks {
        Asks::Cancellation => true,
        Asks::Revocation(scopes) => scopes.contains(&EVERYTHING),
        Asks::Nothing => false,
    }
}

/// What the line says of messages that are not done. Those that are stuck are for the operator; the others come again.
fn noted(line: &mut Line, stuck: usize, again: Option<StoreError>) {
    if stuck > 0 {
        line.put("stuck", stuck);
    }
    if let Some(error) = again {
        Problem::from(error).note_in(line);
        line.put("reason", "sent_again");
    }
}

impl Function for Erasures {
    const NAME: &'static str = "erasures";
    type Event = Event;

    fn from_env(env: &impl Source, clock: Clock) -> Result<Self, EnvError> {
        Self::with_account(Account::read(env)?, env, clock, Random::system())
    }

    async fn prime(&self) {
        self.account.prime().await;
    }

    /// An error of Lambda's sends the whole batch again, in halves: each message is carried out once all the same.
    async fn answer(
        &self,
        event: Event,
        _: Context,
        mut line: Line,
    ) -> Result<impl Serialize + Send, Diagnostic> {
        let done = guarded(&mut line, async |line| match &event {
            Event::Stream(batch) => self.batch(batch, line).await,
            Event::Redrive(redrive) => self.redriven(redrive, line).await,
        });
        let done = done.await;
        let code = match &done {
            Err(problem) => Some(problem.code),
            Ok(Answer::Batch { batch_item_failures }) if batch_item_failures.is_empty() => None,
            Ok(Answer::Redriven { undone: 0, .. }) => None,
            Ok(_) => Some(Code::StoreUnavailable),
        };
        line.end(code.map_or("ok", Code::as_str));
        done.map_err(|problem| Diagnostic {
            error_type: problem.code.as_str().to_owned(),
            error_message: "the batch was not carried out".to_owned(),
        })
    }
}
