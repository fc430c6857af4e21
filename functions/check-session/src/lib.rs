//! `GET /session`: is the session still good, and until when; renews it when due.
//! `DELETE /session`: logs out.
//!
//! Both routes are open at API Gateway and check the token themselves, so that the client can tell
//! "log in again" (401) from "cannot tell" (503) behind every kind of API.

use facts::route;
use serde::Serialize;
use wxsession::{
    Clock,
    aws::{Account, Budget},
    config::{self, Tables},
    env::{EnvError, Source},
    http::{Problem, Request, Response, Route, bearer, response},
    page::PageOrigin,
    serve::HttpFunction,
    session::{Ended, Rules, Session},
    store::{End, Found, Reader, Sessions},
    telemetry::Line,
    token::SessionToken,
};

/// The function with its clients, built once per environment.
pub struct CheckSession {
    account: Account,
    reader: Reader,
    sessions: Sessions,
    rules: Rules,
    page_origin: Option<PageOrigin>,
    clock: Clock,
}

#[derive(Serialize)]
struct Reply {
    session: SessionReply,
    user: UserReply,
}

#[derive(Serialize)]
struct SessionReply {
    id: String,
    created_at: i64,
    expires_at: i64,
    absolute_expires_at: i64,
    check_after: i64,
}

#[derive(Serialize)]
struct UserReply {
    id: String,
}

impl CheckSession {
    /// Reads the settings and builds the clients, with the caller's own account.
    ///
    /// # Errors
    ///
    /// [`EnvError`] naming the variable.
    pub fn with_account(account: Account, env: &impl Source, clock: Clock) -> Result<Self, EnvError> {
        let tables = Tables::read(env)?;
        let dynamodb = account.dynamodb(Budget::READ);
        Ok(Self {
            reader: Reader::new(dynamodb.clone(), &tables, config::realm(env)?),
            sessions: Sessions::new(dynamodb, tables.sessions),
            rules: config::rules(env)?,
            page_origin: config::page_origin(env)?,
            account,
            clock,
        })
    }

    async fn check(&self, request: &Request, line: &mut Line) -> Result<Response, Problem> {
        let token = presented(request, line)?;
        let found = line.timed("store_ms", self.reader.find(&token)).await?;
        if let Some(session) = found.session() {
            line.put("session_id", session.id.to_string());
            line.put("app_id", session.app_id.as_str());
        }
        let session = found.decide(self.clock.now(), &self.rules)?.session;
        let renewed = self.renew(&found, session, line).await;
        let session = renewed.as_ref().unwrap_or(session);
        Ok(response::json(&Reply {
            session: SessionReply {
                id: session.id.to_string(),
                created_at: session.created_at,
                expires_at: self.rules.ends_at(session),
                absolute_expires_at: self.rules.absolute_end(session),
                check_after: self.rules.check_after(session),
            },
            user: UserReply { id: session.user_id.to_string() },
        }))
    }

    /// Writes that the session was seen, when that is due, and renews it. When it cannot be written the session is as
    /// good as it was.
    async fn renew(&self, found: &Found, session: &Session, line: &mut Line) -> Option<Session> {
        let renewed = self.rules.renewed(session, self.clock.now())?;
        let written = self.sessions.renew(found.key(), session, &renewed);
        match line.timed_if_time("store_ms", written).await? {
            Ok(true) => {
                // A page's session is as long as it was.
                if session.parent.is_none() {
                    line.audit("session_renewed", &[]);
                }
                Some(renewed)
            }
            Ok(false) => None,
            Err(error) => {
                Problem::from(error).note_in(line);
                None
            }
        }
    }

    async fn log_out(&self, request: &Request, line: &mut Line) -> Result<Response, Problem> {
        let token = presented(request, line)?;
        let key = self.reader.key(&token);
        let ended = self.sessions.end(&key, Ended::LoggedOut, self.clock.now());
        match line.timed("store_ms", ended).await? {
            End::Now(_) => line.audit("session_logout", &[]),
            // Ending a session twice, or one that never was, is success.
            End::Before | End::Missing => line.put("reason", "nothing_to_end"),
        }
        Ok(response::no_content())
    }
}

impl HttpFunction for CheckSession {
    const NAME: &'static str = "check-session";
    const ROUTES: &'static [Route<Self>] = &[
        Route::of(&route::CHECK, |function, request, line| Box::pin(function.check(request, line))),
        Route::of(&route::LOGOUT, |function, request, line| Box::pin(function.log_out(request, line))),
    ];

    fn from_env(env: &impl Source, clock: Clock) -> Result<Self, EnvError> {
        Self::with_account(Account::read(env)?, env, clock)
    }

    fn page_origin(&self) -> Option<&PageOrigin> {
        self.page_origin.as_ref()
    }

    async fn prime(&self) {
        self.account.prime().await;
    }
}

fn presented(request: &Request, line: &mut Line) -> Result<SessionToken, Problem> {
    let token = bearer::of(request)?;
    line.put("user_id", token.user_id().to_string());
    Ok(token)
}
