//! Access tokens: two families, overlap, remaining seconds, forced refresh.

use serde_json::{Value, json};
use wechat_simulator::{Fault, FaultKind, SECOND_APP};

use crate::{APP, Answer, SECRET, WeChat};

const STABLE: &str = "/cgi-bin/stable_token";

fn credentials() -> Value {
    json!({ "grant_type": "client_credential", "appid": APP, "secret": SECRET })
}

fn forced() -> Value {
    json!({ "grant_type": "client_credential", "appid": APP, "secret": SECRET, "force_refresh": true })
}

fn classic(wechat: &WeChat) -> Answer {
    wechat.get(&format!("/cgi-bin/token?grant_type=client_credential&appid={APP}&secret={SECRET}"))
}

/// A phone code that does not exist: 40029 says that the token was accepted.
#[track_caller]
fn assert_token(wechat: &WeChat, token: &str, errcode: i64) {
    let target = format!("/wxa/business/getuserphonenumber?access_token={token}");
    wechat.post(&target, &json!({ "code": "none" })).assert_errcode(errcode);
}

const ACCEPTED: i64 = 40029;

#[test]
fn a_stable_token_stays_the_same_with_its_remaining_seconds() {
    let wechat = WeChat::start();
    let first = wechat.post(STABLE, &credentials());
    assert!(first.head.contains("content-type: application/json"), "{}", first.head);
    assert_eq!(first.json(), json!({ "access_token": first.text("access_token"), "expires_in": 7200 }));
    wechat.pass(6900);
    let later = json!({ "access_token": first.text("access_token"), "expires_in": 300 });
    assert_eq!(wechat.post(STABLE, &credentials()).json(), later);
}

#[test]
fn a_stable_token_is_replaced_in_its_last_five_minutes_and_both_work() {
    let wechat = WeChat::start();
    let old = wechat.access_token();
    wechat.pass(6901);
    let answer = wechat.post(STABLE, &credentials());
    let new = answer.text("access_token");
    assert_ne!(new, old);
    assert_eq!(answer.json()["expires_in"], 7200);
    wechat.pass(299);
    assert_token(&wechat, &old, ACCEPTED);
    assert_token(&wechat, &new, ACCEPTED);
    wechat.pass(1);
    assert_token(&wechat, &old, 42001);
    assert_token(&wechat, &new, ACCEPTED);
}

#[test]
fn a_token_nobody_renewed_expires() {
    let wechat = WeChat::start();
    let token = wechat.access_token();
    wechat.pass(7199);
    assert_token(&wechat, &token, ACCEPTED);
    wechat.pass(1);
    assert_token(&wechat, &token, 42001);
    assert_ne!(wechat.access_token(), token);
    assert_token(&wechat, &token, 42001);
}

#[test]
fn a_forced_refresh_kills_the_old_token_but_not_twice_in_thirty_seconds() {
    let wechat = WeChat::start();
    let old = wechat.access_token();
    let new = wechat.post(STABLE, &forced()).text("access_token");
    assert_ne!(new, old);
    assert_token(&wechat, &old, 40001);
    wechat.pass(29);
    let again = wechat.post(STABLE, &forced());
    assert_eq!(again.json(), json!({ "access_token": new, "expires_in": 7171 }));
    wechat.pass(1);
    assert_ne!(wechat.post(STABLE, &forced()).text("access_token"), new);
}

#[test]
fn a_refresh_can_be_forced_twenty_times_a_day() {
    let wechat = WeChat::start();
    for _ in 0..20 {
        wechat.post(STABLE, &forced()).text("access_token");
        wechat.pass(30);
    }
    wechat.post(STABLE, &forced()).assert_errcode(45009);
    wechat.access_token();
    wechat.pass(86400);
    wechat.post(STABLE, &forced()).text("access_token");
}

#[test]
fn every_classic_token_retires_the_one_before() {
    let wechat = WeChat::start();
    let [first, second] = [(); 2].map(|()| classic(&wechat).text("access_token"));
    assert_ne!(first, second);
    wechat.pass(299);
    assert_token(&wechat, &first, ACCEPTED);
    wechat.pass(1);
    // Not expired, only outdated: the storm that processes with a token each start.
    assert_token(&wechat, &first, 40001);
    assert_token(&wechat, &second, ACCEPTED);
}

