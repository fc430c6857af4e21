//! The real functions over any SDK client, and the requests that API Gateway would send them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock},
    time::{Duration, Instant},
};

use authorizer::Authorizer;
use aws_sdk_dynamodb::config::SharedHttpClient;
use check_session::CheckSession;
use login::{Login, Origin, Traded};
use serde_json::{Value, json};
use sessions::Sessions;
use wxsession::{
    Clock, Random, Secret, SessionId, UserId,
    account::{Block, Reason},
    aws::{Account, Budget},
    http::Problem,
    live::Install,
    secrets::SecretValue as _,
    serve::{self, Function},
    session::{Device, Parent, Session},
    store::{SessionKey, StoreError, Users, users::Moment},
    telemetry::{Level, Line, Log},
    token::{Realm, SessionToken},
    vault::{KeyRing, Sealer},
    wechat::WechatSession,
};

use crate::engine::{SESSIONS, USERS};

pub(crate) const APP: &str = "wx0123456789abcdef";
/// The one origin whose pages may have sessions.
pub(crate) const PAGE: &str = "https://m.example.com";
pub(crate) const OPENID: &str = "oABCDEFGHIJKLMNOPQRSTUVWXYZ0";
/// The moment at which tests begin.
pub(crate) const NOW: i64 = 1_800_000_000;

/// One environment of every function, over the same client. Each is made when it is first used: a
/// search makes thousands of worlds, most of which use one function.
pub(crate) struct World {
    login: OnceLock<Login>,
    check: OnceLock<CheckSession>,
    authorizer: OnceLock<Authorizer>,
    sessions: OnceLock<Sessions>,
    account: Account,
    env: HashMap<String, String>,
    clock: Clock,
    /// Of the login, of the sessions function, and of the tests' own operations.
    randoms: [Random; 3],
    log: Log,
    lines: Arc<Mutex<Vec<String>>>,
}

