//! Settings out of range, and the files they come in.

use std::fs;

use operator::{
    doctor::{self, Args},
    lang::Lang,
    surroundings::Surroundings,
};

use crate::support::{Stack, nothing_else_fails, says};

/// The report on a file of this text, and nothing else.
async fn of_file(text: &str) -> Result<doctor::Report, doctor::UsageError> {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("env.json");
    fs::write(&file, text).expect("it can be written");
    let around = Surroundings {
        env: std::collections::HashMap::new(),
        clock: wxsession::Clock::system(),
        tls: wxsession::aws::tls_config(),
        uses_default_chain: false,
    };
    doctor::run(&Args { env_file: Some(file), ..Args::default() }, &around).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_value_out_of_range_is_named() {
    let mut stack = Stack::deployed().await;
    for (name, value) in
        [("IDLE_SECONDS", "60"), ("MAX_SESSIONS_PER_USER", "51"), ("LOG_LEVEL", "loud"), ("REALM", "a b")]
    {
        stack.set(name, value);
    }
    let report = stack.everything().await;
    says(&report, "parameters", "FAIL", "IDLE_SECONDS must be a whole number from 900 to 604800");
    says(&report, "parameters", "FAIL", "change the template's parameter IdleSeconds");
    says(&report, "parameters", "FAIL", "MAX_SESSIONS_PER_USER must be a whole number from 1 to 50");
    says(&report, "parameters", "FAIL", "LOG_LEVEL must be debug, info, warn or error");
    says(&report, "parameters", "FAIL", "REALM must be 1 to 64 characters");
    nothing_else_fails(&report, &["parameters"]);
    assert!(report.text(Lang::Zh).contains("IDLE_SECONDS 必须是 900 到 604800 之间的整数"));
}

#[tokio::test]
async fn a_name_that_is_missing_is_named_once_the_others_are_there() {
    let report = of_file("USERS_TABLE=u\nWECHAT_APPS_SECRET_ID=a\nSTORE_SESSION_KEY=false\n").await.unwrap();
    says(&report, "parameters", "FAIL", "SESSIONS_TABLE is not set");
    assert!(!report.text(Lang::En).contains("SESSION_KEY_RING_SECRET_ID"));
    says(
        &of_file("USERS_TABLE=u").await.unwrap(),
        "parameters",
        "FAIL",
        "SESSION_KEY_RING_SECRET_ID is not set",
    );
}

#[tokio::test]
async fn the_repositorys_env_json_and_a_file_of_several_functions_can_be_read() {
    let ours = include_str!("../../../env.json");
    assert!(of_file(ours).await.is_ok());
    let several = r#"{"Parameters": {"REALM": "1"}, "LoginFunction": {"IDLE_SECONDS": 60}, "SessionsFunction": {"IDLE_SECONDS": 900, "RENEW_AFTER_SECONDS": "300"}}"#;
    let report = of_file(several).await.unwrap();
    says(&report, "parameters", "FAIL", "LoginFunction: IDLE_SECONDS must be");
    assert!(!report.text(Lang::En).contains("SessionsFunction"));
}

#[tokio::test]
async fn a_file_that_cannot_be_understood_is_a_mistake_of_usage_and_is_not_quoted() {
    for text in ["{\"canary", "canary", "[\"canary\"]", "{}", "", "{\"Login\": {}}"] {
        let error = of_file(text).await.unwrap_err().to_string();
        assert!(error.ends_with("neither JSON objects of variables nor lines of KEY=VALUE"), "{error}");
        assert!(!error.contains("canary"));
    }
}

#[tokio::test]
async fn names_from_a_file_do_not_steer_the_terminal() {
    let report = of_file(r#"{"Login\u001b[2J": {"IDLE_SECONDS": "1"}}"#).await.unwrap();
    says(&report, "parameters", "FAIL", "Login?[2J: IDLE_SECONDS");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_does_not_fit_the_others_is_a_warning_and_fails_nothing() {
    let mut stack = Stack::deployed().await;
    stack.set("ABSOLUTE_SECONDS", "43200");
    let report = stack.everything().await;
    says(&report, "parameters", "warn", "IDLE_SECONDS is 86400 and does not fit the others: 43200 is used");
    says(&report, "parameters", "warn", "set the template's parameter IdleSeconds");
    nothing_else_fails(&report, &[]);
}
