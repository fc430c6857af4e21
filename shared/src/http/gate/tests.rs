//! Events that AWS sends, that others write, and that nobody should.

use lambda_http::{Body, Request, RequestExt};
use serde_json::{Value, json};

use super::*;
use crate::http::bearer;

/// The request behind the gate, or the word for its refusal.
fn admit(event: &Value) -> Result<Request, &'static str> {
    let admitted: Admitted = serde_json::from_value(event.clone()).unwrap();
    admitted.request().map_err(|problem| {
        assert!(problem.code.status() < 500);
        problem.reason.unwrap_or(problem.code.as_str())
    })
}

fn payload_1(more: Value) -> Value {
    merged(
        json!({"httpMethod": "GET", "resource": "/session", "path": "/session",
            "headers": {}, "requestContext": {"stage": "prod", "requestId": "r"}}),
        more,
    )
}

fn payload_2(more: Value) -> Value {
    merged(
        json!({"version": "2.0", "routeKey": "GET /session", "rawPath": "/session", "rawQueryString": "", "headers": {},
            "requestContext": {"stage": "$default", "http": {"method": "GET", "sourceIp": "203.0.113.7"}}}),
        more,
    )
}

fn load_balancer(more: Value) -> Value {
    merged(
        json!({"httpMethod": "GET", "path": "/session", "headers": {}, "body": "", "isBase64Encoded": false,
            "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:r:1:targetgroup/t/1"}}}),
        more,
    )
}

fn merged(mut event: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("members") };
    event.as_object_mut().unwrap().extend(more);
    event
}

fn all(more: &Value) -> [Value; 3] {
    [payload_1(more.clone()), payload_2(more.clone()), load_balancer(more.clone())]
}

#[track_caller]
fn refuses(event: &Value, word: &str) {
    assert_eq!(admit(event).err(), Some(word), "{event}");
}

#[test]
fn every_origin_becomes_a_request_with_its_method_path_headers_and_body() {
    for event in all(&json!({"headers": {"X-A": "1", "x-b": "2"}, "body": "text"})) {
        let request = admit(&event).unwrap();
        assert_eq!((request.method().as_str(), request.raw_http_path()), ("GET", "/session"));
        assert!(request.headers()["x-a"] == "1" && request.headers()["x-b"] == "2");
        assert_eq!(request.body(), &Body::from("text"));
    }
}

#[test]
fn a_query_is_read_however_it_is_sent() {
    let single = json!({"queryStringParameters": {"a": "1"}});
    let several = json!({"multiValueQueryStringParameters": {"a": ["1", "2"], "empty": []}, "queryStringParameters": {"a": "2"}});
    for event in [payload_1(single.clone()), load_balancer(single)] {
        assert_eq!(admit(&event).unwrap().query_string_parameters().all("a"), Some(vec!["1"]));
    }
    for event in [payload_1(several.clone()), load_balancer(several)] {
        assert_eq!(admit(&event).unwrap().query_string_parameters().all("a"), Some(vec!["1", "2"]));
    }
    let raw = admit(&payload_2(json!({"rawQueryString": "a=1&a=2"}))).unwrap();
    assert!(admit(&payload_2(json!({"rawQueryString": "é=é"}))).is_ok());
    assert_eq!(
        (raw.query_string_parameters().all("a"), raw.uri().query()),
        (Some(vec!["1", "2"]), Some("a=1&a=2"))
    );
}

#[test]
fn headers_are_taken_from_the_map_that_has_them() {
    let value = |more: Value| {
        admit(&payload_1(more)).unwrap().headers().get("x").map(|value| value.to_str().unwrap().to_owned())
    };
    assert_eq!(value(json!({"headers": {"X": "1"}, "multiValueHeaders": {}})).as_deref(), Some("1"));
    assert_eq!(value(json!({"headers": {"X": "1"}, "multiValueHeaders": null})).as_deref(), Some("1"));
    assert_eq!(
        value(json!({"headers": {"X": "1"}, "multiValueHeaders": {"X": ["2"]}})).as_deref(),
        Some("2")
    );
    assert_eq!(value(json!({"headers": null, "multiValueHeaders": {"X": ["2"]}})).as_deref(), Some("2"));
    assert_eq!(
        value(json!({"headers": {"X": "1"}, "multiValueHeaders": {"Y": ["2"]}})),
        None,
        "it says all there is"
    );
}

