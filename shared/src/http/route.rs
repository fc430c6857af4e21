//! Routes as a table: method, route, handler.

use std::{collections::HashMap, pin::Pin};

use lambda_http::{
    Request, RequestExt,
    request::RequestContext::{self, ApiGatewayV1, ApiGatewayV2},
};

use super::{Code, Problem, Response};
use crate::{identity, telemetry::Line};

/// What a handler comes to. On the heap: the SDK's futures are large, and the runtime hands them on from layer to layer.
pub type Served<'a> = Pin<Box<dyn Future<Output = Result<Response, Problem>> + Send + 'a>>;

/// One row: what of `F` serves this method of this route.
pub struct Route<F> {
    method: &'static str,
    path: &'static str,
    /// Whether a page in a web-view may call it.
    pub(crate) is_for_pages: bool,
    /// Whether its failures are those that the function is known for.
    pub(crate) counts: bool,
    /// Whether the authorizer stands before it, and a page's session does not pass.
    refuses_pages: bool,
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
        Self { method, path, is_for_pages: false, counts: true, refuses_pages: false, handler }
    }

    /// A row of a route of ours.
    #[must_use]
    pub const fn of(
        route: &facts::Route,
        handler: for<'a> fn(&'a F, &'a Request, &'a mut Line) -> Served<'a>,
    ) -> Self {
        let is_guarded = matches!(route.auth, facts::route::Auth::Authorizer);
        Self {
            is_for_pages: route.pages,
            refuses_pages: is_guarded && !route.pages,
            ..Self::new(route.method, route.path, handler)
        }
    }

    pub(crate) fn path(&self) -> &'static str {
        self.path
    }

    /// The same row, beside what the function is for: its failures are none of the function's own.
    #[must_use]
    pub const fn beside(self) -> Self {
        Self { counts: false, ..self }
    }

    pub(crate) fn serve<'a>(&self, function: &'a F, request: &'a Request, line: &'a mut Line) -> Served<'a> {
        if self.refuses_pages
            && let Err(problem) = identity::refuse_page(request, line)
        {
            return Box::pin(std::future::ready(Err(problem)));
        }
        (self.handler)(function, request, line)
    }
}

/// The row that a request asks for.
///
/// # Errors
///
/// `not_found`, or `method_not_allowed` with those that are.
pub(crate) fn find<'r, F>(
    routes: &'r [Route<F>],
    path: Option<&str>,
    request: &Request,
) -> Result<&'r Route<F>, Problem> {
    let path = path.ok_or_else(|| Problem::new(Code::NotFound))?;
    let rows = || routes.iter().filter(|row| row.path == path);
    rows().find(|row| row.method == request.method().as_str()).ok_or_else(|| {
        let methods: Vec<_> = rows().map(|row| row.method).collect();
        Problem::method_not_allowed(methods.join(", "))
    })
}

/// The gateway's word, where it names the route: neither a stage nor a custom domain's prefix gets in the way. Behind a
/// load balancer, a function URL, a `$default` or a greedy route it is the path that counts, to the letter: a slash at its
/// end makes another path, or `DELETE /sessions/` would sign out everywhere whoever forgot the id.
pub(crate) fn path_of<F>(routes: &[Route<F>], request: &mut Request) -> Option<&'static str> {
    let context = request.request_context_ref();
    if let Some(named) = context.and_then(named) {
        return routes.iter().map(|row| row.path).find(|path| *path == named);
    }
    let path = request.raw_http_path();
    let without_stage = context.and_then(stage).and_then(|stage| path.strip_prefix('/')?.strip_prefix(stage));
    let paths = [Some(path), without_stage].into_iter().flatten();
    let (route, parameters) = paths
        .flat_map(|path| routes.iter().map(move |row| (row.path, path)))
        .find_map(|(route, path)| Some((route, parameters(route, path)?)))?;
    if !parameters.is_empty() {
        let taken = std::mem::take(request);
        *request = taken.with_path_parameters(parameters);
    }
    Some(route)
}

fn named(context: &RequestContext) -> Option<&str> {
    let route = match context {
        ApiGatewayV1(context) => context.resource_path.as_deref()?,
        ApiGatewayV2(context) => context.route_key.as_deref()?.split_once(' ')?.1,
        _ => return None,
    };
    (route.starts_with('/') && !route.ends_with("+}")).then_some(route)
}

fn stage(context: &RequestContext) -> Option<&str> {
    match context {
        ApiGatewayV1(context) => context.stage.as_deref(),
        ApiGatewayV2(context) => context.stage.as_deref(),
        _ => None,
    }
}

/// The parameters of `route` in `path`, if that is a path of it.
fn parameters(route: &str, path: &str) -> Option<HashMap<String, String>> {
    let (mut route, mut path) = (route.split('/'), path.split('/'));
    let mut parameters = HashMap::new();
    loop {
        match (route.next(), path.next()) {
            (None, None) => return Some(parameters),
            (Some(known), Some(part)) => {
                match known.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                    Some(name) if !part.is_empty() => {
                        parameters.insert(name.to_owned(), part.to_owned());
                    }
                    None if known == part => {}
                    _ => return None,
                }
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests;
