//! What a Mini Program needs `session_key` or an access token for. Neither ever leaves the server, and
//! neither does openid.
//!
//! | route | module | needs |
//! |---|---|---|
//! | `POST /open-data/decrypt` | `decrypt`, `cipher`, `disclosure` | `session_key` |
//! | `POST /open-data/verify` | `verify`, `signature` | `session_key` |
//! | `GET /session-key`, `POST /session-key/reset` | `session_key` | `session_key`, access token |
//! | `POST /phone-number` | `phone_number` | access token |
//!
//! Every route is behind the authorizer: who is calling comes from it alone. `vault` reads the user's `session_key`s; the calls
//! that carry an access token are made by `wxsession-wechat`.

mod cipher;
mod decrypt;
mod disclosure;
mod names;
mod phone_number;
mod refused;
mod session_key;
mod signature;
mod strict_json;
mod vault;
mod verify;

use facts::route;
use wxsession::{
    Clock, Random,
    aws::{Account, Budget},
    config,
    env::{EnvError, Source},
    http::Route,
    page::PageOrigin,
    serve::HttpFunction,
    store::Users,
};
use wxsession_wechat::{
    WechatSettings, api::Wechat, calls::Calls, secrets::CachedSecret, session_keys::SessionKeys, settings,
};

#[cfg(feature = "test-util")]
pub use decrypt::decrypted;

/// `encryptedData` of a profile has about one kilobyte, of a month of steps about two.
const MOST_BYTES: usize = 16 * 1024;

/// The function with its clients, built once per environment.
pub struct OpenData {
    account: Account,
    calls: Calls,
    keys: SessionKeys,
    users: Users,
    max_age_seconds: Option<u32>,
    page_origin: Option<PageOrigin>,
    clock: Clock,
    random: Random,
}

impl OpenData {
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
        let users_table = env.given(&facts::settings::USERS_TABLE)?;
        let settings = WechatSettings::read(env)?;
        let secrets = settings::secrets_manager(&account, env);
        let apps = CachedSecret::new(secrets.clone(), settings.apps_secret_id, clock.clone());
        let ring = settings.key_ring_secret_id.map(|id| CachedSecret::new(secrets, id, clock.clone()));
        Ok(Self {
            calls: Calls::new(Wechat::new(&settings.base_url)?, apps, clock.clone()),
            keys: SessionKeys::new(ring),
            users: Users::new(account.dynamodb(Budget::WRITE), users_table),
            max_age_seconds: config::open_data_max_age(env)?,
            page_origin: config::page_origin(env)?,
            account,
            clock,
            random,
        })
    }
}

impl HttpFunction for OpenData {
    const NAME: &'static str = "open-data";
    const ROUTES: &'static [Route<Self>] = &[
        Route::of(&route::DECRYPT, |function, request, line| Box::pin(function.decrypt(request, line))),
        Route::of(&route::VERIFY, |function, request, line| Box::pin(function.verify(request, line))),
        Route::of(&route::CHECK_SESSION_KEY, |function, request, line| {
            Box::pin(function.check_session_key(request, line))
        }),
        Route::of(&route::RESET_SESSION_KEY, |function, request, line| {
            Box::pin(function.reset_session_key(request, line))
        }),
        Route::of(&route::PHONE_NUMBER, |function, request, line| {
            Box::pin(function.phone_number(request, line))
        }),
    ];

    fn from_env(env: &impl Source, clock: Clock) -> Result<Self, EnvError> {
        Self::with_account(Account::read(env)?, env, clock, Random::system())
    }

    fn page_origin(&self) -> Option<&PageOrigin> {
        self.page_origin.as_ref()
    }

    /// Fetches the secrets and opens the connections at the same time, while start-up runs at full
    /// speed. A failure is left to the first event.
    async fn prime(&self) {
        tokio::join!(self.calls.prime(), self.keys.prime(), self.account.prime());
    }
}
