//! The life of a `session_key`, and the calls signed with it.

use serde_json::json;
use wechat_simulator::{Knobs, sign_with_session_key};

use crate::minting::vectors;
use crate::{APP, Answer, WeChat};

const CHECK: &str = "/wxa/checksession";
const RESET: &str = "/wxa/resetusersessionkey";
const ENCRYPT_KEY: &str = "/wxa/business/getuserencryptkey";

impl WeChat {
    fn key(&self, openid: &str) -> Option<String> {
        self.simulator.session_key(APP, openid)
    }

    fn login_again(&self, openid: &str) -> String {
        self.login(&self.simulator.mint_code(APP, Some(openid))).text("session_key")
    }

    fn target(&self, path: &str, openid: &str, signature: &str) -> String {
        let token = self.access_token();
        format!("{path}?access_token={token}&openid={openid}&signature={signature}&sig_method=hmac_sha256")
    }

    fn signed(&self, path: &str, openid: &str, session_key: &str) -> Answer {
        self.get(&self.target(path, openid, &sign_with_session_key(session_key, "")))
    }
}

#[test]
fn logins_within_ten_minutes_share_a_key() {
    let wechat = WeChat::start();
    let openid = wechat.user();
    let first = wechat.key(&openid).unwrap();
    wechat.pass(599);
    assert_eq!(wechat.login_again(&openid), first);
    wechat.pass(1);
    assert_ne!(wechat.login_again(&openid), first);
}

#[test]
fn every_login_can_replace_the_key() {
    let wechat = WeChat::start();
    wechat.simulator.set_knobs(Knobs { always_rotate: true, ..Knobs::default() });
    let openid = wechat.user();
    let first = wechat.key(&openid).unwrap();
    let second = wechat.login_again(&openid);
    assert_ne!(second, first);
    assert_eq!(wechat.key(&openid), Some(second));
}

#[test]
fn the_key_can_change_before_the_server_trades_the_code() {
    let wechat = WeChat::start();
    wechat.simulator.set_knobs(Knobs { always_rotate: true, rotate_on_code: true, ..Knobs::default() });
    let openid = wechat.user();
    let held = wechat.key(&openid).unwrap();
    let code = wechat.simulator.mint_code(APP, Some(&openid));
    let changed = wechat.key(&openid).unwrap();
    assert_ne!(changed, held);
    assert_eq!(wechat.login(&code).text("session_key"), changed);
}

#[test]
fn the_life_of_a_key_slides_with_use_and_ends_after_three_days() {
    let wechat = WeChat::start();
    let never = Knobs { min_rotation_interval_seconds: i64::MAX, ..Knobs::default() };
    wechat.simulator.set_knobs(never);
    let openid = wechat.user();
    let first = wechat.key(&openid).unwrap();
    wechat.pass(3 * 86400 - 1);
    assert_eq!(wechat.login_again(&openid), first);
    wechat.pass(3 * 86400 - 1);
    assert_eq!(wechat.key(&openid), Some(first.clone()));
    wechat.pass(1);
    assert_eq!(wechat.key(&openid), None);
    wechat.signed(CHECK, &openid, &first).assert_errcode(87009);
    assert_ne!(wechat.login_again(&openid), first);
}

#[test]
fn users_of_two_apps_have_keys_of_their_own() {
    let wechat = WeChat::start();
    let openid = wechat.user();
    let here = wechat.key(&openid);
    assert!(here.is_some());
    wechat.simulator.rotate_session_key("wxfedcba9876543210", &openid);
    assert_eq!(wechat.key(&openid), here);
    assert_ne!(wechat.simulator.session_key("wxfedcba9876543210", &openid), here);
}

