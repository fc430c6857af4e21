//! API Gateway custom authorizer. Three outcomes, never two:
//!
//! - **allow**, with the identity in the context;
//! - **refuse**: the token is not one of ours, or its session is over. An answer, not an error, so
//!   that the function's error metric stays meaningful;
//! - **cannot tell**: the tables did not answer. An error, which API Gateway turns into 5xx. Never a
//!   refusal, which would log everyone out, and never an allow.
//!
//! One binary serves REST APIs (TOKEN and REQUEST), HTTP APIs (payload 1.0 and 2.0), WebSocket APIs
//! and AppSync: `event` tells them apart, `policy` writes the answer that each wants. Whatever
//! the token is, junk is refused before any table is read.

mod event;
mod policy;

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use lambda_runtime::Diagnostic;
use wxsession::{
    Clock, Identity,
    aws::{Account, Budget},
    config::{self, Tables},
    env::{EnvError, Source},
    http::BearerError,
    session::{Refusal, Session},
    store::Reader,
    telemetry::Line,
    telemetry::Log,
    token::SessionToken,
};

pub use event::Event;
pub use policy::{Answer, HttpApiAnswer};

/// The function with its clients, built once per environment. Read-only, and without secrets.
pub struct Authorizer {
    account: Account,
    reader: Reader,
    clock: Clock,
    http_api_answer: HttpApiAnswer,
}

/// The tables did not answer, or the event is not an authorizer's. The text is fixed: API Gateway
/// would take the text `Unauthorized` for a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotTell {
    /// A table could not be read.
    #[error("cannot tell: the session store did not answer")]
    Store,
    /// Not an event of API Gateway or AppSync.
    #[error("cannot tell: not an authorizer event")]
    Event,
    /// A defect here.
    #[error("cannot tell: internal error")]
    Internal,
}

impl From<CannotTell> for Diagnostic {
    fn from(error: CannotTell) -> Self {
        Self { error_type: "CannotTell".to_owned(), error_message: error.to_string() }
    }
}

enum Decision {
    Allow(Identity),
    Refuse(&'static str),
}

impl Authorizer {
    /// Reads the settings and builds the clients.
    ///
    /// # Errors
    ///
    /// [`EnvError`] naming the variable.
    pub fn from_env(env: &impl Source, clock: Clock) -> Result<Self, EnvError> {
        Self::with_account(Account::read(env)?, env, clock)
    }

    /// The same with the caller's own account.
    ///
    /// # Errors
    ///
    /// [`EnvError`] naming the variable.
    pub fn with_account(account: Account, env: &impl Source, clock: Clock) -> Result<Self, EnvError> {
        config::log_level(env)?;
        let reader = Reader::new(account.dynamodb(Budget::READ), &Tables::read(env)?, config::realm(env)?);
        let http_api_answer = HttpApiAnswer::read(env)?;
        Ok(Self { account, reader, clock, http_api_answer })
    }

    /// Opens the connection to DynamoDB before the first event.
    pub async fn prime(&self) {
        self.account.prime().await;
    }

    /// Answers one event and writes its line.
    ///
    /// # Errors
    ///
    /// [`CannotTell`]; a panic ends so too, without any text of it.
    pub async fn answer(&self, log: &Log, event: &Event, invocation_id: &str) -> Result<Answer, CannotTell> {
        let mut line = log.request(event.request_id().unwrap_or(invocation_id));
        line.put("flavour", event.flavour().map(event::Flavour::as_str));
        let decided = AssertUnwindSafe(self.decide(event, &mut line)).catch_unwind().await;
        let decided = decided.unwrap_or(Err(CannotTell::Internal));
        let answer = decided.and_then(|decision| {
            let answer = policy::answer(&decision, event, self.http_api_answer).ok_or(CannotTell::Event);
            answer.map(|answer| (answer, matches!(decision, Decision::Allow(_))))
        });
        match answer {
            Ok((answer, allowed)) => {
                line.end(if allowed { "allow" } else { "refuse" });
                Ok(answer)
            }
            Err(error) => {
                line.warn();
                line.end("cannot_tell");
                Err(error)
            }
        }
    }

    async fn decide(&self, event: &Event, line: &mut Line) -> Result<Decision, CannotTell> {
        let token = match event.token() {
            Ok(token) => token,
            Err(error) => {
                line.put("reason", error.as_str());
                return Ok(Decision::Refuse(match error {
                    BearerError::Missing => "credentials_missing",
                    _ => "session_invalid",
                }));
            }
        };
        self.look_up(&token, line).await
    }

    async fn look_up(&self, token: &SessionToken, line: &mut Line) -> Result<Decision, CannotTell> {
        line.put("user_id", token.user_id().to_string());
        let read = line.timed("store_ms", self.reader.find(token)).await;
        let found = read.map_err(|error| {
            line.store_failed(&error);
            CannotTell::Store
        })?;
        if let Some(session) = found.session() {
            line.put("session_id", session.id.to_string());
            line.put("app_id", session.app_id.as_str());
        }
        match found.decide(self.clock.now()) {
            Ok(session) => match identity(session) {
                Some(identity) => Ok(Decision::Allow(identity)),
                None => Ok(refuse(Refusal::Damaged, Some("openid"), line)),
            },
            Err(refusal) => Ok(refuse(refusal, found.damage(), line)),
        }
    }
}

fn refuse(refusal: Refusal, damage: Option<&'static str>, line: &mut Line) -> Decision {
    line.refused(refusal, damage);
    line.put("reason", refusal.as_str());
    // One answer outside, whatever the reason.
    Decision::Refuse("session_invalid")
}

fn identity(session: &Session) -> Option<Identity> {
    Some(Identity {
        user_id: session.user_id.to_string(),
        app_id: session.app_id.clone(),
        openid: session.openid.clone()?,
        unionid: session.unionid.clone(),
        session_id: session.id.to_string(),
        expires_at: session.expires_at,
    })
}
