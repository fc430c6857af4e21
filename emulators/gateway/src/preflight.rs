//! What the API answers to a browser that asks before it sends: the `OPTIONS` method that SAM's `Cors` adds to every path
//! that has none, a mock integration with constant headers. No function and no authorizer is asked.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-cors.html>

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::header::{ACCESS_CONTROL_ALLOW_METHODS, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, Response};
use sam_template::Template;

use super::request::ClientRequest;
use super::responses::literal;
use super::routes::{self, Matched};

/// The answer, when the API has one of its own for this request.
pub(super) fn answer(
    template: &Template,
    request: &ClientRequest,
    matched: Option<&Matched<'_>>,
) -> Option<Response<Body>> {
    // `ANY` is no `OPTIONS` to SAM.
    if request.method != "OPTIONS" || matched.is_some_and(|matched| matched.route.method == "OPTIONS") {
        return None;
    }
    let resource = routes::resource(template.routes(), template.stage(), &request.path)?;
    let cors = template.cors(resource)?;
    let mut response = Response::new(Body::from("{}\n"));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, expression) in &cors.headers {
        let value = literal(expression).and_then(|value| HeaderValue::from_str(value).ok());
        if let (Ok(name), Some(value)) = (HeaderName::try_from(name.as_str()), value) {
            headers.insert(name, value);
        }
    }
    if cors.names_the_paths_methods {
        let value = HeaderValue::from_str(&methods(template, resource)).ok()?;
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, value);
    }
    Some(response)
}

/// Those of the path, as SAM names them.
fn methods(template: &Template, resource: &str) -> String {
    let of_the_path = template.routes().iter().filter(|route| route.path == resource);
    let mut methods: BTreeSet<_> = of_the_path.map(|route| route.method.as_str()).collect();
    if methods.remove("ANY") {
        methods.extend(["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"]);
    }
    methods.insert("OPTIONS");
    methods.into_iter().collect::<Vec<_>>().join(",")
}
