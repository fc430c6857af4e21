//! The template that is deployed, and the sample stack that joins it: local and AWS read the same text.

use std::collections::BTreeMap;

use sam_template::Template;
use serde_json::{Value, json};

use super::harness::{Answer, Service, policy};

const DEPLOYED: &str = include_str!("../../../../template.yaml");
const SAMPLE: &str = include_str!("../../../../examples/template.yaml");
const TOKEN: &str = "Bearer wxs_0123456789012345678901234567890123456789012345678901234567890123abcdef";

fn deployed() -> Template {
    deployed_for("")
}

/// With pages of one origin, or without.
fn deployed_for(page: &str) -> Template {
    let page = ("PageOrigin".to_owned(), page.to_owned());
    let app = ("WechatAppId".to_owned(), "wx0123456789abcdef".to_owned());
    let given = BTreeMap::from([app, page.clone()]);
    let mut template = Template::parse_with(DEPLOYED, &given).expect("the deployed template can be read");
    template.extend(SAMPLE, &BTreeMap::from([page])).expect("the sample template can be read");
    template
}

async fn start() -> Service {
    start_for("").await
}

async fn start_for(page: &str) -> Service {
    let others = ["login", "check-session", "sessions", "open-data", "me"];
    Service::serve(&deployed_for(page), ["authorizer"], others, None).await
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
        "POST /tickets SessionAuthorizer",
        "POST /tickets/redeem open",
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

fn cors(answer: &Answer) -> Vec<(&str, &str)> {
    let headers = answer.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    headers.filter_map(|(name, value)| Some((name.strip_prefix("access-control-")?, value))).collect()
}

#[tokio::test]
async fn lets_the_one_page_ask_first_and_read_every_answer_of_the_gateway() {
    let service = start_for("https://m.example.com").await;
    for path in
        ["/v1/tickets/redeem", "/v1/sessions/019aa9c3-7c00-7000-8000-000000000001", "/v1/me", "/session"]
    {
        let asked = service.send(&[&format!("OPTIONS {path} HTTP/1.1")], b"").await;
        let expected = [
            ("allow-headers", "Authorization,Content-Type"),
            ("allow-methods", "DELETE,GET,POST"),
            ("allow-origin", "https://m.example.com"),
            ("max-age", "600"),
        ];
        assert_eq!((asked.status, cors(&asked)), (200, expected.to_vec()), "{path}");
    }
    assert_eq!((service.guard.calls(), service.echo.calls()), (0, 0));
    let origin = ("allow-origin", "https://m.example.com");
    for refused in [service.get("/nowhere", TOKEN).await, service.get("/sessions", "Bearer junk").await] {
        assert_eq!(cors(&refused), [origin], "{}", refused.status);
    }
    service.guard.fails("the table is gone");
    let unknown = service.get("/sessions", TOKEN).await;
    assert_eq!((unknown.status, cors(&unknown)), (503, vec![origin, ("expose-headers", "Retry-After")]));
}

#[tokio::test]
async fn without_a_page_no_answer_has_a_header_for_one() {
    let service = start().await;
    service.guard.fails("the table is gone");
    let asked = service.send(&["OPTIONS /v1/sessions HTTP/1.1", "Origin: https://m.example.com"], b"").await;
    assert_eq!((asked.status, cors(&asked)), (200, vec![]));
    for refused in [service.get("/nowhere", TOKEN).await, service.get("/sessions", TOKEN).await] {
        assert_eq!(cors(&refused), [], "{}", refused.status);
    }
}
