//! `POST /open-data/decrypt`

use serde_json::{Value, json};
use wechat_simulator::{EncryptedData, NewCode, encrypt};

use crate::support::{APP, OTHER_APP, START, User, World, event, is_problem};

const ROUTE: &str = "/open-data/decrypt";
const KEY: &str = "AAECAwQFBgcICQoLDA0ODw==";
const IV: &str = "Dw4NDAsKCQgHBgUEAwIBAA==";

fn body(data: &EncryptedData) -> Value {
    json!({"encrypted_data": data.encrypted_data, "iv": data.iv})
}

/// What a button's event carries when it is pressed now.
fn pressed(world: &World, user: &User) -> Value {
    body(&world.simulator.mint_encrypted_data(user.app_id, &user.openid, json!({"openGId": "g"})))
}

#[track_caller]
fn is_the_data(answer: &(u16, Value), pressed_at: i64) {
    let watermark = json!({"appid": APP, "timestamp": pressed_at});
    assert_eq!(*answer, (200, json!({"data": {"openGId": "g", "watermark": watermark}})));
}

#[tokio::test]
async fn a_profile_comes_without_wechats_names_of_the_user() {
    let world = World::start().await;
    let code = world.simulator.mint(NewCode {
        app_id: APP.to_owned(),
        unionid: Some("ocMvos6NjeKLIBqg5Mr9QjxrP1FA".to_owned()),
        ..NewCode::default()
    });
    let user = world.trade(APP, &code.code, code.openid).await;
    let profile = json!({"nickName": "微信用户😀", "gender": 0, "avatarUrl": "https://example.invalid/0"});
    let info = world.simulator.mint_user_info(APP, &user.openid, Some(profile));
    let asked = json!({"encrypted_data": info.encrypted_data, "iv": info.iv});
    let data = json!({"nickName": "微信用户😀", "gender": 0, "avatarUrl": "https://example.invalid/0",
        "watermark": {"appid": APP, "timestamp": START}});
    assert_eq!(world.post(&user, ROUTE, &asked).await, (200, json!({"data": data})));
}

#[tokio::test]
async fn the_older_phone_event_is_decrypted() {
    let world = World::start().await;
    let user = world.user(APP).await;
    let data = world.simulator.mint_encrypted_phone(APP, &user.openid, "852", "00000000");
    let phone = json!({"phoneNumber": "+85200000000", "purePhoneNumber": "00000000", "countryCode": "852",
        "watermark": {"appid": APP, "timestamp": START}});
    assert_eq!(world.post(&user, ROUTE, &body(&data)).await, (200, json!({"data": phone})));
}

#[tokio::test]
async fn a_login_between_the_button_and_the_call_does_not_spoil_the_data() {
    let world = World::start().await;
    world.knobs(|knobs| knobs.always_rotate = true);
    let user = world.user(APP).await;
    let first = pressed(&world, &user);
    let user = world.again(&user).await;
    let second = pressed(&world, &user);
    assert_ne!(first, second);
    is_the_data(&world.post(&user, ROUTE, &first).await, START);
    is_the_data(&world.post(&user, ROUTE, &second).await, START);

    let user = world.again(&user).await;
    is_problem(&world.post(&user, ROUTE, &first).await, 409, "session_key_stale");
    is_the_data(&world.post(&user, ROUTE, &second).await, START);
}

#[tokio::test]
async fn the_same_key_again_does_not_push_the_previous_one_out() {
    let world = World::start().await;
    let user = world.user(APP).await;
    let first = pressed(&world, &user);
    world.clock.advance(601);
    let mut user = world.again(&user).await;
    for _ in 0..3 {
        user = world.again(&user).await;
    }
    is_the_data(&world.post(&user, ROUTE, &first).await, START);
    is_the_data(&world.post(&user, ROUTE, &pressed(&world, &user)).await, START + 601);
}

#[tokio::test]
async fn a_key_that_only_wechat_knows_is_stale_until_its_code_is_traded() {
    let world = World::start().await;
    world.knobs(|knobs| (knobs.rotate_on_code, knobs.always_rotate) = (true, true));
    let user = world.user(APP).await;
    let before = pressed(&world, &user);
    let code = world.simulator.mint_code(APP, Some(&user.openid));
    let after = pressed(&world, &user);
    is_problem(&world.post(&user, ROUTE, &after).await, 409, "session_key_stale");
    let user = world.trade(APP, &code, user.openid).await;
    is_the_data(&world.post(&user, ROUTE, &after).await, START);
    is_the_data(&world.post(&user, ROUTE, &before).await, START);
}