#[test]
fn checksession_accepts_the_right_key_in_either_case() {
    let wechat = WeChat::start();
    let openid = wechat.user();
    let key = wechat.key(&openid).unwrap();
    assert_eq!(wechat.signed(CHECK, &openid, &key).body, r#"{"errcode":0,"errmsg":"ok"}"#);
    let upper = sign_with_session_key(&key, "").to_uppercase();
    wechat.get(&wechat.target(CHECK, &openid, &upper)).assert_errcode(0);
}

#[test]
fn checksession_cannot_tell_wrong_from_expired_from_replaced() {
    let wechat = WeChat::start();
    let openid = wechat.user();
    let key = wechat.key(&openid).unwrap();
    let wrong = wechat.signed(CHECK, &openid, "AAECAwQFBgcICQoLDA0ODw==");
    wrong.assert_errcode(87009);
    assert!(wrong.text("errmsg").starts_with("invalid signature rid: 66454a60-"), "{}", wrong.body);
    wechat.simulator.rotate_session_key(APP, &openid);
    wechat.signed(CHECK, &openid, &key).assert_errcode(87009);
    let key = wechat.key(&openid).unwrap();
    wechat.signed(CHECK, &openid, &key).assert_errcode(0);
    wechat.simulator.expire_session_key(APP, &openid);
    wechat.signed(CHECK, &openid, &key).assert_errcode(87009);
}

/// The well-known mistake: decoding the key before signing. Signature taken from the published vectors.
#[test]
fn a_signature_with_the_decoded_key_is_wrong() {
    let wechat = WeChat::start();
    let vectors = vectors("session_hmac");
    let [right, decoded] = [&vectors["cases"][1], &vectors["known_wrong"][0]];
    assert_eq!((&right["session_key"], &right["message"]), (&decoded["session_key"], &json!("")));
    wechat.simulator.set_session_key(APP, "oVector", right["session_key"].as_str().unwrap());
    let [right, decoded] = [right, decoded].map(|case| case["signature"].as_str().unwrap());
    wechat.get(&wechat.target(CHECK, "oVector", right)).assert_errcode(0);
    wechat.get(&wechat.target(CHECK, "oVector", decoded)).assert_errcode(87009);
    for not_hex in ["", "zz", &right[1..], "%46%e0%43"] {
        wechat.get(&wechat.target(CHECK, "oVector", not_hex)).assert_errcode(87009);
    }
}

#[test]
fn signed_calls_check_token_then_openid_then_method() {
    let wechat = WeChat::start();
    let openid = wechat.user();
    wechat.get(&format!("{CHECK}?openid={openid}")).assert_errcode(41001);
    wechat.get(&wechat.target(CHECK, "oNobody", "00")).assert_errcode(40003);
    let token = wechat.access_token();
    let method = |method: &str| {
        wechat.get(&format!("{CHECK}?access_token={token}&openid={openid}&signature=00{method}"))
    };
    method("").assert_errcode(87008);
    method("&sig_method=hmac_sha1").assert_errcode(87008);
    method("&sig_method=hmac_sha256").assert_errcode(87009);
    wechat.get(&format!("/wxa/checksessionkey?access_token={token}")).assert_errcode(40066);
}

#[test]
fn a_reset_replaces_the_key_but_not_its_end() {
    let wechat = WeChat::start();
    let openid = wechat.user();
    let old = wechat.key(&openid).unwrap();
    wechat.pass(86400);
    let answer = wechat.signed(RESET, &openid, &old);
    let new = wechat.key(&openid).unwrap();
    let expected = json!({ "errcode": 0, "errmsg": "ok", "openid": openid, "session_key": new });
    assert_eq!(answer.json(), expected);
    assert_ne!(new, old);
    wechat.signed(RESET, &openid, &old).assert_errcode(87009);
    wechat.pass(2 * 86400 - 1);
    assert_eq!(wechat.key(&openid), Some(new.clone()));
    wechat.pass(1);
    wechat.signed(RESET, &openid, &new).assert_errcode(87007);
}

#[test]
fn frequent_resets_of_one_user_are_refused() {
    let wechat = WeChat::start();
    let openid = wechat.user();
    for _ in 0..5 {
        let key = wechat.key(&openid).unwrap();
        wechat.signed(RESET, &openid, &key).assert_errcode(0);
    }
    let key = wechat.key(&openid).unwrap();
    wechat.signed(RESET, &openid, &key).assert_errcode(45011);
    assert_eq!(wechat.key(&openid), Some(key));
}

#[test]
fn encrypt_keys_come_newest_first_and_say_when_they_expired() {
    let wechat = WeChat::start();
    let openid = wechat.user();
    let key = wechat.key(&openid).unwrap();
    let versions = |answer: &Answer| {
        let list = answer.json()["key_info_list"].clone();
        let version = |key: &serde_json::Value| (key["version"].clone(), key["expire_in"].clone());
        list.as_array().unwrap().iter().map(version).collect::<Vec<_>>()
    };
    let first = wechat.signed(ENCRYPT_KEY, &openid, &key);
    assert_eq!(versions(&first), [(json!(1), json!(3600))]);
    assert_eq!(first.json()["key_info_list"][0]["iv"].as_str().map(str::len), Some(16));
    wechat.pass(3);
    assert_eq!(versions(&wechat.signed(ENCRYPT_KEY, &openid, &key)), [(json!(1), json!(3597))]);
    for _ in 0..3 {
        wechat.pass(3600);
        wechat.signed(ENCRYPT_KEY, &openid, &key);
    }
    let now = wechat.signed(ENCRYPT_KEY, &openid, &key);
    assert_eq!(versions(&now), [(json!(4), json!(3600)), (json!(3), json!(0)), (json!(2), json!(0))]);
}

#[test]
fn a_body_spoils_the_signature_of_a_post() {
    let wechat = WeChat::start();
    let openid = wechat.user();
    let key = wechat.key(&openid).unwrap();
    let target = wechat.target(ENCRYPT_KEY, &openid, &sign_with_session_key(&key, ""));
    wechat.send("POST", &target, "").assert_errcode(0);
    wechat.send("POST", &target, "{}").assert_errcode(87009);
    let over_the_body = wechat.target(ENCRYPT_KEY, &openid, &sign_with_session_key(&key, "{}"));
    wechat.send("POST", &over_the_body, "{}").assert_errcode(0);
    let in_the_body = format!("{ENCRYPT_KEY}?access_token={}", wechat.access_token());
    wechat.post(&in_the_body, &json!({ "openid": openid })).assert_errcode(40003);
    wechat.simulator.expire_session_key(APP, &openid);
    wechat.send("POST", &target, "").assert_errcode(87007);
}
