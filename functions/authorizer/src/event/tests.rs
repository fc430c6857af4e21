//! The recorded events of every service that asks, and tokens as their clients send them.

use serde_json::{Value, json};
use wxsession::token::TokenError;

use super::*;

fn recorded(name: &str) -> Value {
    let path = format!("{}/../../events/authorizer-{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn event(event: Value) -> Event {
    serde_json::from_value(event).unwrap()
}

#[test]
fn every_recorded_event_is_told_apart_and_read() {
    let arn = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5";
    for (name, word, path, request_id) in [
        ("rest-token", "rest_token", "/prod/GET/session", None),
        ("rest-request", "rest_request", "/prod/GET/session", Some("c6af9ac6-7b61-11e6-9a41-93e8deadbeef")),
        ("websocket", "websocket", "/prod/$connect", Some("ABC=")),
        ("http-1.0", "http_1.0", "/$default/GET/session", Some("JKJaXmPLvHcESHA=")),
        ("http-2.0", "http_2.0", "/$default/GET/session", Some("JKJaXmPLvHcESHA=")),
        ("appsync", "appsync", "", Some("f4081827-1111-4444-5555-5cf4695f339f")),
    ] {
        let event = event(recorded(name));
        assert_eq!(event.flavour().map(Flavour::as_str), Some(word));
        assert_eq!(event.request_id(), request_id, "{name}");
        assert_eq!(event.arn().map(str::to_owned), (!path.is_empty()).then(|| format!("{arn}{path}")));
        assert_eq!(event.token().unwrap().user_id().to_string(), "12bbf084-f063-861b-9b20-51bba2f93072");
    }
}

#[test]
fn what_is_no_event_of_theirs_has_no_flavour() {
    for other in [
        json!({}),
        json!({"type": "REQUEST", "version": "3.0"}),
        json!({"type": "OTHER"}),
        json!({"version": "2.0"}),
        json!({"requestContext": {"requestId": "r"}}),
    ] {
        assert_eq!(event(other.clone()).flavour(), None, "{other}");
    }
}

#[test]
fn appsync_takes_a_bare_token_and_one_with_its_scheme() {
    let bare = recorded("appsync")["authorizationToken"].as_str().unwrap().to_owned();
    let asked = |token: &str| {
        let mut event = recorded("appsync");
        event["authorizationToken"] = token.into();
        self::event(event).token().map(|_| ())
    };
    assert_eq!(asked(&bare), Ok(()));
    assert_eq!(asked(&format!("Bearer {bare}")), Ok(()));
    assert_eq!(asked(""), Err(BearerError::Missing));
    assert_eq!(asked(&bare[1..]), Err(BearerError::Token(TokenError::Length)));
    assert_eq!(asked(&format!("Basic {bare}")), Err(BearerError::Missing));
    assert_eq!(asked(&format!(" {bare}")), Err(BearerError::Missing));
}

#[test]
fn a_header_is_found_in_either_map_whatever_its_case() {
    let bearer = recorded("rest-token")["authorizationToken"].clone();
    for headers in [
        json!({"type": "REQUEST", "headers": {"AUTHORIZATION": bearer}}),
        json!({"type": "REQUEST", "multiValueHeaders": {"aUthorization": [bearer], "Other": ["x", "y"]}}),
        json!({"type": "REQUEST", "multiValueHeaders": {"Authorization": [bearer]}, "headers": {"Authorization": "x"}}),
    ] {
        assert!(event(headers.clone()).token().is_ok(), "{headers}");
    }
    let twice = json!({"type": "REQUEST", "multiValueHeaders": {"Authorization": [bearer], "authorization": [bearer]}});
    assert_eq!(event(twice).token(), Err(BearerError::Several));
    let absent = json!({"type": "REQUEST", "headers": {"X-Authorization": bearer}});
    assert_eq!(event(absent).token(), Err(BearerError::Missing));
}
