//! WeChat, DynamoDB and Secrets Manager at their worst, where more than one answer matters: what is asked again, what is
//! told to the operator, what is left behind. Single answers to every fault are in `tests/fault_matrix`.

use std::time::{Duration, Instant};

use aws_emulator::dynamodb::Fault as Tables;
use serde_json::json;
use wechat_simulator::{DEFAULT_APP, Fault, FaultKind};

use crate::support::Stage;

async fn login_with(stage: &Stage, fault: Fault) -> operator::http_client::Reply {
    stage.service.simulator.clear_faults();
    stage.service.simulator.inject(fault);
    let code = stage.service.simulator.mint_code(DEFAULT_APP.0, None);
    let started = Instant::now();
    let reply = stage.target.post_login(&code).await.expect("an answer");
    assert!(
        started.elapsed() < Duration::from_millis(4_500),
        "a login has a budget: {:?}",
        started.elapsed()
    );
    stage.service.simulator.clear_faults();
    reply
}

fn errcode(errcode: i64) -> FaultKind {
    serde_json::from_value(json!({"kind": "errcode", "errcode": errcode})).expect("a fault of the simulator")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_wechat_is_asked_once_more_and_a_silent_one_never() {
    let stage = Stage::open().await;
    Stage::is(&login_with(&stage, Fault::once(errcode(-1))).await, 200, "");
    stage.service.simulator.forget_calls();
    let silent = serde_json::from_value(json!({"kind": "silent"})).expect("a fault of the simulator");
    Stage::is(&login_with(&stage, Fault::always(silent)).await, 503, "upstream_unavailable");
    assert_eq!(stage.service.simulator.call_count("/sns/jscode2session"), 1, "the code may be spent");
    stage.close().await;
}

/// A login leaves a word for the device that it replaces. It does not wait for that longer than it has time.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_answers_in_time_when_the_word_for_a_replaced_device_hangs() {
    let stage = Stage::open().await;
    let (_, openid) = stage.target.js_code(&stage.target.app_id, None).await.expect("a code");
    let log_in = async || {
        let code = stage.service.simulator.mint_code(DEFAULT_APP.0, Some(&openid));
        let body = json!({"code": code, "install_id": "install-of-the-phone"});
        stage.target.service.request("POST", "/login").json(&body).send().await.expect("an answer")
    };
    let token =
        |reply: &operator::http_client::Reply| reply.body["token"].as_str().expect("a token").to_owned();
    let first = token(&log_in().await);
    stage.service.dynamodb.proxy().inject_on(&["UpdateItem SessionsTable"], Tables::Silent).await;
    let started = Instant::now();
    let second = log_in().await;
    let took = started.elapsed();
    assert!(took > Duration::from_secs(1), "it did hang: {took:?}");
    assert!(took < Duration::from_millis(4_500), "a login has a budget: {took:?}");
    Stage::is(&second, 200, "");
    stage.service.dynamodb.proxy().clear().await;
    Stage::is(&stage.call("GET", "/me", &token(&second)).await, 200, "");
    Stage::is(&stage.call("GET", "/me", &first).await, 401, "session_invalid");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_is_told_the_cause_and_the_address_to_allow() {
    let stage = Stage::open().await;
    let allowed = Some(vec!["198.51.100.1".to_owned()]);
    assert!(stage.service.simulator.set_ip_whitelist(DEFAULT_APP.0, allowed, Some("203.0.113.9".to_owned())));
    let code = stage.service.simulator.mint_code(DEFAULT_APP.0, None);
    let reply = stage.target.post_login(&code).await.expect("an answer");
    Stage::is(&reply, 500, "service_misconfigured");
    assert!(!reply.text.contains("203.0.113.9"), "not for the client");
    let operator = stage.operator();
    assert!(operator["cause"].as_str().is_some_and(|cause| cause.contains("203.0.113.9")), "{operator}");
    assert!(operator["fix"].as_str().is_some_and(|fix| fix.contains("mp.weixin.qq.com")), "{operator}");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_appsecret_that_was_reset_is_fetched_again_once() {
    let stage = Stage::open().await;
    stage.login(None).await;
    let fresh = "00112233445566778899aabbccddeeff";
    assert!(stage.service.simulator.reset_secret(DEFAULT_APP.0, fresh));
    stage.service.clock.advance(60);
    let refused = stage.target.log_in(None).await;
    assert!(refused.is_err(), "the store still holds the old one");
    stage.service.secrets.put("AppsSecret", &json!({(DEFAULT_APP.0): fresh}));
    stage.service.clock.advance(11);
    let before = stage.service.secrets.calls();
    stage.login(None).await;
    assert_eq!(stage.service.secrets.calls() - before, 1);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_names_no_mini_program_is_one_of_the_stacks_own() {
    let stage = Stage::open().await;
    let second = wechat_simulator::SECOND_APP;
    stage.service.secrets.put("AppsSecret", &json!({(DEFAULT_APP.0): DEFAULT_APP.1, (second.0): second.1}));
    stage.service.clock.advance(3_600);
    let own = stage.service.simulator.mint_code(DEFAULT_APP.0, None);
    Stage::is(&stage.target.post_login(&own).await.expect("an answer"), 200, "");
    let code = stage.service.simulator.mint_code(second.0, None);
    Stage::is(&stage.target.post_login(&code).await.expect("an answer"), 400, "login_code_invalid");
    let code = stage.service.simulator.mint_code(second.0, None);
    let named = json!({"code": code, "app_id": second.0});
    let login = stage.target.service.request("POST", "/login").json(&named).send().await.expect("an answer");
    Stage::is(&login, 200, "");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_hanging_or_lying_table_is_cannot_tell() {
    let stage = Stage::open().await;
    let token = stage.login(None).await;
    for fault in [
        Tables::Refuse,
        Tables::Silent,
        Tables::Throttle { times: None },
        Tables::InternalError { times: None },
        Tables::ExpiredCredentials,
    ] {
        stage.service.dynamodb.proxy().inject(fault.clone()).await;
        for (method, path) in
            [("GET", "/session"), ("DELETE", "/session"), ("GET", "/me"), ("DELETE", "/sessions")]
        {
            let started = Instant::now();
            let reply = stage.call(method, path, &token).await;
            assert_eq!((reply.status, reply.code()), (503, "store_unavailable"), "{fault:?} {method} {path}");
            assert!(reply.headers.contains_key("retry-after"), "{fault:?} {method} {path}");
            assert!(started.elapsed() < Duration::from_millis(2_500), "{fault:?}: {:?}", started.elapsed());
        }
        let code = stage.service.simulator.mint_code(DEFAULT_APP.0, None);
        Stage::is(&stage.target.post_login(&code).await.expect("an answer"), 503, "store_unavailable");
    }
    for nothing in [Tables::UnprocessedKeys, Tables::NoResponses] {
        stage.service.dynamodb.proxy().inject(nothing).await;
        Stage::is(&stage.call("GET", "/session", &token).await, 503, "store_unavailable");
        Stage::is(&stage.call("GET", "/me", &token).await, 503, "store_unavailable");
    }
    stage.service.dynamodb.proxy().inject(Tables::Off).await;
    Stage::is(&stage.call("GET", "/me", &token).await, 200, "");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_leaves_one_session_and_a_finished_logout() {
    let stage = Stage::open().await;
    stage.service.dynamodb.proxy().inject(Tables::AnswerLost { times: Some(1) }).await;
    let (_, openid) = stage.target.js_code(&stage.target.app_id, None).await.expect("a code");
    let token = stage.login(Some(&openid)).await;
    let list = stage.call("GET", "/sessions", &token).await;
    assert_eq!(list.body["sessions"].as_array().map(Vec::len), Some(1), "{}", list.text);
    stage.service.dynamodb.proxy().inject(Tables::AnswerLost { times: Some(1) }).await;
    Stage::is(&stage.call("DELETE", "/session", &token).await, 204, "");
    assert_eq!(stage.audits("session_logout"), 1, "the end of a session leaves one record");
    Stage::is(&stage.call("DELETE", "/session", &token).await, 204, "");
    assert_eq!(stage.audits("session_logout"), 1, "ending it twice is no second end");
    Stage::is(&stage.call("GET", "/session", &token).await, 401, "session_invalid");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_renewal_leaves_the_session_as_good_as_it_was() {
    let stage = Stage::open().await;
    let token = stage.login(None).await;
    stage.service.clock.advance(7_200);
    stage.service.dynamodb.proxy().inject_on(&["UpdateItem"], Tables::Throttle { times: None }).await;
    let check = stage.call("GET", "/session", &token).await;
    Stage::is(&check, 200, "");
    assert_eq!(check.body["session"]["expires_at"], crate::support::START + 86_400, "the old expiry");
    stage.close().await;
}
