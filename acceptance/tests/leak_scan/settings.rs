//! Functions that cannot start: the log and Lambda are told which setting is wrong, and never what it says.

use acceptance::leaks::Sink;
use facts::{Setting, setting::Kind, settings};
use serde_json::json;

use crate::deployment::{APP_SECRET, Deployment};

/// Every setting that is read with a condition, holding a secret by mistake, and a function that reads it.
fn mistaken() -> impl Iterator<Item = (&'static str, &'static str)> {
    let is_checked = |setting: &&Setting| match setting.kind {
        Kind::Given => false,
        Kind::Text(text) => text.default.is_some(),
        _ => true,
    };
    settings::ALL.iter().filter(is_checked).map(|setting| (setting.readers[0].name(), setting.name))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_cannot_start_names_the_setting_and_not_its_text() {
    let deployment = Deployment::open("debug").await;
    let value = format!("{APP_SECRET} not fit");
    let url = format!("https://user:{APP_SECRET}@127.0.0.1/sns?secret={APP_SECRET}");
    let mistakes = mistaken().map(|(function, setting)| (function, setting, value.as_str()));
    let urls = ["login", "open-data"].map(|function| (function, "WECHAT_API_BASE_URL", url.as_str()));
    let credentials =
        ["login", "authorizer", "sessions"].map(|function| (function, "AWS_SECRET_ACCESS_KEY", ""));
    let rules = [("accounts", "IDLE_SECONDS", value.as_str())];
    for (function, setting, value) in mistakes.chain(urls).chain(credentials).chain(rules) {
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
