//! What an onlooker learns, and what it must not.

use serde_json::{Value, json};

use super::harness::{Service, TOKEN_CACHED, policy, template};

async fn steps_of(service: &Service, head: &[&str], body: &[u8]) -> Vec<Value> {
    let mut receiver = service.gateway.steps();
    service.send(head, body).await;
    let mut steps = Vec::new();
    while let Ok(step) = receiver.try_recv() {
        steps.push(serde_json::to_value(step).expect("steps are plain data"));
    }
    steps
}

#[tokio::test]
async fn tells_request_authorizer_function_and_answer_in_order() {
    let service = Service::start(&template(TOKEN_CACHED, "")).await;
    let head = ["GET /sessions HTTP/1.1", "Authorization: Bearer abcdefghijklmn"];
    let first = steps_of(&service, &head, b"").await;
    let names: Vec<_> = first.iter().map(|step| step["step"].as_str().unwrap()).collect();
    assert_eq!(names, ["request", "call", "authorizer", "call", "function", "answer"]);
    assert!(first.iter().all(|step| step["request_id"] == first[0]["request_id"]));
    assert_eq!((&first[1]["function"], &first[3]["function"]), (&json!("Guard"), &json!("Closed")));
    assert_eq!((&first[2]["was_called"], &first[2]["was_cached"]), (&json!(true), &json!(false)));
    assert_eq!(first[2]["context"]["user_id"], "user-1");
    assert_eq!(first[4]["function"], "Closed");
    assert_eq!(first[5]["status"], 200);
    let second = steps_of(&service, &head, b"").await;
    assert_eq!((&second[1]["was_called"], &second[1]["was_cached"]), (&json!(false), &json!(true)));
}

#[tokio::test]
async fn tells_why_the_gateway_answered_itself() {
    let service = Service::start(&template(TOKEN_CACHED, "")).await;
    service.guard.answers(policy("Deny", "*"));
    let head = ["GET /sessions HTTP/1.1", "Authorization: Bearer abc"];
    let steps = steps_of(&service, &head, b"").await;
    assert_eq!(
        (&steps[2]["refusal"], &steps[3]["gateway_response"]),
        (&json!("ACCESS_DENIED"), &json!("ACCESS_DENIED"))
    );
    service.echo.answers(json!({ "statusCode": "OK" }));
    let steps = steps_of(&service, &["POST /login HTTP/1.1"], b"{}").await;
    assert_eq!(steps[2]["problem"], "statusCode is not a status code");
}

#[tokio::test]
async fn shows_no_secret() {
    let service = Service::start(&template(TOKEN_CACHED, "")).await;
    let token = "wxs_0123456789abcdefghijklmnopqrstuvwxyz";
    let mut allow = policy("Allow", "*");
    allow["context"]["openid"] = json!("oABCD1234567890abcdefghijklm");
    service.guard.answers(allow);
    service.echo.answers(json!({
        "statusCode": 200,
        "body": json!({ "token": token, "user": { "phone_number": "13800138000" } }).to_string(),
    }));
    let authorization = format!("Authorization: Bearer {token}");
    let mut steps = steps_of(&service, &["POST /login HTTP/1.1"], b"{\"code\":\"0a1b2c3d4e5f6g7h\"}").await;
    steps.extend(steps_of(&service, &["GET /sessions HTTP/1.1", &authorization], b"").await);
    let shown = serde_json::to_string(&steps).unwrap();
    for secret in [&token[..9], "0a1b", "1380", "oABC"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    assert!(shown.contains("\"code\":\"…\""), "{shown}");
    assert!(shown.contains("\"token\":\"wxs_0123…\""), "{shown}");
    assert!(shown.contains("\"Authorization\":\"Bearer wxs_0123…\""), "{shown}");
}

#[tokio::test]
async fn shows_error_codes_in_full() {
    let service = Service::start(&template(TOKEN_CACHED, "")).await;
    service.echo.answers(json!({ "statusCode": 401, "body": "{\"code\":\"session_invalid\"}" }));
    let steps = steps_of(&service, &["POST /login HTTP/1.1"], b"{}").await;
    assert_eq!(steps[3]["body"], json!({ "code": "session_invalid" }));
}
