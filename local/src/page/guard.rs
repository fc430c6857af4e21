//! Who may use the page: this machine's own browser, and no other site in it.
//!
//! What holds wherever secrets are holds here ([`door`]); beyond that the page stays on this machine, also when `--host` lets
//! a phone reach the gateway.

use axum::{
    extract::{Request, State},
    http::{HeaderValue, Response, StatusCode, header},
    middleware::Next,
    response::IntoResponse as _,
};
use emulator_harness::door;

use super::{Page, Refusal};

const LOCAL_NAMES: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// No script, style, picture or connection from elsewhere, and none in the markup.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS: [(header::HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

pub(super) async fn check(
    State(page): State<Page>,
    request: Request,
    next: Next,
) -> Response<axum::body::Body> {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_elsewhere = (!is_local(host)).then_some("this page answers to the name of this machine only");
    let stranger = || door::refusal(|name| request.headers().get_all(name).iter().map(HeaderValue::as_bytes));
    let mut response = match is_elsewhere.or_else(stranger) {
        None => next.run(request).await,
        Some(why) => Refusal(StatusCode::FORBIDDEN, why.to_owned()).into_response(),
    };
    protect(&page, &mut response);
    response
}

/// Adds the headers that every answer of the page carries.
pub(super) fn protect(page: &Page, response: &mut Response<axum::body::Body>) {
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, page.shared.policy.clone());
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
}

/// The page of the web-view is the one other place that may be shown, in a frame.
pub(super) fn policy(web_view: Option<&str>) -> HeaderValue {
    let policy = web_view.map_or_else(
        || CONTENT_SECURITY_POLICY.to_owned(),
        |origin| format!("{CONTENT_SECURITY_POLICY}; frame-src {origin}"),
    );
    HeaderValue::try_from(policy).unwrap_or_else(|_| HeaderValue::from_static(CONTENT_SECURITY_POLICY))
}

fn is_local(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    LOCAL_NAMES.contains(&name)
}
