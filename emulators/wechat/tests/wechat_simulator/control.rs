//! The control plane over HTTP, for tests in other languages.

use serde_json::{Value, json};
use wechat_simulator::{Knobs, SECOND_APP};

use crate::{APP, Answer, SECRET, START, WeChat};

impl WeChat {
    fn control(&self, method: &str, path: &str, body: &Value) -> u16 {
        self.send(method, &format!("/_control/{path}"), &body.to_string()).status
    }
}

#[test]
fn a_code_can_be_minted_for_a_new_or_a_known_user() {
    let wechat = WeChat::start();
    let minted = wechat.post("/_control/codes", &json!({ "app_id": APP }));
    assert_eq!(wechat.login(&minted.text("code")).text("openid"), minted.text("openid"));
    let known = json!({ "app_id": APP, "openid": "oKnown", "unionid": "oUnion", "ttl_seconds": 10 });
    let [one, two] = [(); 2].map(|()| wechat.post("/_control/codes", &known));
    let answer = wechat.login(&one.text("code"));
    assert_eq!((answer.text("openid"), answer.text("unionid")), ("oKnown".to_owned(), "oUnion".to_owned()));
    wechat.pass(10);
    wechat.login(&two.text("code")).assert_errcode(40029);
}

#[test]
fn a_misspelt_request_is_refused_instead_of_ignored() {
    let wechat = WeChat::start();
    assert_eq!(wechat.control("POST", "codes", &json!({ "app_id": APP, "open_id": "o" })), 422);
    assert_eq!(wechat.control("PUT", "faults", &json!({ "kind": "no_such_fault" })), 422);
    assert_eq!(wechat.control("PUT", "knobs", &json!({ "always_rotat": true })), 422);
    assert_eq!(wechat.control("PUT", "ip-whitelist", &json!({ "app_id": "wx1", "allowed": [] })), 404);
    assert_eq!(wechat.control("PUT", "secret", &json!({ "app_id": "wx1", "secret": "s" })), 404);
}

#[test]
fn phone_and_plugin_codes_can_be_minted() {
    let wechat = WeChat::start();
    let token = wechat.access_token();
    let phone = json!({ "app_id": APP, "country_code": "852", "pure_phone_number": "00000000" });
    let code = wechat.post("/_control/phone-codes", &phone).text("code");
    let target = format!("/wxa/business/getuserphonenumber?access_token={token}");
    let info = wechat.post(&target, &json!({ "code": code })).json();
    assert_eq!(info["phone_info"]["phoneNumber"], "+85200000000");
    let code = wechat.post("/_control/plugin-codes", &json!({ "app_id": APP })).text("code");
    let target = format!("/wxa/getpluginopenpid?access_token={token}");
    wechat.post(&target, &json!({ "code": code })).assert_errcode(0);
}

#[test]
fn open_data_can_be_minted_and_keys_moved() {
    let wechat = WeChat::start();
    let openid = wechat.user();
    let person = json!({ "app_id": APP, "openid": openid });
    let key = || wechat.post("/_control/session-key", &person).json()["session_key"].clone();
    let first = key();
    assert_eq!(first, json!(wechat.simulator.session_key(APP, &openid)));
    let payload = json!({ "app_id": APP, "openid": openid, "payload": { "openGId": "G" } });
    let data = wechat.post("/_control/encrypted-data", &payload);
    assert_eq!((data.text("iv").len(), data.text("encrypted_data").len() % 4), (24, 0));
    let info = wechat.post("/_control/user-info", &person);
    assert_eq!((info.text("signature").len(), info.text("iv").len()), (40, 24));
    assert_eq!(wechat.control("POST", "session-key/rotate", &person), 204);
    assert!(key().is_string() && key() != first);
    assert_eq!(wechat.control("POST", "session-key/expire", &person), 204);
    assert_eq!(key(), Value::Null);
}

#[test]
fn a_user_can_be_blocked_and_accepted_again() {
    let wechat = WeChat::start();
    let code = wechat.simulator.mint_code(APP, Some("oBlocked"));
    assert_eq!(wechat.control("POST", "block", &json!({ "app_id": APP, "openid": "oBlocked" })), 204);
    wechat.login(&code).assert_errcode(40226);
    let accept = json!({ "app_id": APP, "openid": "oBlocked", "blocked": false });
    assert_eq!(wechat.control("POST", "block", &accept), 204);
    wechat.login(&code).text("openid");
}

