//! From the function's answer to HTTP, and what happens when there is none.

use std::time::Duration;

use gateway_emulator::invoke::invoke_with;
use serde_json::json;

use super::harness::{Service, TOKEN, template};

const LOGIN: &str = "POST /login HTTP/1.1";

#[tokio::test]
async fn an_answer_becomes_http() {
    let service = Service::start(&template(TOKEN, "")).await;
    service.echo.answers(json!({
        "statusCode": 201,
        "headers": { "X-One": "1", "x-both": "b", "X-Number": 7 },
        "multiValueHeaders": { "x-both": ["a", "b"], "Content-Type": ["text/plain; charset=utf-8"] },
        "body": "微信",
        "isBase64Encoded": false,
    }));
    let answer = service.send(&[LOGIN], b"{}").await;
    assert_eq!((answer.status, answer.body.as_slice()), (201, "微信".as_bytes()));
    assert_eq!((answer.header("x-one"), answer.header("x-number")), (Some("1"), Some("7")));
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    let both: Vec<_> =
        answer.headers.iter().filter(|(name, _)| name == "x-both").map(|(_, value)| value).collect();
    assert_eq!(both, ["a", "b"]);
}

#[tokio::test]
async fn an_answer_without_a_media_type_is_json() {
    let service = Service::start(&template(TOKEN, "")).await;
    service.echo.answers(json!({ "statusCode": 204 }));
    let answer = service.send(&[LOGIN], b"{}").await;
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    service.echo.answers(json!({ "statusCode": 200, "body": null, "headers": null }));
    assert_eq!(service.send(&[LOGIN], b"{}").await.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn www_authenticate_of_a_function_is_remapped() {
    let service = Service::start(&template(TOKEN, "")).await;
    let headers = json!({ "WWW-Authenticate": "Bearer", "Transfer-Encoding": "chunked", "Date": "today" });
    service.echo.answers(json!({ "statusCode": 401, "headers": headers, "body": "{}" }));
    let answer = service.send(&[LOGIN], b"{}").await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.header("www-authenticate"), None);
    assert_eq!(answer.header("x-amzn-remapped-www-authenticate"), Some("Bearer"));
    assert_eq!(answer.header("x-amzn-remapped-date"), Some("today"));
    assert_eq!(answer.header("transfer-encoding"), None);
}

#[tokio::test]
async fn base64_is_undone_for_binary_media_types_only() {
    let service = Service::start(&template(TOKEN, "")).await;
    for (media_type, expected) in [("image/png", &b"plain"[..]), ("application/json", b"cGxhaW4=")] {
        let headers = json!({ "Content-Type": media_type });
        let answer =
            json!({ "statusCode": 200, "headers": headers, "body": "cGxhaW4=", "isBase64Encoded": true });
        service.echo.answers(answer);
        assert_eq!(service.send(&[LOGIN], b"{}").await.body, expected);
    }
}

#[tokio::test]
async fn a_malformed_answer_is_502() {
    let service = Service::start(&template(TOKEN, "")).await;
    for malformed in [
        json!(null),
        json!("text"),
        json!({}),
        json!({ "statusCode": "OK" }),
        json!({ "statusCode": 99 }),
        json!({ "statusCode": 200, "body": { "not": "text" } }),
        json!({ "statusCode": 200, "headers": ["a"] }),
        json!({ "statusCode": 200, "headers": { "a": ["b"] } }),
        json!({ "statusCode": 200, "headers": { "a b": "c" } }),
        json!({ "statusCode": 200, "headers": { "a": "line\nbreak" } }),
        json!({ "statusCode": 200, "multiValueHeaders": { "a": "b" } }),
        json!({ "statusCode": 200, "isBase64Encoded": "yes", "body": "" }),
    ] {
        service.echo.answers(malformed.clone());
        let answer = service.send(&[LOGIN], b"{}").await;
        assert_eq!(
            (answer.status, answer.json()),
            (502, json!({ "message": "Internal server error" })),
            "{malformed}"
        );
    }
}

#[tokio::test]
async fn a_function_error_is_502_and_its_text_stays_inside() {
    let service = Service::start(&template(TOKEN, "")).await;
    service.echo.fails("secret detail");
    let answer = service.send(&[LOGIN], b"{}").await;
    assert_eq!((answer.status, answer.json()), (502, json!({ "message": "Internal server error" })));
    assert_eq!(answer.header("x-amzn-errortype"), Some("InternalServerErrorException"));
}

#[tokio::test]
async fn a_panic_is_502_and_the_next_call_works() {
    let code = invoke_with(|event| async move {
        assert!(event.value()["body"] != "boom", "the function panics on purpose");
        Ok(json!({ "statusCode": 200 }))
    });
    let service = Service::start_with(&template(TOKEN, ""), Some(code)).await;
    assert_eq!(service.send(&[LOGIN], b"boom").await.status, 502);
    assert_eq!(service.send(&[LOGIN], b"fine").await.status, 200);
}

#[tokio::test]
async fn a_function_over_its_own_timeout_is_502_and_over_the_gateways_504() {
    let code = invoke_with(|_| async {
        tokio::time::sleep(Duration::from_hours(1)).await;
        Ok(json!({ "statusCode": 200 }))
    });
    let service = Service::start_with(&template(TOKEN, ""), Some(code)).await;
    // `Open` has a timeout of one second, `Closed` of sixty; the gateway of these tests waits for two.
    let (open, closed) = tokio::join!(service.send(&[LOGIN], b"{}"), service.get("/sessions", "Bearer abc"));
    assert_eq!((open.status, open.json()), (502, json!({ "message": "Internal server error" })));
    assert_eq!((closed.status, closed.json()), (504, json!({ "message": "Endpoint request timed out" })));
}

#[tokio::test]
async fn the_invoke_operation_calls_one_function_directly() {
    let service = Service::start(&template(TOKEN, "")).await;
    let line = "POST /2015-03-31/functions/guard/invocations HTTP/1.1";
    let answer = service.send(&[line], b"{\"type\":\"TOKEN\"}").await;
    assert_eq!((answer.status, &answer.json()["principalId"]), (200, &json!("user-1")));
    assert_eq!(service.guard.last(), json!({ "type": "TOKEN" }));
    service.guard.fails("broken");
    let answer = service.send(&[line], b"{}").await;
    assert_eq!((answer.status, answer.header("x-amz-function-error")), (200, Some("Unhandled")));
    assert_eq!(answer.json(), json!({ "errorType": "Error", "errorMessage": "broken" }));
    assert_eq!(service.send(&[line], b"not json").await.status, 400);
    let unknown = "POST /2015-03-31/functions/nobody/invocations HTTP/1.1";
    assert_eq!(service.send(&[unknown], b"{}").await.status, 404);
}

#[tokio::test]
async fn the_invoke_operation_hands_the_text_on_as_it_was_sent() {
    let code =
        invoke_with(|event| async move { Ok(json!({ "text": event.text(), "value": event.value() })) });
    let service = Service::start_with(&template(TOKEN, ""), Some(code)).await;
    let line = "POST /2015-03-31/functions/echo/invocations HTTP/1.1";
    for text in [r#" {"a":1,"a":2} "#, r#"{"a":"\ud800"}"#, r#"{"a":1.0}"#, "null"] {
        let answer = service.send(&[line], text.as_bytes()).await;
        assert_eq!((answer.status, &answer.json()["text"]), (200, &json!(text)));
    }
    assert_eq!(service.send(&[line], b"").await.json()["text"], "{}");
    for wrong in [b"{\"a\":\"\xff\"}".as_slice(), b"{} {}", b"{\"a\":1,}"] {
        assert_eq!(service.send(&[line], wrong).await.status, 400);
    }
}

#[tokio::test]
async fn the_invoke_operation_takes_six_megabytes_and_no_more() {
    let service = Service::start(&template(TOKEN, "")).await;
    let line = "POST /2015-03-31/functions/guard/invocations HTTP/1.1";
    let event = |bytes: usize| format!("\"{}\"", "a".repeat(bytes - 2));
    let limit = 6 * 1024 * 1024;
    assert_eq!(service.send(&[line], event(limit).as_bytes()).await.status, 200);
    let answer = service.send(&[line], event(limit + 1).as_bytes()).await;
    assert_eq!((answer.status, answer.header("x-amzn-errortype")), (413, Some("RequestTooLargeException")));
    let message = "Request must be smaller than 6291456 bytes for the InvokeFunction operation";
    assert_eq!(answer.json(), json!({ "Type": "User", "Message": message }));
    assert_eq!(service.guard.calls(), 1);
}

#[tokio::test]
async fn the_invoke_operation_is_not_for_whoever_names_two_hosts_or_origins() {
    let service = Service::start(&template(TOKEN, "")).await;
    let line = "POST /2015-03-31/functions/guard/invocations HTTP/1.1";
    for second in ["Host: evil.example", "Host: localhost"] {
        // Another one follows.
        assert_eq!(service.send(&[line, "Host: localhost", second], b"{}").await.status, 403, "{second}");
        assert_eq!(service.send(&[line, second], b"{}").await.status, 403, "{second}");
    }
    let origins = ["Origin: http://localhost", "Origin: http://evil.example"];
    assert_eq!(service.send(&[line, origins[0], origins[1]], b"{}").await.status, 403);
    assert_eq!(service.guard.calls(), 0);
}

#[tokio::test]
async fn the_invoke_operation_is_not_for_other_web_sites() {
    let service = Service::start(&template(TOKEN, "")).await;
    let line = "POST /2015-03-31/functions/guard/invocations HTTP/1.1";
    let answer =
        service.send(&[line, "Origin: http://evil.example", "Content-Type: text/plain"], b"{}").await;
    assert_eq!((answer.status, answer.header("x-amzn-errortype")), (403, Some("AccessDeniedException")));
    assert_eq!(service.guard.calls(), 0);
    // What curl sends by itself.
    let form = "Content-Type: application/x-www-form-urlencoded";
    assert_eq!(service.send(&[line, "Origin: http://localhost", form], b"{}").await.status, 200);
}
