//! What a browser needs to see before it shows a page of another origin an answer: only pages of `PAGE_ORIGIN`, and only
//! the answers of the routes that a page may call, and the refusal of the others. Errors, too: without this a 401 looks
//! like "offline" to a page.
//! <https://fetch.spec.whatwg.org/#http-cors-protocol>

use lambda_http::http::{
    HeaderValue,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, VARY},
};

use super::Response;
use crate::page::PageOrigin;

/// Shows the answer to a page of `allowed`, if that asked.
pub(crate) fn show(response: &mut Response, allowed: &PageOrigin, asked: Option<&HeaderValue>) {
    let headers = response.headers_mut();
    headers.insert(VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = asked.filter(|origin| origin.as_bytes() == allowed.as_str().as_bytes()) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Retry-After"));
    }
}
