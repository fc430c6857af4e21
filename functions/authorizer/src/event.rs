//! The six shapes of an authorizer's event.
//!
//! Every field is optional, and the shape is told by the fields that only it has: AWS's own types
//! take each other's events without complaint.

mod headers;
mod subprotocol;

use std::net::IpAddr;

use serde::{Deserialize, de::IgnoredAny};
use wxsession::{
    http::{BearerError, bearer},
    telemetry::Gateway,
    token::SessionToken,
};

use headers::Headers;

/// An authorizer's event, read once. No `Debug`: it carries the bearer token.
#[derive(Deserialize)]
#[serde(try_from = "Wire")]
pub struct Event {
    pub(crate) form: Form,
    /// The one token of the event.
    pub(crate) token: Result<SessionToken, BearerError>,
    pub(crate) gateway: Gateway,
}

/// What the response must be like.
pub(crate) struct Form {
    pub(crate) flavour: Flavour,
    /// The whole stage of the API, for a policy; AppSync has none.
    pub(crate) stage_arn: Option<String>,
}

/// The fields that are used, as they are sent.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Wire {
    #[serde(rename = "type")]
    kind: Option<String>,
    version: Option<String>,
    authorization_token: Option<String>,
    method_arn: Option<String>,
    route_arn: Option<String>,
    headers: Headers,
    multi_value_headers: Headers,
    request_context: Option<Context>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Context {
    request_id: Option<String>,
    #[serde(rename = "apiId")]
    api: Option<String>,
    #[serde(rename = "connectionId")]
    connection: Option<String>,
    /// Of AppSync's GraphQL APIs only. Its event APIs want an answer of another form, which nobody here has seen.
    query_string: Option<IgnoredAny>,
    http: Option<Sender>,
    identity: Option<Sender>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Sender {
    source_ip: Option<String>,
}

impl Context {
    fn gateway(&self) -> Gateway {
        let sender = self.http.as_ref().or(self.identity.as_ref());
        let source: Option<IpAddr> = sender.and_then(|sender| sender.source_ip.as_deref()?.parse().ok());
        Gateway::new(self.request_id.as_deref(), source)
    }
}

/// Who asks, and so what answer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavour {
    /// REST API, `TOKEN`.
    RestToken,
    /// REST API, `REQUEST`.
    RestRequest,
    /// WebSocket API, `$connect`.
    WebSocket,
    /// HTTP API, payload 1.0.
    Http1,
    /// HTTP API, payload 2.0.
    Http2,
    /// AppSync.
    AppSync,
}

impl Flavour {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::RestToken => "rest_token",
            Self::RestRequest => "rest_request",
            Self::WebSocket => "websocket",
            Self::Http1 => "http_1.0",
            Self::Http2 => "http_2.0",
            Self::AppSync => "appsync",
        }
    }
}

impl TryFrom<Wire> for Event {
    type Error = &'static str;

    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        let flavour = wire.flavour().ok_or("of no known shape")?;
        let stage_arn = wire.method_arn.as_deref().or(wire.route_arn.as_deref()).and_then(whole_stage);
        // A policy without one could not be written.
        if stage_arn.is_none() && flavour != Flavour::AppSync {
            return Err("without an ARN");
        }
        Ok(Self {
            token: wire.token(flavour),
            form: Form { flavour, stage_arn },
            gateway: wire.request_context.map(|context| context.gateway()).unwrap_or_default(),
        })
    }
}

impl Wire {
    fn flavour(&self) -> Option<Flavour> {
        let context = self.request_context.as_ref();
        match (self.kind.as_deref(), self.version.as_deref()) {
            (Some("TOKEN"), _) => Some(Flavour::RestToken),
            (Some("REQUEST"), Some("2.0")) => Some(Flavour::Http2),
            (Some("REQUEST"), Some("1.0")) => Some(Flavour::Http1),
            (Some("REQUEST"), None) => {
                let socket = context.is_some_and(|context| context.connection.is_some());
                Some(if socket { Flavour::WebSocket } else { Flavour::RestRequest })
            }
            (None, None) => context
                .filter(|context| context.api.is_some() && context.query_string.is_some())
                .map(|_| Flavour::AppSync),
            _ => None,
        }
    }

    fn token(&self, flavour: Flavour) -> Result<SessionToken, BearerError> {
        match flavour {
            Flavour::RestToken => bearer::token(&self.handed_on()),
            Flavour::AppSync => self.appsync_token(),
            Flavour::WebSocket => {
                let headers = self.headers();
                subprotocol::or_bearer(&headers.subprotocols, &headers.bearers())
            }
            _ => bearer::token(&self.headers().bearers()),
        }
    }

    fn handed_on(&self) -> Vec<&str> {
        self.authorization_token.as_deref().into_iter().collect()
    }

    /// AppSync clients commonly send the bare token.
    fn appsync_token(&self) -> Result<SessionToken, BearerError> {
        match self.authorization_token.as_deref() {
            Some(bare) if !bare.contains(' ') && !bare.is_empty() => {
                SessionToken::parse(bare).map_err(BearerError::Token)
            }
            _ => bearer::token(&self.handed_on()),
        }
    }

    /// Where both maps come they say the same, but only the second has every line.
    fn headers(&self) -> &Headers {
        if self.multi_value_headers.is_sent { &self.multi_value_headers } else { &self.headers }
    }
}

/// `arn:aws:execute-api:region:account:api/stage/GET/me` → `…:api/stage/*`
fn whole_stage(arn: &str) -> Option<String> {
    let mut parts = arn.splitn(3, '/');
    let (api, stage) = (parts.next()?, parts.next()?);
    (api.starts_with("arn:") && !stage.is_empty()).then(|| format!("{api}/{stage}/*"))
}

#[cfg(test)]
mod tests;
