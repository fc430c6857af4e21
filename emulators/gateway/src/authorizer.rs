//! The authorizer step: who may go on to the function.
//!
//! API Gateway's rules, the classic trap among them: a cached answer is the whole policy with its context, reused for
//! every method that uses the authorizer, so a policy that names one method refuses the next one.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/configure-api-gateway-lambda-authorization.html>

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use parking_lot::Mutex;
use sam_template::{Authorizer, AuthorizerKind, IdentitySource, Template};
use serde_json::{Value, json};

use super::event;
use super::functions::Functions;
use super::policy::{Answer, Decision};
use super::request::ClientRequest;
use super::responses::{self, Kind};
use super::routes::Matched;

/// The error message that means "not logged in" rather than "broken". It has to match exactly.
const UNAUTHORIZED_MESSAGE: &str = "Unauthorized";

/// How the authorizer step ended.
pub(super) struct Outcome {
    /// `None` lets the request through.
    pub(super) refusal: Option<Kind>,
    /// `$context.authorizer` and `requestContext.authorizer`.
    pub(super) context: Option<Value>,
    /// The function was called for this request.
    pub(super) was_called: bool,
    /// The answer came from the cache.
    pub(super) was_cached: bool,
    /// What was wrong with the answer, for the developer.
    pub(super) problem: Option<String>,
}

impl Outcome {
    fn refused(kind: Kind, was_called: bool, problem: Option<String>) -> Self {
        Self { refusal: Some(kind), context: None, was_called, was_cached: false, problem }
    }
}

/// An authorizer's name, and the values of its identity sources.
type Key = (String, Vec<String>);

/// Answers, each with the time it stops counting.
#[derive(Default)]
pub(super) struct Cache {
    answers: Mutex<HashMap<Key, (Answer, i64)>>,
}

impl Cache {
    /// As `aws apigateway flush-stage-authorizers-cache` does.
    pub(super) fn flush(&self) {
        self.answers.lock().clear();
    }

    fn find(&self, key: &Key, now: i64) -> Option<Answer> {
        let answers = self.answers.lock();
        answers.get(key).filter(|(_, until)| now < *until).map(|(answer, _)| answer.clone())
    }

    fn keep(&self, key: Key, answer: Answer, until: i64) {
        self.answers.lock().insert(key, (answer, until));
    }
}

/// One request at the authorizer.
pub(super) struct Check<'a> {
    pub(super) template: &'a Template,
    pub(super) functions: &'a Functions,
    pub(super) cache: &'a Cache,
    pub(super) authorizer: &'a Authorizer,
    pub(super) request: &'a ClientRequest,
    pub(super) matched: &'a Matched<'a>,
    /// Called just before the function is.
    pub(super) asks: &'a (dyn Fn() + Sync),
}

impl Check<'_> {
    pub(super) async fn run(&self, now: i64) -> Outcome {
        let Some(identity) = self.identity() else {
            return Outcome::refused(responses::UNAUTHORIZED, false, None);
        };
        let started = Instant::now();
        let key = (self.authorizer.name.clone(), identity);
        let lifetime = self.authorizer.reauthorize_every_seconds;
        if let Some(answer) = (lifetime > 0).then(|| self.cache.find(&key, now)).flatten() {
            return self.decide(&answer, false, started);
        }
        let answer = match self.ask(&key.1).await {
            Ok(answer) => answer,
            Err(outcome) => return outcome,
        };
        let outcome = self.decide(&answer, true, started);
        if lifetime > 0 {
            self.cache.keep(key, answer, now + lifetime);
        }
        outcome
    }

    /// The values of all identity sources. Without one of them the request is refused and the function not called;
    /// the same for a TOKEN that the validation expression does not match.
    fn identity(&self) -> Option<Vec<String>> {
        let context = event::context(self.template, self.request, Some(self.matched));
        let values = self.authorizer.identity_sources.iter().map(|source| {
            let value = match source {
                IdentitySource::Header(name) => self.request.header(name),
                IdentitySource::QueryString(name) => self.request.query_value(name),
                IdentitySource::StageVariable(name) => {
                    self.template.stage_variables().get(name).map(String::as_str)
                }
                IdentitySource::Context(path) => {
                    path.split('.').try_fold(&context, |level, name| level.get(name)).and_then(Value::as_str)
                }
            };
            value.filter(|value| !value.is_empty()).map(str::to_owned)
        });
        let values = values.collect::<Option<Vec<_>>>()?;
        let expression = self.authorizer.validation_expression.as_ref();
        let expression = expression.filter(|_| self.authorizer.kind == AuthorizerKind::Token);
        expression
            .is_none_or(|expression| values.iter().all(|value| expression.is_match(value)))
            .then_some(values)
    }

    async fn ask(&self, identity: &[String]) -> Result<Answer, Outcome> {
        let arn = event::method_arn(self.template, self.request, self.matched);
        let event = match self.authorizer.kind {
            AuthorizerKind::Token => {
                let token = identity.first().map(String::as_str).unwrap_or_default();
                event::token_authorizer(token, &arn)
            }
            AuthorizerKind::Request => {
                event::request_authorizer(self.template, self.request, self.matched, &arn)
            }
        };
        let Some(function) = self.functions.find(&self.authorizer.function) else {
            let problem = format!("the authorizer function `{}` has no code here", self.authorizer.function);
            return Err(Outcome::refused(responses::AUTHORIZER_CONFIGURATION_ERROR, false, Some(problem)));
        };
        (self.asks)();
        let answer = function.call(event).await.map_err(|error| {
            let is_refusal = error.message == UNAUTHORIZED_MESSAGE;
            let kind = if is_refusal { responses::UNAUTHORIZED } else { responses::AUTHORIZER_FAILURE };
            Outcome::refused(kind, true, Some(error.to_string()))
        })?;
        Answer::read(&answer).map_err(|problem| {
            Outcome::refused(responses::AUTHORIZER_CONFIGURATION_ERROR, true, Some(problem.to_owned()))
        })
    }

    fn decide(&self, answer: &Answer, was_called: bool, started: Instant) -> Outcome {
        let arn = event::method_arn(self.template, self.request, self.matched);
        let refusal = match answer.decide(&arn) {
            Decision::Allow => None,
            Decision::ImplicitDeny => Some(responses::ACCESS_DENIED),
            Decision::ExplicitDeny => Some(responses::EXPLICIT_DENY),
        };
        let context = Some(handed_on(answer, started));
        Outcome { refusal, context, was_called, was_cached: !was_called, problem: None }
    }
}

/// The context's text values, the principal, and how long the authorizer took.
fn handed_on(answer: &Answer, started: Instant) -> Value {
    let texts: BTreeMap<_, _> =
        answer.context.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let mut map = json!(texts);
    map["principalId"] = json!(answer.principal_id);
    map["integrationLatency"] = json!(u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX));
    map
}