#[test]
fn a_header_whose_value_is_no_text_does_not_count() {
    for value in [
        json!(7),
        json!(null),
        json!(true),
        json!(1.5),
        json!({"a": ["b"]}),
        json!([["deep"]]),
        json!([7, null]),
    ] {
        for event in all(&json!({"headers": {"X": value, "Y": "1"}})) {
            let request = admit(&event).unwrap();
            assert!(request.headers().get("x").is_none() && request.headers()["y"] == "1", "{value}");
        }
        let several = json!({"multiValueHeaders": {"X": value, "Y": ["1"]}});
        assert_eq!(admit(&payload_1(several)).unwrap().headers().get("x"), None, "{value}");
    }
    for headers in [json!(7), json!("x"), json!(["x"]), json!(false)] {
        assert!(admit(&payload_1(json!({"headers": headers}))).unwrap().headers().is_empty());
    }
}

#[test]
fn a_repeated_authorization_is_refused_in_every_form() {
    let maps = [
        json!({"headers": {"Authorization": "Bearer b"}, "multiValueHeaders": {"Authorization": ["Bearer a", "Bearer b"]}}),
        json!({"headers": {"authorization": "Bearer b"}, "multiValueHeaders": {"authorization": ["Bearer a"], "Authorization": ["Bearer b"]}}),
        json!({"headers": {"authorization": "Bearer a", "Authorization": "Bearer a"}}),
    ];
    for maps in maps {
        refuses(&payload_1(maps.clone()), "several_credentials");
        refuses(&load_balancer(maps), "several_credentials");
    }
    for event in all(&json!({"headers": {"authorization": "Bearer a,Bearer b"}})) {
        refuses(&event, "several_credentials");
    }
    for event in all(&json!({"headers": {"authorization": "Bearer a"}})) {
        assert!(admit(&event).is_ok());
    }
}

#[test]
fn a_value_that_is_not_ascii_is_no_token() {
    let request = admit(&payload_1(json!({"headers": {"Authorization": "Bearer é"}}))).unwrap();
    assert_eq!(bearer::of(&request), Err(bearer::BearerError::Grammar));
}

#[test]
fn what_makes_lambda_http_panic_is_refused_before_it() {
    for query in ["a b", "\"", "a<b", "a>b", "\u{0}", "a=1 ", "`\u{7f}"] {
        refuses(&payload_2(json!({"rawQueryString": query})), "query");
    }
    for host in ["", " ", "a b", ":::", "a:b:c", "host:port", "user@host", "[::1", "\u{e9}"] {
        for event in all(&json!({"headers": {"Host": host}})) {
            refuses(&event, "host");
        }
    }
    // These are hosts to HTTP and none to a URL.
    for host in ["999.999.999.999", "xn--a", "a..b", "1.2.3.4.5", "%00"] {
        for event in all(&json!({"headers": {"Host": host, "X-Forwarded-Proto": "9999"}})) {
            drop(admit(&event));
        }
    }
    for protocol in ["", "ht tp", "https, http", ":", "\u{e9}"] {
        for event in all(&json!({"headers": {"X-Forwarded-Proto": protocol}})) {
            refuses(&event, "host");
        }
    }
    for event in all(&json!({"body": "%%%", "isBase64Encoded": true})) {
        refuses(&event, "body_base64");
    }
    for path in ["", "session", ":99999999", "@", "http://[::1"] {
        for event in all(&json!({"path": path, "rawPath": path})) {
            refuses(&event, "path");
        }
    }
    let long = "x".repeat(70_000);
    for event in all(&json!({"path": format!("/{long}"), "rawPath": format!("/{long}")})) {
        refuses(&event, "uri_too_long");
    }
    let many = json!({"queryStringParameters": {"a": long}});
    refuses(&payload_1(many.clone()), "uri_too_long");
    refuses(&load_balancer(many), "uri_too_long");
    refuses(&payload_2(json!({"rawQueryString": long})), "uri_too_long");
    let lines: serde_json::Map<_, _> =
        (0..40_000).map(|number| (format!("x-{number}"), json!("1"))).collect();
    for event in all(&json!({"headers": lines})) {
        refuses(&event, "header");
    }
}

