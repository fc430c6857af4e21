//! The six shapes of an authorizer's event.
//!
//! Every field is optional, and the shape is told by the fields that only it has: AWS's own types
//! take each other's events without complaint.

use std::collections::HashMap;

use serde::Deserialize;
use wxsession::{
    http::{BearerError, bearer},
    token::SessionToken,
};

/// An authorizer's event. No `Debug`: it carries the bearer token.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct Event {
    #[serde(rename = "type")]
    kind: Option<String>,
    version: Option<String>,
    authorization_token: Option<String>,
    method_arn: Option<String>,
    route_arn: Option<String>,
    headers: Option<HashMap<String, Option<String>>>,
    multi_value_headers: Option<HashMap<String, Option<Vec<String>>>>,
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

impl Event {
    pub(crate) fn flavour(&self) -> Option<Flavour> {
        let context = self.request_context.as_ref();
        match (self.kind.as_deref(), self.version.as_deref()) {
            (Some("TOKEN"), _) => Some(Flavour::RestToken),
            (Some("REQUEST"), Some("2.0")) => Some(Flavour::Http2),
            (Some("REQUEST"), Some("1.0")) => Some(Flavour::Http1),
            (Some("REQUEST"), None) => {
                let socket = context.is_some_and(|context| context.connection.is_some());
                Some(if socket { Flavour::WebSocket } else { Flavour::RestRequest })
            }
            (None, None) => context?.api.as_ref().map(|_| Flavour::AppSync),
            _ => None,
        }
    }

    /// The ARN of what is asked for; AppSync has none.
    pub(crate) fn arn(&self) -> Option<&str> {
        self.method_arn.as_deref().or(self.route_arn.as_deref())
    }

    pub(crate) fn request_id(&self) -> Option<&str> {
        self.request_context.as_ref()?.request_id.as_deref()
    }

    /// The one token of the event.
    pub(crate) fn token(&self) -> Result<SessionToken, BearerError> {
        match self.flavour() {
            Some(Flavour::RestToken) => bearer::token(&self.handed_on()),
            Some(Flavour::AppSync) => self.appsync_token(),
            _ => bearer::token(&self.header_values()),
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

    fn header_values(&self) -> Vec<&str> {
        let named = |name: &String| name.eq_ignore_ascii_case("authorization");
        if let Some(headers) = &self.multi_value_headers {
            let values =
                headers.iter().filter(|(name, _)| named(name)).filter_map(|(_, values)| values.as_ref());
            return values.flatten().map(String::as_str).collect();
        }
        let headers = self.headers.iter().flatten().filter(|(name, _)| named(name));
        headers.filter_map(|(_, value)| value.as_deref()).collect()
    }
}

#[cfg(test)]
mod tests;
