use serde_json::json;

use super::*;

fn request(event: Value) -> Request {
    serde_json::from_value(event).unwrap()
}

/// `GET /sessions/{id}` as a REST API and as an HTTP API with payload 2.0 hand it on.
fn both() -> [Request; 2] {
    let rest = json!({
        "httpMethod": "GET", "resource": "/sessions/{id}", "path": "/v1/sessions/7", "pathParameters": {"id": "7"},
        "headers": {"Authorization": "last"}, "multiValueHeaders": {"Authorization": ["first", "last"], "X": null},
        "requestContext": {"requestId": "r-1", "authorizer": {"user_id": "u"}}, "body": null, "isBase64Encoded": false,
    });
    let http = json!({
        "version": "2.0", "routeKey": "GET /sessions/{id}", "rawPath": "/v1/sessions/7", "pathParameters": {"id": "7"},
        "headers": {"authorization": "first, last"}, "body": "e30=", "isBase64Encoded": true,
        "requestContext": {"requestId": "r-1", "http": {"method": "GET"}, "authorizer": {"lambda": {"user_id": "u"}}},
    });
    [request(rest), request(http)]
}

#[test]
fn both_kinds_of_api_name_verb_route_parameter_and_request_alike() {
    for request in both() {
        assert_eq!((request.method(), request.route()), ("GET", "/sessions/{id}"));
        assert_eq!((request.path_parameter("id"), request.path_parameter("name")), (Some("7"), None));
        assert_eq!(request.request_id(), Some("r-1"));
    }
}

#[test]
fn every_value_of_a_header_is_found_whatever_its_case() {
    let [rest, http] = both();
    assert_eq!(rest.header_values("authorization"), ["first", "last"]);
    assert_eq!(http.header_values("AUTHORIZATION"), ["first, last"]);
    for request in both() {
        assert!(request.header_values("cookie").is_empty());
    }
}

#[test]
fn the_authorizers_word_and_the_body_are_handed_on() {
    let [rest, http] = both();
    assert_eq!(rest.authorizer(), Some(&json!({"user_id": "u"})));
    assert_eq!(http.authorizer(), Some(&json!({"lambda": {"user_id": "u"}})));
    assert_eq!((rest.raw_body(), http.raw_body()), (("", false), ("e30=", true)));
}

#[test]
fn an_event_without_fields_says_nothing() {
    let empty = request(json!({}));
    assert_eq!((empty.method(), empty.route(), empty.raw_body()), ("", "", ("", false)));
    assert_eq!((empty.request_id(), empty.authorizer(), empty.path_parameter("id")), (None, None, None));
    let console = request(json!({"path": "/session", "httpMethod": "GET"}));
    assert_eq!(console.route(), "/session", "a console's test event has no resource");
}
