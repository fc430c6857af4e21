//! API Gateway's authorizer cache, with the traps people fall into.

use super::harness::{REQUEST, Service, TOKEN, TOKEN_CACHED, policy, template};

const STAGE: &str = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod";

#[tokio::test]
async fn an_allow_is_reused_until_the_lifetime_is_over() {
    let service = Service::start(&template(TOKEN_CACHED, "")).await;
    for _ in 0..3 {
        assert_eq!(service.get("/sessions", "Bearer abc").await.status, 200);
    }
    assert_eq!(service.guard.calls(), 1);
    // The session ends, but until the lifetime is over nobody asks.
    service.guard.answers(policy("Deny", "*"));
    service.advance(59);
    assert_eq!(service.get("/sessions", "Bearer abc").await.status, 200);
    service.advance(1);
    assert_eq!(service.get("/sessions", "Bearer abc").await.status, 403);
    assert_eq!(service.guard.calls(), 2);
}

#[tokio::test]
async fn a_deny_is_reused_too() {
    let service = Service::start(&template(TOKEN_CACHED, "")).await;
    service.guard.answers(policy("Deny", "*"));
    assert_eq!(service.get("/sessions", "Bearer abc").await.status, 403);
    service.guard.answers(policy("Allow", &format!("{STAGE}/*")));
    assert_eq!(service.get("/sessions", "Bearer abc").await.status, 403);
    assert_eq!(service.guard.calls(), 1);
}

#[tokio::test]
async fn a_policy_for_one_method_refuses_the_next_route() {
    let service = Service::start(&template(TOKEN_CACHED, "")).await;
    service.guard.answers(policy("Allow", &format!("{STAGE}/GET/sessions")));
    assert_eq!(service.get("/sessions", "Bearer abc").await.status, 200);
    let other = ["DELETE /sessions/7 HTTP/1.1", "Authorization: Bearer abc"];
    let answer = service.send(&other, b"").await;
    assert_eq!((answer.status, answer.header("x-amzn-errortype")), (403, Some("AccessDeniedException")));
    assert_eq!(service.guard.calls(), 1, "the whole policy was reused");
}

#[tokio::test]
async fn another_token_is_another_entry() {
    let service = Service::start(&template(TOKEN_CACHED, "")).await;
    service.get("/sessions", "Bearer abc").await;
    service.get("/sessions", "bearer abc").await;
    service.get("/sessions", "Bearer abd").await;
    assert_eq!(service.guard.calls(), 3);
}

#[tokio::test]
async fn errors_are_not_kept() {
    let service = Service::start(&template(TOKEN_CACHED, "")).await;
    service.guard.fails("the table is gone");
    assert_eq!(service.get("/sessions", "Bearer abc").await.status, 500);
    service.guard.fails("Unauthorized");
    assert_eq!(service.get("/sessions", "Bearer abc").await.status, 401);
    service.guard.answers(policy("Allow", "*"));
    assert_eq!(service.get("/sessions", "Bearer abc").await.status, 200);
    assert_eq!(service.guard.calls(), 3);
}

#[tokio::test]
async fn a_lifetime_of_zero_asks_every_time() {
    let service = Service::start(&template(TOKEN, "")).await;
    service.get("/sessions", "Bearer abc").await;
    service.get("/sessions", "Bearer abc").await;
    assert_eq!(service.guard.calls(), 2);
}

#[tokio::test]
async fn a_request_authorizer_is_cached_by_its_identity_sources() {
    let service = Service::start(&template(REQUEST, "")).await;
    service.get("/sessions?page=1", "Bearer abc").await;
    service.get("/sessions?page=2", "Bearer abc").await;
    assert_eq!(service.guard.calls(), 1);
    let context = &service.echo.last()["requestContext"]["authorizer"];
    assert_eq!(context["user_id"], "user-1", "the context is cached with the policy");
}

#[tokio::test]
async fn a_flush_forgets_every_answer() {
    let service = Service::start(&template(TOKEN_CACHED, "")).await;
    service.get("/sessions", "Bearer abc").await;
    service.gateway.flush_authorizer_cache();
    service.get("/sessions", "Bearer abc").await;
    assert_eq!(service.guard.calls(), 2);
}
