//! What must be in no answer and in no line.

use acceptance::leaks::{Canaries, Record, Sink};
use serde_json::{Value, json};
use wechat_simulator::{Fault, FaultKind, NewCode, NewPhoneCode};

use crate::support::{APP, RING_KEY, User, World};

const UNIONID: &str = "ocMvos6NjeKLIBqg5Mr9QjxrP1FA";
const NUMBER: &str = "13812345678";
const PHONE_CODE: &str = "phone-code-that-is-secret";

/// Every route, once as it should be and once with each thing going wrong.
async fn use_everything(world: &World, user: &User) {
    let info = world.simulator.mint_user_info(APP, &user.openid, None);
    let data = json!({"encrypted_data": info.encrypted_data, "iv": info.iv});
    let signed = json!({"raw_data": info.raw_data, "signature": info.signature});
    for (route, body) in [("/open-data/decrypt", &data), ("/open-data/verify", &signed)] {
        world.post(user, route, body).await;
        world.post(user, route, &json!({"openid": user.openid})).await;
    }
    world.get(user, "/session-key").await;
    world.post(user, "/session-key/reset", &Value::Null).await;
    world.post(user, "/open-data/decrypt", &data).await;
    let new =
        NewPhoneCode { pure_phone_number: NUMBER.to_owned(), ..NewPhoneCode::of_user(APP, &user.openid) };
    let code = world.simulator.mint_phone_code(new).code;
    for _ in 0..2 {
        world.post(user, "/phone-number", &json!({"code": code})).await;
    }
    world.simulator.rotate_session_key(APP, &user.openid);
    world.get(user, "/session-key").await;
    world.post(user, "/session-key/reset", &Value::Null).await;
}

/// What was said, each text where it belongs.
fn said(world: &World) -> Record {
    let mut record = Record::default();
    for answer in world.answers() {
        let sink = match &answer {
            login if login.contains("token_type") => Sink::LoginAnswer,
            number if number.contains("phone_number") => Sink::PhoneAnswer,
            _ => Sink::Answer,
        };
        record.keep(sink, "an answer", answer);
    }
    for line in world.lines() {
        record.keep_line("a line", line.to_string().as_bytes());
    }
    record
}

#[tokio::test]
async fn no_secret_is_in_an_answer_or_a_line() {
    let world = World::start().await;
    let new = NewCode { app_id: APP.to_owned(), unionid: Some(UNIONID.to_owned()), ..NewCode::default() };
    let code = world.simulator.mint(new);
    let user = world.trade(APP, &code.code, code.openid).await;
    use_everything(&world, &user).await;
    world.token_elsewhere(false).await;
    world.token_elsewhere(true).await;
    for kind in [
        FaultKind::Errcode { errcode: 40029, errmsg: Some(format!("invalid {}", user.openid)) },
        FaultKind::Html,
        FaultKind::WrongTypes,
        FaultKind::TruncatedJson,
        FaultKind::CloseAfterProcessing,
        FaultKind::HttpStatus { status: 502 },
        FaultKind::Redirect { location: "http://127.0.0.1:9/".to_owned() },
    ] {
        world.simulator.inject(Fault::times(2, kind).on("/wxa/business/getuserphonenumber"));
        world.post(&user, "/phone-number", &json!({"code": PHONE_CODE})).await;
        world.get(&user, "/session-key").await;
        world.simulator.clear_faults();
    }
    world.knobs(|knobs| knobs.always_rotate = true);
    let user = world.again(&user).await;
    use_everything(&world, &user).await;

    let (mut canaries, record) = (Canaries::default(), said(&world));
    canaries.add_all_of(&world.simulator);
    canaries.add("key ring", RING_KEY);
    canaries.add("js_code", PHONE_CODE);
    record.tokens().iter().for_each(|token| canaries.add_token(token));
    let verdict = record.verdict(&canaries);
    let findings: Vec<String> = verdict.findings.iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "{findings:#?}");
    assert!(verdict.texts[&Sink::Answer] > 20 && verdict.texts[&Sink::Stdout] > 20, "{verdict}");
    assert!(canaries.names()["access token"] > 1 && canaries.names()["session_key"] > 4);
    assert_eq!(verdict.texts[&Sink::PhoneAnswer], 2, "the routes did what they are for");
}