#[tokio::test]
async fn all_that_fails_after_the_shape_is_the_same_answer() {
    let world = World::start().await;
    let user = world.user(APP).await;
    world.simulator.set_session_key(APP, &user.openid, KEY);
    let user = world.again(&user).await;
    let watermark = |appid, timestamp| {
        json!({"openGId": "g", "watermark": {"appid": appid, "timestamp": timestamp}}).to_string()
    };
    let made = |key: &str, text: &str| encrypt(key, IV, text);
    let cases = [
        ("bad_padding", made("Dw4NDAsKCQgHBgUEAwIBAA==", &watermark(APP, START))),
        // Published blocks whose last byte is 0, 17, and not like the bytes before it.
        ("bad_padding", "JexI7e9igXdNfOTUuN4oSQ==".to_owned()),
        ("bad_padding", "s43kiyB9eL7Gh3FqyDESdg==".to_owned()),
        ("bad_padding", "iMTe+lLd92gKTLZJBnhaHg==".to_owned()),
        ("bad_json", made(KEY, "not JSON")),
        ("missing_watermark", made(KEY, "{}")),
        ("appid_mismatch", made(KEY, &watermark(OTHER_APP, START))),
        ("not_fresh", made(KEY, &watermark(APP, START - 61))),
        ("unknown_kind", made(KEY, &watermark(APP, START).replace("openGId", "foo"))),
        ("wrong_form", made(KEY, &watermark(APP, START).replace(r#""g""#, "7"))),
        ("another_user", made(KEY, &watermark(APP, START).replace("openGId", "openId"))),
        (
            "names_inside",
            made(KEY, &watermark(APP, START).replace(r#""g""#, &json!(user.openid).to_string())),
        ),
    ];
    let mut answers = Vec::new();
    for (reason, encrypted_data) in cases {
        let asked = json!({"encrypted_data": encrypted_data, "iv": IV, "max_age_seconds": 60});
        let answer = world.post(&user, ROUTE, &asked).await;
        is_problem(&answer, 409, "session_key_stale");
        assert_eq!(world.line()["reason"], reason);
        answers.extend(world.answers().pop());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "not a byte tells one from another");
}

#[tokio::test]
async fn data_is_at_most_a_day_old_unless_the_deployment_says_otherwise() {
    let mut world = World::start().await;
    let user = world.user(APP).await;
    let asked = pressed(&world, &user);
    let lax =
        json!({"encrypted_data": asked["encrypted_data"], "iv": asked["iv"], "max_age_seconds": 259_200});
    world.clock.advance(86_400);
    is_the_data(&world.post(&user, ROUTE, &asked).await, START);
    world.clock.advance(1);
    is_problem(&world.post(&user, ROUTE, &asked).await, 409, "session_key_stale");
    assert_eq!(world.line()["reason"], "not_fresh");
    is_problem(&world.post(&user, ROUTE, &lax).await, 409, "session_key_stale");

    world.restart(&[("OPEN_DATA_MAX_AGE_SECONDS", "86401")]);
    is_the_data(&world.post(&user, ROUTE, &asked).await, START);
    world.clock.advance(1);
    is_problem(&world.post(&user, ROUTE, &lax).await, 409, "session_key_stale");
    world.restart(&[("OPEN_DATA_MAX_AGE_SECONDS", "0")]);
    is_the_data(&world.post(&user, ROUTE, &asked).await, START);
}

#[tokio::test]
async fn data_is_bounded_in_age_when_asked() {
    let world = World::start().await;
    let user = world.user(APP).await;
    let mut asked = pressed(&world, &user);
    asked["max_age_seconds"] = 60.into();
    world.clock.advance(60);
    is_the_data(&world.post(&user, ROUTE, &asked).await, START);
    world.clock.advance(1);
    is_problem(&world.post(&user, ROUTE, &asked).await, 409, "session_key_stale");
    for bad in [json!(0), json!(-1), json!(1.5), json!("60"), json!(4_294_967_296_u64)] {
        asked["max_age_seconds"] = bad;
        is_problem(&world.post(&user, ROUTE, &asked).await, 400, "malformed_request");
    }
}

#[tokio::test]
async fn a_request_that_cannot_be_read_is_refused_before_any_table_is() {
    let world = World::start().await;
    let user = world.user(APP).await;
    let good = pressed(&world, &user);
    let (data, iv) = (&good["encrypted_data"], &good["iv"]);
    let long = format!("\"{}\"", "A".repeat(16 * 1024));
    for (status, code, text) in [
        (400, "malformed_request", String::new()),
        (400, "malformed_request", "[]".to_owned()),
        (400, "malformed_request", format!(r#"{{"encrypted_data":{data}}}"#)),
        (400, "malformed_request", format!(r#"{{"encrypted_data":{data},"iv":{iv},"openid":"o"}}"#)),
        (400, "malformed_request", format!(r#"{{"encrypted_data":{data},"iv":{iv},"iv":{iv}}}"#)),
        (400, "malformed_request", format!(r#"{{"encrypted_data":"***","iv":{iv}}}"#)),
        (400, "malformed_request", format!(r#"{{"encrypted_data":"","iv":{iv}}}"#)),
        (400, "malformed_request", format!(r#"{{"encrypted_data":"QUJD","iv":{iv}}}"#)),
        (400, "malformed_request", format!(r#"{{"encrypted_data":{data},"iv":"QUJD"}}"#)),
        (413, "body_too_large", format!(r#"{{"encrypted_data":{long},"iv":{iv}}}"#)),
    ] {
        let answer = world.ask(&event("POST", ROUTE, Some(&text), &user.context)).await;
        is_problem(&answer, status, code);
        assert_eq!(world.line().get("store_ms"), None, "{text}");
    }
}
