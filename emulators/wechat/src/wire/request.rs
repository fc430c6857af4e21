//! One call, read completely before anything is decided.

use std::net::SocketAddr;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Query};
use axum::http::header::TRANSFER_ENCODING;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;

use super::Refusal;

const MAX_BODY_BYTES: usize = 1 << 20;

/// A call to WeChat's API.
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Bytes,
    /// Sent without a Content-Length.
    pub(crate) chunked: bool,
    /// Where the call came from, if the server was told.
    pub(crate) caller_ip: Option<String>,
    pub(crate) now: i64,
}

impl Request {
    pub(crate) async fn read(request: axum::extract::Request<Body>, now: i64) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let query = Query::try_from_uri(&parts.uri).map(|Query(pairs)| pairs).unwrap_or_default();
        let caller = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let caller_ip = caller.map(|ConnectInfo(address)| address.ip().to_string());
        let Ok(body) = to_bytes(body, MAX_BODY_BYTES).await else {
            return Err(StatusCode::PAYLOAD_TOO_LARGE.into_response());
        };
        Ok(Self {
            chunked: parts.headers.contains_key(TRANSFER_ENCODING),
            path: parts.uri.path().to_owned(),
            method: parts.method,
            query,
            body,
            caller_ip,
            now,
        })
    }

    /// The first value of a query parameter; empty when it is missing, which WeChat treats alike.
    pub(crate) fn param(&self, name: &str) -> &str {
        self.query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// The body as JSON, if it is JSON. The Content-Type is not looked at.
    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// A missing and an empty parameter are the same to WeChat.
pub(crate) fn require(value: &str, errcode: i64) -> Result<(), Refusal> {
    if value.is_empty() { Err(errcode.into()) } else { Ok(()) }
}
