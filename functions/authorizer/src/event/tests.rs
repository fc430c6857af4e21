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
    for (name, word, stage, request_id) in [
        ("rest-token", "rest_token", "prod", None),
        ("rest-request", "rest_request", "prod", Some("c6af9ac6-7b61-11e6-9a41-93e8deadbeef")),
        ("websocket", "websocket", "prod", Some("JKJaXmPLvHcESHA=")),
        ("websocket-browser", "websocket", "prod", Some("JKJaXmPLvHcESHA=")),
        ("http-1.0", "http_1.0", "$default", Some("JKJaXmPLvHcESHA=")),
        ("http-2.0", "http_2.0", "$default", Some("JKJaXmPLvHcESHA=")),
        ("appsync", "appsync", "", Some("f4081827-1111-4444-5555-5cf4695f339f")),
    ] {
        let event = event(recorded(name));
        assert_eq!(event.form.flavour.as_str(), word);
        let source = (!["rest-token", "appsync"].contains(&name)).then_some("203.0.113.7");
        assert_eq!(event.gateway, Gateway::new(request_id, source.map(|it| it.parse().unwrap())), "{name}");
        assert_eq!(event.form.stage_arn, (!stage.is_empty()).then(|| format!("{arn}/{stage}/*")));
        assert_eq!(event.token.unwrap().user_id().to_string(), "12bbf084-f063-861b-9b20-51bba2f93072");
    }
}

#[test]
fn what_is_no_event_of_theirs_is_not_read() {
    for other in [
        json!({}),
        json!({"type": "REQUEST", "version": "3.0"}),
        json!({"type": "OTHER"}),
        json!({"version": "2.0"}),
        json!({"requestContext": {"requestId": "r"}}),
    ] {
        assert!(serde_json::from_value::<Event>(other.clone()).is_err(), "{other}");
    }
}

#[test]
fn an_event_without_a_usable_arn_is_none() {
    for arn in [
        json!(null),
        json!(""),
        json!("arn:aws:execute-api:r:1:api"),
        json!("arn:aws:execute-api:r:1:api/"),
        json!("x/y/z"),
    ] {
        let event = json!({"type": "TOKEN", "authorizationToken": "x", "methodArn": arn});
        assert!(serde_json::from_value::<Event>(event).is_err(), "{arn}");
    }
}

#[test]
fn appsync_takes_a_bare_token_and_one_with_its_scheme() {
    let bare = recorded("appsync")["authorizationToken"].as_str().unwrap().to_owned();
    let asked = |token: &str| {
        let mut event = recorded("appsync");
        event["authorizationToken"] = token.into();
        self::event(event).token.map(|_| ())
    };
    assert_eq!(asked(&bare), Ok(()));
    assert_eq!(asked(&format!("Bearer {bare}")), Ok(()));
    assert_eq!(asked(""), Err(BearerError::Missing));
    assert_eq!(asked(&bare[1..]), Err(BearerError::Token(TokenError::Length)));
    assert_eq!(asked(&format!("Basic {bare}")), Err(BearerError::Missing));
    assert_eq!(asked(&format!(" {bare}")), Err(BearerError::Missing));
}

/// As reported of its GraphQL APIs: <https://github.com/aws-amplify/amplify-category-api/issues/2090>
#[test]
fn a_subscription_of_appsync_connects_without_a_query() {
    let mut sent = recorded("appsync");
    sent["requestContext"]["queryString"] = "".into();
    sent["requestContext"]["operationName"] = "Deepdish:Connect".into();
    assert_eq!(event(sent).form.flavour.as_str(), "appsync");
}

/// AppSync's event APIs send the token likewise, and want another answer: nobody is let in by mistake.
/// <https://docs.aws.amazon.com/appsync/latest/eventapi/configure-event-api-auth.html>
#[test]
fn an_event_api_of_appsync_is_not_served() {
    let mut event = recorded("appsync");
    event["requestContext"].as_object_mut().unwrap().remove("queryString");
    assert!(serde_json::from_value::<Event>(event.clone()).is_err());
    event["requestContext"]["operation"] = "EVENT_CONNECT".into();
    assert!(serde_json::from_value::<Event>(event).is_err());
}

