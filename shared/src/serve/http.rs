//! Functions that serve HTTP, by `lambda_http`.

use std::convert::Infallible;

use lambda_http::{
    Adapter,
    http::{Method, header::ORIGIN},
};
use lambda_runtime::{Context, Diagnostic, LambdaEvent, Service, service_fn};

use serde::Serialize;

use super::{Function, guarded};
use crate::{
    Clock,
    env::{EnvError, Source},
    http::{Code, Problem, Request, Response, Route, cors, gate::Admitted, response::Plain, route},
    page::PageOrigin,
    telemetry::Line,
};

/// A function that serves HTTP requests, by its table of routes.
pub trait HttpFunction: Sized + Send + Sync + 'static {
    /// See [`Function::NAME`].
    const NAME: &'static str;
    /// What it serves; everything else is not found.
    const ROUTES: &'static [Route<Self>];
    /// The audit event of a request that was not done, unless its route is [`Route::beside`] what the function is for.
    const FAILURE: Option<&'static str> = None;

    /// See [`Function::from_env`].
    ///
    /// # Errors
    ///
    /// [`EnvError`] naming the variable.
    fn from_env(env: &impl Source, clock: Clock) -> Result<Self, EnvError>;

    /// Whose pages are shown the answers of the routes that a page may call, and `not_for_child` of the others.
    fn page_origin(&self) -> Option<&PageOrigin> {
        None
    }

    /// See [`Function::prime`].
    fn prime(&self) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }
}

impl<F: HttpFunction> Function for F {
    const NAME: &'static str = F::NAME;
    type Event = Admitted;

    fn from_env(env: &impl Source, clock: Clock) -> Result<Self, EnvError> {
        <F as HttpFunction>::from_env(env, clock)
    }

    fn prime(&self) -> impl Future<Output = ()> + Send {
        HttpFunction::prime(self)
    }

    async fn answer(
        &self,
        event: Admitted,
        context: Context,
        mut line: Line,
    ) -> Result<impl Serialize + Send, Diagnostic> {
        let Admitted { event, headers, refused, gateway } = event;
        line.came_by(gateway);
        let mut once = Some((headers, refused, line));
        let handler = service_fn(|request: Request| {
            let (headers, refused, line) = once.take().expect("one event is one request");
            let request = Admitted::completed(request, headers);
            async move { Ok::<_, Infallible>(Plain(respond(self, request, refused, line).await)) }
        });
        let response = Adapter::from(handler).call(LambdaEvent::new(event, context)).await;
        Ok(response.unwrap_or_else(|never| match never {}))
    }
}

async fn respond<F: HttpFunction>(
    function: &F,
    mut request: Request,
    refused: Option<Problem>,
    mut line: Line,
) -> Response {
    let path = route::path_of(F::ROUTES, &mut request);
    let found = route::find(F::ROUTES, path, &request);
    let mut rows = F::ROUTES.iter().filter(|row| path == Some(row.path()));
    let mut is_shown = rows.clone().any(|row| row.is_for_pages);
    let counts = match &found {
        Ok(row) => row.counts,
        // A browser's question whether it may ask is nothing that failed.
        Err(_) => request.method() != Method::OPTIONS && (path.is_none() || rows.any(|row| row.counts)),
    };
    line.counts_as(counts);
    let served = guarded(&mut line, async |line| {
        if let Some(problem) = refused {
            return Err(problem);
        }
        found?.serve(function, &request, line).await
    });
    let (mut response, outcome) = match served.await {
        Ok(response) => (response, "ok"),
        Err(problem) => {
            // What is closed to a page says so to it.
            is_shown |= problem.code == Code::NotForChild;
            if let Some(event) = F::FAILURE.filter(|_| counts) {
                line.audit(event, &[("reason", problem.code.as_str().into())]);
            }
            (problem.response(line.request_id(), line.now()), problem.code.as_str())
        }
    };
    if let Some(origin) = function.page_origin().filter(|_| is_shown) {
        cors::show(&mut response, origin, request.headers().get(ORIGIN));
    }
    line.put("status", response.status().as_u16());
    line.end(outcome);
    response
}
