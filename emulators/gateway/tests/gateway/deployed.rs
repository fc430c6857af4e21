//! The template that is deployed, and the sample stack that joins it: local and AWS read the same text.

use std::collections::BTreeMap;

use sam_template::Template;
use serde_json::{Value, json};

use super::harness::{Answer, Service, policy};

const DEPLOYED: &str = include_str!("../../../../template.yaml");
const SAMPLE: &str = include_str!("../../../../examples/template.yaml");
const TOKEN: &str = "Bearer wxs_0123456789012345678901234567890123456789012345678901234567890123abcdef";

fn deployed() -> Template {
    let app = BTreeMap::from([("WechatAppId".to_owned(), "wx0123456789abcdef".to_owned())]);
    let mut template = Template::parse_with(DEPLOYED, &app).expect("the deployed template can be read");
    template.extend(SAMPLE, &BTreeMap::new()).expect("the sample template can be read");
    template
}

async fn start() -> Service {
    let others = ["login", "check-session", "sessions", "open-data", "me"];
    Service::serve(&deployed(), ["authorizer"], others, None).await
}

#[track_caller]
fn assert_problem(answer: &Answer, status: u16, code: &str) {
    let body = answer.json();
    assert_eq!(
        (answer.status, body["status"].as_u64(), body["code"].as_str()),
        (status, Some(status.into()), Some(code))
    );
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(body["instance"].as_str(), answer.header("x-amzn-requestid"));
}

#[test]
fn has_every_route_with_the_right_guard() {
    let template = deployed();
    let mut routes: Vec<_> = template
        .routes()
        .iter()
        .map(|route| {
            format!("{} {} {}", route.method, route.path, route.authorizer.as_deref().unwrap_or("open"))
        })
        .collect();
    routes.sort();
    let expected = [
        "DELETE /me SessionAuthorizer",
        "DELETE /session open",
        "DELETE /sessions SessionAuthorizer",
        "DELETE /sessions/{id} SessionAuthorizer",
        "GET /me SessionAuthorizer",
        "GET /session open",
        "GET /session-key SessionAuthorizer",
        "GET /sessions SessionAuthorizer",
        "GET /staff SessionAuthorizer",
        "GET /wechat/push/{app_id} open",
        "POST /login open",
        "POST /open-data/decrypt SessionAuthorizer",
        "POST /open-data/verify SessionAuthorizer",
        "POST /phone-number SessionAuthorizer",
        "POST /session-key/reset SessionAuthorizer",
        "POST /wechat/push/{app_id} open",
    ];
    assert_eq!(routes, expected);
}

#[test]
fn names_each_functions_tables() {
    let template = deployed();
    let tables: Vec<_> = template.tables().iter().map(|table| table.name.as_str()).collect();
    assert_eq!(tables, ["SessionsTable", "UsersTable"]);
    for binary in ["login", "check-session", "authorizer", "sessions"] {
        let environment = &template.function(binary).unwrap().environment;
        assert_eq!(environment["SESSIONS_TABLE"], "SessionsTable", "{binary}");
        assert_eq!(environment["USERS_TABLE"], "UsersTable", "{binary}");
        assert!(!environment.contains_key("AWS_ENDPOINT_URL_DYNAMODB"), "{binary}");
    }
}

#[tokio::test]
async fn refuses_as_the_deployed_api_does() {
    let service = start().await;
    assert_problem(&service.send(&["GET /nowhere HTTP/1.1"], b"").await, 404, "not_found");
    assert_problem(&service.get("/nowhere", TOKEN).await, 404, "not_found");
    let missing = service.send(&["GET /v1/sessions HTTP/1.1"], b"").await;
    assert_problem(&missing, 401, "credentials_missing");
    assert_eq!(missing.header("www-authenticate"), Some("Bearer realm=\"wxs\""));
    assert_problem(&service.get("/sessions", "Bearer junk").await, 401, "credentials_missing");
    assert_eq!(service.guard.calls(), 0, "junk never reaches the authorizer");
    service.guard.answers(policy("Deny", "*"));
    let denied = service.get("/sessions", TOKEN).await;
    assert_problem(&denied, 401, "session_invalid");
    assert_eq!(denied.header("www-authenticate"), Some("Bearer realm=\"wxs\", error=\"invalid_token\""));
    service.guard.fails("the table is gone");
    let unknown = service.get("/sessions", TOKEN).await;
    assert_problem(&unknown, 503, "store_unavailable");
    assert_eq!(unknown.header("retry-after"), Some("2"));
    service.guard.answers(Value::Null);
    assert_problem(&service.get("/sessions", TOKEN).await, 503, "store_unavailable");
    let large = service.send(&["POST /login HTTP/1.1"], &vec![b'a'; 10 * 1024 * 1024 + 1]).await;
    assert_problem(&large, 413, "body_too_large");
    assert_eq!(service.echo.calls(), 0);
}

#[tokio::test]
async fn lets_a_good_token_through_to_the_sample_function() {
    let service = start().await;
    service.guard.answers(policy("Allow", "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/v1/*"));
    assert_eq!(service.get("/v1/me", TOKEN).await.status, 200);
    assert_eq!(service.echo.last()["requestContext"]["authorizer"]["user_id"], json!("user-1"));
}
