//! The sessions of the user who asks, behind the authorizer.
//!
//! | route | does |
//! |---|---|
//! | `GET /sessions` | lists those that are still good, newest first |
//! | `DELETE /sessions/{id}` | signs out one of them |
//! | `DELETE /sessions` | signs out everywhere with one write, the asking session included |
//! | `DELETE /me` | deletes the account (`account`) |
//!
//! Another user's session is not found, exactly like one that never was.

mod account;

use std::{
    cmp::Reverse,
    time::{Duration, Instant},
};

use facts::route;
use serde::Serialize;
use wxsession::{
    Clock, Identity, Random, SessionId,
    aws::{Account, Budget},
    config::{self, Tables},
    env::{EnvError, Source},
    http::{Code, Problem, Request, RequestExt, Response, Route, response},
    identity,
    serve::HttpFunction,
    session::{Device, Ended, Rules, Session, SessionRecord, decide},
    store::{self, End, SessionKey, StoreError, Users, item::Damaged, users::Moment},
    telemetry::Line,
    token::TokenHash,
    user::User,
};

/// How long a write is tried again that others overtake, when nobody limits the request.
const PATIENCE: Duration = Duration::from_secs(3);

/// The function with its clients, built once per environment.
pub struct Sessions {
    account: Account,
    users: Users,
    table: store::Sessions,
    rules: Rules,
    clock: Clock,
    random: Random,
}

#[derive(Serialize)]
struct Reply {
    sessions: Vec<SessionReply>,
}

#[derive(Serialize)]
struct SessionReply {
    id: String,
    created_at: i64,
    last_seen_at: i64,
    expires_at: i64,
    current: bool,
    device: Device,
}

/// What both tables say of a user who has an account.
struct Records {
    user: User,
    sessions: Vec<(TokenHash, Result<SessionRecord, Damaged>)>,
}

impl Records {
    /// The sessions that the authorizer would let through.
    fn good(&self, now: i64, rules: &Rules) -> Vec<&Session> {
        let records = self.sessions.iter().filter_map(|(hash, record)| Some((hash, record.as_ref().ok()?)));
        let decided = records.map(|(hash, record)| decide(now, rules, hash, Some(record), Some(&self.user)));
        decided.filter_map(|decided| decided.ok().map(|(session, _)| session)).collect()
    }
}

impl Sessions {
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
        let dynamodb = account.dynamodb(Budget::WRITE);
        Ok(Self {
            users: Users::new(dynamodb.clone(), tables.users),
            table: store::Sessions::new(dynamodb, tables.sessions),
            rules: config::rules(env)?,
            account,
            clock,
            random,
        })
    }

    async fn list(&self, request: &Request, line: &mut Line) -> Result<Response, Problem> {
        let caller = identity::of(request, line)?;
        let records = line.timed("store_ms", self.records(&caller)).await?;
        let good = records.as_ref().map(|records| records.good(self.clock.now(), &self.rules));
        let mut good = good.unwrap_or_default();
        good.sort_by_key(|session| Reverse((session.created_at, session.id)));
        let sessions = good.into_iter().map(|session| SessionReply {
            id: session.id.to_string(),
            created_at: session.created_at,
            last_seen_at: session.seen_at(),
            expires_at: self.rules.ends_at(session),
            current: session.id == caller.session_id,
            device: session.device.clone(),
        });
        Ok(response::json(&Reply { sessions: sessions.collect() }))
    }

    async fn sign_out_one(&self, request: &Request, line: &mut Line) -> Result<Response, Problem> {
        let caller = identity::of(request, line)?;
        let wanted = request.path_parameters_ref().and_then(|named| SessionId::parse(named.first("id")?));
        let wanted = wanted.ok_or_else(|| Problem::new(Code::NotFound).because("session_id_grammar"))?;
        let records = line.timed("store_ms", self.records(&caller)).await?;
        let sessions = records.iter().flat_map(|records| &records.sessions);
        let mut named =
            sessions.filter_map(|(hash, record)| Some((hash, record.as_ref().ok()?.session()?.id)));
        let found = named.find(|(_, id)| *id == wanted);
        let (hash, _) = found.ok_or_else(|| Problem::new(Code::NotFound).because("not_this_users"))?;
        let key = SessionKey { user: caller.user_id, hash: *hash };
        let write = self.table.end(&key, Ended::EndedByUser, self.clock.now());
        if let End::Now(_) = line.timed("store_ms", write).await? {
            let reason = Ended::EndedByUser.as_str();
            let ended_session_id = wanted.to_string();
            line.audit(
                "session_revoked",
                &[("reason", reason.into()), ("ended_session_id", ended_session_id.into())],
            );
        } else {
            line.put("reason", "nothing_to_end");
        }
        Ok(response::no_content())
    }

    /// Whatever number of sessions there are, one write ends them.
    async fn sign_out_everywhere(&self, request: &Request, line: &mut Line) -> Result<Response, Problem> {
        let caller = identity::of(request, line)?;
        let write = self.users.sign_out_everywhere(caller.user_id, self.moment(line));
        if line.timed("store_ms", write).await? {
            let reason = Ended::SignedOutEverywhere.as_str();
            line.audit("all_sessions_revoked", &[("reason", reason.into())]);
        } else {
            // The account is gone, and every session went with it.
            line.put("reason", "nothing_to_end");
        }
        Ok(response::no_content())
    }

    /// The user and the sessions in their list; `None` when there is no account.
    async fn records(&self, caller: &Identity) -> Result<Option<Records>, StoreError> {
        let user = self.users.read(caller.user_id).await?.filter(|user| user.person.is_some());
        let Some(user) = user else { return Ok(None) };
        let listed = user.live.entries().map(|entry| entry.hash);
        let sessions = self.table.some(caller.user_id, listed).await?;
        Ok(Some(Records { user, sessions }))
    }

    fn moment(&self, line: &Line) -> Moment<'_> {
        let until = line.deadline().unwrap_or_else(|| Instant::now() + PATIENCE);
        Moment { now_ms: self.clock.now_millis(), until, random: &self.random }
    }
}

impl HttpFunction for Sessions {
    const NAME: &'static str = "sessions";
    const ROUTES: &'static [Route<Self>] = &[
        Route::of(&route::LIST_SESSIONS, |function, request, line| Box::pin(function.list(request, line))),
        Route::of(&route::SIGN_OUT_EVERYWHERE, |function, request, line| {
            Box::pin(function.sign_out_everywhere(request, line))
        }),
        Route::of(&route::END_SESSION, |function, request, line| {
            Box::pin(function.sign_out_one(request, line))
        }),
        Route::of(&route::DELETE_ACCOUNT, |function, request, line| {
            Box::pin(function.delete_account(request, line))
        }),
    ];

    fn from_env(env: &impl Source, clock: Clock) -> Result<Self, EnvError> {
        Self::with_account(Account::read(env)?, env, clock, Random::system())
    }

    async fn prime(&self) {
        self.account.prime().await;
    }
}
