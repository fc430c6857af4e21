//! Account control, for the business's own backend: block, roles, claims, external id, find, sessions, erase. No route leads
//! here; who may invoke it is decided by IAM alone. docs/accounts.md is its manual.
//!
//! What a request changes the next request of the user meets: nothing here is cached anywhere.

mod actions;
pub mod answer;
mod request;
#[cfg(test)]
mod schema;
mod sessions;

use lambda_runtime::{Context, Diagnostic};
use serde::Serialize;
use serde_json::value::RawValue;
use wxsession::{
    Clock, Random,
    account::Malformed,
    aws::{Account, Budget},
    config::{self, Tables},
    env::{EnvError, Source},
    serve::Function,
    session::Rules,
    store::{Sessions, Users},
    telemetry::Line,
};
use wxsession_backend::Backend;

use answer::{Outcome, Refused, RefusedCode};
use request::Asked;

/// The function with its clients, built once per environment.
pub struct Accounts {
    account: Account,
    users: Users,
    sessions: Sessions,
    rules: Rules,
    clock: Clock,
    random: Random,
}

type Failure = wxsession_backend::Failure<Refused>;

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
}

impl Backend for Accounts {
    const AUDIT: &'static str = "account_control";
    type Asked = Asked;
    type Outcome = Outcome;
    type Refused = Refused;

    fn read(&self, json: &str) -> Result<Asked, Malformed> {
        Asked::read(json, self.clock.now())
    }

    async fn act(&self, asked: &Asked, line: &mut Line) -> Result<Outcome, Failure> {
        self.done(&asked.action, line).await
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
        line: Line,
    ) -> Result<impl Serialize + Send, Diagnostic> {
        Ok(wxsession_backend::answer(self, event.get(), line).await)
    }
}
