//! From a function's answer to HTTP: the output format of Lambda proxy integration.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html>

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sam_template::Template;
use serde_json::{Map, Value};

use super::event::is_binary;
use super::request::ClientRequest;

/// Response headers that API Gateway keeps for itself and passes on under another name.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html>
const REMAPPED: [&str; 9] = [
    "authorization",
    "connection",
    "content-length",
    "content-md5",
    "date",
    "host",
    "server",
    "user-agent",
    "www-authenticate",
];

/// Response headers that never get through.
const DROPPED: [&str; 6] = ["expect", "proxy-authenticate", "te", "trailer", "transfer-encoding", "upgrade"];

/// The answer as HTTP; the error says why it is a malformed proxy answer.
pub(super) fn to_http(
    template: &Template,
    request: &ClientRequest,
    answer: &Value,
) -> Result<Response<Body>, &'static str> {
    let answer = answer.as_object().ok_or("the answer is not an object")?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status(answer)?;
    for (name, value) in headers(answer)? {
        if DROPPED.contains(&name.as_str()) {
            continue;
        }
        let remapped = REMAPPED.contains(&name.as_str()).then(|| format!("x-amzn-remapped-{name}"));
        let name = remapped.and_then(|name| HeaderName::try_from(name).ok()).unwrap_or(name);
        response.headers_mut().append(name, value);
    }
    let json = HeaderValue::from_static("application/json");
    let media_type = response.headers_mut().entry(CONTENT_TYPE).or_insert(json).clone();
    *response.body_mut() = body(template, request, answer, &media_type)?;
    Ok(response)
}

fn status(answer: &Map<String, Value>) -> Result<StatusCode, &'static str> {
    let number = match answer.get("statusCode") {
        Some(Value::Number(number)) => number.as_u64(),
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    };
    let number =
        number.filter(|number| (200..=599).contains(number)).and_then(|number| u16::try_from(number).ok());
    number.and_then(|number| StatusCode::from_u16(number).ok()).ok_or("statusCode is not a status code")
}

/// `multiValueHeaders`, then what `headers` adds to them.
fn headers(answer: &Map<String, Value>) -> Result<Vec<(HeaderName, HeaderValue)>, &'static str> {
    let mut merged = Vec::new();
    for (name, values) in entries(answer, "multiValueHeaders")? {
        for value in values.as_array().ok_or("a multiValueHeaders value is not a list")? {
            merged.push(header(name, value)?);
        }
    }
    for (name, value) in entries(answer, "headers")? {
        let pair = header(name, value)?;
        if !merged.contains(&pair) {
            merged.push(pair);
        }
    }
    Ok(merged)
}

fn entries<'a>(
    answer: &'a Map<String, Value>,
    member: &str,
) -> Result<impl Iterator<Item = (&'a String, &'a Value)>, &'static str> {
    let map = match answer.get(member) {
        None | Some(Value::Null) => None,
        Some(value) => Some(value.as_object().ok_or("headers are not a map")?),
    };
    Ok(map.into_iter().flatten())
}

fn header(name: &str, value: &Value) -> Result<(HeaderName, HeaderValue), &'static str> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        _ => return Err("a header value is not text"),
    };
    let name =
        HeaderName::try_from(name).map_err(|_| "a header name has characters that HTTP does not allow")?;
    let value =
        HeaderValue::from_str(&text).map_err(|_| "a header value has characters that HTTP does not allow")?;
    Ok((name, value))
}

/// Base64 is undone only where the API knows the media type as binary; elsewhere the client gets base64 text.
fn body(
    template: &Template,
    request: &ClientRequest,
    answer: &Map<String, Value>,
    media_type: &HeaderValue,
) -> Result<Body, &'static str> {
    let text = match answer.get("body") {
        None | Some(Value::Null) => return Ok(Body::empty()),
        Some(body) => body.as_str().ok_or("the body is not text")?,
    };
    let is_base64 = match answer.get("isBase64Encoded") {
        None | Some(Value::Null) => false,
        Some(flag) => flag.as_bool().ok_or("isBase64Encoded is neither true nor false")?,
    };
    let accept = request.header("accept").and_then(|accept| accept.split(',').next()).unwrap_or_default();
    let media_type = media_type.to_str().unwrap_or_default();
    if is_base64 && (is_binary(template, accept) || is_binary(template, media_type)) {
        return STANDARD.decode(text).map(Body::from).map_err(|_| "the body is not base64");
    }
    Ok(Body::from(text.to_owned()))
}
