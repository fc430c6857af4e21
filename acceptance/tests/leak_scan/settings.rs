//! Functions that cannot start: the log and Lambda are told which setting is wrong, and never what it says.

use acceptance::leaks::Sink;
use serde_json::json;

use crate::deployment::{APP_SECRET, Deployment};

/// Every setting that is read with a condition, holding a secret by mistake.
const MISTAKEN: [&str; 10] = [
    "ABSOLUTE_SECONDS",
    "HTTP_API_ANSWER",
    "IDLE_SECONDS",
    "LOG_LEVEL",
    "MAX_SESSIONS_PER_USER",
    "METRICS",
    "OPEN_DATA_MAX_AGE_SECONDS",
    "REALM",
    "RENEW_AFTER_SECONDS",
    "STORE_SESSION_KEY",
];

fn owner(setting: &str) -> &'static str {
    match setting {
        "HTTP_API_ANSWER" => "authorizer",
        "OPEN_DATA_MAX_AGE_SECONDS" => "open-data",
        "ABSOLUTE_SECONDS" | "IDLE_SECONDS" | "RENEW_AFTER_SECONDS" => "check-session",
        _ => "login",
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_cannot_start_names_the_setting_and_not_its_text() {
    let deployment = Deployment::open("debug").await;
    let value = format!("{APP_SECRET} not fit");
    let url = format!("https://user:{APP_SECRET}@127.0.0.1/sns?secret={APP_SECRET}");
    let mistakes = MISTAKEN.map(|setting| (owner(setting), setting, value.as_str()));
    let urls = ["login", "open-data"].map(|function| (function, "WECHAT_API_BASE_URL", url.as_str()));
    let credentials =
        ["login", "authorizer", "sessions"].map(|function| (function, "AWS_SECRET_ACCESS_KEY", ""));
    let rules = [("accounts", "IDLE_SECONDS", value.as_str())];
    for (function, setting, value) in mistakes.into_iter().chain(urls).chain(credentials).chain(rules) {
        let running = deployment.cold(function, &[(setting, value)]).await;
        assert!(!running.ended().await.success(), "{function} starts with a wrong {setting}");
        let written = running.stop();
        let said = String::from_utf8_lossy(&written.stdout);
        assert!(said.contains(setting), "{function} does not name {setting}: {said}");
        deployment.record().keep(Sink::Stdout, function, written.stdout.as_slice());
        deployment.record().keep(Sink::Stderr, function, written.stderr.as_slice());
        deployment.record().keep(Sink::FunctionError, function, written.start_error.as_slice());
    }
    let (record, canaries) = deployment.close().await;
    let findings = record.verdict(&canaries).findings;
    assert_eq!(findings, [], "{}", json!(findings.iter().map(ToString::to_string).collect::<Vec<_>>()));
}
