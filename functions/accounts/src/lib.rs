//! Account control, for the business's own backend: block, roles, claims, external id, find, sessions, erase. No route leads
//! here; who may invoke it is decided by IAM alone. docs/accounts.md is its manual.
//!
//! Every request is answered with a `result` or an `error` ([`Answer`]), is one audit event, and changes what the next
//! request of the user meets: nothing here is cached anywhere.

mod actions;
pub mod answer;
mod request;
#[cfg(test)]
mod schema;
mod sessions;

use lambda_runtime::{Context, Diagnostic};
use serde::Serialize;
use serde_json::{Value, value::RawValue};
use wxsession::{
    Clock, Random,
    account::Malformed,
    aws::{Account, Budget},
    config::{self, Tables},
    env::{EnvError, Source},
    http::{Code, Problem},
    serve::{Function, guarded},
    session::Rules,
    store::{Sessions, StoreError, Users},
    telemetry::Line,
};

use answer::{Answer, Refused, RefusedCode};
use request::{Action, Asked};

/// The function with its clients, built once per environment.
pub struct Accounts {
    account: Account,
    users: Users,
    sessions: Sessions,
    rules: Rules,
    clock: Clock,
    random: Random,
}

/// Why an action was not done.
enum Failure {
    /// It cannot be: the backend is told.
    Refused(Refused),
    /// It is not known to be.
    Store(StoreError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<RefusedCode> for Failure {
    fn from(code: RefusedCode) -> Self {
        Self::Refused(code.into())
    }
}

impl Accounts {
    /// Built with the caller's own account and randomness.
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
            sessions: Sessions::new(dynamodb, tables.sessions),
            rules: config::rules(env)?,
            account,
            clock,
            random,
        })
    }

    async fn done(&self, Asked { action, .. }: &Asked, line: &mut Line) -> Result<Answer, Problem> {
        line.put("action", action.name());
        if let Some(user) = action.user() {
            line.put("user_id", user.to_string());
        }
        match self.act(action, line).await {
            Ok(outcome) => Ok(Answer::Result(outcome)),
            Err(Failure::Refused(refused)) => Ok(Answer::Error(refused)),
            // Sending it again does not help: the caller is told, and the operator.
            Err(Failure::Store(error)) if error.is_damage() => {
                Problem::from(error).note_in(line);
                Ok(Answer::Error(RefusedCode::RecordDamaged.into()))
            }
            Err(Failure::Store(error)) => Err(error.into()),
        }
    }
}

impl Function for Accounts {
    const NAME: &'static str = "accounts";
    // Its own text: what cannot be read is answered, too.
    type Event = Box<RawValue>;

    fn from_env(env: &impl Source, clock: Clock) -> Result<Self, EnvError> {
        Self::with_account(Account::read(env)?, env, clock, Random::system())
    }

    async fn prime(&self) {
        self.account.prime().await;
    }

    /// Never an error of Lambda's: its text and its retries are not ours.
    async fn answer(
        &self,
        event: Box<RawValue>,
        _: Context,
        mut line: Line,
    ) -> Result<impl Serialize + Send, Diagnostic> {
        let mut asked = None;
        let done = guarded(&mut line, async |line| match Asked::read(event.get(), self.clock.now()) {
            Ok(read) => self.done(asked.insert(read), line).await,
            Err(Malformed(reason)) => {
                line.put("reason", reason);
                let refused = Refused { reason: Some(reason), ..RefusedCode::InvalidRequest.into() };
                Ok(Answer::Error(refused))
            }
        });
        let answer = done.await.unwrap_or_else(|problem| {
            Answer::Error(match problem.code {
                Code::StoreUnavailable => RefusedCode::StoreUnavailable.into(),
                _ => RefusedCode::Internal.into(),
            })
        });
        let outcome = match &answer {
            Answer::Result(_) => "ok",
            Answer::Error(refused) => refused.code.as_str(),
        };
        audit(&mut line, asked.as_ref(), outcome);
        line.end(outcome);
        Ok(answer)
    }
}

fn audit(line: &mut Line, asked: Option<&Asked>, outcome: &'static str) {
    let action = asked.map(|asked| asked.action.name());
    let actor = asked.map(|asked| asked.actor.as_str());
    let mut fields: Vec<(&str, Value)> =
        vec![("action", action.into()), ("actor", actor.into()), ("outcome", outcome.into())];
    match asked.map(|asked| &asked.action) {
        Some(Action::Block(_, block)) => fields.push(("reason", block.reason.as_str().into())),
        Some(Action::EndSession(_, session)) => fields.push(("ended_session_id", session.to_string().into())),
        _ => {}
    }
    line.audit("account_control", &fields);
}
