//! One request to the Mini Program's server.

use std::io;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Request, Uri, header};
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::PushAnswer;

/// What WeChat waits.
const PATIENCE: Duration = Duration::from_secs(5);
const MOST_BYTES: usize = 1024 * 1024;

pub(super) async fn get(url: &str, query: &[(&str, &str)]) -> PushAnswer {
    sent(Request::get(path(url, query)), url, String::new()).await
}

pub(super) async fn post(
    url: &str,
    query: &[(&str, &str)],
    content_type: &'static str,
    body: String,
) -> PushAnswer {
    sent(Request::post(path(url, query)).header(header::CONTENT_TYPE, content_type), url, body).await
}

fn path(url: &str, query: &[(&str, &str)]) -> String {
    let path = url.parse::<Uri>().map_or_else(|_| "/".to_owned(), |url| url.path().to_owned());
    let query =
        query.iter().map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
    format!("{path}?{}", query.collect::<Vec<_>>().join("&"))
}

async fn sent(request: axum::http::request::Builder, url: &str, body: String) -> PushAnswer {
    let answered = timeout(PATIENCE, answered(request, url, body)).await;
    let (status, body) = match answered {
        Ok(Ok((status, body))) => (Some(status), body),
        Ok(Err(_)) | Err(_) => (None, String::new()),
    };
    PushAnswer { status, body }
}

async fn answered(
    request: axum::http::request::Builder,
    url: &str,
    body: String,
) -> io::Result<(u16, String)> {
    let url: Uri = url.parse().map_err(io::Error::other)?;
    let authority = url.authority().ok_or(io::ErrorKind::InvalidInput)?;
    let stream = TcpStream::connect((authority.host(), authority.port_u16().unwrap_or(80))).await?;
    let (mut requests, connection) = handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    let connection = tokio::spawn(async move { drop(connection.await) });
    let request = request.header(header::HOST, authority.as_str()).header(header::CONNECTION, "close");
    let request = request.body(Body::from(body)).map_err(io::Error::other)?;
    let answer = requests.send_request(request).await.map_err(io::Error::other)?;
    let status = answer.status().as_u16();
    let body = to_bytes(Body::new(answer.into_body()), MOST_BYTES).await.map_err(io::Error::other)?;
    connection.abort();
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}
