//! The port for the AWS CLI and other tools: what the engine answers, without any fault.

use axum::body::Body;
use axum::http::{Request, Response};
use dynoxide::Database;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::engine::{Engine, refused};

/// Serves `listener` until the task is dropped.
pub(super) fn start(listener: TcpListener, database: Database) -> JoinSet<()> {
    JoinSet::from_iter([accept(listener, database)])
}

async fn accept(listener: TcpListener, database: Database) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                connections.spawn(serve(stream, Engine::new(&database)));
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, engine: Engine) {
    let _ = stream.set_nodelay(true);
    let engine = &engine;
    let service = service_fn(|request: Request<Incoming>| async move {
        match refused(request.headers()) {
            Some(refusal) => Ok(refusal),
            None => engine.ask(request.map(Body::new)).await.map(|answer: Response<_>| answer.map(Body::new)),
        }
    });
    // An error is a client that went away.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}
