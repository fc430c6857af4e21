//! What all routes have in common.

use serde_json::{Value, json};

use crate::support::{APP, World, event, is_problem};

const ROUTES: [(&str, &str, &str); 5] = [
    (
        "POST",
        "/open-data/decrypt",
        r#"{"encrypted_data":"iMTe+lLd92gKTLZJBnhaHg==","iv":"Dw4NDAsKCQgHBgUEAwIBAA=="}"#,
    ),
    (
        "POST",
        "/open-data/verify",
        r#"{"raw_data":"{}","signature":"75e81ceda165f4ffa64f4068af58c64b8f54b88c"}"#,
    ),
    ("GET", "/session-key", ""),
    ("POST", "/session-key/reset", ""),
    ("POST", "/phone-number", r#"{"code":"c"}"#),
];

#[tokio::test]
async fn without_an_authorizer_nobody_is_served_whatever_the_request_says() {
    let world = World::start().await;
    let user = world.user(APP).await;
    let claims = user.context.to_string();
    for (method, route, body) in ROUTES {
        for context in [Value::Null, json!({}), json!({"principalId": user.id()}), json!({"user_id": "x"})] {
            let answer = world.ask(&event(method, route, Some(body), &context)).await;
            is_problem(&answer, 401, "credentials_missing");
            assert!(world.line()["operator"]["fix"].is_string());
        }
        // The identity in the body, a header and the path is only what a client wrote.
        let forged = json!({
            "resource": route, "path": route, "httpMethod": method, "body": claims,
            "headers": {"Content-Type": "application/json", "authorizer": claims, "user_id": user.id()},
            "pathParameters": user.context, "queryStringParameters": user.context, "requestContext": {},
        });
        is_problem(&world.ask(&forged).await, 401, "credentials_missing");
    }
}

#[tokio::test]
async fn other_verbs_and_other_routes_are_refused() {
    let world = World::start().await;
    let user = world.user(APP).await;
    for (method, route, body) in ROUTES {
        let wrong = if method == "GET" { "POST" } else { "GET" };
        is_problem(
            &world.ask(&event(wrong, route, Some(body), &user.context)).await,
            405,
            "method_not_allowed",
        );
        assert!(
            world.answers().pop().is_some_and(|answer| answer.contains(&format!(r#""allow":["{method}"]"#)))
        );
    }
    is_problem(&world.get(&user, "/open-data").await, 404, "not_found");
}

#[tokio::test]
async fn without_dynamodb_the_vault_cannot_tell() {
    let mut world = World::start().await;
    let user = world.user(APP).await;
    world.restart(&[("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9")]);
    for (method, route, body) in &ROUTES[..4] {
        let answer = world.ask(&event(method, route, Some(body), &user.context)).await;
        is_problem(&answer, 503, "store_unavailable");
    }
    assert_eq!(world.line()["store_operation"], "GetItem");
}

#[tokio::test]
async fn an_http_api_is_served_too() {
    let world = World::start().await;
    let user = world.user(APP).await;
    let request = json!({
        "version": "2.0", "routeKey": "GET /session-key", "rawPath": "/session-key", "headers": {},
        "requestContext": {"requestId": "r", "http": {"method": "GET"}, "authorizer": {"lambda": user.context}},
    });
    assert_eq!(world.ask(&request).await, (200, json!({"valid": true})));
}
