//! Who may use the page: this machine's own browser, and no other site in it.
//!
//! A web site that somebody has open can send requests to 127.0.0.1. It cannot set a JSON content type without asking
//! first, which nobody answers here; and it cannot choose the Host header, unless its own name leads to 127.0.0.1.

use axum::{
    extract::Request,
    http::{HeaderValue, Response, StatusCode, header},
    middleware::Next,
    response::IntoResponse as _,
};

use super::Refusal;

const LOCAL_NAMES: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// No script, style, picture or connection from elsewhere, and none in the markup.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS: [(header::HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

pub(super) async fn check(request: Request, next: Next) -> Response<axum::body::Body> {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let mut response = if is_local(host) {
        next.run(request).await
    } else {
        Refusal(StatusCode::FORBIDDEN, "this page answers to the name of this machine only".to_owned())
            .into_response()
    };
    protect(&mut response);
    response
}

/// Adds the headers that every answer of the page carries.
pub(super) fn protect(response: &mut Response<axum::body::Body>) {
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
}

fn is_local(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    LOCAL_NAMES.contains(&name)
}
