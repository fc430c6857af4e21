//! The scan at every log level.

use acceptance::leaks::Sink;
use operator::conversation;

use crate::{deployment::Deployment, traffic::ATTEMPTS};

/// Every conversation of the suite. One that meets a time limit on a busy machine is had again.
async fn converse(deployment: &Deployment) {
    let conversations = conversation::all();
    assert!(conversations.len() >= 18, "{} conversations", conversations.len());
    for conversation in conversations {
        let mut outcome = conversation.had_with(&deployment.target).await;
        for _ in 1..ATTEMPTS {
            if outcome.failure.is_none() {
                break;
            }
            outcome = conversation.had_with(&deployment.target).await;
        }
        assert_eq!(outcome.failure, None, "{}", outcome.name);
    }
}

async fn nothing_comes_out_at(level: &'static str) {
    let started = std::time::Instant::now();
    let alone = crate::ALONE.lock().await;
    let deployment = Deployment::open(level).await;
    converse(&deployment).await;
    deployment.as_it_should_be().await;
    deployment.misplaced().await;
    deployment.account_control().await;
    deployment.backend().await;
    deployment.pushes().await;
    deployment.endings().await;
    drop(alone);
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

/// At once: most of the time is spent waiting for what stays silent on purpose.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_comes_out_of_the_processes_at_any_log_level() {
    let levels = ["debug", "info", "warn", "error"].map(|level| tokio::spawn(nothing_comes_out_at(level)));
    for level in levels {
        level.await.expect("the assertions hold at this level");
    }
}
