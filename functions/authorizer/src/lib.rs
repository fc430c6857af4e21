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

use lambda_runtime::{Context, Diagnostic};
use serde::Serialize;
use wxsession::{
    Clock, Identity,
    aws::{Account, Budget},
    config::{self, Tables},
    env::{EnvError, Source},
    http::{Code, Problem},
    serve::{Function, guarded},
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
            // When the user logged in: what needs that to be fresh must not be content with a page's reload.
            auth_time: Some(session.parent.as_ref().map_or(session.created_at, |parent| parent.created_at)),
            audience: session.parent.as_ref().map(|parent| parent.audience.clone()),
            profile: person.profile.clone(),
        }
    }
}

impl Function for Authorizer {
    const NAME: &'static str = "authorizer";
    type Event = Event;

    fn from_env(env: &impl Source, clock: Clock) -> Result<Self, EnvError> {
        Self::with_account(Account::read(env)?, env, clock)
    }

    async fn prime(&self) {
        self.account.prime().await;
    }

    /// One response outside, whatever the reason; "cannot tell" is none. The text is fixed: API Gateway would take
    /// `Unauthorized` for a refusal.
    async fn answer(
        &self,
        event: Event,
        _: Context,
        mut line: Line,
    ) -> Result<impl Serialize + Send, Diagnostic> {
        let Event { form, token, gateway } = event;
        line.put("flavour", form.flavour.as_str());
        line.came_by(gateway);
        let decided = guarded(&mut line, async |line| self.look_up(&token?, line).await).await;
        let (outcome, response) = match decided {
            Ok(identity) => ("allow", Ok(policy::allow(identity, form, self.http_api_answer))),
            Err(problem) => match problem.code {
                Code::CredentialsMissing => {
                    ("refuse", Ok(policy::refuse("credentials_missing", form, self.http_api_answer)))
                }
                Code::SessionInvalid | Code::MalformedRequest => {
                    ("refuse", Ok(policy::refuse("session_invalid", form, self.http_api_answer)))
                }
                code => ("cannot_tell", Err(cannot_tell(code))),
            },
        };
        line.end(outcome);
        response
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
