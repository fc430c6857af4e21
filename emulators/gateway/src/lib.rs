//! A small API Gateway: a REST API with Lambda proxy integration and a Lambda authorizer.
//!
//! HTTP comes in, the exact events of a REST API go to the functions, and their answers become HTTP again. Routes,
//! authorizer and gateway responses are those of the template, caching and refusals those of API Gateway.
//!
//! - `request`, `header_case`: what the client sent
//! - `routes`: which function a path leads to
//! - `authorizer`, `policy`: who may go on
//! - `event`, `functions`, `integration`: calling the function and reading its answer
//! - `responses`, `preflight`: answers of the gateway itself
//! - [`invoke`]: how a function is called; [`runtime_api`], [`process`]: one that is a process of its own
//! - `watched`: what a watcher is told

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use axum::routing::post;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use self::flow::Flow;
use self::functions::Functions;
pub use self::header_case::{Peer, SpellingListener};
use self::invoke::{Event, Invoke};
pub use self::watched::{Step, StepEvent};
use emulator_harness::{
    Clock, door,
    watch::{Watched, Watcher},
};
use sam_template::Template;

mod authorizer;
mod event;
mod flow;
mod functions;
mod header_case;
mod integration;
pub mod invoke;
mod policy;
mod preflight;
pub mod process;
mod request;
mod responses;
mod routes;
pub mod runtime_api;
mod watched;

/// The longest a REST API waits for a function.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html>
const INTEGRATION_TIMEOUT: Duration = Duration::from_secs(29);

/// The largest event that Lambda's Invoke takes.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const MOST_EVENT_BYTES: usize = 6 * 1024 * 1024;

/// The REST API of a template. Clones share everything.
#[derive(Clone)]
pub struct Gateway {
    shared: Arc<Shared>,
}

struct Shared {
    template: Template,
    functions: Functions,
    cache: authorizer::Cache,
    clock: Clock,
    watched: Watched<Step>,
    integration_timeout: Duration,
}

impl Gateway {
    /// The API of `template`. `functions` is the code by binary name; a function without code answers 500.
    pub fn new(template: &Template, functions: &HashMap<String, Invoke>, clock: Clock) -> Self {
        Self::with_timeout(template, functions, clock, INTEGRATION_TIMEOUT)
    }

    /// As [`Gateway::new`], with another limit than AWS's 29 seconds.
    pub fn with_timeout(
        template: &Template,
        functions: &HashMap<String, Invoke>,
        clock: Clock,
        integration_timeout: Duration,
    ) -> Self {
        let shared = Shared {
            template: template.clone(),
            functions: Functions::new(template, functions),
            cache: authorizer::Cache::default(),
            clock,
            watched: Watched::default(),
            integration_timeout,
        };
        Self { shared: Arc::new(shared) }
    }

    /// The API, and Lambda's Invoke operation beside it. Serve it with [`serve`] to keep the spelling of headers.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/2015-03-31/functions/{name}/invocations", post(invoke))
            .layer(DefaultBodyLimit::max(MOST_EVENT_BYTES))
            .fallback(handle)
            .with_state(self.clone())
    }

    /// Tells `watcher` every step of every request the moment it happens, without secrets. The first watcher stays.
    pub fn watch(&self, watcher: Watcher<Step>) {
        self.shared.watched.watch(watcher);
    }

    /// Forgets every cached authorizer answer, as `aws apigateway flush-stage-authorizers-cache` does.
    pub fn flush_authorizer_cache(&self) {
        self.shared.cache.flush();
    }
}

/// Serves a router that contains [`Gateway::router`] until `shutdown` resolves, then lets running requests finish.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let service = router.into_make_service_with_connect_info::<Peer>();
    axum::serve(SpellingListener(listener), service).with_graceful_shutdown(shutdown).await
}

async fn handle(State(gateway): State<Gateway>, request: Request) -> Response<Body> {
    let started = Instant::now();
    let now = (gateway.shared.clock)();
    let (request, fits) = request::ClientRequest::receive(request, now).await;
    Flow { shared: &gateway.shared, request: &request, started }.run(fits).await
}

/// Lambda's Invoke, as `aws lambda invoke` and `cargo lambda invoke` call it.
/// <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>
/// No other web site in this machine's browser is answered: behind it stands what IAM alone leads to.
async fn invoke(
    State(gateway): State<Gateway>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response<Body> {
    if let Some(why) = door::refusal(|name| headers.get_all(name).iter().map(HeaderValue::as_bytes)) {
        return invoke_refusal(StatusCode::FORBIDDEN, "AccessDeniedException", why);
    }
    let Some(function) = gateway.shared.functions.find(&name) else {
        let message = format!("Function not found: {name}");
        return invoke_refusal(StatusCode::NOT_FOUND, "ResourceNotFoundException", &message);
    };
    let Ok(body) = body else {
        let message =
            format!("Request must be smaller than {MOST_EVENT_BYTES} bytes for the InvokeFunction operation");
        return invoke_refusal(StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException", &message);
    };
    let event = if body.is_empty() { Some(Event::from(json!({}))) } else { Event::read(&body) };
    let Some(event) = event else {
        let message = "Could not parse request body into json";
        return invoke_refusal(StatusCode::BAD_REQUEST, "InvalidRequestContentException", message);
    };
    match function.call(event).await {
        Ok(answer) => invoke_answer(StatusCode::OK, &answer, false),
        Err(error) => {
            let report = json!({ "errorType": error.error_type, "errorMessage": error.message });
            invoke_answer(StatusCode::OK, &report, true)
        }
    }
}

/// Lambda's own errors are told apart by a header.
fn invoke_refusal(status: StatusCode, kind: &'static str, message: &str) -> Response<Body> {
    let mut response = invoke_answer(status, &json!({ "Type": "User", "Message": message }), false);
    response.headers_mut().insert("x-amzn-errortype", HeaderValue::from_static(kind));
    response
}

fn invoke_answer(status: StatusCode, body: &Value, is_function_error: bool) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    headers.insert("x-amz-executed-version", HeaderValue::from_static("$LATEST"));
    if is_function_error {
        headers.insert("x-amz-function-error", HeaderValue::from_static("Unhandled"));
    }
    response
}