#[test]
fn faults_can_be_set_added_read_and_cleared() {
    let wechat = WeChat::start();
    let busy = json!({ "kind": "errcode", "errcode": -1, "path": "/sns/jscode2session", "count": 1 });
    assert_eq!(wechat.control("PUT", "faults", &busy), 204);
    assert_eq!(wechat.control("POST", "faults", &json!({ "kind": "http_status", "status": 502 })), 204);
    let waiting = wechat.get("/_control/faults").json();
    assert_eq!((waiting[0]["errcode"].clone(), waiting[1]["status"].clone()), (json!(-1), json!(502)));
    wechat.login("c").assert_errcode(-1);
    assert_eq!(wechat.login("c").status, 502);
    assert_eq!(wechat.control("PUT", "faults", &json!([{ "kind": "html" }, { "kind": "drip" }])), 204);
    assert_eq!(wechat.simulator.faults().len(), 2);
    assert_eq!(wechat.control("DELETE", "faults", &json!({})), 204);
    wechat.login("c").assert_errcode(40029);
}

#[test]
fn every_fault_has_a_name_for_the_control_plane() {
    let wechat = WeChat::start();
    let kinds = json!([
        { "kind": "errcode", "errcode": 45011 }, { "kind": "string_errcode", "errcode": 0 },
        { "kind": "http_status", "status": 412 }, { "kind": "truncated_json" }, { "kind": "html" },
        { "kind": "slow", "delay_ms": 5 }, { "kind": "silent" }, { "kind": "drip", "interval_ms": 1 },
        { "kind": "huge_body" }, { "kind": "gzip_bomb" }, { "kind": "wrong_types" },
        { "kind": "duplicate_keys" }, { "kind": "missing_field", "field": "openid" },
        { "kind": "extra_fields" }, { "kind": "redirect", "location": "http://127.0.0.1:9/" },
        { "kind": "close_before_processing" }, { "kind": "close_after_processing" },
        { "kind": "close_mid_body" }, { "kind": "bom" },
        { "kind": "raw", "status": 200, "content_type": "text/plain", "body": "" },
    ]);
    assert_eq!(wechat.control("PUT", "faults", &kinds), 204);
    let names = |faults: &Value| {
        let faults = faults.as_array().expect("a list");
        faults.iter().map(|fault| fault["kind"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&wechat.get("/_control/faults").json()), names(&kinds));
}

#[test]
fn the_console_can_be_used_from_outside() {
    let wechat = WeChat::start();
    let whitelist = json!({ "app_id": APP, "allowed": ["198.51.100.1"], "caller_ip": null });
    assert_eq!(wechat.control("PUT", "ip-whitelist", &whitelist), 204);
    assert!(wechat.login("c").text("errmsg").starts_with("invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1"));
    assert_eq!(wechat.control("PUT", "ip-whitelist", &json!({ "app_id": APP, "allowed": null })), 204);
    assert_eq!(wechat.control("PUT", "secret", &json!({ "app_id": APP, "frozen": true })), 204);
    wechat.login("c").assert_errcode(40243);
    assert_eq!(wechat.control("PUT", "secret", &json!({ "app_id": APP, "secret": "new" })), 204);
    wechat.login("c").assert_errcode(40125);
    assert_eq!(wechat.control("PUT", "secret", &json!({ "app_id": APP, "secret": SECRET })), 204);
    let quota = json!({ "path": "/sns/jscode2session", "per_minute": 0 });
    assert_eq!(wechat.control("PUT", "quota", &quota), 204);
    wechat.login("c").assert_errcode(45011);
    assert_eq!(wechat.control("PUT", "knobs", &json!({ "always_rotate": true })), 200);
    assert_eq!(wechat.simulator.knobs(), Knobs { always_rotate: true, ..Knobs::default() });
}

#[test]
fn calls_are_recorded_by_the_names_of_their_parameters() {
    let wechat = WeChat::start();
    wechat.login("c");
    let expected = json!({ "calls": [{
        "method": "GET", "path": "/sns/jscode2session",
        "query_names": ["appid", "secret", "js_code", "grant_type"],
        "body_bytes": 0, "at": START, "faulted": false,
    }]});
    assert_eq!(wechat.get("/_control/calls").json(), expected);
    assert_eq!(wechat.control("DELETE", "calls", &json!({})), 204);
    assert!(wechat.simulator.calls().is_empty());
    assert_eq!(wechat.simulator.call_count("/sns/jscode2session"), 0);
}

#[test]
fn the_overview_shows_who_and_how_often_but_no_secret() {
    let wechat = WeChat::start();
    let [used, unused] = [(); 2].map(|()| wechat.simulator.mint_code(APP, Some("oSeen")));
    wechat.login(&used).text("openid");
    wechat.login(&used).assert_errcode(40163);
    let token = wechat.access_token();
    let answer = wechat.get("/_control/state");
    let state = answer.json();
    assert_eq!(state["apps"], json!([APP, SECOND_APP.0]));
    assert_eq!(state["users"][0]["openid"], "oSeen");
    assert_eq!(state["codes"], json!({ "known": 2, "unused": 1 }));
    assert_eq!(state["calls"]["/sns/jscode2session"], 2);
    let reused = json!({ "path": "/sns/jscode2session", "errcode": 40163, "count": 1 });
    assert!(state["processed"].as_array().unwrap().contains(&reused), "{state}");
    let key = wechat.simulator.session_key(APP, "oSeen").unwrap();
    for secret in [SECRET, &used, &unused, &token, &key] {
        assert!(!answer.body.contains(secret));
    }
}

#[test]
fn the_clock_can_be_moved_on() {
    let wechat = WeChat::start();
    let code = wechat.post("/_control/codes", &json!({ "app_id": APP })).text("code");
    let moved = wechat.post("/_control/clock", &json!({ "advance_seconds": 300 })).json();
    assert_eq!(moved, json!({ "now": START + 300 }));
    wechat.login(&code).assert_errcode(40029);
    for too_far in [i64::MAX, i64::MIN, 4_000_000_000] {
        assert_eq!(wechat.control("POST", "clock", &json!({ "advance_seconds": too_far })), 422);
    }
    let moved = wechat.post("/_control/clock", &json!({ "advance_seconds": -300 })).json();
    assert_eq!(moved, json!({ "now": START }));
    assert_eq!(wechat.control("POST", "clock", &json!({ "seconds": 1 })), 422);
}

#[test]
fn a_reset_forgets_everything_and_makes_nothing_twice() {
    let wechat = WeChat::start();
    let mint = || wechat.post("/_control/codes", &json!({ "app_id": APP })).text("code");
    let before = mint();
    wechat.control("PUT", "secret", &json!({ "app_id": APP, "secret": "another" }));
    wechat.control("POST", "faults", &json!({ "kind": "html" }));
    wechat.control("PUT", "knobs", &json!({ "always_rotate": true }));
    assert_eq!(wechat.control("DELETE", "state", &json!(null)), 204);
    let after = mint();
    assert_ne!(before, after);
    let state = wechat.get("/_control/state").json();
    assert_eq!(
        (&state["codes"]["known"], &state["faults"], &state["calls"]),
        (&json!(1), &json!([]), &json!({}))
    );
    assert_eq!(wechat.get("/_control/knobs").json()["always_rotate"], false);
    wechat.login(&before).assert_errcode(40029);
    assert!(wechat.login(&after).json()["openid"].is_string(), "the AppSecret is the first one again");
}

#[test]
fn another_web_site_in_the_browser_reaches_no_part_of_it() {
    let wechat = WeChat::start();
    let body = json!({ "app_id": APP }).to_string();
    let post = |host: &str, origin: &str| {
        let request = format!(
            "POST /_control/codes HTTP/1.1\r\nhost: {host}\r\n{origin}connection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        Answer::parse(&wechat.exchange(&request).expect("the simulator answers"))
    };
    let own = format!("origin: http://{}\r\n", wechat.address);
    assert_eq!(post(&wechat.address.to_string(), &own).status, 200);
    for (host, origin) in [
        ("evil.example", ""),
        ("127.0.0.1", "origin: http://evil.example\r\n"),
        ("127.0.0.1", "origin: null\r\n"),
        ("evil.example", "origin: http://evil.example\r\n"),
    ] {
        let refused = post(host, origin);
        assert_eq!(refused.status, 403, "{host} {origin}");
        assert!(!refused.head.contains("access-control-allow"), "{}", refused.head);
    }
    // WeChat's own API is asked by whatever name the server has for it.
    let call = "GET /cgi-bin/token HTTP/1.1\r\nhost: wechat\r\nconnection: close\r\n\r\n";
    assert_eq!(Answer::parse(&wechat.exchange(call).expect("an answer")).status, 200);
}
