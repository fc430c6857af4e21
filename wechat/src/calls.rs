//! Calls to WeChat that carry an access token.

use std::{sync::Arc, time::Duration};

use serde_json::{Map, Value};
use tokio::time::{Instant, timeout_at};
use wxsession::{Clock, Secret, telemetry::Line};

use crate::{
    access_token::{AccessToken, AccessTokens},
    api::{Call, Meaning, Wechat, WechatError},
    secrets::{Apps, CachedSecret, SecretError},
};

/// What all calls of one request may take together, below the functions' time limit of eight seconds.
const BUDGET: Duration = Duration::from_secs(4);

/// Why a call came to nothing.
#[derive(Clone, Debug)]
pub enum CallError {
    /// The Mini Program is no longer in the apps secret.
    NoApp,
    /// No AppSecret, so no access token.
    Secret(SecretError),
    /// WeChat gave no answer that can be used.
    Wechat(WechatError),
}

impl CallError {
    /// WeChat's number, when it said no.
    #[must_use]
    pub fn errcode(&self) -> Option<i64> {
        match self {
            Self::Wechat(WechatError::Refused { errcode, .. }) => Some(*errcode),
            _ => None,
        }
    }

    /// What that means.
    pub(crate) fn meaning(&self) -> Option<Meaning> {
        match self {
            Self::Wechat(WechatError::Refused { meaning, .. }) => Some(*meaning),
            _ => None,
        }
    }

    /// The `session_key` that signed the call is not the one WeChat holds.
    #[must_use]
    pub fn is_session_key_stale(&self) -> bool {
        self.meaning() == Some(Meaning::SessionKeyStale)
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
#[must_use]
pub fn deadline() -> Instant {
    Instant::now() + BUDGET
}

/// Makes them, for this deployment's Mini Programs.
pub struct Calls {
    wechat: Wechat,
    apps: Arc<CachedSecret<Apps>>,
    access_tokens: AccessTokens,
}

impl Calls {
    /// No access token is fetched yet.
    #[must_use]
    pub fn new(wechat: Wechat, apps: CachedSecret<Apps>, clock: Clock) -> Self {
        let apps = Arc::new(apps);
        Self { access_tokens: AccessTokens::new(wechat.clone(), Arc::clone(&apps), clock), wechat, apps }
    }

    /// Fetches the apps secret and opens a connection. A failure is left to the first event. No access token is fetched: most
    /// environments never need one.
    pub async fn prime(&self) {
        tokio::join!(async { drop(self.apps.value().await) }, self.wechat.prime());
    }

    /// The Mini Programs.
    #[must_use]
    pub fn apps(&self) -> &CachedSecret<Apps> {
        &self.apps
    }

    /// The app's access token; another one than `refused` if there is another.
    ///
    /// # Errors
    ///
    /// [`CallError`].
    pub async fn access_token(
        &self,
        app_id: &str,
        refused: Option<&Secret>,
        line: &mut Line,
    ) -> Result<Arc<AccessToken>, CallError> {
        let token = line.timed("wechat_ms", self.access_tokens.token(app_id, refused)).await;
        self.apps.report(line);
        token
    }

    /// Makes the call with the app's access token. A token that WeChat does not take is replaced and
    /// the call made again, once.
    ///
    /// # Errors
    ///
    /// [`CallError`].
    pub async fn call(
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
        let token = self.access_token(app_id, None, line).await?;
        let first = line.timed("wechat_ms", self.call_with(&token, call)).await;
        let refused = first.as_ref().err().filter(|error| error.meaning() == Some(Meaning::TokenStale));
        let Some(errcode) = refused.and_then(CallError::errcode) else { return first };
        line.put("access_token_refused", errcode);
        let another = line.timed("wechat_ms", self.access_tokens.token(app_id, Some(token.secret()))).await?;
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
