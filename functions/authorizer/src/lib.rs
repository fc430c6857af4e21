//! API Gateway custom authorizer. Three outcomes, never two:
//!
//! - **allow**, with the identity in the context;
//! - **refuse**: the token is not one of ours, or its session is over. A response, not an error, so
//!   that the function's error metric stays meaningful;
//! - **cannot tell**: the tables did not answer. An error, which API Gateway turns into 5xx. Never a
//!   refusal, which would log everyone out, and never an allow.
//!
//! One binary serves REST APIs (TOKEN and REQUEST), HTTP APIs (payload 1.0 and 2.0), WebSocket APIs
//! and AppSync: `event` tells them apart, `policy` writes the response that each wants. Whatever
//! the token is, junk is refused before any table is read.

mod event;
mod policy;

use lambda_runtime::Diagnostic;
use wxsession::{
    Clock, Identity,
    aws::{Account, Budget},
    config::{self, Tables},
    env::{EnvError, Source},
    http::{Code, Problem},
    serve::Function,
    session::Rules,
    store::{Reader, read::Good},
    telemetry::Line,
    token::SessionToken,
};

pub use event::Event;
pub use policy::{HttpApiAnswer, Response};

/// The function with its clients, built once per environment. Read-only, and without secrets.
pub struct Authorizer {
    account: Account,
    reader: Reader,
    rules: Rules,
    clock: Clock,
    http_api_answer: HttpApiAnswer,
}

impl Authorizer {
    /// Built with the caller's own account.
    ///
    /// # Errors
    ///
    /// [`EnvError`] naming the variable.
    pub fn with_account(account: Account, env: &impl Source, clock: Clock) -> Result<Self, EnvError> {
        let reader = Reader::new(account.dynamodb(Budget::READ), &Tables::read(env)?, config::realm(env)?);
        let http_api_answer = HttpApiAnswer::read(env)?;
        Ok(Self { account, reader, rules: config::rules(env)?, clock, http_api_answer })
    }

    async fn look_up(&self, token: &SessionToken, line: &mut Line) -> Result<Identity, Problem> {
        line.put("user_id", token.user_id().to_string());
        let found = line.timed("store_ms", self.reader.find(token)).await?;
        if let Some(session) = found.session() {
            line.put("session_id", session.id.to_string());
            line.put("app_id", session.app_id.as_str());
        }
        Ok(self.identity(found.decide(self.clock.now(), &self.rules)?))
    }

    fn identity(&self, Good { session, person }: Good<'_>) -> Identity {
        Identity {
            user_id: session.user_id,
            app_id: person.app_id.clone(),
            openid: person.openid.clone(),
            unionid: person.unionid.clone(),
            session_id: session.id,
            expires_at: self.rules.ends_at(session),
            auth_time: Some(session.created_at),
            profile: person.profile.clone(),
        }
    }
}

impl Function for Authorizer {
    const NAME: &'static str = "authorizer";
    const SERVED: &'static str = "allow";
    type Event = Event;
    type Response = Response;

    fn from_env(env: &impl Source, clock: Clock) -> Result<Self, EnvError> {
        Self::with_account(Account::read(env)?, env, clock)
    }

    async fn prime(&self) {
        self.account.prime().await;
    }

    fn request_id(event: &Event) -> Option<&str> {
        event.request_id.as_deref()
    }

    async fn serve(&self, event: &Event, line: &mut Line) -> Result<Response, Problem> {
        line.put("flavour", event.flavour.as_str());
        let identity = self.look_up(event.token.as_ref().map_err(|error| *error)?, line).await?;
        Ok(policy::allow(identity, event, self.http_api_answer))
    }

    /// One response outside, whatever the reason; "cannot tell" is none. The text is fixed: API Gateway would take
    /// `Unauthorized` for a refusal.
    fn refuse(
        &self,
        event: &Event,
        problem: &Problem,
        line: &mut Line,
    ) -> (Result<Response, Diagnostic>, &'static str) {
        let reason = match problem.code {
            Code::CredentialsMissing => "credentials_missing",
            Code::SessionInvalid | Code::MalformedRequest => "session_invalid",
            code => {
                line.warn();
                return (Err(cannot_tell(code)), "cannot_tell");
            }
        };
        (Ok(policy::refuse(reason, event, self.http_api_answer)), "refuse")
    }
}

fn cannot_tell(code: Code) -> Diagnostic {
    let why = match code {
        Code::StoreUnavailable => "the session store did not answer",
        _ => "internal error",
    };
    Diagnostic { error_type: "CannotTell".to_owned(), error_message: format!("cannot tell: {why}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_error_text_is_the_one_that_api_gateway_takes_for_a_refusal() {
        for code in [Code::StoreUnavailable, Code::Internal] {
            let error = cannot_tell(code);
            assert_eq!(error.error_type, "CannotTell");
            assert!(error.error_message.starts_with("cannot tell: "), "never the text `Unauthorized`");
        }
    }
}