#[test]
fn the_two_families_do_not_touch_each_other() {
    let wechat = WeChat::start();
    let stable = wechat.access_token();
    let old = classic(&wechat).text("access_token");
    wechat.post(STABLE, &forced()).text("access_token");
    assert_token(&wechat, &stable, 40001);
    assert_token(&wechat, &old, ACCEPTED);
    let stable = wechat.access_token();
    classic(&wechat);
    wechat.pass(300);
    assert_token(&wechat, &stable, ACCEPTED);
}

#[test]
fn missing_malformed_unknown_and_foreign_tokens_are_told_apart() {
    let wechat = WeChat::start();
    assert_token(&wechat, "", 41001);
    wechat.post("/wxa/business/getuserphonenumber", &json!({ "code": "none" })).assert_errcode(41001);
    assert_token(&wechat, "short", 40014);
    assert_token(&wechat, &"x".repeat(512), 40001);
}

#[test]
fn a_stale_token_is_explained_without_a_comma_before_the_rid() {
    let wechat = WeChat::start();
    let target = format!("/wxa/checksession?access_token={}", "x".repeat(136));
    let message = wechat.get(&target).text("errmsg");
    let expected = "invalid credential, access_token is invalid or not latest, could get access_token by \
                    getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r rid: 66454a60-";
    assert!(message.starts_with(expected), "{message}");
}

#[test]
fn the_token_endpoints_check_their_caller() {
    let wechat = WeChat::start();
    let ask = |body: Value| wechat.post(STABLE, &body);
    wechat.get(STABLE).assert_errcode(43002);
    wechat.send("POST", STABLE, "appid=a&secret=b").assert_errcode(47001);
    ask(json!({})).assert_errcode(41002);
    ask(json!({ "appid": APP })).assert_errcode(41004);
    ask(json!({ "appid": "wx1", "secret": SECRET })).assert_errcode(40013);
    ask(json!({ "appid": APP, "secret": SECOND_APP.1 })).assert_errcode(40125);
    ask(json!({ "appid": APP, "secret": SECRET })).assert_errcode(40002);
    let query = |query: &str| wechat.get(&format!("/cgi-bin/token?{query}"));
    query("grant_type=client_credential&appid=wx1&secret=s").assert_errcode(40013);
    query(&format!("grant_type=client_credential&appid={APP}&secret=s")).assert_errcode(40001);
    query(&format!("appid={APP}&secret={SECRET}")).assert_errcode(40002);
}

#[test]
fn a_chunked_post_gets_412_and_no_words() {
    let wechat = WeChat::start();
    let body = credentials().to_string();
    let request = format!(
        "POST {STABLE} HTTP/1.1\r\nhost: wechat\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n\
         {:x}\r\n{body}\r\n0\r\n\r\n",
        body.len()
    );
    let answer = Answer::parse(&wechat.exchange(&request).unwrap());
    assert_eq!((answer.status, answer.body.as_str()), (412, ""));
    wechat.access_token();
}

#[test]
fn a_reset_secret_ends_every_token() {
    let wechat = WeChat::start();
    let [stable, classic] = [wechat.access_token(), classic(&wechat).text("access_token")];
    assert!(wechat.simulator.reset_secret(APP, SECRET));
    assert_token(&wechat, &stable, 40001);
    assert_token(&wechat, &classic, 40001);
    assert_ne!(wechat.access_token(), stable);
}

#[test]
fn clearing_the_quota_works_ten_times_a_month_and_without_a_token() {
    let wechat = WeChat::start();
    let quota = json!({ "path": STABLE, "per_day": 1 });
    assert_eq!(wechat.send("PUT", "/_control/quota", &quota.to_string()).status, 204);
    let token = wechat.access_token();
    wechat.post(STABLE, &credentials()).assert_errcode(45009);
    let secret = json!({ "appid": APP, "appsecret": SECRET });
    wechat.post("/cgi-bin/clear_quota/v2", &secret).assert_errcode(0);
    wechat.access_token();
    let target = format!("/cgi-bin/clear_quota?access_token={token}");
    for _ in 1..10 {
        wechat.post(&target, &json!({ "appid": APP })).assert_errcode(0);
    }
    wechat.post(&target, &json!({ "appid": APP })).assert_errcode(48006);
}

#[test]
fn a_lost_token_can_be_simulated_where_it_is_used() {
    let wechat = WeChat::start();
    let token = wechat.access_token();
    for errcode in [40001, 40014, 42001] {
        let fault = FaultKind::Errcode { errcode, errmsg: None };
        wechat.simulator.inject(Fault::once(fault).on("/wxa/business/getuserphonenumber"));
        assert_token(&wechat, &token, errcode);
        assert_token(&wechat, &token, ACCEPTED);
    }
}
