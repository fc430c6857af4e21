//! The function as API Gateway calls it: recorded events in, answers and log lines out.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use wxsession::{
    Clock,
    serve::invoke_json,
    telemetry::{Level, Log},
};

use super::*;

const REST: &str = include_str!("../../../events/me-rest.json");
const HTTP: &str = include_str!("../../../events/me-http.json");
const STAFF_REST: &str = include_str!("../../../events/me-staff-rest.json");
const STAFF_HTTP: &str = include_str!("../../../events/me-staff-http.json");
const OPEN_REST: &str = include_str!("../../../events/me-no-authorizer-rest.json");
const OPEN_HTTP: &str = include_str!("../../../events/me-no-authorizer-http.json");

/// The answer, its body, and the one line.
async fn serve(event: &str) -> (Value, Value, Value) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Log::stdout("me", Level::Info, Clock::system()).kept(lines.clone());
    let event = serde_json::from_str(event).expect("the event is one of API Gateway's");
    let answer = invoke_json(&Me, &log, event, "invocation").await.expect("a response");
    let body = serde_json::from_str(answer["body"].as_str().expect("a body")).expect("the body is JSON");
    let lines = lines.lock().expect("nobody panicked while writing");
    assert_eq!(lines.len(), 1, "one line per request: {lines:?}");
    (answer, body, serde_json::from_str(&lines[0]).expect("the line is JSON"))
}

#[tokio::test]
async fn says_who_calls_behind_a_rest_api() {
    let (answer, body, line) = serve(REST).await;
    assert_eq!(answer["statusCode"], 200);
    assert_eq!(answer["multiValueHeaders"]["cache-control"], json!(["no-store"]));
    let expected = json!({
        "user_id": "12bbf084-f063-861b-9b20-51bba2f93072",
        "app_id": "wx0123456789abcdef",
        "session_id": "019aa9c3-7c00-7000-8000-000000000001",
        "expires_at": 4_102_444_800_i64,
        "has_unionid": false,
    });
    assert_eq!(body, expected);
    assert_eq!(line["user_id"], "12bbf084-f063-861b-9b20-51bba2f93072");
    assert_eq!(line["outcome"], "ok");
}

#[tokio::test]
async fn says_the_same_behind_an_http_api() {
    let (answer, body, _) = serve(HTTP).await;
    assert_eq!(answer["statusCode"], 200);
    let (_, mut behind_rest, _) = serve(REST).await;
    behind_rest["has_unionid"] = true.into();
    assert_eq!(body, behind_rest);
}

#[tokio::test]
async fn refuses_whoever_has_not_the_role_with_403_never_with_401() {
    assert_eq!(serve(STAFF_HTTP).await.0["statusCode"], 200);
    let (answer, body, line) = serve(STAFF_REST).await;
    assert_eq!((&answer["statusCode"], &body["code"]), (&403.into(), &"role_missing".into()));
    assert!(answer["headers"].get("WWW-Authenticate").is_none());
    assert_eq!((&line["level"], &line["outcome"]), (&"INFO".into(), &"role_missing".into()));
    for roles in ["staffer", "Staff", "editor"] {
        let mut event: Value = serde_json::from_str(STAFF_REST).unwrap();
        event["requestContext"]["authorizer"]["roles"] = roles.into();
        assert_eq!(serve(&event.to_string()).await.0["statusCode"], 403, "{roles}");
    }
}

#[tokio::test]
async fn keeps_wechats_names_and_the_token_from_the_client_and_the_log() {
    for event in [REST, HTTP] {
        let (answer, _, line) = serve(event).await;
        for text in [answer.to_string(), line.to_string()] {
            for secret in ["oTEST", "oUNION", "wxs_"] {
                assert!(!text.contains(secret), "{secret} is in {text}");
            }
        }
    }
}

#[tokio::test]
async fn believes_no_header_and_tells_the_operator_when_the_route_has_no_authorizer() {
    for event in [OPEN_REST, OPEN_HTTP] {
        let (answer, body, line) = serve(event).await;
        assert_eq!(answer["statusCode"], 401);
        let challenge =
            [&answer["headers"]["www-authenticate"], &answer["multiValueHeaders"]["www-authenticate"][0]];
        assert!(challenge.contains(&&json!(r#"Bearer realm="wxs""#)), "{answer}");
        assert_eq!(body["code"], "credentials_missing");
        assert_eq!((&line["level"], &line["reason"]), (&"ERROR".into(), &"no_authorizer".into()));
        assert!(line["operator"]["fix"].as_str().is_some_and(|fix| fix.contains("authorizer")), "{line}");
    }
}

#[tokio::test]
async fn half_an_identity_is_none() {
    for field in ["user_id", "app_id", "openid", "session_id", "expires_at"] {
        let mut event: Value = serde_json::from_str(REST).unwrap();
        event["requestContext"]["authorizer"].as_object_mut().unwrap().remove(field);
        let (answer, ..) = serve(&event.to_string()).await;
        assert_eq!(answer["statusCode"], 401, "without {field}");
    }
}
