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
mod outcome;

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
        PushKey, Pushes, Users,
        pushes::{Asks, Push, Pushed},
        users::Moment,
    },
    telemetry::Line,
};

use crate::{
    event::{Answer, Batch, Failed, Redrive, Unknown},
    outcome::{Failure, Outcome, Tally},
};
pub use event::Event;

/// WeChat's clock and ours: an account that began so much after the message was there before it.
const SKEW_MS: i64 = 60_000;
/// Everything: <https://developers.weixin.qq.com/miniprogram/dev/server/event_push/platform/authorized_user_information_changes.html>
const EVERYTHING: u32 = 301;
/// Longer than a message takes while the tables answer.
const ONE_MESSAGE: Duration = Duration::from_secs(2);
/// How long a write is tried again that others overtake, when nobody limits the invocation.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is answered, and the outcome of the request.
type Done = (Answer, &'static str);

/// The function with its clients, built once per environment.
pub struct Erasures {
    account: Account,
    users: Users,
    pushes: Pushes,
    clock: Clock,
    random: Random,
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
    async fn batch(&self, batch: &Batch, line: &mut Line) -> Result<Done, Problem> {
        let (mut tally, mut failed) = (Tally::default(), Vec::new());
        for record in &batch.records {
            let Some(key) = record.key() else { continue };
            if tally.counts(self.carried_out(&key, line).await) {
                failed.push(Failed { item_identifier: record.sequence_number().to_owned() });
            }
        }
        Ok((Answer::Batch { batch_item_failures: failed }, tally.noted_in(line)))
    }

    /// Does what is not done, page by page, for as long as there is time: what is left is for the next invocation. Of whom
    /// there is no message at all, done or not, the name is mistyped.
    async fn redriven(&self, redrive: &Redrive, line: &mut Line) -> Result<Done, Problem> {
        let (mut tally, mut after, mut more, mut found_any) = (Tally::default(), None, true, false);
        let until = line.deadline().and_then(|deadline| deadline.checked_sub(ONE_MESSAGE));
        'pages: while more {
            let query = self.pushes.undone(&redrive.app_id, after);
            let Some(page) = line.timed_if_time("store_ms", query).await else { break };
            let page = page?;
            found_any |= page.found_any;
            for key in &page.keys {
                // What is begun should come to its end, and be counted.
                if until.is_some_and(|until| Instant::now() >= until) {
                    break 'pages;
                }
                let did = line.if_time(async |line| self.carried_out(key, line).await).await;
                let Some(did) = did else { break 'pages };
                tally.counts(did);
            }
            more = page.next.is_some();
            after = page.next;
        }
        if !more && !found_any {
            return Ok((Answer::Unknown { error: Unknown::default() }, Code::NotFound.as_str()));
        }
        let (done, undone) = (tally.done, tally.stuck + tally.again);
        Ok((Answer::Redriven { done, undone, more }, tally.noted_in(line)))
    }

    async fn carried_out(&self, key: &PushKey, line: &mut Line) -> Result<Outcome, Failure> {
        let moment = Moment {
            now_ms: self.clock.now_millis(),
            until: line.deadline().unwrap_or_else(|| Instant::now() + PATIENCE),
            random: &self.random,
        };
        let mut own = line.beside();
        own.put("push_id", key.id());
        own.put("app_id", key.app_id());
        let did = line.timed("store_ms", self.act(key, moment, &mut own)).await;
        if let Err(Failure::Stuck(problem)) = &did {
            problem.note_in(&mut own);
            own.note("stuck");
        }
        did
    }

    async fn act(&self, key: &PushKey, moment: Moment<'_>, own: &mut Line) -> Result<Outcome, Failure> {
        let Some(row) = self.pushes.read(key).await? else { return Ok(Outcome::Before) };
        if let Some(user) = Pushed::user_of(&row) {
            own.put("user_id", user.to_string());
        }
        let Pushed { push, account_ms, is_done } = Pushed::of(&row)?;
        if is_done {
            return Ok(Outcome::Before);
        }
        let outcome = if is_everything(&push.asks) {
            self.erased(key, &push, account_ms, moment).await?
        } else {
            Outcome::NothingHeld
        };
        // It was this call that finished it.
        if self.pushes.done(key, outcome.as_str(), moment.now_ms.div_euclid(1_000)).await? {
            let fields = [("event", push.asks.event().into()), ("outcome", outcome.as_str().into())];
            own.audit("push_carried_out", &fields);
            // Here, and not where it is erased: an answer that was lost there is made up for.
            if outcome == Outcome::Erased {
                own.audit("user_deleted", &[]);
            }
        }
        Ok(outcome)
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
        line.end(match &done {
            Ok((_, outcome)) => outcome,
            Err(problem) => problem.code.as_str(),
        });
        done.map(|(answer, _)| answer).map_err(|problem| Diagnostic {
            error_type: problem.code.as_str().to_owned(),
            error_message: "the batch was not carried out".to_owned(),
        })
    }
}
