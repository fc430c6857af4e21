//! One fetch for many calls, one refetch for a refused token, and never `force_refresh`.

use futures_util::future::join_all;
use serde_json::json;
use wechat_simulator::{DEFAULT_APP, Fault, FaultKind, NewPhoneCode, Quota, SECOND_APP};

use crate::support::{APP, OTHER_APP, User, World, is_problem};

async fn number(world: &World, user: &User) -> u16 {
    let code = world.simulator.mint_phone_code(NewPhoneCode::of_user(user.app_id, &user.openid)).code;
    world.post(user, "/phone-number", &json!({"code": code})).await.0
}

/// Fifty calls at once, and how many of them ended so.
async fn storm(world: &World, user: &User, status: u16) -> usize {
    let statuses = join_all((0..50).map(|_| number(world, user))).await;
    statuses.into_iter().filter(|other| *other == status).count()
}

#[tokio::test]
async fn fifty_calls_at_once_fetch_one_token() {
    let world = World::start().await;
    let user = world.user(APP).await;
    assert_eq!(storm(&world, &user, 200).await, 50);
    assert_eq!(world.tokens_fetched(), 1);
    assert_eq!(storm(&world, &user, 200).await, 50);
    assert_eq!(world.tokens_fetched(), 1);
}

#[tokio::test]
async fn logging_in_needs_no_token() {
    let world = World::start().await;
    let user = world.user(APP).await;
    world.again(&user).await;
    assert_eq!((world.tokens_fetched(), world.simulator.call_count("/cgi-bin/token")), (0, 0));
}

#[tokio::test]
async fn a_token_refreshed_elsewhere_is_refetched_once() {
    let world = World::start().await;
    let user = world.user(APP).await;
    assert_eq!(number(&world, &user).await, 200);
    let theirs = world.token_elsewhere(true).await;
    let before = world.tokens_fetched();
    assert_eq!(number(&world, &user).await, 200);
    assert_eq!(world.line()["access_token_refused"], 40001);
    assert_eq!(world.tokens_fetched() - before, 1);
    assert_eq!(world.token_elsewhere(false).await, theirs, "nobody's token was killed for ours");
}

#[tokio::test]
async fn fifty_refusals_of_one_token_are_one_refetch() {
    let world = World::start().await;
    let user = world.user(APP).await;
    assert_eq!(number(&world, &user).await, 200);
    world.token_elsewhere(true).await;
    let before = world.tokens_fetched();
    assert_eq!(storm(&world, &user, 200).await, 50);
    assert_eq!(world.tokens_fetched() - before, 1);
}

#[tokio::test]
async fn every_errcode_of_a_stale_token_is_one_retry() {
    let world = World::start().await;
    let user = world.user(APP).await;
    for errcode in [40001, 40014, 42001] {
        assert_eq!(number(&world, &user).await, 200);
        world.clock.advance(31);
        world.token_elsewhere(true).await;
        let refusal = FaultKind::Errcode { errcode, errmsg: None };
        world.simulator.inject(Fault::once(refusal).on("/wxa/business/getuserphonenumber"));
        let before = world.tokens_fetched();
        assert_eq!(number(&world, &user).await, 200);
        assert_eq!(world.line()["access_token_refused"], errcode);
        assert_eq!(world.tokens_fetched() - before, 1);
    }
}

#[tokio::test]
async fn a_token_refused_again_and_again_ends_as_wechats_trouble() {
    let world = World::start().await;
    let user = world.user(APP).await;
    let refusal = FaultKind::Errcode { errcode: 40001, errmsg: None };
    world.simulator.inject(Fault::always(refusal).on("/wxa/business/getuserphonenumber"));
    assert_eq!(number(&world, &user).await, 503);
    assert_eq!(world.tokens_fetched(), 2, "WeChat still gives the same one: there is nothing to retry with");
    assert_eq!(world.simulator.call_count("/wxa/business/getuserphonenumber"), 1);
    assert_eq!(storm(&world, &user, 503).await, 50);
    assert_eq!(world.tokens_fetched(), 2, "it would only give that one again: not asked for half a minute");
    world.clock.advance(31);
    assert_eq!(storm(&world, &user, 503).await, 50);
    assert_eq!(world.tokens_fetched(), 3);
}

