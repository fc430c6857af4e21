//! code2Session.

use serde_json::json;
use wechat_simulator::{Knobs, NewCode, Quota, RequestId, SECOND_APP};

use crate::{APP, SECRET, WeChat, login_target};

#[test]
fn a_login_answers_json_labelled_text_plain_without_errcode() {
    let wechat = WeChat::start();
    let code = wechat.simulator.mint_code(APP, Some("oGZUI0egBJY1zhBYw2KhdUfwVJJE"));
    let answer = wechat.login(&code);
    let key = wechat.simulator.session_key(APP, "oGZUI0egBJY1zhBYw2KhdUfwVJJE").unwrap();
    assert_eq!(answer.status, 200);
    assert!(answer.head.contains("content-type: text/plain"), "{}", answer.head);
    assert_eq!(answer.body, format!(r#"{{"session_key":"{key}","openid":"oGZUI0egBJY1zhBYw2KhdUfwVJJE"}}"#));
}

#[test]
fn identifiers_have_the_shapes_of_the_real_ones() {
    let wechat = WeChat::start();
    let minted = wechat.simulator.mint(NewCode { app_id: APP.to_owned(), ..NewCode::default() });
    assert!(minted.code.len() == 32 && minted.code.starts_with('0'));
    assert!(minted.code.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    assert!(minted.openid.len() == 28 && minted.openid.starts_with('o'));
    let key = wechat.login(&minted.code).text("session_key");
    assert!(key.len() == 24 && key.ends_with("=="));
    assert_eq!(wechat.access_token().len(), 512);
}

#[test]
fn the_same_seed_gives_the_same_users_and_keys() {
    let [one, other] = [WeChat::start(), WeChat::start()];
    assert_eq!(one.simulator.mint_code(APP, None), other.simulator.mint_code(APP, None));
    assert_eq!(one.user(), other.user());
    assert_ne!(one.simulator.mint_code(APP, None), one.simulator.mint_code(APP, None));
}

#[test]
fn unionid_is_there_when_the_mini_program_is_bound() {
    let wechat = WeChat::start();
    let unionid = Some("ocMvos6NjeKLIBqg5Mr9QjxrP1FA".to_owned());
    let bound = NewCode { app_id: APP.to_owned(), unionid, ..NewCode::default() };
    let minted = wechat.simulator.mint(bound);
    assert_eq!(wechat.login(&minted.code).text("unionid"), "ocMvos6NjeKLIBqg5Mr9QjxrP1FA");
    let later = wechat.simulator.mint_code(APP, Some(&minted.openid));
    assert_eq!(wechat.login(&later).text("unionid"), "ocMvos6NjeKLIBqg5Mr9QjxrP1FA");
}

#[test]
fn a_code_works_once() {
    let wechat = WeChat::start();
    let code = wechat.simulator.mint_code(APP, None);
    wechat.login(&code).text("openid");
    wechat.login(&code).assert_errcode(40163);
}

#[test]
fn a_code_lives_five_minutes_and_a_used_one_is_then_unknown() {
    let wechat = WeChat::start();
    let [late, in_time, used] = [(); 3].map(|()| wechat.simulator.mint_code(APP, None));
    wechat.login(&used).text("openid");
    wechat.pass(299);
    wechat.login(&in_time).text("openid");
    wechat.pass(1);
    wechat.login(&late).assert_errcode(40029);
    wechat.login(&used).assert_errcode(40029);
}

#[test]
fn several_unused_codes_of_one_user_are_good_at_once() {
    let wechat = WeChat::start();
    let codes = [(); 3].map(|()| wechat.simulator.mint_code(APP, Some("oneUser")));
    for code in codes {
        assert_eq!(wechat.login(&code).text("openid"), "oneUser");
    }
}

#[test]
fn codes_of_another_app_or_another_call_are_invalid() {
    let wechat = WeChat::start();
    wechat.login(&wechat.simulator.mint_code(SECOND_APP.0, None)).assert_errcode(40029);
    wechat.login(&wechat.simulator.mint_plugin_code(APP, None).code).assert_errcode(40029);
    wechat.login("the%20code%20is%20a%20mock%20one").assert_errcode(40029);
}

#[test]
fn errors_name_the_call_after_a_comma_and_tell_the_time() {
    let wechat = WeChat::start();
    let message = wechat.login("nonsense").text("errmsg");
    let rid = message.strip_prefix("invalid code, rid: ").unwrap();
    assert!(rid.starts_with("66454a60-"), "{rid}");
    let groups: Vec<&str> = rid.split('-').collect();
    let hexadecimal = |group: &&str| group.len() == 8 && group.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(groups.len() == 3 && groups.iter().all(hexadecimal), "{rid}");
    assert_ne!(wechat.login("nonsense").text("errmsg"), message);
}

#[test]
fn errors_can_have_the_older_form() {
    let wechat = WeChat::start();
    wechat.simulator.set_knobs(Knobs { request_id: RequestId::Hints, ..Knobs::default() });
    let message = wechat.login("nonsense").text("errmsg");
    let id = message.strip_prefix("invalid code, hints: [ req_id: ").and_then(|rest| rest.strip_suffix(" ]"));
    assert_eq!(id.map(str::len), Some(16), "{message}");
}

/// Each line lacks what the next check wants; all later parameters are wrong as well.
#[test]
fn the_checks_come_in_wechats_order() {
    let wechat = WeChat::start();
    let ask = |query: &str| wechat.get(&format!("/sns/jscode2session?{query}"));
    let code = wechat.simulator.mint_code(APP, None);
    ask("").assert_errcode(41002);
    ask("appid=wx1").assert_errcode(41004);
    ask("appid=wx1&secret=s").assert_errcode(41008);
    ask("appid=wx1&secret=s&js_code=").assert_errcode(41008);
    ask("appid=wx1&secret=s&js_code=c").assert_errcode(40013);
    ask(&format!("appid={APP}&secret=s&js_code=c")).assert_errcode(40125);
    ask(&format!("appid={APP}&secret={SECRET}&js_code=c")).assert_errcode(40002);
    ask(&format!("appid={APP}&secret={SECRET}&js_code={code}&grant_type=client_credential"))
        .assert_errcode(40002);
    // None of these used the code up.
    wechat.login(&code).text("openid");
    wechat.send("POST", &login_target("c"), "").assert_errcode(43001);
}

#[test]
fn a_code_injected_into_the_query_changes_nothing_of_ours() {
    let wechat = WeChat::start();
    wechat.login("c&appid=wxfedcba9876543210").assert_errcode(40029);
}

#[test]
fn a_blocked_user_keeps_the_code_and_can_come_back() {
    let wechat = WeChat::start();
    let code = wechat.simulator.mint_code(APP, Some("oBlocked"));
    wechat.simulator.block_user(APP, "oBlocked", true);
    wechat.login(&code).assert_errcode(40226);
    wechat.simulator.block_user(APP, "oBlocked", false);
    assert_eq!(wechat.login(&code).text("openid"), "oBlocked");
}

#[test]
fn the_ip_whitelist_comes_first_and_names_the_address() {
    let wechat = WeChat::start();
    let from = Some("203.0.113.9".to_owned());
    assert!(wechat.simulator.set_ip_whitelist(APP, Some(vec!["198.51.100.1".to_owned()]), from.clone()));
    let answer = wechat.get(&format!("/sns/jscode2session?appid={APP}"));
    answer.assert_errcode(40164);
    let expected = "invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist, rid: ";
    assert!(answer.text("errmsg").starts_with(expected), "{}", answer.body);
    let body = json!({ "grant_type": "client_credential", "appid": APP, "secret": SECRET });
    wechat.post("/cgi-bin/stable_token", &body).assert_errcode(40164);
    assert!(wechat.simulator.set_ip_whitelist(APP, Some(vec!["203.0.113.9".to_owned()]), from));
    wechat.user();
}

#[test]
fn a_reset_or_frozen_secret_is_refused() {
    let wechat = WeChat::start();
    assert!(wechat.simulator.freeze_secret(APP, true));
    wechat.login("c").assert_errcode(40243);
    assert!(wechat.simulator.freeze_secret(APP, false));
    assert!(wechat.simulator.reset_secret(APP, "0000000000000000000000000000000"));
    wechat.login("c").assert_errcode(40125);
}

#[test]
fn quotas_refuse_by_minute_and_by_day() {
    let wechat = WeChat::start();
    let quota = Quota { per_minute: Some(2), per_day: Some(3) };
    wechat.simulator.set_quota("/sns/jscode2session", quota);
    wechat.user();
    wechat.user();
    wechat.login("c").assert_errcode(45011);
    wechat.pass(60);
    wechat.user();
    wechat.login("c").assert_errcode(45009);
    wechat.pass(86400);
    wechat.user();
}

#[test]
fn one_user_may_log_in_a_hundred_times_a_minute() {
    let wechat = WeChat::start();
    wechat.simulator.set_knobs(Knobs { logins_per_user_per_minute: 2, ..Knobs::default() });
    let [one, two, three] = [(); 3].map(|()| wechat.simulator.mint_code(APP, Some("oEager")));
    wechat.login(&one).text("openid");
    wechat.login(&two).text("openid");
    wechat.login(&three).assert_errcode(45011);
    wechat.user();
    wechat.pass(60);
    wechat.login(&three).text("openid");
    assert_eq!(Knobs::default().logins_per_user_per_minute, 100);
}

#[test]
fn a_platform_logs_in_for_the_apps_that_authorised_it() {
    let wechat = WeChat::start();
    let authorized = [APP];
    let component = json!({ "component_appid": "wxplatform", "component_access_token": "T",
                            "authorized_app_ids": authorized });
    assert_eq!(wechat.send("PUT", "/_control/component", &component.to_string()).status, 204);
    let ask = |app: &str, platform: &str, code: &str| {
        let query = format!("appid={app}&js_code={code}&grant_type=authorization_code&{platform}");
        wechat.get(&format!("/sns/component/jscode2session?{query}"))
    };
    let platform = "component_appid=wxplatform&component_access_token=T";
    let code = wechat.simulator.mint_code(APP, None);
    ask(APP, "component_appid=wxplatform", &code).assert_errcode(41021);
    ask(APP, "component_access_token=T", &code).assert_errcode(41018);
    ask(APP, "component_appid=wxplatform&component_access_token=U", &code).assert_errcode(40001);
    ask(SECOND_APP.0, platform, &code).assert_errcode(61003);
    ask(APP, platform, &code).text("session_key");
    ask(APP, platform, &code).assert_errcode(40163);
}
