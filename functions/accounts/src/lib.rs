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

use lambda_runtime::Diagnostic;
use serde_json::{Value, value::RawValue};
use wxsession::{
    Clock, Random,
    account::Malformed,
    aws::{Account, Budget},
    config::{self, Tables},
    env::{EnvError, Source},
    http::{Code, Problem},
    serve::Function,
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

    async fn done(&self, asked: &Asked, line: &mut Line) -> Result<Answer, Problem> {
        match self.act(&asked.action, line).await {
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
    const SERVED: &'static str = "ok";
    // Its own text: what cannot be read is answered, too.
    type Event = Box<RawValue>;
    type Response = Answer;

    fn from_env(env: &impl Source, clock: Clock) -> Result<Self, EnvError> {
        Self::with_account(Account::read(env)?, env, clock, Random::system())
    }

    async fn prime(&self) {
        self.account.prime().await;
    }

    fn request_id(_: &Box<RawValue>) -> Option<&str> {
        None
    }

    async fn serve(&self, event: &Box<RawValue>, line: &mut Line) -> Result<Answer, Problem> {
        let asked = match Asked::read(event.get(), self.clock.now()) {
            Ok(asked) => asked,
            Err(Malformed(reason)) => {
                let refused = Refused { reason: Some(reason), ..RefusedCode::InvalidRequest.into() };
                audit(line, None, refused.code.as_str());
                line.put("reason", reason);
                return Ok(Answer::Error(refused));
            }
        };
        line.put("action", asked.action.name());
        if let Some(user) = asked.action.user() {
            line.put("user_id", user.to_string());
        }
        let answered = self.done(&asked, line).await;
        let outcome = match &answered {
            Ok(Answer::Result(_)) => "done",
            Ok(Answer::Error(refused)) => refused.code.as_str(),
            Err(problem) => problem.code.as_str(),
        };
        line.put("result", outcome);
        audit(line, Some(&asked), outcome);
        answered
    }

    /// Never an error of Lambda's: its text and its retries are not ours.
    fn refuse(
        &self,
        _: &Box<RawValue>,
        problem: &Problem,
        _: &mut Line,
    ) -> (Result<Answer, Diagnostic>, &'static str) {
        let code = match problem.code {
            Code::StoreUnavailable => RefusedCode::StoreUnavailable,
            _ => RefusedCode::Internal,
        };
        (Ok(Answer::Error(code.into())), code.as_str())
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
