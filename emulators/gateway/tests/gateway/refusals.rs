//! Every answer that the gateway gives in a function's place.

use serde_json::json;

use super::harness::{Answer, REQUEST, Service, TOKEN, TOKEN_CHECKED, policy, template};

#[track_caller]
fn assert_refused(answer: &Answer, status: u16, body: serde_json::Value, error_type: &str) {
    assert_eq!((answer.status, answer.json()), (status, body));
    assert_eq!(answer.header("x-amzn-errortype"), Some(error_type));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert!(answer.header("x-amzn-requestid").is_some());
}

#[tokio::test]
async fn an_unknown_route_is_a_missing_authentication_token() {
    let service = Service::start(&template(TOKEN, "")).await;
    for line in ["GET /nowhere HTTP/1.1", "PUT /login HTTP/1.1", "GET / HTTP/1.1"] {
        let answer = service.send(&[line], b"").await;
        let body = json!({ "message": "Missing Authentication Token" });
        assert_refused(&answer, 403, body, "MissingAuthenticationTokenException");
    }
    let answer = service.get("/nowhere", "Bearer abc").await;
    assert_eq!(
        (answer.status, answer.header("x-amzn-errortype")),
        (403, Some("IncompleteSignatureException"))
    );
}

#[tokio::test]
async fn a_missing_or_empty_token_is_unauthorized_without_a_call() {
    for auth in [TOKEN, REQUEST] {
        let service = Service::start(&template(auth, "")).await;
        for header in ["X-Other: 1", "Authorization:"] {
            let answer = service.send(&["GET /sessions HTTP/1.1", header], b"").await;
            assert_refused(&answer, 401, json!({ "message": "Unauthorized" }), "UnauthorizedException");
        }
        assert_eq!((service.guard.calls(), service.echo.calls()), (0, 0));
    }
}

#[tokio::test]
async fn a_token_that_the_expression_does_not_match_is_unauthorized_without_a_call() {
    let service = Service::start(&template(TOKEN_CHECKED, "")).await;
    for token in ["Bearer ABC", "bearer abc", "Bearer abc, Bearer def", "abc"] {
        assert_eq!(service.get("/sessions", token).await.status, 401, "{token}");
    }
    assert_eq!(service.guard.calls(), 0);
    assert_eq!(service.get("/sessions", "Bearer abc").await.status, 200);
    assert_eq!(service.guard.calls(), 1);
}

#[tokio::test]
async fn an_error_that_says_unauthorized_is_401_and_any_other_is_500() {
    let service = Service::start(&template(TOKEN, "")).await;
    service.guard.fails("Unauthorized");
    let answer = service.get("/sessions", "Bearer abc").await;
    assert_refused(&answer, 401, json!({ "message": "Unauthorized" }), "UnauthorizedException");
    for message in ["unauthorized", "Unauthorized.", "Lambda panicked: Unauthorized", ""] {
        service.guard.fails(message);
        let answer = service.get("/sessions", "Bearer abc").await;
        assert_refused(&answer, 500, json!({ "message": null }), "AuthorizerFailureException");
    }
    assert_eq!(service.echo.calls(), 0);
}

#[tokio::test]
async fn an_explicit_deny_and_a_policy_that_does_not_cover_the_method_are_403() {
    let service = Service::start(&template(TOKEN, "")).await;
    service.guard.answers(policy("Deny", "*"));
    let answer = service.get("/sessions", "Bearer abc").await;
    let message = "User is not authorized to access this resource with an explicit deny";
    assert_refused(&answer, 403, json!({ "Message": message }), "AccessDeniedException");
    service
        .guard
        .answers(policy("Allow", "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod/GET/other"));
    let answer = service.get("/sessions", "Bearer abc").await;
    let message = "User is not authorized to access this resource";
    assert_refused(&answer, 403, json!({ "Message": message }), "AccessDeniedException");
    assert_eq!(service.echo.calls(), 0);
}

