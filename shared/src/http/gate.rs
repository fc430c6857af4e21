//! The gate before `lambda_http`: from the JSON of an event to what `lambda_http` makes a [`lambda_http::Request`] of.
//!
//! `lambda_http` 1.3.2 panics on an event with a query, a path, a Host header or base64 that is not what it should be, and
//! keeps only the last of a repeated header where both header maps come. So the event is read here, once and leniently
//! (`wire`), judged, and put into `lambda_http`'s own type with each header line once: `docs/adr/0014-lambda-http-behind-a-gate.md`.
//! What cannot be a request is refused with `malformed_request`, in the form that whoever sent it reads. Nothing of an
//! event is ever quoted.

mod event;
mod wire;

use std::net::IpAddr;

use base64::{Engine, engine::general_purpose::STANDARD};
use lambda_http::{
    Request,
    aws_lambda_events::apigw::ApiGatewayProxyRequest,
    http::{
        HeaderMap, Method,
        header::{AUTHORIZATION, HOST, ORIGIN},
        uri::{Authority, PathAndQuery},
    },
    request::LambdaRequest,
};
use serde::{Deserialize, Deserializer};

use self::wire::{Context, Text, Texts, Wire};
use super::{Code, Problem};
use crate::telemetry::Gateway;

/// No route takes a longer body; what is longer is not even decoded.
const MOST_BODY_BYTES: usize = 256 * 1024;
/// Path and query. API Gateway and load balancers let less through; a URI of 64 KiB would make `lambda_http` panic, and
/// encoding makes three bytes of one.
const MOST_URI_BYTES: usize = 16 * 1024;

/// Who sent an event, and so what it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// REST API, or HTTP API with payload 1.0.
    Payload1,
    /// HTTP API with payload 2.0, or a function URL.
    Payload2,
    /// Application Load Balancer.
    LoadBalancer,
}

/// An event behind the gate: what `lambda_http` may see of it, and why it is not served, if it is not.
pub struct Admitted {
    pub(crate) event: LambdaRequest,
    /// Every header line. `lambda_http` sees none of them: it would make a URL of Host, and panic where it cannot.
    pub(crate) headers: HeaderMap,
    pub(crate) refused: Option<Problem>,
    pub(crate) gateway: Gateway,
}

/// Never fails: what is no event of ours is answered like every other malformed request.
impl<'de> Deserialize<'de> for Admitted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::of(Wire::deserialize(deserializer).unwrap_or_default()))
    }
}

impl Admitted {
    /// The request that `lambda_http` made of the event, with its header lines and what `lambda_http` adds to them.
    pub(crate) fn completed(mut request: Request, headers: HeaderMap) -> Request {
        let added = std::mem::replace(request.headers_mut(), headers);
        request.headers_mut().extend(added);
        request
    }

    /// What passes the gate, or why it does not: for tests.
    ///
    /// # Errors
    ///
    /// The problem that the client is told of.
    #[cfg(any(test, feature = "test-util"))]
    pub fn request(self) -> Result<Request, Problem> {
        // Whatever is refused, too: `lambda_http` must not panic on it.
        let request = Self::completed(Request::from(self.event), self.headers);
        self.refused.map_or(Ok(request), Err)
    }

    fn of(mut wire: Wire) -> Self {
        let Some(origin) = wire.origin() else {
            return Self {
                event: LambdaRequest::ApiGatewayV1(ApiGatewayProxyRequest::default()),
                headers: HeaderMap::new(),
                refused: Some(Problem::malformed("not_an_http_event")),
                gateway: Gateway::default(),
            };
        };
        let headers = wire.headers();
        let gateway = wire.gateway(&headers);
        match wire.judge(origin, &headers) {
            Ok(method) => Self {
                event: wire.into_event(origin, method),
                headers: headers.lines,
                refused: None,
                gateway,
            },
            Err(problem) => {
                let method =
                    wire.method(origin).and_then(|method| Method::from_bytes(method.as_bytes()).ok());
                let event = wire.address(origin).into_event(origin, method.unwrap_or_default());
                let mut lines = HeaderMap::new();
                lines.extend(headers.lines.get(ORIGIN).map(|asked| (ORIGIN, asked.clone())));
                Self { event, headers: lines, refused: Some(problem), gateway }
            }
        }
    }
}

impl Wire {
    fn origin(&self) -> Option<Origin> {
        let context = self.context.as_ref();
        if context.is_some_and(|context| context.elb.is_some()) {
            Some(Origin::LoadBalancer)
        } else if self.version.0.as_deref() == Some("2.0")
            || context.is_some_and(|context| context.http.is_some())
        {
            Some(Origin::Payload2)
        } else {
            self.http_method.0.is_some().then_some(Origin::Payload1)
        }
    }

    /// Where both maps come they say the same, but only the second has every line.
    fn headers(&mut self) -> wire::Headers {
        let several = std::mem::take(&mut self.multi_value_headers);
        if several.is_sent { several } else { std::mem::take(&mut self.headers) }
    }

