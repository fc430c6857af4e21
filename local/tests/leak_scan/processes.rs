//! The scan at every log level.

use local::{conversation, leaks::Sink};

use crate::deployment::Deployment;

async fn nothing_comes_out_at(level: &'static str) {
    let started = std::time::Instant::now();
    let deployment = Deployment::open(level).await;
    let outcomes = conversation::run(&deployment.target).await;
    let failed: Vec<_> = outcomes.iter().filter(|outcome| outcome.failure.is_some()).collect();
    assert!(failed.is_empty() && outcomes.len() >= 18, "of {}: {failed:#?}", outcomes.len());
    deployment.as_it_should_be().await;
    deployment.misplaced().await;
    deployment.endings().await;
    let faults = deployment.wechat_faults().await
        + deployment.table_faults().await
        + deployment.secret_faults().await
        + deployment.wrong_events().await;
    assert!(deployment.dump().await > 100, "records were written");
    let (record, canaries) = deployment.close().await;

    let verdict = record.verdict(&canaries);
    let findings: Vec<String> = verdict.findings.iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "at {level}:\n{}", findings.join("\n"));
    assert!(
        verdict.unused().is_empty(),
        "the list is too long or the run too short: {:#?}",
        verdict.unused()
    );
    let texts = |sink| verdict.texts.get(&sink).copied().unwrap_or_default();
    let lines = texts(Sink::Stdout);
    // What a level keeps back must not be the reason why nothing is found in it.
    assert!(lines > if level == "error" { 10 } else { 50 }, "{lines} lines at {level}");
    assert!(texts(Sink::Answer) > 200 && texts(Sink::AuthorizerContext) > 60, "{verdict}");
    let (secrets, forms) = canaries.count();
    let seconds = started.elapsed().as_secs();
    println!(
        "LOG_LEVEL={level}: {faults} faults, {secrets} secrets in {forms} forms, {seconds} s\n{verdict}"
    );
    println!("  secrets: {:?}", canaries.names());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_comes_out_at_debug() {
    nothing_comes_out_at("debug").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_comes_out_at_info() {
    nothing_comes_out_at("info").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_comes_out_at_warn() {
    nothing_comes_out_at("warn").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_comes_out_at_error() {
    nothing_comes_out_at("error").await;
}
