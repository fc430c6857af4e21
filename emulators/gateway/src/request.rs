//! One client request as API Gateway sees it, before any event is made of it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Query};
use axum::http::Request;
use axum::http::request::Parts;
use ring::rand::{SecureRandom, SystemRandom};
use uuid::Uuid;

use super::header_case::Peer;

/// Largest payload of a REST API.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html>
const MAX_BODY_BYTES: usize = 10 * 1024 * 1024;

/// Headers that end at API Gateway: they describe the client's connection, not its request.
const CONNECTION_HEADERS: [&str; 9] = [
    "connection",
    "content-length",
    "expect",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

pub(super) struct ClientRequest {
    pub(super) id: String,
    pub(super) extended_id: String,
    pub(super) trace_id: String,
    /// Unix seconds.
    pub(super) received_at: i64,
    pub(super) method: String,
    /// As sent, so perhaps with the stage in front.
    pub(super) path: String,
    /// Decoded, in order.
    pub(super) query: Vec<(String, String)>,
    /// Every header line in the client's spelling, then those API Gateway adds.
    pub(super) headers: Vec<(String, String)>,
    pub(super) source_ip: IpAddr,
    /// `None` until read, and when it was too large.
    pub(super) body: Bytes,
}

impl ClientRequest {
    /// Takes the request in. The second value says whether its body was within the limit.
    pub(super) async fn receive(request: Request<Body>, received_at: i64) -> (Self, bool) {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, MAX_BODY_BYTES).await;
        let fits = body.is_ok();
        (Self::new(&parts, body.unwrap_or_default(), received_at), fits)
    }

    fn new(parts: &Parts, body: Bytes, received_at: i64) -> Self {
        let peer = parts.extensions.get::<ConnectInfo<Peer>>().map(|info| &info.0);
        let plain = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
        let source_ip = peer.map(|peer| peer.address).or(plain).map(|address| address.ip());
        let source_ip = source_ip.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let random = random_bytes();
        let trace_id =
            format!("Root=1-{received_at:08x}-{}", &Uuid::from_bytes(random).simple().to_string()[..24]);
        let mut headers = client_headers(parts, peer);
        add_gateway_headers(&mut headers, source_ip, &trace_id);
        Self {
            id: uuid::Builder::from_random_bytes(random).into_uuid().to_string(),
            extended_id: format!("{}=", &Uuid::from_bytes(random_bytes()).simple().to_string()[..15]),
            trace_id,
            received_at,
            method: parts.method.as_str().to_owned(),
            path: parts.uri.path().to_owned(),
            query: Query::try_from_uri(&parts.uri).map(|Query(pairs)| pairs).unwrap_or_default(),
            headers,
            source_ip,
            body,
        }
    }

    /// The last value of a header, whatever its case. API Gateway's `headers` map and its TOKEN authorizer see this
    /// one; `multiValueHeaders` has them all.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().rev().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.as_str())
    }

    /// The last value of a query parameter.
    pub(super) fn query_value(&self, name: &str) -> Option<&str> {
        let mut found = self.query.iter().rev().filter(|(known, _)| known == name);
        found.next().map(|(_, value)| value.as_str())
    }
}

fn client_headers(parts: &Parts, peer: Option<&Peer>) -> Vec<(String, String)> {
    let wanted = parts.headers.iter().filter(|(name, _)| !CONNECTION_HEADERS.contains(&name.as_str()));
    wanted
        .map(|(name, value)| {
            let name = peer.map_or_else(|| name.to_string(), |peer| peer.spelling(name.as_str()));
            (name, String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect()
}

/// What API Gateway sets itself. Values are those of the deployed API, where every client comes over HTTPS.
fn add_gateway_headers(headers: &mut Vec<(String, String)>, source_ip: IpAddr, trace_id: &str) {
    let position = headers.iter().position(|(name, _)| name.eq_ignore_ascii_case("x-forwarded-for"));
    let before = position.map(|position| headers.remove(position).1);
    let chain = before.map_or_else(|| source_ip.to_string(), |before| format!("{before}, {source_ip}"));
    for (name, value) in [
        ("X-Amzn-Trace-Id", trace_id),
        ("X-Forwarded-For", chain.as_str()),
        ("X-Forwarded-Port", "443"),
        ("X-Forwarded-Proto", "https"),
    ] {
        headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        headers.push((name.to_owned(), value.to_owned()));
    }
}

fn random_bytes() -> [u8; 16] {
    let mut bytes = [0; 16];
    SystemRandom::new().fill(&mut bytes).expect("the operating system can give random bytes");
    bytes
}
