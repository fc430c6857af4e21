//! What stands in for a service of AWS JSON 1.1: a server on a port of its own, the door in front of it, and the form of its
//! answers. `POST /`, the operation in `X-Amz-Target`, an error has a `__type`.
//! <https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html>

use std::io;

use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use emulator_harness::door;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A call.
pub(crate) struct Call {
    /// Such as `secretsmanager.GetSecretValue`; empty when none is named.
    pub(crate) operation: String,
    pub(crate) body: Bytes,
}

/// A running server. It ends when this is dropped.
pub(crate) struct Server {
    endpoint: String,
    task: JoinHandle<()>,
}

impl Server {
    /// Listens on 127.0.0.1; port 0 takes a free one. Another web site in the developer's browser is refused.
    pub(crate) async fn start<Shared, Answer>(
        port: u16,
        shared: Shared,
        serve: fn(Shared, Call) -> Answer,
    ) -> io::Result<Self>
    where
        Shared: Clone + Send + Sync + 'static,
        Answer: Future<Output = Response> + Send + 'static,
    {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let router =
            Router::new().fallback(async move |headers: HeaderMap, body: Bytes| match refusal(&headers) {
                Some(refusal) => refusal,
                None => serve(shared, Call { operation: operation(&headers), body }).await,
            });
        let task = tokio::spawn(async move {
            // Accepting goes on whatever a connection does.
            drop(axum::serve(listener, router).await);
        });
        Ok(Self { endpoint, task })
    }

    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn refusal(headers: &HeaderMap) -> Option<Response> {
    let why = door::refusal(|name| headers.get_all(name).iter().map(HeaderValue::as_bytes))?;
    Some(error(StatusCode::FORBIDDEN, "AccessDeniedException", why))
}

fn operation(headers: &HeaderMap) -> String {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    target.unwrap_or_default().to_owned()
}

pub(crate) fn error(status: StatusCode, kind: &str, message: &str) -> Response {
    answer(status, &json!({ "__type": kind, "message": message }))
}

pub(crate) fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [(CONTENT_TYPE, "application/x-amz-json-1.1")], body.to_string()).into_response()
}
