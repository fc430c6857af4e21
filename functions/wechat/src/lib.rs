//! What the business's own backend needs of WeChat, and cannot have without a secret that stays here: a phone number, the access
//! token, signatures of payments and of user storage. No route leads here; who may invoke it is decided by IAM alone.
//! docs/wechat-backend.md is its manual.
//!
//! Every request is answered with a `result` or an `error` ([`Answer`]) and is one audit event. What is signed is built here from
//! typed fields: there is no way to have bytes signed.

mod actions;
pub mod answer;
mod object;
mod payment;
mod request;
#[cfg(test)]
mod schema;
mod storage;
mod xpay;

use lambda_runtime::{Context, Diagnostic};
use serde::Serialize;
use serde_json::{Value, value::RawValue};
use wxsession::{
    Clock,
    account::Malformed,
    aws::{Account, Budget},
    env::{EnvError, Source},
    http::Problem,
    serve::{Function, guarded},
    store::{StoreError, Users},
    telemetry::Line,
};
use wxsession_wechat::{
    WechatSettings, api::Wechat, calls::Calls, secrets::CachedSecret, session_keys::SessionKeys, settings,
};

use answer::{Answer, Refused, RefusedCode};
use request::Asked;

/// The function with its clients, built once per environment.
pub struct Backend {
    account: Account,
    calls: Calls,
    keys: SessionKeys,
    users: Users,
    clock: Clock,
}

/// Why an action was not done.
enum Failure {
    /// It cannot be: the backend is told, and there is nothing more to say in the log.
    Refused(Refused),
    /// Something failed, or is not known to have worked.
    Problem(Problem),
    /// A user's record cannot be read.
    Damaged(StoreError),
}

impl From<RefusedCode> for Failure {
    fn from(code: RefusedCode) -> Self {
        Self::Refused(code.into())
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        if error.is_damage() { Self::Damaged(error) } else { Self::Problem(error.into()) }
    }
}

impl Backend {
    /// Built with the caller's own account.
    ///
    /// # Errors
    ///
    /// [`EnvError`] naming the variable.
    pub fn with_account(account: Account, env: &impl Source, clock: Clock) -> Result<Self, EnvError> {
        let users_table = env.given(&facts::settings::USERS_TABLE)?;
        let settings = WechatSettings::read(env)?;
        let secrets = settings::secrets_manager(&account, env);
        let apps = CachedSecret::new(secrets.clone(), settings.apps_secret_id, clock.clone());
        let ring = settings.key_ring_secret_id.map(|id| CachedSecret::new(secrets, id, clock.clone()));
        Ok(Self {
            calls: Calls::new(Wechat::new(&settings.base_url)?, apps, clock.clone()),
            keys: SessionKeys::new(ring),
            users: Users::new(account.dynamodb(Budget::READ), users_table),
            account,
            clock,
        })
    }

    async fn done(&self, asked: &Asked, line: &mut Line) -> Result<Answer, Problem> {
        line.put("action", asked.action.name());
        if let Some(user) = asked.user {
            line.put("user_id", user.to_string());
        }
        match self.act(asked, line).await {
            Ok(outcome) => Ok(Answer::Result(outcome)),
            Err(Failure::Refused(refused)) => {
                if let Some(reason) = refused.reason {
                    line.put("reason", reason);
                }
                Ok(Answer::Error(refused))
            }
            // Sending it again does not help: the caller is told, and the operator.
            Err(Failure::Damaged(error)) => {
                Problem::from(error).note_in(line);
                Ok(Answer::Error(RefusedCode::RecordDamaged.into()))
            }
            Err(Failure::Problem(problem)) => Err(problem),
        }
    }
}

impl Function for Backend {
    const NAME: &'static str = "wechat";
    // Its own text: what cannot be read is answered, too.
    type Event = Box<RawValue>;

    fn from_env(env: &impl Source, clock: Clock) -> Result<Self, EnvError> {
        Self::with_account(Account::read(env)?, env, clock)
    }

    async fn prime(&self) {
        tokio::join!(self.calls.prime(), self.keys.prime(), self.account.prime());
    }

    /// Never an error of Lambda's: its text and its retries are not ours.
    async fn answer(
        &self,
        event: Box<RawValue>,
        _: Context,
        mut line: Line,
    ) -> Result<impl Serialize + Send, Diagnostic> {
        let mut asked = None;
        let done = guarded(&mut line, async |line| match Asked::read(event.get()) {
            Ok(read) => self.done(asked.insert(read), line).await,
            Err(Malformed(reason)) => {
                line.put("reason", reason);
                Ok(Answer::Error(RefusedCode::InvalidRequest.because(reason)))
            }
        });
        let answer = done.await.unwrap_or_else(|problem| Answer::Error(Refused::from(&problem)));
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
    if let Some(call) = asked.and_then(Asked::call) {
        fields.push(("call", call.into()));
    }
    line.audit("wechat_asked", &fields);
}
