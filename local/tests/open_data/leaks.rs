//! What must be in no answer and in no line.

use serde_json::{Value, json};

use local::wechat_simulator::{DEFAULT_APP, Fault, FaultKind, NewCode, NewPhoneCode};

use crate::support::{APP, RING_KEY, User, World};

const UNIONID: &str = "ocMvos6NjeKLIBqg5Mr9QjxrP1FA";
const NUMBER: &str = "13812345678";

/// Secrets by name, found out on the way.
struct Secrets(Vec<(&'static str, String)>);

impl Secrets {
    fn add(&mut self, name: &'static str, text: impl Into<String>) {
        self.0.push((name, text.into()));
    }

    fn add_session_key(&mut self, world: &World, user: &User) {
        self.add("session_key", world.simulator.session_key(APP, &user.openid).expect("a live key"));
    }

    #[track_caller]
    fn are_absent(&self, place: &str, texts: &[String]) {
        assert!(texts.len() > 20, "something was said");
        for text in texts {
            for (name, secret) in &self.0 {
                assert!(!text.contains(secret), "{name} in {place}: {text}");
            }
        }
    }
}

/// Every route, once as it should be and once with each thing going wrong.
async fn use_everything(world: &World, user: &User, secrets: &mut Secrets) {
    let info = world.simulator.mint_user_info(APP, &user.openid, None);
    let data = json!({"encrypted_data": info.encrypted_data, "iv": info.iv});
    let signed = json!({"raw_data": info.raw_data, "signature": info.signature});
    for (route, body) in [("/open-data/decrypt", &data), ("/open-data/verify", &signed)] {
        world.post(user, route, body).await;
        world.post(user, route, &json!({"openid": user.openid})).await;
    }
    world.get(user, "/session-key").await;
    world.post(user, "/session-key/reset", &Value::Null).await;
    secrets.add_session_key(world, user);
    world.post(user, "/open-data/decrypt", &data).await;
    for new in [NewPhoneCode { pure_phone_number: NUMBER.to_owned(), ..NewPhoneCode::of(APP) }] {
        let code = world.simulator.mint_phone_code(new).code;
        for _ in 0..2 {
            world.post(user, "/phone-number", &json!({"code": code})).await;
        }
        secrets.add("phone code", code);
    }
    world.simulator.rotate_session_key(APP, &user.openid);
    secrets.add_session_key(world, user);
    world.get(user, "/session-key").await;
    world.post(user, "/session-key/reset", &Value::Null).await;
}

#[tokio::test]
async fn no_secret_is_in_an_answer_or_a_line() {
    let world = World::start().await;
    let mut secrets = Secrets(Vec::new());
    let new = NewCode { app_id: APP.to_owned(), unionid: Some(UNIONID.to_owned()), ..NewCode::default() };
    let code = world.simulator.mint(new);
    let user = world.trade(APP, &code.code, code.openid).await;
    secrets.add("js_code", code.code);
    secrets.add_session_key(&world, &user);
    use_everything(&world, &user, &mut secrets).await;
    secrets.add("access token", world.token_elsewhere(false).await);
    secrets.add("access token", world.token_elsewhere(true).await);
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
        world.post(&user, "/phone-number", &json!({"code": "phone-code-that-is-secret"})).await;
        world.get(&user, "/session-key").await;
        world.simulator.clear_faults();
    }
    world.knobs(|knobs| knobs.always_rotate = true);
    let user = world.again(&user).await;
    secrets.add_session_key(&world, &user);
    use_everything(&world, &user, &mut secrets).await;
    secrets.add("openid", user.openid.as_str());
    secrets.add("unionid", UNIONID);
    secrets.add("AppSecret", DEFAULT_APP.1);
    secrets.add("ring key", RING_KEY);
    secrets.add("phone code", "phone-code-that-is-secret");
    secrets.are_absent("an answer", &world.answers());
    secrets.add("phone number", NUMBER);
    let lines: Vec<String> = world.lines().iter().map(Value::to_string).collect();
    secrets.are_absent("a line", &lines);
    let numbers = world.answers().iter().filter(|answer| answer.contains(NUMBER)).count();
    assert_eq!(numbers, 2, "the routes did what they are for");
}
