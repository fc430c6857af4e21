//! The events of a REST API: Lambda proxy integration (payload 1.0), TOKEN and REQUEST authorizer.
//!
//! Field for field what API Gateway sends; the tests hold them against recorded events.

use std::collections::BTreeMap;
use std::time::{Duration, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sam_template::{ACCOUNT_ID, API_ID, REGION, Template};
use serde_json::{Map, Value, json};

use super::request::ClientRequest;
use super::routes::Matched;

/// `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/path`, as policies name a method.
pub(super) fn method_arn(template: &Template, request: &ClientRequest, matched: &Matched) -> String {
    let path = matched.path.trim_start_matches('/');
    format!(
        "arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:{API_ID}/{}/{}/{path}",
        template.stage(),
        request.method
    )
}

/// What a TOKEN authorizer is given: three fields, no more.
pub(super) fn token_authorizer(token: &str, method_arn: &str) -> Value {
    json!({ "type": "TOKEN", "authorizationToken": token, "methodArn": method_arn })
}

/// What a REQUEST authorizer is given: the proxy event without the body, and empty maps where that has null.
pub(super) fn request_authorizer(
    template: &Template,
    request: &ClientRequest,
    matched: &Matched,
    method_arn: &str,
) -> Value {
    let mut event = request_part(template, request, matched);
    for value in event.values_mut().filter(|value| value.is_null()) {
        *value = json!({});
    }
    event.insert("type".into(), json!("REQUEST"));
    event.insert("methodArn".into(), json!(method_arn));
    event.insert("requestContext".into(), context(template, request, Some(matched)));
    Value::Object(event)
}

/// What the function behind a route is given. `authorizer` is the map that the authorizer handed on, if there is one.
pub(super) fn proxy(
    template: &Template,
    request: &ClientRequest,
    matched: &Matched,
    authorizer: Option<Value>,
) -> Value {
    let mut event = request_part(template, request, matched);
    let (body, is_base64) = body(template, request);
    event.insert("body".into(), body);
    event.insert("isBase64Encoded".into(), json!(is_base64));
    let mut context = context(template, request, Some(matched));
    if let (Some(map), Some(authorizer)) = (context.as_object_mut(), authorizer) {
        map.insert("authorizer".into(), authorizer);
    }
    event.insert("requestContext".into(), context);
    Value::Object(event)
}

fn request_part(template: &Template, request: &ClientRequest, matched: &Matched) -> Map<String, Value> {
    let stage_variables = template.stage_variables();
    let entries = [
        ("resource", json!(matched.route.path)),
        ("path", json!(matched.path)),
        ("httpMethod", json!(request.method)),
        ("headers", json!(last_values(&request.headers))),
        ("multiValueHeaders", json!(all_values(&request.headers))),
        ("queryStringParameters", null_if_empty(json!(last_values(&request.query)))),
        ("multiValueQueryStringParameters", null_if_empty(json!(all_values(&request.query)))),
        ("pathParameters", null_if_empty(json!(matched.path_parameters))),
        ("stageVariables", null_if_empty(json!(stage_variables))),
    ];
    entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// `requestContext`, which is also what `$context` means in gateway responses.
pub(super) fn context(template: &Template, request: &ClientRequest, matched: Option<&Matched>) -> Value {
    let path = matched.map_or(request.path.as_str(), |matched| &matched.path);
    json!({
        "resourceId": matched.map(|matched| &matched.resource_id),
        "resourcePath": matched.map(|matched| &matched.route.path),
        "httpMethod": request.method,
        "extendedRequestId": request.extended_id,
        "requestTime": request_time(request.received_at),
        "path": format!("/{}{path}", template.stage()),
        "accountId": ACCOUNT_ID,
        "protocol": "HTTP/1.1",
        "stage": template.stage(),
        "domainPrefix": API_ID,
        "requestTimeEpoch": request.received_at * 1000,
        "requestId": request.id,
        "identity": identity(request),
        "domainName": format!("{API_ID}.execute-api.{REGION}.amazonaws.com"),
        "deploymentId": "local1",
        "apiId": API_ID,
    })
}

fn identity(request: &ClientRequest) -> Value {
    json!({
        "cognitoIdentityPoolId": null,
        "accountId": null,
        "cognitoIdentityId": null,
        "caller": null,
        "sourceIp": request.source_ip.to_string(),
        "principalOrgId": null,
        "accessKey": null,
        "cognitoAuthenticationType": null,
        "cognitoAuthenticationProvider": null,
        "userArn": null,
        "userAgent": request.header("user-agent"),
        "user": null,
    })
}

/// Text where it is text. Binary media types of the API are base64, and so are bytes that JSON cannot carry at all
/// (API Gateway would replace those; here the function still sees what was sent).
fn body(template: &Template, request: &ClientRequest) -> (Value, bool) {
    let media_type = request.header("content-type").unwrap_or_default();
    match std::str::from_utf8(&request.body) {
        Ok("") => (Value::Null, false),
        Ok(text) if !is_binary(template, media_type) => (json!(text), false),
        _ => (json!(STANDARD.encode(&request.body)), true),
    }
}

/// Whether the API treats this media type as binary.
pub(super) fn is_binary(template: &Template, media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    template.binary_media_types().iter().any(|binary| binary == "*/*" || binary.eq_ignore_ascii_case(essence))
}

fn last_values(pairs: &[(String, String)]) -> BTreeMap<&str, &str> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

fn all_values(pairs: &[(String, String)]) -> BTreeMap<&str, Vec<&str>> {
    let mut all = BTreeMap::<&str, Vec<&str>>::new();
    for (name, value) in pairs {
        all.entry(name).or_default().push(value);
    }
    all
}

fn null_if_empty(map: Value) -> Value {
    if map.as_object().is_some_and(Map::is_empty) { Value::Null } else { map }
}

/// `22/Nov/2026:06:30:00 +0000`, from the same instant in HTTP's own format (`Sun, 22 Nov 2026 06:30:00 GMT`).
fn request_time(unix_seconds: i64) -> String {
    let instant = UNIX_EPOCH + Duration::from_secs(unix_seconds.try_into().unwrap_or_default());
    let date = httpdate::fmt_http_date(instant);
    let words: Vec<_> = date.split(' ').collect();
    match words[..] {
        [_, day, month, year, time, _] => format!("{day}/{month}/{year}:{time} +0000"),
        _ => date,
    }
}
