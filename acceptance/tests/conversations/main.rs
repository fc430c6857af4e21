//! Conversations across functions: those of the suite that also runs against a deployed stack, and
//! those that move the clock, count calls or plant a fault, which only the local service can.

mod calls;
mod cap;
mod ended;
mod faults;
mod pages;
mod support;
mod time;

use operator::conversation;

#[tokio::test(flavor = "multi_thread")]
async fn the_suite_passes_against_the_local_service() {
    let stage = support::Stage::running().await;
    let outcomes = conversation::run(&stage.target).await;
    let failed: Vec<_> = outcomes.iter().filter(|outcome| outcome.failure.is_some()).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(outcomes.iter().filter(|outcome| outcome.skipped.is_none()).count() >= 20, "{outcomes:#?}");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tour_ends_well() {
    let stage = support::Stage::open().await;
    let (code, _) = stage.target.js_code(&stage.target.app_id, None).await.expect("a code");
    let mut steps = Vec::new();
    let taken =
        local::tour::take(stage.target.service.base_url(), &code, |step| steps.push(step.to_owned())).await;
    assert_eq!(taken, Ok(()));
    assert_eq!(steps.len(), 6);
    stage.close().await;
}

/// A suite that cannot fail proves nothing: against a service that answers 200 to everything, and
/// against one that is not there, every conversation fails.
#[tokio::test(flavor = "multi_thread")]
async fn the_suite_fails_against_anything_else() {
    let stage = support::Stage::open().await;
    for service in [
        stage.target.wechat.clone().expect("a simulator"),
        operator::http_client::HttpClient::new("http://127.0.0.1:1"),
    ] {
        let target = conversation::Target { service, ..stage.target.clone() };
        for outcome in conversation::run(&target).await {
            assert!(
                outcome.failure.is_some() || outcome.skipped.is_some(),
                "{} passed against something else",
                outcome.name
            );
        }
    }
    stage.close().await;
}
