//! Phone numbers, plugin ids, encrypted messages: calls with an access token and a JSON body.

use serde_json::{Value, json};
use wechat_simulator::{Knobs, NewPhoneCode, SECOND_APP};

use crate::{APP, Answer, START, WeChat};

impl WeChat {
    fn with_token(&self, path: &str, body: &Value) -> Answer {
        self.post(&format!("{path}?access_token={}", self.access_token()), body)
    }

    fn phone(&self, code: &str) -> Answer {
        self.with_token("/wxa/business/getuserphonenumber", &json!({ "code": code }))
    }

    fn plugin(&self, body: &Value) -> Answer {
        self.with_token("/wxa/getpluginopenpid", body)
    }
}

#[test]
fn a_phone_code_gives_the_number_once() {
    let wechat = WeChat::start();
    let code = wechat.simulator.mint_phone_code(NewPhoneCode::of(APP)).code;
    assert!(code.len() == 64 && code.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let answer = wechat.phone(&code);
    assert!(answer.head.contains("content-type: application/json"), "{}", answer.head);
    let expected = json!({
        "errcode": 0, "errmsg": "ok",
        "phone_info": {
            "phoneNumber": "13800000000", "purePhoneNumber": "13800000000", "countryCode": "86",
            "watermark": { "timestamp": START, "appid": APP },
        },
    });
    assert_eq!(answer.json(), expected);
    wechat.phone(&code).assert_errcode(40029);
}

#[test]
fn foreign_numbers_carry_their_area_code_and_the_country_may_be_a_number() {
    let wechat = WeChat::start();
    let hong_kong = NewPhoneCode {
        country_code: "852".to_owned(),
        pure_phone_number: "00000000".to_owned(),
        ..NewPhoneCode::of(APP)
    };
    let info = wechat.phone(&wechat.simulator.mint_phone_code(hong_kong.clone()).code).json();
    assert_eq!(info["phone_info"]["phoneNumber"], "+85200000000");
    assert_eq!(info["phone_info"]["countryCode"], "852");
    wechat.simulator.set_knobs(Knobs { numeric_country_code: true, ..Knobs::default() });
    let info = wechat.phone(&wechat.simulator.mint_phone_code(hong_kong).code).json();
    assert_eq!(info["phone_info"]["countryCode"], 852);
}

#[test]
fn an_openid_beside_the_code_must_be_whose_code_it_is() {
    let wechat = WeChat::start();
    let minted = wechat.simulator.mint_phone_code(NewPhoneCode::of(APP));
    let with = |openid: &str| {
        let body = json!({ "code": minted.code, "openid": openid });
        wechat.with_token("/wxa/business/getuserphonenumber", &body)
    };
    with("oSOMEBODY_ELSE_000000000000X").assert_errcode(40003);
    wechat.simulator.set_knobs(Knobs { refuses_others_phone_code_with: 47001, ..Knobs::default() });
    with("oSOMEBODY_ELSE_000000000000X").assert_errcode(47001);
    with(&minted.openid).assert_errcode(0);
}

#[test]
fn a_login_code_is_no_phone_code_and_survives_the_mistake() {
    let wechat = WeChat::start();
    let code = wechat.simulator.mint_code(APP, None);
    let answer = wechat.phone(&code);
    answer.assert_errcode(40029);
    let message = answer.text("errmsg");
    let hint = message.strip_prefix("invalid code hint: [").unwrap();
    assert!(hint.contains("] rid: 66454a60-"), "{message}");
    wechat.login(&code).text("openid");
}

#[test]
fn a_phone_code_of_another_app_or_in_the_wrong_place_is_refused() {
    let wechat = WeChat::start();
    let foreign = wechat.simulator.mint_phone_code(NewPhoneCode::of(SECOND_APP.0)).code;
    wechat.phone(&foreign).assert_errcode(40013);
    let code = wechat.simulator.mint_phone_code(NewPhoneCode::of(APP)).code;
    let target =
        format!("/wxa/business/getuserphonenumber?access_token={}&code={code}", wechat.access_token());
    wechat.post(&target, &json!({})).assert_errcode(40029);
    wechat.send("POST", &target, &format!("code={code}")).assert_errcode(40029);
    wechat.get(&target).assert_errcode(43002);
    wechat.phone(&code).assert_errcode(0);
}

#[test]
fn a_phone_code_lives_five_minutes() {
    let wechat = WeChat::start();
    let [early, late] = [(); 2].map(|()| wechat.simulator.mint_phone_code(NewPhoneCode::of(APP)).code);
    wechat.pass(299);
    wechat.phone(&early).assert_errcode(0);
    wechat.pass(1);
    wechat.phone(&late).assert_errcode(40029);
}

#[test]
fn a_chunked_phone_request_gets_412_and_keeps_the_code() {
    let wechat = WeChat::start();
    let code = wechat.simulator.mint_phone_code(NewPhoneCode::of(APP)).code;
    let body = json!({ "code": code }).to_string();
    let request = format!(
        "POST /wxa/business/getuserphonenumber?access_token={} HTTP/1.1\r\nhost: wechat\r\n\
         connection: close\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
        wechat.access_token(),
        body.len()
    );
    let answer = Answer::parse(&wechat.exchange(&request).unwrap());
    assert_eq!((answer.status, answer.body.as_str()), (412, ""));
    wechat.phone(&code).assert_errcode(0);
}

#[test]
fn an_openpid_is_one_per_user_and_never_an_openid() {
    let wechat = WeChat::start();
    let codes = [(); 2].map(|()| wechat.simulator.mint_plugin_code(APP, Some("oPlugin")).code);
    let [first, second] = codes.map(|code| wechat.plugin(&json!({ "code": code })).text("openpid"));
    assert_eq!(first, second);
    assert!(first.len() == 28 && first.starts_with("GACo"), "{first}");
}

#[test]
fn a_missing_openpid_has_no_words_but_a_rid() {
    let wechat = WeChat::start();
    let login_code = wechat.simulator.mint_code(APP, None);
    let answer = wechat.plugin(&json!({ "code": login_code }));
    answer.assert_errcode(1007);
    assert!(answer.text("errmsg").starts_with(" rid: 66454a60-"), "{}", answer.body);
    let foreign = wechat.simulator.mint_plugin_code(SECOND_APP.0, None).code;
    wechat.plugin(&json!({ "code": foreign })).assert_errcode(1005);
    wechat.plugin(&json!({})).assert_errcode(1001);
    let target = format!("/wxa/getpluginopenpid?access_token={}", wechat.access_token());
    wechat.send("POST", &target, "code=1").assert_errcode(1022);
}

#[test]
fn wechat_remembers_phone_messages_for_three_days() {
    let wechat = WeChat::start();
    let check = |encrypted_data: &str| {
        let hash = ring::digest::digest(&ring::digest::SHA256, encrypted_data.as_bytes());
        let hex: String = hash.as_ref().iter().flat_map(|byte| [byte >> 4, byte & 15]).map(digit).collect();
        wechat.with_token("/wxa/business/checkencryptedmsg", &json!({ "encrypted_msg_hash": hex }))
    };
    let phone = wechat.simulator.mint_encrypted_phone(APP, "oPhone", "86", "13800000000");
    let profile = wechat.simulator.mint_user_info(APP, "oPhone", None);
    let expected = json!({ "errcode": 0, "errmsg": "ok", "vaild": true, "create_time": START });
    assert_eq!(check(&phone.encrypted_data).json(), expected);
    check(&profile.encrypted_data).assert_errcode(1);
    wechat.pass(3 * 86400);
    assert_eq!(check(&phone.encrypted_data).json(), expected);
    wechat.pass(1);
    check(&phone.encrypted_data).assert_errcode(1);
    let target = format!("/wxa/business/checkencryptedmsg?access_token={}", wechat.access_token());
    wechat.send("POST", &target, "").assert_errcode(44002);
    wechat.send("POST", &target, "x").assert_errcode(47001);
    wechat.send("POST", &target, "{}").assert_errcode(40097);
}

fn digit(value: u8) -> char {
    char::from_digit(u32::from(value), 16).expect("four bits are one digit")
}