#[tokio::test]
async fn a_malformed_policy_is_a_configuration_error() {
    let service = Service::start(&template(TOKEN, "")).await;
    for (member, value) in [("policyDocument", json!(null)), ("context", json!({ "nested": {} }))] {
        let mut answer = policy("Allow", "*");
        answer[member] = value;
        service.guard.answers(answer);
        let answer = service.get("/sessions", "Bearer abc").await;
        assert_refused(&answer, 500, json!({ "message": null }), "AuthorizerConfigurationException");
    }
    assert_eq!(service.echo.calls(), 0);
}

#[tokio::test]
async fn a_body_over_ten_megabytes_is_too_large() {
    let service = Service::start(&template(TOKEN, "")).await;
    let limit = 10 * 1024 * 1024;
    assert_eq!(service.send(&["POST /login HTTP/1.1"], &vec![b'a'; limit]).await.status, 200);
    assert_eq!(service.send(&["POST /login HTTP/1.1"], &vec![b'a'; limit + 1]).await.status, 413);
    assert_eq!(service.echo.calls(), 1);
}

#[tokio::test]
async fn a_template_changes_status_body_and_headers() {
    let responses = r#"
        ACCESS_DENIED: {
          StatusCode: 401,
          ResponseParameters: {Headers: {
            Content-Type: "'application/problem+json'",
            WWW-Authenticate: "'Bearer error=\"invalid_token\"'",
            X-Request: context.requestId,
            X-Asked: method.request.header.x-ask}},
          ResponseTemplates: {application/json: '{
            "reason":"$context.authorizer.reason","user":"$context.authorizer.principalId",
            "id":"$context.requestId","path":"$context.path","ip":"$context.identity.sourceIp",
            "message":$context.error.messageString,"type":"$context.error.responseType",
            "none":"$context.authorizer.absent","end":"$context.stage."}'}}"#;
    let service = Service::start(&template(TOKEN, responses)).await;
    service.guard.answers(policy("Deny", "*"));
    let head = ["GET /sessions HTTP/1.1", "Authorization: Bearer abc", "x-ask: hello"];
    let answer = service.send(&head, b"").await;
    let id = answer.header("x-amzn-requestid").unwrap();
    let expected = json!({
        "reason": "expired",
        "user": "user-1",
        "id": id,
        "path": "/prod/sessions",
        "ip": "127.0.0.1",
        "message": "User is not authorized to access this resource with an explicit deny",
        "type": "ACCESS_DENIED",
        "none": "",
        "end": "prod.",
    });
    assert_eq!((answer.status, answer.json()), (401, expected));
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    // Not remapped: that happens to answers of functions only.
    assert_eq!(answer.header("www-authenticate"), Some("Bearer error=\"invalid_token\""));
    assert_eq!((answer.header("x-request"), answer.header("x-asked")), (Some(id), Some("hello")));
}

#[tokio::test]
async fn default_responses_apply_where_a_type_has_none_of_its_own() {
    let responses = r#"
        DEFAULT_4XX: {ResponseTemplates: {application/json: '{"code":"default_4xx"}'}},
        DEFAULT_5XX: {StatusCode: 503, ResponseTemplates: {application/json: '{"code":"default_5xx"}'}},
        UNAUTHORIZED: {ResponseTemplates: {application/json: '{"code":"unauthorized"}'}}"#;
    let service = Service::start(&template(TOKEN, responses)).await;
    let answer = service.send(&["GET /sessions HTTP/1.1"], b"").await;
    assert_eq!((answer.status, answer.json()), (401, json!({ "code": "unauthorized" })));
    let answer = service.send(&["GET /nowhere HTTP/1.1"], b"").await;
    assert_eq!((answer.status, answer.json()), (403, json!({ "code": "default_4xx" })));
    service.guard.fails("the table is gone");
    let answer = service.get("/sessions", "Bearer abc").await;
    assert_eq!((answer.status, answer.json()), (503, json!({ "code": "default_5xx" })));
}
