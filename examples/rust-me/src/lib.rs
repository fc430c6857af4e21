//! `GET /me`: says who is calling. `GET /staff`: the same, for those with the role `staff` only. Copy it and put your own
//! work where the answer is built.
//!
//! The session is checked before this code runs: API Gateway asks the session authorizer and hands on
//! what it said. So there is no token to read here, no table, no secret: only [`Identity`].

use serde::Serialize;
use wxsession::{
    Clock, Identity,
    env::{EnvError, Source},
    http::{Code, Problem, Request, Response, Route, response},
    serve::HttpFunction,
    telemetry::Line,
};

/// The function. Clients of your own tables go in here, built once in `from_env`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Me;

/// What the client is told about itself. WeChat's names of the user, openid and unionid, stay on the
/// server: other services take them for proof of who somebody is.
#[derive(Serialize)]
struct Reply<'a> {
    user_id: String,
    app_id: &'a str,
    session_id: String,
    expires_at: i64,
    has_unionid: bool,
}

impl Me {
    async fn me(&self, request: &Request, line: &mut Line) -> Result<Response, Problem> {
        // 401 and a line for the operator when the route was deployed without the authorizer.
        self.greet(&Identity::of(request, line)?).await
    }

    async fn staff(&self, request: &Request, line: &mut Line) -> Result<Response, Problem> {
        let identity = Identity::of(request, line)?;
        // What a role may do is this function's decision. 403, never 401: a new login gives nobody a role.
        if !identity.profile.roles.contains("staff") {
            return Err(Problem::new(Code::RoleMissing));
        }
        self.greet(&identity).await
    }

    #[expect(clippy::unused_async, reason = "your own work waits for something: here nothing does")]
    async fn greet(&self, identity: &Identity) -> Result<Response, Problem> {
        // Your own work goes here. `identity.user_id` is the key to keep a user's things under.
        Ok(response::json(&Reply {
            user_id: identity.user_id.to_string(),
            app_id: &identity.app_id,
            session_id: identity.session_id.to_string(),
            expires_at: identity.expires_at,
            has_unionid: identity.unionid.is_some(),
        }))
    }
}

impl HttpFunction for Me {
    const NAME: &'static str = "me";
    const ROUTES: &'static [Route<Self>] = &[
        Route::new("GET", "/me", |function, request, line| Box::pin(function.me(request, line))),
        Route::new("GET", "/staff", |function, request, line| Box::pin(function.staff(request, line))),
    ];

    fn from_env(_: &impl Source, _: Clock) -> Result<Self, EnvError> {
        Ok(Self)
    }
}

#[cfg(test)]
mod tests;
