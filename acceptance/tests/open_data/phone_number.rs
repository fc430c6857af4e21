//! `POST /phone-number`

use serde_json::{Value, json};
use wechat_simulator::{DEFAULT_APP, Fault, FaultKind, NewPhoneCode};

use crate::support::{APP, OTHER_APP, User, World, event, is_problem};

const ROUTE: &str = "/phone-number";
const PATH: &str = "/wxa/business/getuserphonenumber";

async fn trade(world: &World, user: &User, code: &str) -> (u16, Value) {
    world.post(user, ROUTE, &json!({"code": code})).await
}

fn code(world: &World, user: &User, country: &str, number: &str) -> String {
    let new = NewPhoneCode {
        country_code: country.to_owned(),
        pure_phone_number: number.to_owned(),
        ..NewPhoneCode::of_user(user.app_id, &user.openid)
    };
    world.simulator.mint_phone_code(new).code
}

#[tokio::test]
async fn a_code_is_traded_for_the_number_whatever_type_the_country_code_has() {
    let world = World::start().await;
    let user = world.user(APP).await;
    for numeric in [false, true] {
        world.knobs(|knobs| knobs.numeric_country_code = numeric);
        let answer = trade(&world, &user, &code(&world, &user, "852", "00000000")).await;
        let number = json!({"phone_number": "+85200000000", "pure_phone_number": "00000000",
            "country_code": "852"});
        assert_eq!(answer, (200, number));
    }
    let calls = world.simulator.calls();
    let call = calls.iter().find(|call| call.path == PATH).expect("it was called");
    assert_eq!((call.method.as_str(), &call.query_names[..]), ("POST", &["access_token".to_owned()][..]));
}

#[tokio::test]
async fn a_code_is_good_once_and_for_five_minutes() {
    let world = World::start().await;
    let user = world.user(APP).await;
    let spent = code(&world, &user, "86", "13800000000");
    assert_eq!(trade(&world, &user, &spent).await.0, 200);
    is_problem(&trade(&world, &user, &spent).await, 400, "phone_code_invalid");
    let late = code(&world, &user, "86", "13800000000");
    world.clock.advance(300);
    is_problem(&trade(&world, &user, &late).await, 400, "phone_code_invalid");
}

#[tokio::test]
async fn a_login_code_passed_by_mistake_is_named_in_the_log() {
    let world = World::start().await;
    let user = world.user(APP).await;
    let login_code = world.simulator.mint_code(APP, Some(&user.openid));
    is_problem(&trade(&world, &user, &login_code).await, 400, "phone_code_invalid");
    let line = world.line();
    assert_eq!(line["reason"], "bad_expired_or_used_code_perhaps_a_wx_login_code");
    assert_eq!((&line["errcode"], line["rid"].is_string()), (&json!(40029), true));
}

#[tokio::test]
async fn a_code_of_another_app_is_the_clients_fault_and_not_ours() {
    let world = World::start().await;
    let user = world.user(APP).await;
    let foreign = world.simulator.mint_phone_code(NewPhoneCode::of(OTHER_APP)).code;
    is_problem(&trade(&world, &user, &foreign).await, 400, "phone_code_invalid");
    let line = world.line();
    assert_eq!((&line["reason"], line.get("operator")), (&json!("code_of_another_app"), None));
}

#[tokio::test]
async fn a_code_of_another_user_is_refused_and_stays_theirs() {
    let world = World::start().await;
    let (alice, bob) = (world.user(APP).await, world.user(APP).await);
    // WeChat does not document what it answers then; one report tells of a format error.
    for errcode in [40003, 40097, 47001, 12345] {
        world.knobs(|knobs| knobs.refuses_others_phone_code_with = errcode);
        let bobs = code(&world, &bob, "86", "13900000000");
        is_problem(&trade(&world, &alice, &bobs).await, 400, "phone_code_invalid");
        let line = world.line();
        assert_eq!((&line["errcode"], &line["unexpected_errcode"]), (&json!(errcode), &json!(true)));
        assert_eq!(
            (&line["reason"], &line["unexpected_errcodes"]),
            (&json!("unexpected_errcode_perhaps_another_users_code"), &json!(1))
        );
        assert_eq!((line["rid"].is_string(), line.get("operator")), (true, None));
        assert_eq!(trade(&world, &bob, &bobs).await.0, 200);
    }
}

