//! The events against those that AWS publishes: same members, same types, same values where the request decides.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::harness::{NOW, REQUEST, Service, TOKEN, template};

/// A login event of a REST API, recorded from the documentation's sample.
const PROXY_SAMPLE: &str = include_str!("samples/rest-api-proxy.json");
const AUTHORIZED_SAMPLE: &str = include_str!("samples/rest-api-proxy-authorized.json");
const REQUEST_SAMPLE: &str = include_str!("samples/rest-authorizer-request.json");

/// Every path in the event with the type of its value; what depends on the client (header names) is left out.
fn shape(event: &Value) -> BTreeMap<String, &'static str> {
    let mut shape = BTreeMap::new();
    collect(event, String::new(), &mut shape);
    shape
}

fn collect(value: &Value, path: String, shape: &mut BTreeMap<String, &'static str>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "map",
    };
    let is_open = ["/headers", "/multiValueHeaders", "/requestContext/authorizer"].contains(&path.as_str());
    for (name, member) in value.as_object().into_iter().flatten().filter(|_| !is_open) {
        collect(member, format!("{path}/{name}"), shape);
    }
    shape.insert(path, kind);
}

#[tokio::test]
async fn a_proxy_event_has_the_members_of_a_recorded_one() {
    let service = Service::start(&template(TOKEN, "")).await;
    let head = ["POST /prod/login HTTP/1.1", "Content-Type: application/json", "User-Agent: test"];
    assert_eq!(service.send(&head, b"{\"code\": \"0a1b\"}").await.status, 200);
    let (event, sample) = (service.echo.last(), serde_json::from_str(PROXY_SAMPLE).unwrap());
    assert_eq!(shape(&event), shape(&sample));
    for pointer in [
        "/resource",
        "/path",
        "/httpMethod",
        "/requestContext/path",
        "/requestContext/resourcePath",
        "/requestContext/stage",
        "/requestContext/protocol",
        "/requestContext/domainName",
        "/requestContext/requestTime",
        "/requestContext/requestTimeEpoch",
        "/isBase64Encoded",
    ] {
        assert_eq!(event.pointer(pointer), sample.pointer(pointer), "{pointer}");
    }
    assert_eq!(event["body"], "{\"code\": \"0a1b\"}");
    assert_eq!(event["requestContext"]["identity"]["userAgent"], "test");
    assert_eq!(event["requestContext"]["identity"]["sourceIp"], "127.0.0.1");
    assert_eq!(event["requestContext"]["requestTimeEpoch"], NOW * 1000);
    let id = event["requestContext"]["requestId"].as_str().unwrap();
    assert_eq!(id.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
}

#[tokio::test]
async fn an_authorized_event_carries_the_context_as_text() {
    let service = Service::start(&template(TOKEN, "")).await;
    let head = ["GET /sessions HTTP/1.1", "Authorization: Bearer abc", "User-Agent: test"];
    assert_eq!(service.send(&head, b"").await.status, 200);
    let event = service.echo.last();
    assert_eq!(shape(&event), shape(&serde_json::from_str(AUTHORIZED_SAMPLE).unwrap()));
    let mut authorizer = event["requestContext"]["authorizer"].clone();
    assert!(authorizer["integrationLatency"].take().is_u64());
    let expected = json!({
        "user_id": "user-1",
        "attempts": "3",
        "first": "true",
        "reason": "expired",
        "principalId": "user-1",
        "integrationLatency": null,
    });
    assert_eq!(authorizer, expected);
}

#[tokio::test]
async fn a_token_authorizer_gets_three_fields() {
    let service = Service::start(&template(TOKEN, "")).await;
    service.get("/prod/sessions", "Bearer abc").await;
    let expected = json!({
        "type": "TOKEN",
        "authorizationToken": "Bearer abc",
        "methodArn": "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod/GET/sessions",
    });
    assert_eq!(service.guard.last(), expected);
}

#[tokio::test]
async fn a_request_authorizer_event_has_the_members_of_a_recorded_one() {
    let service = Service::start(&template(REQUEST, "")).await;
    let head = ["GET /sessions HTTP/1.1", "Authorization: Bearer abc", "User-Agent: test"];
    assert_eq!(service.send(&head, b"").await.status, 200);
    assert_eq!(shape(&service.guard.last()), shape(&serde_json::from_str(REQUEST_SAMPLE).unwrap()));
}

#[tokio::test]
async fn the_method_arn_has_the_path_and_not_the_resource() {
    let service = Service::start(&template(TOKEN, "")).await;
    service.send(&["DELETE /sessions/7 HTTP/1.1", "Authorization: Bearer abc"], b"").await;
    let arn = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod/DELETE/sessions/7";
    assert_eq!(service.guard.last()["methodArn"], arn);
    let event = service.echo.last();
    assert_eq!(event["pathParameters"], json!({ "id": "7" }));
    assert_eq!(event["resource"], "/sessions/{id}");
    assert_eq!(event["path"], "/sessions/7");
    assert_eq!(event["requestContext"]["path"], "/prod/sessions/7");
    assert_eq!(event["requestContext"]["resourcePath"], "/sessions/{id}");
}

#[tokio::test]
async fn headers_keep_their_spelling_and_every_value() {
    let service = Service::start(&template(TOKEN, "")).await;
    let head =
        ["POST /login HTTP/1.1", "X-cUSTOM: first", "X-cUSTOM: second", "X-Forwarded-For: 203.0.113.7"];
    service.send(&head, b"body-NAME: not a header\r\nX-CUSTOM: neither").await;
    let event = service.echo.last();
    assert_eq!(event["headers"]["X-cUSTOM"], "second");
    assert_eq!(event["multiValueHeaders"]["X-cUSTOM"], json!(["first", "second"]));
    assert_eq!(event["headers"]["X-Forwarded-For"], "203.0.113.7, 127.0.0.1");
    assert_eq!(event["headers"]["Host"], "localhost");
    assert_eq!(event["headers"]["X-Forwarded-Proto"], "https");
    assert!(event["headers"].get("Connection").is_none(), "{event}");
    assert!(event["headers"].get("connection").is_none(), "{event}");
}

#[tokio::test]
async fn a_token_authorizer_sees_the_last_of_two_headers_and_the_function_both() {
    let service = Service::start(&template(TOKEN, "")).await;
    let head = ["GET /sessions HTTP/1.1", "Authorization: Bearer one", "Authorization: Bearer two"];
    service.send(&head, b"").await;
    assert_eq!(service.guard.last()["authorizationToken"], "Bearer two");
    let both = json!(["Bearer one", "Bearer two"]);
    assert_eq!(service.echo.last()["multiValueHeaders"]["Authorization"], both);
}

#[tokio::test]
async fn query_parameters_are_decoded_and_null_when_there_are_none() {
    let service = Service::start(&template(TOKEN, "")).await;
    service.send(&["GET /files/a?x=1&x=%E5%BE%AE&empty= HTTP/1.1"], b"").await;
    let event = service.echo.last();
    assert_eq!(event["queryStringParameters"], json!({ "x": "微", "empty": "" }));
    assert_eq!(event["multiValueQueryStringParameters"], json!({ "x": ["1", "微"], "empty": [""] }));
    service.send(&["GET /files/a HTTP/1.1"], b"").await;
    let event = service.echo.last();
    assert_eq!(event["queryStringParameters"], Value::Null);
    assert_eq!(event["multiValueQueryStringParameters"], Value::Null);
    assert_eq!(event["body"], Value::Null);
}

#[tokio::test]
async fn bodies_are_text_unless_they_cannot_be() {
    let service = Service::start(&template(TOKEN, "")).await;
    for (content_type, body, expected, is_base64) in [
        ("application/json", "{\"名\":1}".as_bytes(), "{\"名\":1}", false),
        ("application/octet-stream", b"plain", "plain", false),
        ("image/png", b"plain", "cGxhaW4=", true),
        ("text/plain", &[0xff, 0xfe], "//4=", true),
    ] {
        let head = ["POST /login HTTP/1.1", &format!("Content-Type: {content_type}")];
        service.send(&head, body).await;
        let event = service.echo.last();
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!(expected), &json!(is_base64)));
    }
}

#[tokio::test]
async fn a_chunked_body_arrives_whole() {
    let service = Service::start(&template(TOKEN, "")).await;
    let head = ["POST /login HTTP/1.1", "Transfer-Encoding: chunked", "", "5", "hello", "0", "", ""];
    service.send(&head, b"").await;
    assert_eq!(service.echo.last()["body"], "hello");
}