#[test]
fn odd_hosts_and_paths_that_are_some_pass() {
    for host in ["a1b2c3.execute-api.us-east-1.amazonaws.com", "127.0.0.1:3000", "localhost", "[::1]:443"] {
        for event in all(&json!({"headers": {"Host": host, "X-Forwarded-Proto": "https"}})) {
            assert!(admit(&event).is_ok(), "{host}");
        }
    }
    for path in ["/", "//", "/a b", "/é", "/..", "/%zz", "/\"<>`{}|^\\", "/?a#b", "/\u{0}"] {
        for event in all(&json!({"path": path, "rawPath": path})) {
            assert_eq!(admit(&event).unwrap().raw_http_path(), path);
        }
    }
}

#[test]
fn headers_and_methods_that_http_does_not_allow_are_refused() {
    for headers in [
        json!({"a b": "1"}),
        json!({"": "1"}),
        json!({"é": "1"}),
        json!({"x": "a\nb"}),
        json!({"x": "\u{0}"}),
    ] {
        for event in all(&json!({"headers": headers})) {
            refuses(&event, "header");
        }
    }
    for method in ["", "G T", "é"] {
        refuses(&payload_1(json!({"httpMethod": method})), "method");
        refuses(&payload_2(json!({"requestContext": {"http": {"method": method}}})), "method");
    }
    refuses(&payload_2(json!({"requestContext": {"http": {}}})), "method");
    refuses(&payload_2(json!({"requestContext": null})), "method");
}

#[test]
fn a_body_that_no_route_takes_is_not_decoded() {
    let body = "A".repeat(MOST_BODY_BYTES + 1);
    for event in all(&json!({"body": body, "isBase64Encoded": true})) {
        refuses(&event, "body_too_large");
    }
}

#[test]
fn what_is_no_event_of_http_is_refused_like_every_other_request() {
    for other in [
        json!(null),
        json!(7),
        json!("text"),
        json!([]),
        json!({}),
        json!({"Records": []}),
        json!({"path": "/session"}),
        json!({"httpMethod": 7}),
        json!({"requestContext": "x"}),
        json!({"httpMethod": "GET", "isBase64Encoded": "yes"}),
    ] {
        refuses(&other, "not_an_http_event");
    }
}

#[test]
fn the_gateways_word_is_kept_where_its_form_is_right() {
    let of = |event: &Value| serde_json::from_value::<Admitted>(event.clone()).unwrap().gateway;
    let (id, address) = ("c6af9ac6-7b61-11e6-9a41-93e8deadbeef", "203.0.113.7".parse().ok());
    let context = json!({"requestContext": {"requestId": id, "identity": {"sourceIp": "203.0.113.7"}}});
    assert_eq!(of(&payload_1(context)), Gateway::new(Some(id), address));
    assert_eq!(of(&payload_2(json!({}))), Gateway::new(None, address));
    let forwarded = json!({"headers": {"x-forwarded-for": "198.51.100.1, 203.0.113.7"}});
    assert_eq!(of(&load_balancer(forwarded)), Gateway::new(None, address));
    let clients =
        json!({"requestContext": {"requestId": "wxs_token", "identity": {"sourceIp": "wxs_token"}}});
    assert_eq!(of(&payload_1(clients)), Gateway::default());
}