#[tokio::test]
async fn an_answer_for_another_app_is_not_believed() {
    let world = World::start().await;
    let user = world.user(APP).await;
    let info = json!({"phoneNumber": "1", "purePhoneNumber": "1", "countryCode": "86",
        "watermark": {"timestamp": 1, "appid": OTHER_APP}});
    let body = json!({"errcode": 0, "errmsg": "ok", "phone_info": info}).to_string();
    let forged = FaultKind::Raw { status: 200, content_type: "application/json".to_owned(), body };
    world.simulator.inject(Fault::once(forged).on(PATH));
    is_problem(&trade(&world, &user, "c").await, 502, "upstream_invalid");
    assert_eq!(world.line()["reason"], "watermark_appid");
}

#[tokio::test]
async fn a_code_that_cannot_be_one_never_reaches_wechat() {
    let world = World::start().await;
    let user = world.user(APP).await;
    for bad in [json!(""), json!("a b"), json!("é"), json!(7), json!("x".repeat(257))] {
        is_problem(&world.post(&user, ROUTE, &json!({"code": bad})).await, 400, "malformed_request");
    }
    let extra = r#"{"code":"c","openid":"o"}"#;
    is_problem(&world.ask(&event("POST", ROUTE, Some(extra), &user.context)).await, 400, "malformed_request");
    assert_eq!((world.simulator.call_count(PATH), world.tokens_fetched()), (0, 0));
}

#[tokio::test]
async fn what_wechat_refuses_us_is_for_the_operator() {
    let world = World::start().await;
    let user = world.user(APP).await;
    let refused = |errcode| FaultKind::Errcode { errcode, errmsg: None };
    for (errcode, status, problem, operator) in [
        (48001, 500, "service_misconfigured", true),
        (45009, 503, "upstream_unavailable", true),
        (45011, 429, "rate_limited", false),
        (48004, 500, "service_misconfigured", true),
        (61004, 500, "service_misconfigured", true),
        (-1, 503, "upstream_unavailable", false),
    ] {
        // Busy is tried again at once.
        let times = if errcode == -1 { 2 } else { 1 };
        world.simulator.inject(Fault::times(times, refused(errcode)).on(PATH));
        is_problem(&trade(&world, &user, "c").await, status, problem);
        assert_eq!(world.line().get("operator").is_some(), operator, "{errcode}");
    }
    world.simulator.inject(Fault::once(FaultKind::HttpStatus { status: 412 }).on(PATH));
    is_problem(&trade(&world, &user, "c").await, 503, "upstream_unavailable");
}

#[tokio::test]
async fn our_address_outside_the_allow_list_is_shown_to_the_operator() {
    let world = World::start().await;
    let user = world.user(APP).await;
    let outside = Some("203.0.113.9".to_owned());
    assert!(world.simulator.set_ip_whitelist(APP, Some(vec!["198.51.100.1".to_owned()]), outside));
    is_problem(&trade(&world, &user, "c").await, 500, "service_misconfigured");
    let cause = world.line()["operator"]["cause"].clone();
    assert!(cause.as_str().is_some_and(|cause| cause.contains("203.0.113.9")), "{cause}");
}

#[tokio::test]
async fn an_app_that_left_the_deployment_is_refused() {
    let world = World::start().await;
    let user = world.user(OTHER_APP).await;
    world.secrets.put("apps", &json!({APP: DEFAULT_APP.1}));
    is_problem(&trade(&world, &user, "c").await, 403, "wrong_app");
}
