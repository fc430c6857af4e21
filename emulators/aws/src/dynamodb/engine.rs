//! The way to the engine. Its own server answers every web site that asks (`Access-Control-Allow-Origin: *`), so no port
//! leads to it: each connection of ours gets a server of its own, which is let go on accepting until it has accepted that
//! one connection. What others connect to at its port is never served.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use axum::body::{Body, to_bytes};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri};
use dynoxide::Database;
use emulator_harness::door;
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

/// One connection to the engine, opened when it is needed.
pub(super) struct Engine {
    database: Database,
    open: Mutex<Option<Open>>,
}

struct Open {
    requests: SendRequest<Body>,
    /// Both end with the connection. The second is not run any more, only kept: the engine closes when it is dropped.
    _ours: JoinSet<()>,
    _its: Server,
}

type Server = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

impl Engine {
    pub(super) fn new(database: &Database) -> Self {
        Self { database: database.clone(), open: Mutex::default() }
    }

    /// What the engine answers.
    pub(super) async fn ask(&self, mut request: Request<Body>) -> io::Result<Response<Incoming>> {
        *request.uri_mut() = path_of(request.uri());
        let mut open = self.open.lock().await;
        if open.as_ref().is_none_or(|open| open.requests.is_closed()) {
            *open = Some(connect(self.database.clone()).await?);
        }
        let Some(open) = open.as_mut() else { return Err(io::ErrorKind::NotConnected.into()) };
        open.requests.ready().await.map_err(io::Error::other)?;
        open.requests.send_request(request).await.map_err(io::Error::other)
    }
}

async fn connect(database: Database) -> io::Result<Open> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let mut its: Server = Box::pin(dynoxide::server::serve_on(listener, database));
    let (requests, ours) = tokio::select! {
        accepted = accepted_at(address) => accepted?,
        () = &mut its => return Err(io::ErrorKind::NotConnected.into()),
    };
    Ok(Open { requests, _ours: ours, _its: its })
}

async fn accepted_at(address: SocketAddr) -> io::Result<(SendRequest<Body>, JoinSet<()>)> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut requests, connection) = handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    let ours = JoinSet::from_iter([async move { drop(connection.await) }]);
    // Only what was accepted is answered.
    let health =
        Request::get("/").header("host", "localhost").body(Body::empty()).map_err(io::Error::other)?;
    let healthy = requests.send_request(health).await.map_err(io::Error::other)?;
    to_bytes(Body::new(healthy.into_body()), usize::MAX).await.map_err(io::Error::other)?;
    Ok((requests, ours))
}

fn path_of(uri: &Uri) -> Uri {
    uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/")).into()
}

/// The answer to another web site in the developer's browser.
pub(super) fn refused(headers: &HeaderMap) -> Option<Response<Body>> {
    let why = door::refusal(|name| headers.get_all(name).iter().map(HeaderValue::as_bytes))?;
    let body = json!({ "__type": "com.amazonaws.dynamodb.v20120810#AccessDeniedException", "message": why });
    let mut refusal = Response::new(Body::from(body.to_string()));
    *refusal.status_mut() = StatusCode::FORBIDDEN;
    refusal.headers_mut().insert("content-type", HeaderValue::from_static("application/x-amz-json-1.0"));
    Some(refusal)
}
