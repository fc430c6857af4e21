//! `GET /session-key`, `POST /session-key/reset`

use std::time::Duration;

use serde_json::{Value, json};
use wechat_simulator::{Fault, FaultKind};

use crate::support::{APP, User, World, is_problem};

const RESET: &str = "/wxa/resetusersessionkey";

async fn valid(world: &World, user: &User) -> (u16, Value) {
    world.get(user, "/session-key").await
}

async fn reset(world: &World, user: &User) -> (u16, Value) {
    world.post(user, "/session-key/reset", &Value::Null).await
}

async fn decrypts(world: &World, user: &User) -> bool {
    let data = world.simulator.mint_encrypted_data(APP, &user.openid, json!({"openGId": "g"}));
    let asked = json!({"encrypted_data": data.encrypted_data, "iv": data.iv});
    world.post(user, "/open-data/decrypt", &asked).await.0 == 200
}

#[tokio::test]
async fn a_key_is_valid_until_wechat_replaces_it() {
    let world = World::start().await;
    let user = world.user(APP).await;
    assert_eq!(valid(&world, &user).await, (200, json!({"valid": true})));
    world.simulator.rotate_session_key(APP, &user.openid);
    assert_eq!(valid(&world, &user).await, (200, json!({"valid": false})));
    world.simulator.expire_session_key(APP, &user.openid);
    assert_eq!(valid(&world, &user).await, (200, json!({"valid": false})));
    let user = world.again(&user).await;
    assert_eq!(valid(&world, &user).await, (200, json!({"valid": true})));
    let calls = world.simulator.calls();
    let checks: Vec<_> = calls.iter().filter(|call| call.path == "/wxa/checksession").collect();
    assert_eq!(checks.len(), 4);
    for check in checks {
        assert_eq!((check.method.as_str(), check.body_bytes), ("GET", 0));
        assert_eq!(check.query_names, ["access_token", "openid", "signature", "sig_method"]);
    }
}

#[tokio::test]
async fn a_reset_key_decrypts_and_so_does_the_one_before_it() {
    let world = World::start().await;
    let user = world.user(APP).await;
    let before = world.simulator.mint_encrypted_data(APP, &user.openid, json!({"openGId": "g"}));
    let old = world.simulator.session_key(APP, &user.openid);
    assert_eq!(reset(&world, &user).await, (204, Value::Null));
    assert_ne!(world.simulator.session_key(APP, &user.openid), old);
    assert_eq!(valid(&world, &user).await, (200, json!({"valid": true})));
    assert!(decrypts(&world, &user).await);
    let asked = json!({"encrypted_data": before.encrypted_data, "iv": before.iv});
    assert_eq!(world.post(&user, "/open-data/decrypt", &asked).await.0, 200);
    let audits = world.lines().into_iter().filter(|line| line["audit"] == "session_key_reset");
    assert_eq!(audits.count(), 1);
}

#[tokio::test]
async fn a_key_that_wechat_does_not_hold_cannot_be_reset() {
    let world = World::start().await;
    let user = world.user(APP).await;
    world.simulator.rotate_session_key(APP, &user.openid);
    is_problem(&reset(&world, &user).await, 409, "session_key_stale");
    assert_eq!(world.line()["errcode"], 87009);
    world.simulator.expire_session_key(APP, &user.openid);
    is_problem(&reset(&world, &user).await, 409, "session_key_stale");
    assert_eq!(world.line()["errcode"], 87007);
    assert_eq!(world.simulator.errcode_count(RESET, 0), 0);
}

#[tokio::test]
async fn frequent_resets_of_a_user_are_held_back_by_wechat() {
    let world = World::start().await;
    let user = world.user(APP).await;
    for _ in 0..5 {
        assert_eq!(reset(&world, &user).await.0, 204);
    }
    is_problem(&reset(&world, &user).await, 429, "rate_limited");
    assert!(decrypts(&world, &user).await);
}

#[tokio::test]
async fn resets_at_once_leave_the_key_that_wechat_holds() {
    let world = World::start().await;
    let user = world.user(APP).await;
    let answers = tokio::join!(reset(&world, &user), reset(&world, &user), reset(&world, &user));
    let statuses = [answers.0.0, answers.1.0, answers.2.0];
    assert!(statuses.contains(&204), "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 204 | 409)), "{statuses:?}");
    assert_eq!(valid(&world, &user).await, (200, json!({"valid": true})));
    assert!(decrypts(&world, &user).await);
}

#[tokio::test]
async fn a_key_that_is_stored_while_wechat_refuses_the_old_one_is_tried_too() {
    let world = World::start().await;
    world.knobs(|knobs| (knobs.rotate_on_code, knobs.always_rotate) = (true, true));
    let mut user = world.user(APP).await;
    for path in ["/wxa/checksession", RESET] {
        // From now on WeChat holds a key that only the login, still under way, will bring.
        let code = world.simulator.mint_code(APP, Some(&user.openid));
        world.simulator.inject(Fault::once(FaultKind::Slow { delay_ms: 600 }).on(path));
        let login = async {
            tokio::time::sleep(Duration::from_millis(150)).await;
            world.trade(APP, &code, user.openid.clone()).await
        };
        let asked =
            async { if path == RESET { reset(&world, &user).await } else { valid(&world, &user).await } };
        let (again, answer) = tokio::join!(login, asked);
        let wanted = if path == RESET { (204, Value::Null) } else { (200, json!({"valid": true})) };
        assert_eq!(answer, wanted, "{path}");
        user = again;
    }
}

#[tokio::test]
async fn a_login_at_the_moment_of_a_reset_loses_no_key() {
    let world = World::start().await;
    world.knobs(|knobs| knobs.always_rotate = true);
    let mut user = world.user(APP).await;
    for _ in 0..5 {
        let (again, answer) = tokio::join!(world.again(&user), reset(&world, &user));
        assert!(matches!(answer.0, 204 | 409), "{}", answer.1);
        user = again;
        assert_eq!(valid(&world, &user).await, (200, json!({"valid": true})));
        assert!(decrypts(&world, &user).await);
        world.clock.advance(60);
    }
}

#[tokio::test]
async fn a_lost_answer_to_a_reset_is_mended_by_the_next_login() {
    let world = World::start().await;
    let user = world.user(APP).await;
    world.simulator.inject(Fault::once(FaultKind::CloseAfterProcessing).on(RESET));
    is_problem(&reset(&world, &user).await, 503, "upstream_unavailable");
    assert!(!decrypts(&world, &user).await);
    is_problem(&reset(&world, &user).await, 409, "session_key_stale");
    let user = world.again(&user).await;
    assert!(decrypts(&world, &user).await);
}

#[tokio::test]
async fn a_reset_without_a_key_in_the_answer_changes_nothing() {
    let world = World::start().await;
    let user = world.user(APP).await;
    let before = world.record(&user);
    let broken = FaultKind::MissingField { field: "session_key".to_owned() };
    world.simulator.inject(Fault::once(broken).on(RESET));
    is_problem(&reset(&world, &user).await, 502, "upstream_invalid");
    assert_eq!(world.record(&user), before);
}
