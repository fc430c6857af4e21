//! The response as `lambda_http` has it: it writes the form that API Gateway, a load balancer or a function URL reads.

use std::pin::Pin;

use lambda_http::{
    Body, IntoResponse,
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS},
    },
};
use serde::Serialize;

/// An HTTP response.
pub type Response = lambda_http::Response<Body>;

/// 200 with a JSON body.
///
/// # Panics
///
/// Never for the plain structs of the functions: strings, numbers and maps with text keys.
#[must_use]
pub fn json(body: &impl Serialize) -> Response {
    let text = serde_json::to_string(body).expect("plain structs always serialise");
    with_body(StatusCode::OK, "application/json", text)
}

/// 200 with text for a machine that reads nothing else.
#[must_use]
pub fn text(body: &str) -> Response {
    with_body(StatusCode::OK, "text/plain; charset=utf-8", body.to_owned())
}

/// 204.
#[must_use]
pub fn no_content() -> Response {
    new(StatusCode::NO_CONTENT, Body::Empty)
}

pub(super) fn with_body(status: StatusCode, content_type: &'static str, body: String) -> Response {
    let mut response = new(status, Body::Text(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// It is never to be stored and never to be sniffed.
fn new(status: StatusCode, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// A response whose body is text or empty already: `lambda_http` would look at its headers to find that out.
pub(crate) struct Plain(pub(crate) Response);

impl IntoResponse for Plain {
    fn into_response(self) -> Pin<Box<dyn Future<Output = Response> + Send>> {
        Box::pin(std::future::ready(self.0))
    }
}

/// The response as a JSON value, for tests: `{"statusCode", "headers", "body"}`.
#[cfg(any(test, feature = "test-util"))]
#[must_use]
pub fn shown(response: &Response) -> serde_json::Value {
    let headers = response.headers().iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().into()));
    let body = match response.body() {
        Body::Text(text) => text.as_str().into(),
        _ => serde_json::Value::Null,
    };
    serde_json::json!({
        "statusCode": response.status().as_u16(), "headers": headers.collect::<serde_json::Map<_, _>>(), "body": body,
    })
}