pub(crate) fn settings(more: &[(&str, &str)]) -> HashMap<String, String> {
    let defaults = [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("AWS_ENDPOINT_URL_DYNAMODB", "http://dynamodb.invalid"),
        ("USERS_TABLE", USERS),
        ("SESSIONS_TABLE", SESSIONS),
        ("WECHAT_APPS_SECRET_ID", "apps"),
        ("SESSION_KEY_RING_SECRET_ID", "ring"),
        ("WECHAT_API_BASE_URL", "http://127.0.0.1:9"),
        ("PAGE_ORIGIN", PAGE),
    ];
    let pairs = defaults.iter().chain(more);
    pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

impl World {
    pub(crate) fn over(client: SharedHttpClient, clock: &Clock, seed: u64, more: &[(&str, &str)]) -> Self {
        let env = settings(more);
        let account = Account::read(&env).expect("settings are complete").over(client);
        let lines = Arc::default();
        let log = Log::stdout("test", Level::Info, clock.clone()).kept(Arc::clone(&lines));
        Self {
            login: OnceLock::new(),
            check: OnceLock::new(),
            authorizer: OnceLock::new(),
            sessions: OnceLock::new(),
            account,
            env,
            clock: clock.clone(),
            randoms: [seed, seed ^ 0x5e55, seed ^ 0xb10c].map(Random::seeded),
            log,
            lines,
        }
    }

    pub(crate) fn login(&self) -> &Login {
        self.login.get_or_init(|| {
            let random = self.randoms[0].clone();
            Login::with_account(self.account.clone(), &self.env, self.clock.clone(), random)
                .expect("settings")
        })
    }

    pub(crate) fn sessions(&self) -> &Sessions {
        self.sessions.get_or_init(|| {
            let random = self.randoms[1].clone();
            Sessions::with_account(self.account.clone(), &self.env, self.clock.clone(), random)
                .expect("settings")
        })
    }

    pub(crate) fn check(&self) -> &CheckSession {
        let made = || CheckSession::with_account(self.account.clone(), &self.env, self.clock.clone());
        self.check.get_or_init(|| made().expect("settings"))
    }

    fn authorizer(&self) -> &Authorizer {
        let made = || Authorizer::with_account(self.account.clone(), &self.env, self.clock.clone());
        self.authorizer.get_or_init(|| made().expect("settings"))
    }

    pub(crate) fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        self.account.dynamodb(Budget::WRITE)
    }

    pub(crate) fn log(&self) -> Log {
        self.log.clone()
    }

    /// A log that is a function's own, into the same lines.
    pub(crate) fn log_of(&self, function: &'static str) -> Log {
        Log::stdout(function, Level::Info, self.clock.clone()).kept(Arc::clone(&self.lines))
    }

    pub(crate) fn line(&self) -> Line {
        self.log.request("test")
    }

    /// Makes operation `number` the same whatever the ones before it needed, and forgets the lines.
    pub(crate) fn wind_to(&self, number: u64) {
        self.randoms.iter().for_each(|random| random.wind_to(number * 1_000));
        drop(self.lines());
    }

    /// Takes the lines written so far.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let lines = std::mem::take(&mut *self.lines.lock().expect("nobody panics while writing a line"));
        lines.iter().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
    }

    /// A login of the one user, as from the moment when WeChat has said who it is.
    pub(crate) async fn log_in(
        &self,
        session_key: &str,
        presented: Option<&SessionToken>,
    ) -> Result<(SessionToken, Session), Problem> {
        self.log_in_as(OPENID, session_key, presented).await
    }

    pub(crate) async fn log_in_as(
        &self,
        openid: &str,
        session_key: &str,
        presented: Option<&SessionToken>,
    ) -> Result<(SessionToken, Session), Problem> {
        self.log_in_at(openid, session_key, presented, None).await
    }

    /// The same from an install, by its number.
    pub(crate) async fn log_in_at(
        &self,
        openid: &str,
        session_key: &str,
        presented: Option<&SessionToken>,
        install: Option<usize>,
    ) -> Result<(SessionToken, Session), Problem> {
        let install = install.map(|number| format!("install-{number:08}"));
        let install = install.map(|id| Install::new(&id).expect("an id of sixteen characters"));
        let origin = Origin { presented: presented.cloned(), install, ..Origin::default() };
        let recorded = self.login().record(&traded(openid, session_key), &origin, &mut self.line()).await?;
        Ok((recorded.token, recorded.session))
    }

    pub(crate) fn users(&self) -> Users {
        Users::new(self.dynamodb(), USERS)
    }

    /// Blocks or unblocks, as an operator does.
    pub(crate) async fn block(&self, user: UserId, until: Option<i64>) -> Result<(), StoreError> {
        let reason = Reason::new("spam").expect("a code");
        let block = Block::new(self.clock.now(), until, reason).expect("it begins before it ends");
        self.users().block(user, &block, self.moment()).await
    }

    pub(crate) async fn unblock(&self, user: UserId) -> Result<bool, StoreError> {
        self.users().unblock(user, self.moment()).await
    }

    /// `POST /tickets` from the session.
    pub(crate) async fn make_ticket(&self, held: &(SessionToken, Session), page: &str) -> (u16, Value) {
        let (token, session) = held;
        let event = json!({"httpMethod": "POST", "resource": "/tickets",
            "headers": {"Authorization": format!("Bearer {}", &*token.expose())},
            "body": json!({"audience": page}).to_string(),
            "requestContext": {"authorizer": identity(session)}});
        self.answered(self.sessions(), event).await
    }

    /// A ticket of the session for the page.
    pub(crate) async fn ticket(&self, held: &(SessionToken, Session)) -> Option<String> {
        let (status, body) = self.make_ticket(held, PAGE).await;
        (status == 200).then(|| body["ticket"].as_str().expect("a ticket").to_owned())
    }

    /// `POST /tickets/redeem`, as a browser sends it from the page.
    pub(crate) async fn redeem_route(&self, ticket: &str, page: &str) -> (u16, Value) {
        let event = json!({"httpMethod": "POST", "resource": "/tickets/redeem", "headers": {"Origin": page},
            "body": json!({"ticket": ticket, "audience": page}).to_string()});
        self.answered(self.login(), event).await
    }

    /// The page's session for a ticket of the one user's `parent`.
    pub(crate) async fn redeem(
        &self,
        ticket: &str,
        (token, parent): &(SessionToken, Session),
    ) -> Option<(SessionToken, Session)> {
        let (status, body) = self.redeem_route(ticket, PAGE).await;
        if status != 200 {
            return None;
        }
        let realm = Realm::new("1").expect("the default");
        let child = SessionToken::parse(body["token"].as_str().expect("a token")).expect("a token");
        let session = Session {
            id: SessionId::parse(body["session"]["id"].as_str().expect("an id")).expect("an id"),
            created_at: self.clock.now(),
            last_seen_at: None,
            expires_at: body["expires_at"].as_i64().expect("a time"),
            absolute_expires_at: body["absolute_expires_at"].as_i64().expect("a time"),
            device: Device::default(),
            parent: Some(Parent {
                hash: SessionKey::of(token, &realm).hash,
                audience: PAGE.to_owned(),
                created_at: parent.created_at,
                seen_at: parent.seen_at(),
            }),
            ..parent.clone()
        };
        Some((child, session))
    }

    fn moment(&self) -> Moment<'_> {
        let until = Instant::now() + Duration::from_mins(1);
        Moment { now_ms: self.clock.now_millis(), until, random: &self.randoms[2] }
    }

    /// Whether the authorizer lets the token through; `None` when it cannot tell.
    pub(crate) async fn authorizes(&self, token: &SessionToken) -> Option<bool> {
        self.authorizes_text(&token.expose()).await
    }

    pub(crate) async fn authorizes_text(&self, token: &str) -> Option<bool> {
        let event = json!({"type": "TOKEN", "authorizationToken": format!("Bearer {token}"),
            "methodArn": "arn:aws:execute-api:us-east-1:000000000000:api/v1/GET/me"});
        let answer = serve::invoke_json(self.authorizer(), &self.log, event, "test").await.ok()?;
        Some(answer["policyDocument"]["Statement"][0]["Effect"] == "Allow")
    }

    /// What the authorizer hands on.
    pub(crate) async fn context(&self, token: &SessionToken) -> Value {
        let event = json!({"type": "TOKEN", "authorizationToken": format!("Bearer {}", &*token.expose()),
            "methodArn": "arn:aws:execute-api:us-east-1:000000000000:api/v1/GET/me"});
        let answer = serve::invoke_json(self.authorizer(), &self.log, event, "test").await;
        answer.expect("the tables answer")["context"].clone()
    }

    /// `GET` or `DELETE /session` with the token.
    pub(crate) async fn session_route(&self, method: &str, token: &str) -> (u16, Value) {
        let event = json!({"httpMethod": method, "resource": "/session",
            "headers": {"Authorization": format!("Bearer {token}")}});
        self.answered(self.check(), event).await
    }

    /// A request to the sessions function from the session's user.
    pub(crate) async fn sessions_route(
        &self,
        method: &str,
        route: &str,
        id: Option<&str>,
        session: &Session,
    ) -> (u16, Value) {
        let event = json!({"httpMethod": method, "resource": route, "pathParameters": {"id": id},
            "requestContext": {"authorizer": identity(session)}});
        self.answered(self.sessions(), event).await
    }

    pub(crate) async fn answered(&self, function: &impl Function, event: Value) -> (u16, Value) {
        let answer = serve::invoke_json(function, &self.log, event, "test").await.expect("a response");
        let body = answer["body"]
            .as_str()
            .map_or(Value::Null, |body| serde_json::from_str(body).expect("every body is JSON"));
        (u16::try_from(answer["statusCode"].as_u64().expect("a status")).expect("a status"), body)
    }
}

/// What the authorizer hands on for a session.
pub(crate) fn identity(session: &Session) -> Value {
    let mut identity = json!({"user_id": session.user_id.to_string(), "app_id": session.app_id,
        "openid": OPENID, "session_id": session.id.to_string(),
        "expires_at": session.expires_at.to_string()});
    if let Some(parent) = &session.parent {
        identity["audience"] = parent.audience.as_str().into();
    }
    identity
}

pub(crate) fn traded(openid: &str, session_key: &str) -> Traded {
    let ring = json!({"current": "k1", "k1": "0123456789abcdefghijklmnopqrstuvwxyzABCDEF"});
    Traded {
        app_id: APP.to_owned(),
        wechat: WechatSession {
            openid: openid.to_owned(),
            unionid: Some("uUNION".to_owned()),
            session_key: Secret::new(session_key),
        },
        sealer: Sealer::Ring(Arc::new(KeyRing::read(&ring.to_string()).expect("a key ring"))),
    }
}
