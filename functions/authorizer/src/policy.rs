//! The responses, exactly as API Gateway and AppSync want them.
//!
//! A policy covers the whole stage, `…/stage/*`: API Gateway caches the response per token and uses it
//! for every route, so a policy for one route would refuse the next one
//! (<https://repost.aws/knowledge-center/api-gateway-lambda-authorization-errors>). What a user may do
//! on a route is the business function's decision.

use serde::Serialize;
use wxsession::{
    Identity,
    env::{EnvError, Source},
    identity::HandedOn,
};

use crate::event::{Flavour, Form};

/// What an HTTP API with payload 2.0 is set to expect; its events do not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpApiAnswer {
    /// `EnableSimpleResponses: true`, as in `template-http-api.yaml`.
    Simple,
    /// An IAM policy.
    Policy,
}

impl HttpApiAnswer {
    /// What the function was told.
    ///
    /// # Errors
    ///
    /// [`EnvError`] naming the variable.
    pub fn read(env: &impl Source) -> Result<Self, EnvError> {
        let word = env.word(&facts::settings::HTTP_API_ANSWER)?;
        Ok(if word == "policy" { Self::Policy } else { Self::Simple })
    }
}

/// A response in the form that the asking service wants.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Response {
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

/// What is handed on: to the function behind the gateway, or to its error response.
#[derive(Debug, Serialize)]
#[serde(untagged)]
#[expect(clippy::large_enum_variant, reason = "there is one of it in a request")]
pub enum Context {
    /// Who is calling.
    Identity(HandedOn),
    /// Why nobody is.
    Refused {
        /// `credentials_missing` or `session_invalid`.
        reason: &'static str,
    },
}

pub(crate) fn allow(identity: Identity, form: Form, http_api: HttpApiAnswer) -> Response {
    let principal_id = identity.user_id.to_string();
    response("Allow", principal_id, Context::Identity(identity.hand_on()), form, http_api)
}

pub(crate) fn refuse(reason: &'static str, form: Form, http_api: HttpApiAnswer) -> Response {
    response("Deny", "refused".to_owned(), Context::Refused { reason }, form, http_api)
}

fn response(
    effect: &'static str,
    principal_id: String,
    context: Context,
    form: Form,
    http_api: HttpApiAnswer,
) -> Response {
    let is_authorized = effect == "Allow";
    match form.flavour {
        Flavour::AppSync => {
            Response::AppSync { is_authorized, resolver_context: context, denied_fields: [], ttl_override: 0 }
        }
        Flavour::Http2 if http_api == HttpApiAnswer::Simple => Response::Simple { is_authorized, context },
        _ => Response::Policy {
            principal_id,
            policy_document: PolicyDocument {
                version: "2012-10-17",
                statement: [Statement {
                    action: "execute-api:Invoke",
                    effect,
                    resource: form.stage_arn.unwrap_or_default(),
                }],
            },
            context,
        },
    }
}

#[cfg(test)]
mod tests;