#[test]
fn a_header_is_found_in_either_map_whatever_its_case() {
    let bearer = recorded("rest-token")["authorizationToken"].clone();
    let token = |maps: Value| {
        let mut event = json!({"type": "REQUEST", "methodArn": "arn:aws:execute-api:r:1:api/prod/GET/me"});
        event.as_object_mut().unwrap().extend(maps.as_object().unwrap().clone());
        self::event(event).token.map(|_| ())
    };
    for maps in [
        json!({"headers": {"AUTHORIZATION": bearer}}),
        json!({"multiValueHeaders": {"aUthorization": [bearer], "Other": ["x", "y"]}}),
        json!({"multiValueHeaders": {"Authorization": [bearer]}, "headers": {"Authorization": "x"}}),
    ] {
        assert_eq!(token(maps.clone()), Ok(()), "{maps}");
    }
    let twice = json!({"multiValueHeaders": {"Authorization": [bearer], "authorization": [bearer]}});
    assert_eq!(token(twice), Err(BearerError::Several));
    assert_eq!(token(json!({"headers": {"X-Authorization": bearer}})), Err(BearerError::Missing));
}

/// The event of a browser's WebSocket with other headers.
fn connecting(headers: Value) -> Result<(), BearerError> {
    let mut event = recorded("websocket-browser");
    event["multiValueHeaders"] = json!({});
    event["headers"] = headers;
    self::event(event).token.map(|_| ())
}

#[test]
fn a_page_offers_its_token_as_a_subprotocol() {
    let token = recorded("rest-token")["authorizationToken"].as_str().unwrap()["Bearer ".len()..].to_owned();
    for offered in [
        json!(format!("wxs, {token}")),
        json!(format!("wxs,{token}")),
        json!(format!("{token}, chat , wxs")),
        json!(["wxs", token]),
        json!([format!("wxs, {token}"), "chat"]),
    ] {
        assert_eq!(connecting(json!({"sec-websocket-protocol": offered})), Ok(()), "{offered}");
    }
    assert_eq!(
        connecting(json!({"Sec-WebSocket-Protocol": format!("wxs, {}", &token[..70])})),
        Err(BearerError::Token(TokenError::Length))
    );
    // Without `wxs` the server could only name the token.
    for offered in [token.as_str(), "wxs", "chat", "", "WXS, wxs_"] {
        let refused = connecting(json!({"Sec-WebSocket-Protocol": offered}));
        assert_eq!(refused, Err(BearerError::Missing), "{offered}");
    }
}

#[test]
fn a_socket_has_one_token_however_it_is_sent() {
    let bearer = recorded("rest-token")["authorizationToken"].as_str().unwrap().to_owned();
    let token = &bearer["Bearer ".len()..];
    let both = json!({"Authorization": bearer, "Sec-WebSocket-Protocol": format!("wxs, {token}")});
    assert_eq!(connecting(both), Err(BearerError::Several));
    let twice = json!({"Sec-WebSocket-Protocol": format!("wxs, {token}, {token}")});
    assert_eq!(connecting(twice), Err(BearerError::Several));
    let garbled = json!({"Authorization": "Bearer  x", "Sec-WebSocket-Protocol": format!("wxs, {token}")});
    assert_eq!(connecting(garbled), Err(BearerError::Several));
    for own in ["chat", "wxs", "wxs, chat"] {
        let mini_program = json!({"Authorization": bearer, "Sec-WebSocket-Protocol": own});
        assert_eq!(connecting(mini_program), Ok(()), "{own}");
    }
}

#[test]
fn no_other_event_takes_a_token_from_a_subprotocol() {
    let mut event = recorded("websocket-browser");
    event["requestContext"].as_object_mut().unwrap().remove("connectionId");
    let event = self::event(event);
    assert_eq!(
        (event.form.flavour, event.token.map(|_| ())),
        (Flavour::RestRequest, Err(BearerError::Missing))
    );
}
