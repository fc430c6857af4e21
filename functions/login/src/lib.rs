//! `POST /login`: a `wx.login` code in, our own session token out. `POST /tickets/redeem` (`redeem`) gives a page in a web-view
//! a session of its own.
//!
//! A login:
//!
//! 1. the body is read: `{code, app_id?, install_id?}`, nothing else in it (`request`);
//! 2. the code is traded at WeChat (`wechat`): openid and session_key;
//! 3. the user's record is read: a blocked user gets no further (`record`);
//! 4. a session is written, and then, in one write, the user's list with it, without those that it replaces or that are
//!    over the cap (`room`), and the session_key sealed into the vault;
//! 5. the token goes out, once.

mod record;
mod redeem;
mod request;
mod room;
mod wechat;

pub use record::Recorded;
pub use request::Origin;
pub use wechat::Traded;

use facts::route;
use serde::Serialize;
use wxsession::{
    Clock, Random,
    aws::{Account, Budget},
    config::{self, Tables, WechatSettings},
    env::{EnvError, Source},
    http::{Problem, Request, Response, Route, response},
    page::PageOrigin,
    secrets::{Apps, CachedSecret},
    serve::HttpFunction,
    session::{Rules, Session},
    store::{Reader, Sessions, Users},
    telemetry::Line,
    token::{Realm, SessionToken},
    vault::KeyRing,
    wechat::Wechat,
};

/// The function with its clients, built once per environment.
pub struct Login {
    account: Account,
    apps: CachedSecret<Apps>,
    default_app: Option<String>,
    key_ring: Option<CachedSecret<KeyRing>>,
    wechat: Wechat,
    users: Users,
    sessions: Sessions,
    reader: Reader,
    rules: Rules,
    max_sessions: usize,
    page_origin: Option<PageOrigin>,
    realm: Realm,
    clock: Clock,
    random: Random,
}

#[derive(Serialize)]
struct Reply<'a> {
    token: &'a str,
    token_type: &'static str,
    expires_at: i64,
    absolute_expires_at: i64,
    check_after: i64,
    session: SessionReply,
    user: UserReply,
}

#[derive(Serialize)]
struct SessionReply {
    id: String,
}

#[derive(Serialize)]
struct UserReply {
    id: String,
    is_new: bool,
}

impl Login {
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
        let settings = WechatSettings::read(env)?;
        let dynamodb = account.dynamodb(Budget::WRITE);
        let secrets = account.secrets_manager();
        let ring = settings.key_ring_secret_id;
        let realm = config::realm(env)?;
        Ok(Self {
            apps: CachedSecret::new(secrets.clone(), settings.apps_secret_id, clock.clone()),
            default_app: config::default_app(env),
            key_ring: ring.map(|id| CachedSecret::new(secrets, id, clock.clone())),
            wechat: Wechat::new(&settings.base_url)?,
            reader: Reader::new(dynamodb.clone(), &tables, realm.clone()),
            users: Users::new(dynamodb.clone(), tables.users),
            sessions: Sessions::new(dynamodb, tables.sessions),
            rules: config::rules(env)?,
            max_sessions: config::max_sessions(env)?,
            page_origin: config::page_origin(env)?,
            realm,
            account,
            clock,
            random,
        })
    }

    async fn login(&self, request: &Request, line: &mut Line) -> Result<Response, Problem> {
        let wanted = request::read(request)?;
        let traded = self.trade(&wanted, line).await?;
        let recorded = self.record(&traded, &wanted.origin, line).await?;
        line.audit("authn_login_success", &[("is_new", recorded.is_new.into())]);
        Ok(self.reply(&recorded.token, &recorded.session, recorded.is_new))
    }

    fn reply(&self, token: &SessionToken, session: &Session, is_new: bool) -> Response {
        response::json(&Reply {
            token: &token.expose(),
            token_type: "Bearer",
            expires_at: session.expires_at,
            absolute_expires_at: session.absolute_expires_at,
            check_after: self.rules.check_after(session),
            session: SessionReply { id: session.id.to_string() },
            user: UserReply { id: session.user_id.to_string(), is_new },
        })
    }
}

impl HttpFunction for Login {
    const NAME: &'static str = "login";
    const FAILURE: Option<&'static str> = Some("authn_login_fail");
    const ROUTES: &'static [Route<Self>] = &[
        Route::of(&route::LOGIN, |function, request, line| Box::pin(function.login(request, line))),
        Route::<Self>::of(&route::REDEEM_TICKET, |function, request, line| {
            Box::pin(function.redeem(request, line))
        })
        .beside(),
    ];

    fn from_env(env: &impl Source, clock: Clock) -> Result<Self, EnvError> {
        Self::with_account(Account::read(env)?, env, clock, Random::system())
    }

    fn page_origin(&self) -> Option<&PageOrigin> {
        self.page_origin.as_ref()
    }

    /// Fetches the secrets and opens the connections at the same time, while start-up runs at full
    /// speed. A failure is left to the first event. Two connections to DynamoDB: a login begins with
    /// two calls at once.
    async fn prime(&self) {
        let ring = async {
            if let Some(ring) = &self.key_ring {
                drop(ring.value().await);
            }
        };
        tokio::join!(
            async { drop(self.apps.value().await) },
            ring,
            self.account.prime(),
            self.account.prime(),
            self.wechat.prime()
        );
    }
}
