//! When nothing is wrong; and what is the same for every report.

use operator::{
    doctor::{Args, State},
    http_client::HttpClient,
    lang::Lang,
};
use serde_json::json;
use wechat_simulator::DEFAULT_APP;

use crate::support::{APP, Stack, says};

#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_deployment_is_ok_in_every_check() {
    let stack = Stack::deployed().await;
    let report = stack.everything().await;
    let text = report.text(Lang::En);
    assert_eq!(report.count(State::Ok), report.findings.len(), "{text}");
    let checks: Vec<_> = report.findings.iter().map(|found| found.check).collect();
    assert_eq!(
        checks,
        [
            "parameters",
            "clock.aws",
            "tables.users",
            "tables.users.ttl",
            "tables.users.pitr",
            "tables.users.protect",
            "tables.sessions",
            "tables.sessions.ttl",
            "secrets.apps",
            "secrets.key_ring",
            "clock.wechat",
            "wechat.credentials",
            "wechat.stable_token",
            "domain.tls",
            "domain.login",
            "domain.session",
            "domain.authorizer",
            "push.url",
            "push.sealed",
            "push.forged",
            "push.plain",
        ]
    );
    assert_eq!(report.exit_code(), 0);
    assert!(text.ends_with("\n21 ok, 0 warn, 0 FAIL, 0 skipped\n"), "{text}");
    assert!(text.contains("localhost speaks TLS 1.3 with a valid certificate"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_changes_nothing_and_the_token_stays_the_functions_own() {
    let stack = Stack::deployed().await;
    let wechat = HttpClient::new(&stack.service.wechat_url);
    let body = json!({"grant_type": "client_credential", "appid": APP, "secret": DEFAULT_APP.1});
    let token = wechat.request("POST", "/cgi-bin/stable_token").json(&body).send().await.unwrap().body["access_token"].clone();
    let report = stack.everything().await;
    let again = wechat.request("POST", "/cgi-bin/stable_token").json(&body).send().await.unwrap().body["access_token"].clone();
    assert_eq!(token, again, "force_refresh would have killed it");
    let said = report.text(Lang::En) + &report.text(Lang::Zh);
    assert!(!said.contains(token.as_str().unwrap()));
    let reads = ["DescribeTable", "DescribeTimeToLive", "DescribeContinuousBackups", "BatchGetItem", ""];
    let calls = stack.service.dynamodb.proxy().calls();
    assert!(calls.iter().all(|call| reads.contains(&call.operation.as_str())), "{calls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_option_no_access_token_is_asked_for() {
    let stack = Stack::deployed().await;
    let report = stack.examined(Args::default()).await;
    says(&report, "wechat.stable_token", "skipped", "--stable-token");
    says(&report, "domain", "skipped", "--url");
    let asked =
        stack.service.simulator.calls().into_iter().filter(|call| call.path == "/cgi-bin/stable_token");
    assert_eq!(asked.count(), 0);
    assert_eq!(report.exit_code(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_nothing_to_look_at_everything_is_skipped_and_says_what_it_needs() {
    let mut stack = Stack::deployed().await;
    stack.env.clear();
    let report = stack.examined(Args::default()).await;
    assert_eq!(report.count(State::Skipped), report.findings.len());
    assert!(report.findings.iter().all(|found| found.line(Lang::En).contains("→ Fix: ")));
    assert!(report.findings.iter().all(|found| found.line(Lang::Zh).contains("→ 处理：")));
    // Nothing was looked at: that is no good news.
    assert_eq!((report.findings.len(), report.exit_code()), (4, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_off_is_a_warning_in_both_directions() {
    let stack = Stack::deployed().await;
    stack.clock.advance(3_600);
    let report = stack.everything().await;
    says(&report, "clock.wechat", "warn", "s ahead of WeChat's");
    says(&report, "clock.aws", "warn", "s ahead of DynamoDB's");
    stack.clock.advance(-7_200);
    says(&stack.everything().await, "clock.aws", "warn", "s behind DynamoDB's");
    stack.clock.advance(3_600 - 50);
    let report = stack.everything().await;
    says(&report, "clock.aws", "ok", "our clock and DynamoDB's differ by ");
    assert_eq!(report.exit_code(), 0);
}
