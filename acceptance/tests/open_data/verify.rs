//! `POST /open-data/verify`

use serde_json::{Value, json};

use crate::support::{APP, User, World, is_problem};

const ROUTE: &str = "/open-data/verify";

async fn verified(world: &World, user: &User, raw_data: &str, signature: &str) -> (u16, Value) {
    world.post(user, ROUTE, &json!({"raw_data": raw_data, "signature": signature})).await
}

#[tokio::test]
async fn a_signature_is_good_for_exactly_its_text() {
    let world = World::start().await;
    let user = world.user(APP).await;
    let info = world.simulator.mint_user_info(APP, &user.openid, None);
    let yes = (200, json!({"valid": true}));
    let no = (200, json!({"valid": false}));
    assert_eq!(verified(&world, &user, &info.raw_data, &info.signature).await, yes);
    let spaced = info.raw_data.replace(':', ": ");
    assert_eq!(verified(&world, &user, &spaced, &info.signature).await, no);
    assert_eq!(verified(&world, &user, &info.raw_data, &"0".repeat(40)).await, no);
    let stranger = world.user(APP).await;
    assert_eq!(verified(&world, &stranger, &info.raw_data, &info.signature).await, no);
}

#[tokio::test]
async fn a_signature_made_before_the_last_login_is_good() {
    let world = World::start().await;
    world.knobs(|knobs| knobs.always_rotate = true);
    let user = world.user(APP).await;
    let info = world.simulator.mint_user_info(APP, &user.openid, None);
    for valid in [true, false] {
        let user = world.again(&user).await;
        let answer = verified(&world, &user, &info.raw_data, &info.signature).await;
        assert_eq!(answer, (200, json!({"valid": valid})));
    }
}

#[tokio::test]
async fn wechats_published_sample_is_good() {
    let world = World::start().await;
    let vectors: Value =
        serde_json::from_str(include_str!("../../../emulators/wechat/tests/data/wechat-vectors.json"))
            .unwrap();
    let cases = vectors["rawdata_signature"]["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 3);
    for case in cases {
        let text = |name| case[name].as_str().unwrap();
        let user = world.user(APP).await;
        world.simulator.set_session_key(APP, &user.openid, text("session_key"));
        let user = world.again(&user).await;
        let answer = verified(&world, &user, text("raw_data"), text("signature")).await;
        assert_eq!(answer, (200, json!({"valid": case["valid"]})), "{}", case["id"]);
    }
}

#[tokio::test]
async fn what_is_not_a_signature_is_refused() {
    let world = World::start().await;
    let user = world.user(APP).await;
    for signature in ["", "75e8", &"A".repeat(40), &"g".repeat(40)] {
        is_problem(&verified(&world, &user, "{}", signature).await, 400, "malformed_request");
    }
}
