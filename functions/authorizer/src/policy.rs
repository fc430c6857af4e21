//! The answers, exactly as API Gateway and AppSync want them.
//!
//! A policy covers the whole stage, `…/stage/*`: API Gateway caches the answer per token and uses it
//! for every route, so a policy for one route would refuse the next one
//! (<https://repost.aws/knowledge-center/api-gateway-lambda-authorization-errors>). What a user may do
//! on a route is the business function's decision.

use serde::Serialize;
use wxsession::{
    Identity,
    env::{EnvError, Source},
};

use crate::{
    Decision,
    event::{Event, Flavour},
};

/// What an HTTP API with payload 2.0 is set to expect; its events do not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpApiAnswer {
    /// `EnableSimpleResponses: true`, as in `template-http-api.yaml`.
    Simple,
    /// An IAM policy.
    Policy,
}

impl HttpApiAnswer {
    /// Reads `HTTP_API_ANSWER`: `simple` (the default) or `policy`.
    ///
    /// # Errors
    ///
    /// [`EnvError`] naming the variable.
    pub fn read(env: &impl Source) -> Result<Self, EnvError> {
        match env.text("HTTP_API_ANSWER").as_deref() {
            None | Some("simple") => Ok(Self::Simple),
            Some("policy") => Ok(Self::Policy),
            Some(_) => Err(EnvError::Malformed("HTTP_API_ANSWER", "simple or policy".to_owned())),
        }
    }
}

/// An answer in the form that the asking service wants.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// REST, WebSocket and HTTP APIs.
    #[serde(rename_all = "camelCase")]
    Policy {
        /// Shown in access logs: the user, or `refused`.
        principal_id: String,
        /// Allow or deny, for the whole stage.
        policy_document: PolicyDocument,
        /// Flat, strings only: REST APIs refuse anything else.
        context: Context,
    },
    /// HTTP APIs with simple responses.
    #[serde(rename_all = "camelCase")]
    Simple {
        /// Allow or refuse.
        is_authorized: bool,
        /// As above.
        context: Context,
    },
    /// AppSync.
    #[serde(rename_all = "camelCase")]
    AppSync {
        /// Allow or refuse.
        is_authorized: bool,
        /// As above.
        resolver_context: Context,
        /// None: routes are the business function's decision.
        denied_fields: [&'static str; 0],
        /// Never cached, so that a logout is seen at once.
        ttl_override: u32,
    },
}

/// An IAM policy with one statement.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyDocument {
    version: &'static str,
    statement: [Statement; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    action: &'static str,
    effect: &'static str,
    resource: String,
}

/// What is handed on: to the function behind the gateway, or to its error answer.
#[derive(Debug, Default, Serialize)]
pub struct Context {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    openid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unionid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

/// `None` when the event is of no known shape.
pub(crate) fn answer(decision: &Decision, event: &Event, http_api: HttpApiAnswer) -> Option<Answer> {
    let (allow, principal_id, context) = match decision {
        Decision::Allow(identity) => (true, identity.user_id.clone(), handed_on(identity)),
        Decision::Refuse(reason) => {
            (false, "refused".to_owned(), Context { reason: Some(reason), ..Context::default() })
        }
    };
    match event.flavour()? {
        Flavour::AppSync => Some(Answer::AppSync {
            is_authorized: allow,
            resolver_context: context,
            denied_fields: [],
            ttl_override: 0,
        }),
        Flavour::Http2 if http_api == HttpApiAnswer::Simple => {
            Some(Answer::Simple { is_authorized: allow, context })
        }
        _ => Some(Answer::Policy {
            principal_id,
            policy_document: PolicyDocument {
                version: "2012-10-17",
                statement: [Statement {
                    action: "execute-api:Invoke",
                    effect: if allow { "Allow" } else { "Deny" },
                    resource: whole_stage(event.arn()?)?,
                }],
            },
            context,
        }),
    }
}

fn handed_on(identity: &Identity) -> Context {
    Context {
        user_id: Some(identity.user_id.clone()),
        app_id: Some(identity.app_id.clone()),
        openid: Some(identity.openid.clone()),
        unionid: identity.unionid.clone(),
        session_id: Some(identity.session_id.clone()),
        // REST APIs hand every value on as a string, so it is one everywhere.
        expires_at: Some(identity.expires_at.to_string()),
        reason: None,
    }
}

/// `arn:aws:execute-api:region:account:api/stage/GET/me` → `…:api/stage/*`
fn whole_stage(arn: &str) -> Option<String> {
    let mut parts = arn.splitn(3, '/');
    let (api, stage) = (parts.next()?, parts.next()?);
    (api.starts_with("arn:") && !stage.is_empty()).then(|| format!("{api}/{stage}/*"))
}

#[cfg(test)]
mod tests;
