//! The way of one request: route, size, authorizer, function, answer.

use std::time::Instant;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, Response};
use emulator_harness::{shown::shown, watch::milliseconds};
use serde_json::Value;

use super::authorizer::{Check, Outcome};
use super::request::ClientRequest;
use super::responses::{self, Kind};
use super::routes::{self, Matched};
use super::watched::{Step, StepEvent, shown_body, shown_header_map, shown_headers};
use super::{Shared, event, integration, preflight};

pub(super) struct Flow<'a> {
    pub(super) shared: &'a Shared,
    pub(super) request: &'a ClientRequest,
    pub(super) started: Instant,
}

/// Why the gateway answers itself, and what the authorizer had said by then.
struct Refusal {
    kind: Kind,
    authorizer: Option<Value>,
}

impl From<Kind> for Refusal {
    fn from(kind: Kind) -> Self {
        Self { kind, authorizer: None }
    }
}

impl Flow<'_> {
    pub(super) async fn run(&self, body_fits: bool) -> Response<Body> {
        let Shared { template, .. } = self.shared;
        self.tell(StepEvent::Request {
            method: self.request.method.clone(),
            path: self.request.path.clone(),
            headers: shown_headers(&self.request.headers),
            body: shown_body(&self.request.body),
        });
        let matched =
            routes::find(template.routes(), template.stage(), &self.request.method, &self.request.path);
        let preflight = preflight::answer(template, self.request, matched.as_ref());
        let result = match (&matched, preflight) {
            _ if !body_fits => Err(responses::REQUEST_TOO_LARGE.into()),
            (_, Some(preflight)) => Ok(preflight),
            (None, _) if self.request.header("authorization").is_some() => {
                Err(responses::INVALID_SIGNATURE.into())
            }
            (None, _) => Err(responses::MISSING_AUTHENTICATION_TOKEN.into()),
            (Some(matched), _) => self.forward(matched).await,
        };
        let (response, gateway_response) = match result {
            Ok(response) => (response, None),
            Err(Refusal { kind, authorizer }) => {
                let mut context = event::context(template, self.request, matched.as_ref());
                context["authorizer"] = authorizer.unwrap_or_default();
                (responses::render(template, kind, self.request, &context), Some(kind.name))
            }
        };
        self.finish(response, gateway_response).await
    }

    async fn forward(&self, matched: &Matched<'_>) -> Result<Response<Body>, Refusal> {
        let authorizer = self.authorize(matched).await?;
        let event = event::proxy(&self.shared.template, self.request, matched, authorizer.clone());
        let function = self.shared.functions.find(&matched.route.function);
        let function = function.ok_or(responses::API_CONFIGURATION_ERROR)?;
        self.tell_call(&matched.route.function, false);
        let called = Instant::now();
        let answer = tokio::time::timeout(self.shared.integration_timeout, function.call(event)).await;
        let result = match answer {
            Err(_) => {
                Err((responses::INTEGRATION_TIMEOUT, "no answer within the integration timeout".to_owned()))
            }
            Ok(Err(error)) => Err((responses::INTEGRATION_FAILURE, error.to_string())),
            Ok(Ok(answer)) => integration::to_http(&self.shared.template, self.request, &answer)
                .map_err(|problem| (responses::INTEGRATION_FAILURE, problem.to_owned())),
        };
        self.tell(StepEvent::Function {
            function: function.function.logical_id.clone(),
            problem: result.as_ref().err().map(|(_, problem)| problem.clone()),
            duration_ms: milliseconds(called),
        });
        result.map_err(|(kind, _)| Refusal { kind, authorizer })
    }

    /// What the authorizer hands on; nothing where the route has none.
    async fn authorize(&self, matched: &Matched<'_>) -> Result<Option<Value>, Refusal> {
        let Shared { template, functions, cache, clock, .. } = self.shared;
        let Some(name) = &matched.route.authorizer else {
            return Ok(None);
        };
        let authorizer = template.authorizers().get(name).ok_or(responses::AUTHORIZER_CONFIGURATION_ERROR)?;
        let started = Instant::now();
        let asks = || self.tell_call(&authorizer.function, true);
        let check =
            Check { template, functions, cache, authorizer, request: self.request, matched, asks: &asks };
        let Outcome { refusal, context, was_called, was_cached, problem } = check.run(clock()).await;
        self.tell(StepEvent::Authorizer {
            authorizer: name.clone(),
            was_called,
            was_cached,
            refusal: refusal.map(|kind| kind.name),
            context: context.clone().map(shown).unwrap_or_default(),
            problem,
            duration_ms: milliseconds(started),
        });
        match refusal {
            None => Ok(context),
            Some(kind) => Err(Refusal { kind, authorizer: context }),
        }
    }

    /// Adds the headers every answer carries, and tells the watcher.
    async fn finish(
        &self,
        response: Response<Body>,
        gateway_response: Option<&'static str>,
    ) -> Response<Body> {
        let (mut parts, body) = response.into_parts();
        for (name, value) in [
            ("x-amzn-requestid", &self.request.id),
            ("x-amz-apigw-id", &self.request.extended_id),
            ("x-amzn-trace-id", &self.request.trace_id),
        ] {
            let value = HeaderValue::from_str(value).expect("ids are letters, digits, `-`, `=`");
            parts.headers.insert(name, value);
        }
        // The body is in memory already: functions answer as a whole.
        let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
        self.tell(StepEvent::Answer {
            status: parts.status.as_u16(),
            headers: shown_header_map(&parts.headers),
            body: shown_body(&bytes),
            gateway_response,
            duration_ms: milliseconds(self.started),
        });
        Response::from_parts(parts, Body::from(bytes))
    }

    fn tell_call(&self, function: &str, is_authorizer: bool) {
        self.tell(StepEvent::Call { function: function.to_owned(), is_authorizer });
    }

    fn tell(&self, event: StepEvent) {
        let step = Step { request_id: self.request.id.clone(), at: (self.shared.clock)(), event };
        self.shared.watched.tell(step);
    }
}
