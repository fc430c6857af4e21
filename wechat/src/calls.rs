//! Calls to WeChat that carry an access token.

use std::time::Duration;

use serde_json::{Map, Value};
use tokio::time::{Instant, timeout_at};
use wxsession::{
    http::{Code, Problem},
    telemetry::Line,
};
use wxsession_wechat::{
    api::{Call, Meaning, WechatError, meaning_of},
    secrets::SecretError,
};

use crate::{OpenData, access_token::AccessToken};

/// What all calls of one request may take together, below the function's time limit of eight seconds.
const BUDGET: Duration = Duration::from_secs(4);

/// Why a call came to nothing.
#[derive(Clone, Debug)]
pub(crate) enum CallError {
    /// The Mini Program is no longer in the apps secret.
    NoApp,
    /// No AppSecret, so no access token.
    Secret(SecretError),
    /// WeChat gave no answer that can be used.
    Wechat(WechatError),
}

impl CallError {
    /// WeChat's number, when it said no.
    pub(crate) fn errcode(&self) -> Option<i64> {
        match self {
            Self::Wechat(WechatError::Refused { errcode, .. }) => Some(*errcode),
            _ => None,
        }
    }

    fn means(&self, meaning: Meaning) -> bool {
        self.errcode().is_some_and(|errcode| meaning_of(errcode) == meaning)
    }

    /// The `session_key` that signed the call is not the one WeChat holds.
    pub(crate) fn is_session_key_stale(&self) -> bool {
        self.means(Meaning::SessionKeyStale)
    }
}

impl From<CallError> for Problem {
    fn from(error: CallError) -> Self {
        match error {
            CallError::NoApp => Problem::new(Code::WrongApp).because("not_in_the_apps_secret"),
            CallError::Secret(error) => error.into(),
            CallError::Wechat(error) => error.into(),
        }
    }
}

impl From<SecretError> for CallError {
    fn from(error: SecretError) -> Self {
        Self::Secret(error)
    }
}

impl From<WechatError> for CallError {
    fn from(error: WechatError) -> Self {
        Self::Wechat(error)
    }
}

/// When the calls of a request that starts now must be done.
pub(crate) fn deadline() -> Instant {
    Instant::now() + BUDGET
}

impl OpenData {
    /// Makes the call with the app's access token. A token that WeChat does not take is replaced and
    /// the call made again, once.
    pub(crate) async fn call(
        &self,
        app_id: &str,
        call: &Call<'_>,
        deadline: Instant,
        line: &mut Line,
    ) -> Result<Map<String, Value>, CallError> {
        let in_time = timeout_at(deadline, self.call_twice(app_id, call, line)).await;
        in_time.unwrap_or(Err(CallError::Wechat(WechatError::Timeout)))
    }

    async fn call_twice(
        &self,
        app_id: &str,
        call: &Call<'_>,
        line: &mut Line,
    ) -> Result<Map<String, Value>, CallError> {
        let token = line.timed("wechat_ms", self.access_tokens.token(app_id, None)).await;
        self.apps.report(line);
        let token = token?;
        let first = line.timed("wechat_ms", self.call_with(&token, call)).await;
        let refused = first.as_ref().err().filter(|error| error.means(Meaning::TokenStale));
        let Some(errcode) = refused.and_then(CallError::errcode) else { return first };
        line.put("access_token_refused", errcode);
        let another = line.timed("wechat_ms", self.access_tokens.token(app_id, Some(&token))).await?;
        if another.expose() == token.expose() {
            return first;
        }
        line.timed("wechat_ms", self.call_with(&another, call)).await
    }

    async fn call_with(&self, token: &AccessToken, call: &Call<'_>) -> Result<Map<String, Value>, CallError> {
        let query: Vec<_> =
            [("access_token", token.expose())].into_iter().chain(call.query.iter().copied()).collect();
        Ok(self.wechat.call(&Call { query: &query, ..*call }).await?)
    }
}
