//! Routes as a table: method, route, handler.

use std::pin::Pin;

use super::{Code, Problem, Request, Response};
use crate::telemetry::Line;

/// What a handler comes to. On the heap: the SDK's futures are large, and the runtime hands them on from layer to layer.
pub type Served<'a> = Pin<Box<dyn Future<Output = Result<Response, Problem>> + Send + 'a>>;

/// One row: what of `F` serves this method of this route.
pub struct Route<F> {
    method: &'static str,
    path: &'static str,
    handler: for<'a> fn(&'a F, &'a Request, &'a mut Line) -> Served<'a>,
}

impl<F> Route<F> {
    /// A row. `path` is the route as the template has it, `/sessions/{id}`.
    #[must_use]
    pub const fn new(
        method: &'static str,
        path: &'static str,
        handler: for<'a> fn(&'a F, &'a Request, &'a mut Line) -> Served<'a>,
    ) -> Self {
        Self { method, path, handler }
    }
}

/// Serves the request by the row that it asks for.
///
/// # Errors
///
/// The handler's; `not_found` and `method_not_allowed` when there is no such row.
pub(crate) async fn serve<F>(
    routes: &[Route<F>],
    function: &F,
    request: &Request,
    line: &mut Line,
) -> Result<Response, Problem> {
    let rows = || routes.iter().filter(|row| row.path == request.route());
    match rows().find(|row| row.method == request.method()) {
        Some(row) => (row.handler)(function, request, line).await,
        None if rows().next().is_none() => Err(Problem::new(Code::NotFound)),
        None => {
            let methods: Vec<_> = rows().map(|row| row.method).collect();
            Err(Problem::method_not_allowed(methods.join(", ")))
        }
    }
}
