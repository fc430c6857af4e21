//! Gateway responses: what API Gateway answers when no function does.
//!
//! Types, status codes and default messages:
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html>

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use sam_template::{GatewayResponse, Template};
use serde_json::{Value, json};

use super::request::ClientRequest;

/// One type of gateway response, as it is without a template of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    status: u16,
    /// Value of `x-amzn-ErrorType`.
    error: &'static str,
    message: Option<&'static str>,
}

const fn kind(name: &'static str, status: u16, error: &'static str, message: Option<&'static str>) -> Kind {
    Kind { name, status, error, message }
}

pub(super) const UNAUTHORIZED: Kind =
    kind("UNAUTHORIZED", 401, "UnauthorizedException", Some("Unauthorized"));
pub(super) const ACCESS_DENIED: Kind = kind(
    "ACCESS_DENIED",
    403,
    "AccessDeniedException",
    Some("User is not authorized to access this resource"),
);
pub(super) const EXPLICIT_DENY: Kind = kind(
    "ACCESS_DENIED",
    403,
    "AccessDeniedException",
    Some("User is not authorized to access this resource with an explicit deny"),
);
pub(super) const AUTHORIZER_FAILURE: Kind =
    kind("AUTHORIZER_FAILURE", 500, "AuthorizerFailureException", None);
pub(super) const AUTHORIZER_CONFIGURATION_ERROR: Kind =
    kind("AUTHORIZER_CONFIGURATION_ERROR", 500, "AuthorizerConfigurationException", None);
pub(super) const MISSING_AUTHENTICATION_TOKEN: Kind = kind(
    "MISSING_AUTHENTICATION_TOKEN",
    403,
    "MissingAuthenticationTokenException",
    Some("Missing Authentication Token"),
);
/// An unknown path with an `Authorization` header: API Gateway takes the header for an AWS signature.
pub(super) const INVALID_SIGNATURE: Kind = kind(
    "INVALID_SIGNATURE",
    403,
    "IncompleteSignatureException",
    Some("Authorization header is not an AWS signature"),
);
pub(super) const REQUEST_TOO_LARGE: Kind =
    kind("REQUEST_TOO_LARGE", 413, "RequestTooLargeException", Some("Request Too Long"));
/// A function error or an answer that is not a proxy answer. 502 is what clients get, although the documentation
/// lists this type with 504; which type AWS looks up is not documented, and `DEFAULT_5XX` applies in either case.
pub(super) const INTEGRATION_FAILURE: Kind =
    kind("INTEGRATION_FAILURE", 502, "InternalServerErrorException", Some("Internal server error"));
pub(super) const INTEGRATION_TIMEOUT: Kind =
    kind("INTEGRATION_TIMEOUT", 504, "InternalServerErrorException", Some("Endpoint request timed out"));
pub(super) const API_CONFIGURATION_ERROR: Kind =
    kind("API_CONFIGURATION_ERROR", 500, "InternalServerErrorException", Some("Internal server error"));

/// The answer of this type, in the form the template gives it. `context` is `$context`.
pub(super) fn render(
    template: &Template,
    kind: Kind,
    request: &ClientRequest,
    context: &Value,
) -> Response<Body> {
    let responses = template.gateway_responses();
    let fallback = if kind.status < 500 { "DEFAULT_4XX" } else { "DEFAULT_5XX" };
    let custom = responses.get(kind.name).or_else(|| responses.get(fallback));
    let context = with_error(kind, context);
    let (media_type, body) = body(kind, custom, request, &context);
    let status = custom.and_then(|custom| custom.status).unwrap_or(kind.status);
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if let Ok(media_type) = HeaderValue::from_str(&media_type) {
        headers.insert(CONTENT_TYPE, media_type);
    }
    headers.insert("x-amzn-errortype", HeaderValue::from_static(kind.error));
    for (name, expression) in custom.iter().flat_map(|custom| &custom.headers) {
        let value = header_value(expression, request, &context);
        let value = value.and_then(|value| HeaderValue::from_str(&value).ok());
        if let (Ok(name), Some(value)) = (HeaderName::try_from(name.as_str()), value) {
            headers.insert(name, value);
        }
    }
    response
}

/// `$context.error.*`
fn with_error(kind: Kind, context: &Value) -> Value {
    let mut context = context.clone();
    context["error"] = json!({
        "message": kind.message.unwrap_or("null"),
        "messageString": json!(kind.message).to_string(),
        "responseType": kind.name,
    });
    context
}

fn body(
    kind: Kind,
    custom: Option<&GatewayResponse>,
    request: &ClientRequest,
    context: &Value,
) -> (String, String) {
    let templates = custom.map(|custom| &custom.templates).filter(|templates| !templates.is_empty());
    let Some(templates) = templates else {
        // Seen on AWS: only the refusal by policy spells its member with a capital letter.
        let member = if kind.name == ACCESS_DENIED.name { "Message" } else { "message" };
        return ("application/json".to_owned(), json!({ member: kind.message }).to_string());
    };
    let accepted = request.header("accept").and_then(|accept| templates.get_key_value(accept));
    let chosen = accepted.or_else(|| templates.get_key_value("application/json"));
    let (media_type, text) = chosen.or_else(|| templates.first_key_value()).unzip();
    (media_type.cloned().unwrap_or_default(), text.map(|text| substitute(text, context)).unwrap_or_default())
}

/// `'literal'`, `context.requestId` or `method.request.header.name`.
fn header_value(expression: &str, request: &ClientRequest, context: &Value) -> Option<String> {
    if let Some(literal) = literal(expression) {
        return Some(literal.to_owned());
    }
    if let Some(name) = expression.strip_prefix("method.request.header.") {
        return request.header(name).map(str::to_owned);
    }
    if let Some(name) = expression.strip_prefix("method.request.querystring.") {
        return request.query_value(name).map(str::to_owned);
    }
    expression.strip_prefix("context.").map(|path| variable(path, context))
}

/// What stands between single quotes.
pub(super) fn literal(expression: &str) -> Option<&str> {
    expression.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''))
}

/// Replaces every `$context.path`. Templates of gateway responses know variables and nothing else, and nothing is
/// escaped: a template that puts client text into JSON is a mistake that shows up here as it does on AWS.
fn substitute(text: &str, context: &Value) -> String {
    let mut pieces = text.split("$context.");
    let mut result = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end =
            piece.find(|c: char| !c.is_ascii_alphanumeric() && !"._-".contains(c)).unwrap_or(piece.len());
        let path = piece[..end].trim_end_matches('.');
        result.push_str(&variable(path, context));
        result.push_str(&piece[path.len()..]);
    }
    result
}

fn variable(path: &str, context: &Value) -> String {
    match path.split('.').try_fold(context, |level, name| level.get(name)) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
