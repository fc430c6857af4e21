//! What a watcher learns, and what it must not.

use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::{Value, json};

use super::harness::{Service, TOKEN_CACHED, policy, template};

/// A service, and what its watcher was told.
async fn watched() -> (Service, Arc<Mutex<Vec<Value>>>) {
    let service = Service::start(&template(TOKEN_CACHED, "")).await;
    let told = Arc::<Mutex<Vec<Value>>>::default();
    let steps = Arc::clone(&told);
    let tell = move |step| steps.lock().push(serde_json::to_value(step).expect("steps are plain data"));
    service.gateway.watch(Box::new(tell));
    (service, told)
}

async fn steps_of(
    (service, told): &(Service, Arc<Mutex<Vec<Value>>>),
    head: &[&str],
    body: &[u8],
) -> Vec<Value> {
    service.send(head, body).await;
    std::mem::take(&mut told.lock())
}

#[tokio::test]
async fn tells_request_authorizer_function_and_answer_in_order() {
    let service = watched().await;
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
    let service = watched().await;
    service.0.guard.answers(policy("Deny", "*"));
    let head = ["GET /sessions HTTP/1.1", "Authorization: Bearer abc"];
    let steps = steps_of(&service, &head, b"").await;
    assert_eq!(
        (&steps[2]["refusal"], &steps[3]["gateway_response"]),
        (&json!("ACCESS_DENIED"), &json!("ACCESS_DENIED"))
    );
    service.0.echo.answers(json!({ "statusCode": "OK" }));
    let steps = steps_of(&service, &["POST /login HTTP/1.1"], b"{}").await;
    assert_eq!(steps[2]["problem"], "statusCode is not a status code");
}

#[tokio::test]
async fn shows_no_secret() {
    let service = watched().await;
    let token = "wxs_0123456789abcdefghijklmnopqrstuvwxyz";
    let mut allow = policy("Allow", "*");
    allow["context"]["openid"] = json!("oABCD1234567890abcdefghijklm");
    service.0.guard.answers(allow);
    service.0.echo.answers(json!({
        "statusCode": 200,
        "body": json!({ "token": token, "user": { "phone_number": "13800138000" } }).to_string(),
    }));
    let authorization = format!("Authorization: Bearer {token}");
    let mut steps = steps_of(&service, &["POST /login HTTP/1.1"], b"{\"code\":\"0xYz2c3d4e5f6g7h\"}").await;
    steps.extend(steps_of(&service, &["GET /sessions HTTP/1.1", &authorization], b"").await);
    let shown = serde_json::to_string(&steps).unwrap();
    for secret in [&token[..9], "0xYz", "13800138", "oABC"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    assert!(shown.contains("\"code\":\"…\""), "{shown}");
    assert!(shown.contains("\"token\":\"wxs_0123…\""), "{shown}");
    assert!(shown.contains("\"Authorization\":\"Bearer wxs_0123…\""), "{shown}");
}

#[tokio::test]
async fn shows_error_codes_in_full() {
    let service = watched().await;
    service.0.echo.answers(json!({ "statusCode": 401, "body": "{\"code\":\"session_invalid\"}" }));
    let steps = steps_of(&service, &["POST /login HTTP/1.1"], b"{}").await;
    assert_eq!(steps[3]["body"], json!({ "code": "session_invalid" }));
}