#[tokio::test]
async fn a_token_is_kept_until_four_minutes_before_its_end() {
    let world = World::start().await;
    let user = world.user(APP).await;
    assert_eq!(number(&world, &user).await, 200);
    let first = world.token_elsewhere(false).await;
    let before = world.tokens_fetched();
    world.clock.advance(7_200 - 240 - 1);
    assert_eq!(number(&world, &user).await, 200);
    assert_eq!(world.tokens_fetched() - before, 0);
    world.clock.advance(1);
    assert_eq!(number(&world, &user).await, 200);
    assert_eq!(world.tokens_fetched() - before, 1);
    assert_ne!(world.token_elsewhere(false).await, first, "asked late enough to get the new one");
    world.clock.advance(5_000);
    assert_eq!(number(&world, &user).await, 200);
    assert_eq!(world.tokens_fetched() - before, 2, "one of them was the test's own");
}

#[tokio::test]
async fn fifty_calls_at_once_share_a_failure() {
    let world = World::start().await;
    let user = world.user(APP).await;
    let busy = FaultKind::Errcode { errcode: -1, errmsg: None };
    world.simulator.inject(Fault::always(busy).on("/cgi-bin/stable_token"));
    assert_eq!(storm(&world, &user, 503).await, 50);
    assert_eq!(world.tokens_fetched(), 2, "one fetch, tried twice because WeChat was busy");
    world.simulator.clear_faults();
    assert_eq!(number(&world, &user).await, 200);
}

#[tokio::test]
async fn each_app_has_its_own_token() {
    let world = World::start().await;
    let (one, other) = (world.user(APP).await, world.user(OTHER_APP).await);
    for user in [&one, &other, &one, &other] {
        assert_eq!(number(&world, user).await, 200);
    }
    assert_eq!(world.tokens_fetched(), 2);
}

#[tokio::test]
async fn an_app_secret_that_was_reset_is_fetched_again() {
    let world = World::start().await;
    let user = world.user(APP).await;
    assert_eq!(number(&world, &user).await, 200);
    let fresh = "ffffffffffffffffffffffffffffffff";
    assert!(world.simulator.reset_secret(APP, fresh));
    world.secrets.put("apps", &json!({APP: fresh, OTHER_APP: SECOND_APP.1}));
    world.clock.advance(11);
    let before = world.secrets.calls();
    assert_eq!(storm(&world, &user, 200).await, 50);
    assert_eq!(world.secrets.calls() - before, 1);
}

#[tokio::test]
async fn an_app_secret_that_stays_wrong_is_for_the_operator() {
    let world = World::start().await;
    let user = world.user(APP).await;
    world.secrets.put("apps", &json!({APP: "00000000000000000000000000000000"}));
    world.clock.advance(301);
    let code = json!({"code": "c"});
    is_problem(&world.post(&user, "/phone-number", &code).await, 500, "service_misconfigured");
    assert_eq!(world.line()["errcode"], 40125);
    assert!(world.line()["operator"]["fix"].is_string());
    assert!(!world.lines().iter().any(|line| line.to_string().contains(DEFAULT_APP.1)));
}

#[tokio::test]
async fn a_spent_quota_of_token_calls_does_not_touch_a_token_in_hand() {
    let world = World::start().await;
    let user = world.user(APP).await;
    assert_eq!(number(&world, &user).await, 200);
    world.simulator.set_quota("/cgi-bin/stable_token", Quota { per_minute: Some(0), per_day: Some(0) });
    assert_eq!(number(&world, &user).await, 200);
}

#[tokio::test]
async fn a_silent_wechat_is_given_up_within_the_functions_time() {
    let world = World::start().await;
    let user = world.user(APP).await;
    let slow = FaultKind::Slow { delay_ms: 2_500 };
    world.simulator.inject(Fault::always(slow));
    let started = std::time::Instant::now();
    assert_eq!(number(&world, &user).await, 503);
    assert!(started.elapsed().as_secs_f64() < 5.0, "{:?}", started.elapsed());
}
