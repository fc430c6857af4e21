//! The sessions of the user who asks, behind the authorizer.
//!
//! | route | does |
//! |---|---|
//! | `GET /sessions` | lists those that are still good, newest first |
//! | `DELETE /sessions/{id}` | signs out one of them |
//! | `DELETE /sessions` | signs out everywhere with one write, the asking session included |
//! | `DELETE /me` | deletes the account (`account`) |
//! | `POST /tickets` | makes a ticket for a page in a web-view (`tickets`) |
//!
//! Another user's session is not found, exactly like one that never was.

mod account;
mod listed;
mod tickets;

use std::time::{Duration, Instant};

use facts::route;
use wxsession::{
    Clock, Identity, Random, SessionId,
    aws::{Account, Budget},
    config::{self, Tables},
    env::{EnvError, Source},
    http::{Code, Problem, Request, RequestExt, Response, Route, response},
    identity,
    page::PageOrigin,
    serve::HttpFunction,
    session::{Ended, Rules},
    store::{self, End, SessionKey, StoreError, Users, users::Moment},
    telemetry::Line,
    token::Realm,
};

use self::listed::{Record, Records, Reply, named};

/// How long a write is tried again that others overtake, when nobody limits the request.
const PATIENCE: Duration = Duration::from_secs(3);

/// The function with its clients, built once per environment.
pub struct Sessions {
    account: Account,
    users: Users,
    table: store::Sessions,
    rules: Rules,
    realm: Realm,
    page_origin: Option<PageOrigin>,
    clock: Clock,
    random: Random,
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
            realm: config::realm(env)?,
            page_origin: config::page_origin(env)?,
            account,
            clock,
            random,
        })
    }

    async fn list(&self, request: &Request, line: &mut Line) -> Result<Response, Problem> {
        let caller = identity::of(request, line)?;
        let records = line.timed("store_ms", self.records(&caller)).await?;
        let Some(records) = records else { return Ok(response::json(&Reply::default())) };
        let children = line.timed("store_ms", self.children(&caller, &records)).await?;
        let now = self.clock.now();
        Ok(response::json(&Reply::of(&records, &children, (now, &self.rules), caller.session_id)))
    }

    async fn sign_out_one(&self, request: &Request, line: &mut Line) -> Result<Response, Problem> {
        let caller = identity::of(request, line)?;
        let wanted = request.path_parameters_ref().and_then(|named| SessionId::parse(named.first("id")?));
        let wanted = wanted.ok_or_else(|| Problem::new(Code::NotFound).because("session_id_grammar"))?;
        let records = line.timed("store_ms", self.records(&caller)).await?;
        let records = records.ok_or_else(not_this_users)?;
        let hash = if let Some(hash) = records.named(wanted) {
            hash
        } else {
            let children = line.timed("store_ms", self.children(&caller, &records)).await?;
            named(&children, wanted).ok_or_else(not_this_users)?
        };
        let key = SessionKey { user: caller.user_id, hash };
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

    /// The sessions of pages that those in the list name: read when there are any, a hundred at a time.
    async fn children(&self, caller: &Identity, records: &Records) -> Result<Vec<Record>, StoreError> {
        self.table.some(caller.user_id, records.children()).await
    }

    fn moment(&self, line: &Line) -> Moment<'_> {
        let until = line.deadline().unwrap_or_else(|| Instant::now() + PATIENCE);
        Moment { now_ms: self.clock.now_millis(), until, random: &self.random }
    }
}

fn not_this_users() -> Problem {
    Problem::new(Code::NotFound).because("not_this_users")
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
        Route::of(&route::MAKE_TICKET, |function, request, line| {
            Box::pin(function.make_ticket(request, line))
        }),
    ];

    fn from_env(env: &impl Source, clock: Clock) -> Result<Self, EnvError> {
        Self::with_account(Account::read(env)?, env, clock, Random::system())
    }

    fn page_origin(&self) -> Option<&PageOrigin> {
        self.page_origin.as_ref()
    }

    async fn prime(&self) {
        self.account.prime().await;
    }
}
