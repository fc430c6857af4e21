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

use std::cmp::Reverse;

use serde::Serialize;
use wxsession::{
    Clock, Identity, Random, SessionId,
    aws::{Account, Budget},
    config::Tables,
    env::{EnvError, Source},
    http::{Code, Problem, Request, Response, Route},
    serve::HttpFunction,
    session::{Generation, Session, State, decide},
    store::{self, Revoked, Users},
    telemetry::Line,
    token::TokenHash,
};

/// The function with its clients, built once per environment.
pub struct Sessions {
    account: Account,
    users: Users,
    table: store::Sessions,
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
}

/// What both tables say of a user.
struct Records {
    sessions: Vec<(TokenHash, Session)>,
    generation: Option<Generation>,
}

impl Records {
    fn is_good(&self, session: &Session, now: i64) -> bool {
        decide(now, Some(session), self.generation).is_ok()
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
            account,
            clock,
            random,
        })
    }

    async fn list(&self, request: &Request, line: &mut Line) -> Result<Response, Problem> {
        let caller = Identity::of(request, line)?;
        let records = self.read(&caller, line).await?;
        let now = self.clock.now();
        let mut good: Vec<&Session> = records.sessions.iter().map(|(_, session)| session).collect();
        good.retain(|session| records.is_good(session, now));
        good.sort_by_key(|session| Reverse((session.created_at, session.id)));
        let sessions = good.into_iter().map(|session| SessionReply {
            id: session.id.to_string(),
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
            expires_at: session.expires_at,
            current: session.id == caller.session_id,
        });
        Ok(Response::json(&Reply { sessions: sessions.collect() }))
    }

    async fn sign_out_one(&self, request: &Request, line: &mut Line) -> Result<Response, Problem> {
        let caller = Identity::of(request, line)?;
        let wanted = request.path_parameter("id").and_then(SessionId::parse);
        let wanted = wanted.ok_or_else(|| Problem::new(Code::NotFound).because("session_id_grammar"))?;
        let all = line.timed("store_ms", self.table.of_user(caller.user_id)).await?;
        let found = all.into_iter().find(|(_, session)| session.id == wanted);
        let (hash, session) = found.ok_or_else(|| Problem::new(Code::NotFound).because("not_this_users"))?;
        if session.state == State::Active {
            self.end(&caller, &hash, &session, "revoked", line).await?;
        } else {
            line.put("reason", "nothing_to_end");
        }
        Ok(Response::no_content())
    }

    /// A new random generation: whatever number of sessions there are, this one write ends them.
    async fn sign_out_everywhere(&self, request: &Request, line: &mut Line) -> Result<Response, Problem> {
        let caller = Identity::of(request, line)?;
        let generation = Generation(self.random.bytes());
        let write = self.users.sign_out_everywhere(caller.user_id, generation);
        let existed = line.timed("store_ms", write).await?;
        if existed {
            line.audit("all_sessions_revoked", &[("reason", "revoked".into())]);
        } else {
            // The account is gone, and every session went with it.
            line.put("reason", "nothing_to_end");
        }
        Ok(Response::no_content())
    }

    async fn read(&self, caller: &Identity, line: &mut Line) -> Result<Records, Problem> {
        let user = caller.user_id;
        let reads = async { tokio::try_join!(self.table.of_user(user), self.users.generation(user)) };
        let (sessions, generation) = line.timed("store_ms", reads).await?;
        Ok(Records { sessions, generation })
    }

    async fn end(
        &self,
        caller: &Identity,
        hash: &TokenHash,
        session: &Session,
        reason: &'static str,
        line: &mut Line,
    ) -> Result<(), Problem> {
        let write = self.table.revoke(caller.user_id, hash, reason, self.clock.now());
        let ended = line.timed("store_ms", write).await?;
        if ended == Revoked::Now {
            let ended_session_id = session.id.to_string();
            line.audit(
                "session_revoked",
                &[("reason", reason.into()), ("ended_session_id", ended_session_id.into())],
            );
        }
        Ok(())
    }
}

impl HttpFunction for Sessions {
    const NAME: &'static str = "sessions";
    const ROUTES: &'static [Route<Self>] = &[
        Route::new("GET", "/sessions", |function, request, line| Box::pin(function.list(request, line))),
        Route::new("DELETE", "/sessions", |function, request, line| {
            Box::pin(function.sign_out_everywhere(request, line))
        }),
        Route::new("DELETE", "/sessions/{id}", |function, request, line| {
            Box::pin(function.sign_out_one(request, line))
        }),
        Route::new("DELETE", "/me", |function, request, line| {
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
