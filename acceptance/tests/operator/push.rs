//! Message push, tried as WeChat would use it.

use operator::lang::Lang;
use serde_json::json;
use wechat_simulator::{DEFAULT_APP, DEFAULT_PUSH};

use crate::support::{APP, Stack, nothing_else_fails, says};

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_token_or_key_that_the_function_does_not_know_yet_is_found() {
    let stack = Stack::deployed().await;
    let report = stack.everything().await;
    says(&report, "push.sealed", "ok", "wx0123456789abcdef: a sealed message is taken");
    // The function keeps the old ones, and looks again every ten seconds at most.
    for (token, key, failing) in [
        ("another", DEFAULT_PUSH.1, &["push.url", "push.sealed"][..]),
        (DEFAULT_PUSH.0, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &["push.sealed"]),
    ] {
        let push = json!({"token": token, "encoding_aes_key": key});
        stack.service.secrets.put("AppsSecret", &json!({APP: {"secret": DEFAULT_APP.1, "push": push}}));
        let report = stack.everything().await;
        for check in failing {
            let said = match *check {
                "push.url" => "the signature is refused (status 403, code push_refused)",
                _ => "a sealed message is refused (status 403, code push_refused)",
            };
            says(&report, check, "FAIL", said);
        }
        says(&report, "push.forged", "ok", "refused as it should be");
        nothing_else_fails(&report, failing);
        assert!(report.text(Lang::Zh).contains("安全模式的消息被拒绝"));
        let said = report.text(Lang::En);
        assert!(!said.contains(token) && !said.contains(key));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_without_message_push_is_not_tried() {
    let stack = Stack::deployed().await;
    stack.service.secrets.put("AppsSecret", &json!({APP: DEFAULT_APP.1}));
    let report = stack.everything().await;
    assert!(!report.text(Lang::En).contains("push."), "{}", report.text(Lang::En));
    assert_eq!(report.exit_code(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn token_and_key_may_come_from_the_environment() {
    let mut stack = Stack::deployed().await;
    stack.set("WECHAT_PUSH_TOKEN", DEFAULT_PUSH.0);
    stack.set("WECHAT_PUSH_ENCODING_AES_KEY", DEFAULT_PUSH.1);
    stack.set("WECHAT_APP_ID", APP);
    says(&stack.everything().await, "push.url", "ok", "would be answered");
    stack.set("WECHAT_PUSH_ENCODING_AES_KEY", "short");
    says(&stack.everything().await, "push.sealed", "FAIL", "EncodingAESKey is no key");
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_messages_that_are_taken_are_a_warning() {
    let stack = Stack::deployed().await;
    says(&stack.everything().await, "push.plain", "ok", "a message that is not sealed is refused");
    let (token, key) = DEFAULT_PUSH;
    let push = json!({"token": token, "encoding_aes_key": key, "allow_plain": true});
    stack.service.secrets.put("AppsSecret", &json!({APP: {"secret": DEFAULT_APP.1, "push": push}}));
    stack.service.clock.advance(301);
    let report = stack.everything().await;
    says(&report, "push.plain", "warn", "allow_plain is on");
    says(&report, "push.sealed", "ok", "a sealed message is taken");
    assert_eq!(report.exit_code(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_tried_is_stored_nowhere_even_where_every_message_is_handed_on() {
    let stack = Stack::deployed_with(&[("EventBusName", "business")]).await;
    says(&stack.everything().await, "push.sealed", "ok", "is stored nowhere");
    let query = json!({"TableName": "SessionsTable", "KeyConditionExpression": "pk = :p",
        "ExpressionAttributeValues": {":p": {"S": format!("push#{APP}")}}});
    assert!(stack.service.dynamodb.items().query(query).expect("the table can be asked").is_empty());
    assert_eq!(stack.service.event_bridge.calls(), 0);
}
