//! Functions that serve HTTP, by `lambda_http`.

use std::convert::Infallible;

use lambda_http::Adapter;
use lambda_runtime::{Context, Diagnostic, LambdaEvent, Service, service_fn};

use serde::Serialize;

use super::{Function, guarded};
use crate::{
    Clock,
    env::{EnvError, Source},
    http::{Problem, Request, Response, Route, gate::Admitted, response::Plain, route},
    telemetry::Line,
};

/// A function that serves HTTP requests, by its table of routes.
pub trait HttpFunction: Sized + Send + Sync + 'static {
    /// See [`Function::NAME`].
    const NAME: &'static str;
    /// What it serves; everything else is not found.
    const ROUTES: &'static [Route<Self>];
    /// The audit event of a request that was not done.
    const FAILURE: Option<&'static str> = None;

    /// See [`Function::from_env`].
    ///
    /// # Errors
    ///
    /// [`EnvError`] naming the variable.
    fn from_env(env: &impl Source, clock: Clock) -> Result<Self, EnvError>;

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
    let served = guarded(&mut line, async |line| {
        if let Some(problem) = refused {
            return Err(problem);
        }
        let route = route::find(F::ROUTES, &mut request)?;
        route.serve(function, &request, line).await
    });
    let (response, outcome) = match served.await {
        Ok(response) => (response, "ok"),
        Err(problem) => {
            if let Some(event) = F::FAILURE {
                line.audit(event, &[("reason", problem.code.as_str().into())]);
            }
            (problem.response(line.request_id(), line.now()), problem.code.as_str())
        }
    };
    line.put("status", response.status().as_u16());
    line.end(outcome);
    response
}
