//! What the business's own backend needs of WeChat, and cannot have without a secret that stays here: a phone number, the access
//! token, signatures of payments and of user storage. No route leads here; who may invoke it is decided by IAM alone.
//! docs/wechat-backend.md is its manual.
//!
//! What is signed is built here from typed fields: there is no way to have bytes signed.

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
use serde_json::value::RawValue;
use wxsession::{
    Clock,
    account::Malformed,
    aws::{Account, Budget},
    env::{EnvError, Source},
    serve::Function,
    store::Users,
    telemetry::Line,
};
use wxsession_wechat::{
    WechatSettings, api::Wechat, calls::Calls, secrets::CachedSecret, session_keys::SessionKeys, settings,
};

use answer::{Outcome, Refused, RefusedCode};
use request::Asked;

/// The function with its clients, built once per environment.
pub struct Backend {
    account: Account,
    calls: Calls,
    keys: SessionKeys,
    users: Users,
    clock: Clock,
}

type Failure = wxsession_backend::Failure<Refused>;

impl From<RefusedCode> for Failure {
    fn from(code: RefusedCode) -> Self {
        Self::Refused(code.into())
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
}

impl wxsession_backend::Backend for Backend {
    const AUDIT: &'static str = "wechat_asked";
    type Asked = Asked;
    type Outcome = Outcome;
    type Refused = Refused;

    fn read(&self, json: &str) -> Result<Asked, Malformed> {
        Asked::read(json)
    }

    async fn act(&self, asked: &Asked, line: &mut Line) -> Result<Outcome, Failure> {
        self.done(asked, line).await
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
        line: Line,
    ) -> Result<impl Serialize + Send, Diagnostic> {
        Ok(wxsession_backend::answer(self, event.get(), line).await)
    }
}
