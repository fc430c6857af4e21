//! The access token, for calls that the backend makes itself.

use serde_json::json;

use crate::support::{APP, START, Stage};

const STABLE_TOKEN: &str = "/cgi-bin/stable_token";

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_fetched_once_and_renewed_before_its_end() {
    let stage = Stage::open().await;
    let first = stage.done("access_token", None, json!({})).await;
    assert_eq!(first["expires_at"], START + 7_200);
    assert_eq!(stage.done("access_token", None, json!({})).await, first);
    assert_eq!(stage.wechat().call_count(STABLE_TOKEN), 1);
    stage.clock.advance(7_000);
    let next = stage.done("access_token", None, json!({})).await;
    assert_ne!(next["access_token"], first["access_token"]);
    assert_eq!(stage.wechat().call_count(STABLE_TOKEN), 2);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_wechat_no_longer_takes_is_replaced_when_it_is_named() {
    let stage = Stage::open().await;
    let first = stage.done("access_token", None, json!({})).await;
    let secret = wechat_simulator::DEFAULT_APP.1;
    // The AppSecret is set again: WeChat drops every token, and nobody tells us.
    assert!(stage.wechat().reset_secret(APP, secret));
    assert_eq!(stage.done("access_token", None, json!({})).await, first);
    let refused = json!({"refused": first["access_token"]});
    let next = stage.done("access_token", None, refused.clone()).await;
    assert_ne!(next["access_token"], first["access_token"]);
    // One that was refused before names no reason to fetch the new one again.
    assert_eq!(stage.done("access_token", None, refused).await, next);
    assert_eq!(stage.wechat().call_count(STABLE_TOKEN), 2);
    stage.close().await;
}

/// WeChat gives the same stable token to everybody as long as it is good. Handed out again it would only be refused again.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_is_never_handed_out_again_and_wechat_is_not_asked_all_the_time() {
    let stage = Stage::open().await;
    let first = stage.done("access_token", None, json!({})).await;
    let refused = json!({"refused": first["access_token"]});
    for _ in 0..3 {
        let told = stage.refused("access_token", None, refused.clone()).await;
        assert_eq!(told, "unavailable no_other_token");
    }
    assert_eq!(stage.wechat().call_count(STABLE_TOKEN), 2);
    stage.clock.advance(30);
    assert_eq!(stage.refused("access_token", None, refused.clone()).await, "unavailable no_other_token");
    assert_eq!(stage.wechat().call_count(STABLE_TOKEN), 3);
    // Who refuses nothing has it all the while.
    assert_eq!(stage.done("access_token", None, json!({})).await["access_token"], first["access_token"]);
    assert!(stage.wechat().reset_secret(APP, wechat_simulator::DEFAULT_APP.1));
    stage.clock.advance(30);
    assert_ne!(stage.done("access_token", None, refused).await["access_token"], first["access_token"]);
    stage.close().await;
}
