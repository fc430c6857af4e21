//! Tables, secrets, and the right to look at them.

use std::sync::atomic::Ordering;

use aws_emulator::{dynamodb::Fault, secrets_manager};
use operator::doctor::{Args, Report};
use serde_json::json;
use wechat_simulator::DEFAULT_APP;

use crate::{
    support::{RING_KEY, Stack, nothing_else_fails, says},
    tls::blurt,
};

async fn looked_at(stack: &Stack) -> Report {
    stack.examined(Args::default()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_is_missing() {
    let mut stack = Stack::deployed().await;
    stack.set("SESSIONS_TABLE", "NoSuchTable");
    let report = looked_at(&stack).await;
    says(&report, "tables.sessions", "FAIL", "there is no table NoSuchTable");
    nothing_else_fails(&report, &["tables.sessions"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_with_the_wrong_keys() {
    let stack = Stack::deployed().await;
    stack.recreate("UsersTable", &[("id", "HASH", "S")], Some("ttl")).await;
    stack.recreate("SessionsTable", &[("pk", "HASH", "S"), ("sk", "RANGE", "N")], Some("ttl")).await;
    let report = looked_at(&stack).await;
    says(&report, "tables.users", "FAIL", "UsersTable has key id HASH S, and needs user_id HASH S");
    says(
        &report,
        "tables.sessions",
        "FAIL",
        "has key pk HASH S, sk RANGE N, and needs pk HASH S, sk RANGE S",
    );
    nothing_else_fails(&report, &["tables.users", "tables.sessions"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_users_table_without_its_indexes() {
    let stack = Stack::deployed().await;
    says(&looked_at(&stack).await, "tables.users", "ok", "UsersTable is active");
    stack.recreate("UsersTable", &[("user_id", "HASH", "S")], Some("ttl")).await;
    let report = looked_at(&stack).await;
    let missing = "UsersTable has no index by_unionid with key unionid HASH S";
    says(&report, "tables.users", "FAIL", missing);
    nothing_else_fails(&report, &["tables.users"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn ttl_that_is_off_or_elsewhere() {
    let stack = Stack::deployed().await;
    let keys = [("pk", "HASH", "S"), ("sk", "RANGE", "S")];
    stack.recreate("SessionsTable", &keys, None).await;
    let report = looked_at(&stack).await;
    says(&report, "tables.sessions.ttl", "FAIL", "TTL of SessionsTable is off");
    nothing_else_fails(&report, &["tables.sessions.ttl"]);
    stack.recreate("SessionsTable", &keys, Some("expires_at")).await;
    let report = looked_at(&stack).await;
    says(&report, "tables.sessions.ttl", "FAIL", "looks at expires_at, and must look at ttl");
    stack.recreate("UsersTable", &[("user_id", "HASH", "S")], None).await;
    says(&looked_at(&stack).await, "tables.users.ttl", "FAIL", "TTL of UsersTable is off");
}

#[tokio::test(flavor = "multi_thread")]
async fn backups_and_protection_are_hints() {
    let mut stack = Stack::deployed().await;
    stack.has_recovery.store(false, Ordering::SeqCst);
    stack
        .dynamodb("UpdateTable", json!({"TableName": "UsersTable", "DeletionProtectionEnabled": false}))
        .await;
    let report = looked_at(&stack).await;
    says(&report, "tables.users.pitr", "warn", "no point-in-time recovery");
    says(&report, "tables.users.protect", "warn", "can be deleted by mistake");
    // An emulator that knows nothing of backups.
    let engine = stack.service.dynamodb.endpoint();
    stack.set("AWS_ENDPOINT_URL_DYNAMODB", &engine);
    let report = looked_at(&stack).await;
    says(&report, "tables.users.pitr", "skipped", "is an emulator: it has no backups of UsersTable");
    assert_eq!(report.exit_code(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dynamodb_that_refuses_or_is_not_there() {
    let mut stack = Stack::deployed().await;
    stack.service.dynamodb.proxy().inject(Fault::ExpiredCredentials).await;
    let report = looked_at(&stack).await;
    says(&report, "tables.users", "FAIL", "does not accept the credentials (ExpiredTokenException)");
    stack.set("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1");
    let report = looked_at(&stack).await;
    says(
        &report,
        "tables.users",
        "FAIL",
        "dynamodb:DescribeTable: nothing listens at its address (connection_refused)",
    );
    says(&report, "clock.aws", "skipped", "gives no time");
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_are_not_given() {
    let mut stack = Stack::deployed().await;
    stack.env.remove("AWS_SECRET_ACCESS_KEY");
    says(&looked_at(&stack).await, "aws", "FAIL", "AWS_SECRET_ACCESS_KEY is not set");
    stack.set("AWS_SECRET_ACCESS_KEY", "canary-aws-secret-access-key");
    stack.env.remove("AWS_REGION");
    says(&looked_at(&stack).await, "aws", "FAIL", "AWS_REGION is not set");
    stack.set("AWS_DEFAULT_REGION", "us-east-1");
    assert_eq!(looked_at(&stack).await.exit_code(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_that_cannot_be_read() {
    let mut stack = Stack::deployed().await;
    stack.set("WECHAT_APPS_SECRET_ID", "nothing");
    stack.set("SESSION_KEY_RING_SECRET_ID", RING_KEY);
    let report = looked_at(&stack).await;
    says(&report, "secrets.apps", "FAIL", "no secret of the name in WECHAT_APPS_SECRET_ID");
    says(&report, "secrets.key_ring", "FAIL", "no secret of the name in SESSION_KEY_RING_SECRET_ID");
    nothing_else_fails(&report, &["secrets.apps", "secrets.key_ring"]);
    stack.service.secrets.set_fault(secrets_manager::Fault::Denied);
    let report = looked_at(&stack).await;
    says(&report, "secrets.apps", "FAIL", "may not be read (AccessDeniedException)");
    says(&report, "wechat.credentials", "skipped", "the apps secret cannot be read");
    stack.service.secrets.set_fault(secrets_manager::Fault::Down);
    says(&looked_at(&stack).await, "secrets.apps", "FAIL", "GetSecretValue fails (InternalServiceError)");
    let other = blurt(b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno").await;
    stack.set("AWS_ENDPOINT_URL_SECRETS_MANAGER", &format!("http://127.0.0.1:{other}"));
    says(&looked_at(&stack).await, "secrets.apps", "FAIL", "does not speak like AWS");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apps_secret_of_another_form() {
    let stack = Stack::deployed().await;
    let put = async |text: &str| {
        stack.service.secrets.put_text("AppsSecret", text);
        stack.examined(Args::default()).await
    };
    for text in [DEFAULT_APP.1, "", "[]", "{\"wx0123456789abcdef\":", "{\"wx0123456789abcdef\": 7}"] {
        says(&put(text).await, "secrets.apps", "FAIL", "not a JSON object of texts");
    }
    says(&put("{}").await, "secrets.apps", "FAIL", "names no Mini Program");
    let (id, secret) = DEFAULT_APP;
    let report = put(&format!("{{\"{id}\": \"{secret}\\n\"}}")).await;
    says(
        &report,
        "secrets.apps",
        "FAIL",
        "an entry of the apps secret is not of the documented form (bad_app_secret)",
    );
    let payment = json!({(id): {"secret": secret, "virtual_payment": {"app_key": ""}}});
    let report = put(&payment.to_string()).await;
    let what = "an entry of the apps secret is not of the documented form (bad_virtual_payment)";
    says(&report, "secrets.apps", "FAIL", what);
    nothing_else_fails(&report, &["secrets.apps"]);
    for (id, secret) in [(secret, id.to_owned()), (id, secret.to_uppercase())] {
        let report = put(&format!("{{\"{id}\": \"{secret}\"}}")).await;
        says(&report, "secrets.apps", "FAIL", "not an AppID with an AppSecret: 1 of 1");
        says(&report, "wechat.credentials", "skipped", "the apps secret cannot be read");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_ring_of_another_form() {
    let mut stack = Stack::deployed().await;
    for ring in [
        json!(RING_KEY),
        json!({"k1": RING_KEY}),
        json!({"current": "k2", "k1": RING_KEY}),
        json!({"current": "k1", "k1": "short"}),
        json!({"current": "k1", "k1": RING_KEY, "k2": RING_KEY, "k3": RING_KEY}),
        json!({"current": "k1", "k1": [RING_KEY]}),
    ] {
        stack.service.secrets.put("SessionKeyRingSecret", &ring);
        let report = looked_at(&stack).await;
        says(&report, "secrets.key_ring", "FAIL", "the key ring is not of the documented form");
        nothing_else_fails(&report, &["secrets.key_ring"]);
    }
    stack.set("STORE_SESSION_KEY", "false");
    says(&looked_at(&stack).await, "secrets.key_ring", "skipped", "no key ring is needed");
}