    fn gateway(&self, headers: &wire::Headers) -> Gateway {
        let context = self.context.as_ref();
        let sender = context.and_then(|context| {
            let http = context.http.as_ref().and_then(|http| http.source_ip.0.as_deref());
            http.or(context.identity.as_ref().and_then(|identity| identity.source_ip.0.as_deref()))
        });
        // A load balancer puts the client's address behind whatever the client wrote there.
        let forwarded =
            || headers.lines.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?.rsplit(',').next();
        let source: Option<IpAddr> =
            sender.or_else(forwarded).and_then(|address| address.trim().parse().ok());
        Gateway::new(context.and_then(|context| context.request_id.0.as_deref()), source)
    }

    /// What of it says where it was going, and nothing else: so what is refused is refused in its route's name, and to
    /// the page that asked.
    fn address(self, origin: Origin) -> Self {
        let context = self.context.unwrap_or_default();
        let context = Context {
            request_id: context.request_id,
            stage: context.stage,
            resource_path: context.resource_path,
            ..Context::default()
        };
        let mut bare = Self {
            resource: self.resource,
            path: self.path,
            raw_path: self.raw_path,
            route_key: self.route_key,
            context: Some(context),
            ..Self::default()
        };
        if bare.judge_uri(origin).is_err() {
            // What `lambda_http` would make a URL of.
            (bare.path, bare.raw_path) = Default::default();
            bare.context.iter_mut().for_each(|context| context.stage = Text::default());
        }
        bare
    }

    /// Whether a request can be made of it, and if so its method.
    fn judge(&self, origin: Origin, headers: &wire::Headers) -> Result<Method, Problem> {
        if headers.is_broken {
            return Err(Problem::malformed("header"));
        }
        let method = self.method(origin).and_then(|method| Method::from_bytes(method.as_bytes()).ok());
        let method = method.ok_or_else(|| Problem::malformed("method"))?;
        if !host_fits(&headers.lines) {
            return Err(Problem::malformed("host"));
        }
        self.judge_uri(origin)?;
        several_credentials(&headers.lines)?;
        self.judge_body()?;
        Ok(method)
    }

    fn method(&self, origin: Origin) -> Option<&str> {
        match origin {
            Origin::Payload2 => self.context.as_ref()?.http.as_ref()?.method.0.as_deref(),
            _ => self.http_method.0.as_deref(),
        }
    }

    fn path(&self, origin: Origin) -> &str {
        let path = match origin {
            Origin::Payload2 => self.raw_path.0.as_deref(),
            _ => self.path.0.as_deref(),
        };
        path.unwrap_or("/")
    }

    fn query(&self) -> &Texts {
        let several = &self.multi_value_query_string_parameters;
        if several.0.is_empty() { &self.query_string_parameters } else { several }
    }

    fn judge_uri(&self, origin: Origin) -> Result<(), Problem> {
        let path = self.path(origin);
        if !path.starts_with('/') {
            return Err(Problem::malformed("path"));
        }
        let raw_query = self.raw_query_string.0.as_deref().unwrap_or_default();
        let pairs =
            self.query().0.iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
        let query: usize = pairs.map(|(name, value)| name.len() + value.len() + 2).sum();
        let stage = self.context.as_ref().and_then(|context| context.stage.0.as_deref()).unwrap_or_default();
        if stage.len() + path.len() + raw_query.len() + query > MOST_URI_BYTES {
            return Err(Problem::malformed("uri_too_long"));
        }
        if !raw_query.is_empty() && PathAndQuery::try_from(format!("/?{raw_query}")).is_err() {
            return Err(Problem::malformed("query"));
        }
        Ok(())
    }

    fn judge_body(&self) -> Result<(), Problem> {
        let body = self.body.0.as_deref().unwrap_or_default();
        if body.len() > MOST_BODY_BYTES {
            return Err(Problem::new(Code::BodyTooLarge));
        }
        if self.is_base64_encoded == Some(true) && STANDARD.decode(body).is_err() {
            return Err(Problem::malformed("body_base64"));
        }
        Ok(())
    }
}

/// `Host` and `X-Forwarded-Proto` are what a URL is made of, wherever somebody makes one.
fn host_fits(headers: &HeaderMap) -> bool {
    let authority = |host: &str| {
        let authority = Authority::try_from(host).ok()?;
        let has_good_port = authority.port().is_some() || authority.host() == authority.as_str();
        (has_good_port && !host.contains('@')).then_some(())
    };
    let host = headers.get_all(HOST).iter().all(|host| host.to_str().ok().and_then(authority).is_some());
    let mut protocols = headers.get_all("x-forwarded-proto").iter();
    host && protocols.all(|value| !value.is_empty() && value.as_bytes().iter().all(u8::is_ascii_alphanumeric))
}

/// Nobody knows which is meant. Payload 2.0 joins the lines of one header with commas.
fn several_credentials(headers: &HeaderMap) -> Result<(), Problem> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let is_one = values.next().is_none_or(|value| !value.as_bytes().contains(&b','));
    if is_one && values.next().is_none() { Ok(()) } else { Err(super::BearerError::Several.into()) }
}

#[cfg(test)]
mod tests;
