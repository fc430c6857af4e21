use serde_json::{Value, json};

use super::*;

const USER: &str = "12bbf084-f063-861b-9b20-51bba2f93072";
const APP: &str = "wx0123456789abcdef";

fn read(request: &Value) -> Result<Asked, Malformed> {
    Asked::read(&request.to_string())
}

#[track_caller]
fn refuses(request: &Value, word: &'static str) {
    assert_eq!(read(request).map(|asked| asked.action.name()), Err(Malformed(word)), "{request}");
}

fn with(mut request: Value, name: &str, value: &Value) -> Value {
    let members = request.as_object_mut().unwrap();
    match value {
        Value::Null => members.remove(name),
        value => members.insert(name.to_owned(), value.clone()),
    };
    request
}

fn payment() -> Value {
    json!({"mode": "short_series_coin", "env": 0, "buy_quantity": 1, "out_trade_no": "order_00000001", "attach": "a1"})
}

fn pay() -> Value {
    json!({"name": "currency_pay", "env": 0, "user_ip": "127.0.0.1", "amount": 1, "order_id": "coins_0001",
        "payitem": [{"productid": "hat", "unit_price": 1, "quantity": 1}], "remark": ""})
}

/// One good request for each action.
fn all() -> Vec<Value> {
    let of = |action: &str| json!({"action": action, "actor": "shop", "app_id": APP, "user_id": USER});
    vec![
        with(
            of("phone_number"),
            "code",
            &json!("e31968a7f94cc5ee25fafc2aef2773f0bb8c3937b22520eb8ee345274d00c144"),
        ),
        with(of("access_token"), "user_id", &Value::Null),
        with(of("sign_virtual_payment"), "payment", &payment()),
        with(
            of("sign_xpay"),
            "call",
            &json!({"name": "query_user_balance", "env": 0, "user_ip": "127.0.0.1"}),
        ),
        with(of("sign_user_storage"), "kv_list", &json!([{"key": "score", "value": "100"}])),
    ]
}

#[test]
fn every_action_is_read_under_its_own_name() {
    for request in all() {
        let asked = read(&request).unwrap();
        assert_eq!(asked.action.name(), request["action"], "{request}");
        assert_eq!((asked.actor.as_str(), asked.app_id.as_str()), ("shop", APP));
        assert_eq!(asked.user.is_some(), asked.action.name() != "access_token");
        assert!(!asked.checks);
    }
}

#[test]
fn a_member_too_many_too_few_twice_or_of_another_type_is_refused() {
    for request in all() {
        refuses(&with(request.clone(), "sign_data", &json!("{}")), "request_form");
        let members: Vec<_> = request.as_object().unwrap().keys().cloned().collect();
        for name in members {
            let lacks = if request["action"] == "sign_xpay" && name == "user_id" {
                "user_id_of_the_call"
            } else {
                "request_form"
            };
            refuses(&with(request.clone(), &name, &Value::Null), lacks);
            refuses(&with(request.clone(), &name, &json!([[]])), "request_form");
            let text = request.to_string();
            let again = format!("{},{}:{}}}", &text[..text.len() - 1], json!(name), request[&name]);
            assert_eq!(Asked::read(&again).err(), Some(Malformed("request_form")), "{again}");
        }
    }
}

#[test]
fn members_of_what_is_signed_are_each_there_once() {
    let twice = json!({"action": "sign_virtual_payment", "actor": "shop", "app_id": APP, "user_id": USER, "payment": payment()})
        .to_string()
        .replace(r#""buy_quantity":1"#, r#""buy_quantity":1,"buy_quantity":2"#);
    assert!(twice.contains(r#""buy_quantity":2"#));
    assert_eq!(Asked::read(&twice).err(), Some(Malformed("request_form")));
}

/// What derived code would take for the same.
#[test]
fn a_list_a_number_or_an_object_in_place_of_what_is_documented_is_refused() {
    let list = json!(["short_series_coin", 0, null, 1, null, null, null, null, "order_00000001", "a1"]);
    refuses(&with(all()[2].clone(), "payment", &list), "request_form");
    let mode = with(payment(), "mode", &json!({"short_series_coin": null}));
    refuses(&with(all()[2].clone(), "payment", &mode), "request_form");
    refuses(&with(all()[3].clone(), "call", &json!(["query_user_balance", 0, "127.0.0.1"])), "request_form");
    let numbered = json!({"name": 0, "env": 0, "user_ip": "127.0.0.1"});
    refuses(&with(all()[3].clone(), "call", &numbered), "request_form");
    let item = json!([["hat", 5, 2]]);
    refuses(&with(all()[3].clone(), "call", &with(pay(), "payitem", &item)), "request_form");
    refuses(&with(all()[4].clone(), "kv_list", &json!([["score", "100"]])), "request_form");
}

#[test]
fn what_is_no_object_is_refused_without_a_word_of_it() {
    let deep = "[".repeat(100_000);
    for text in ["", "null", "1", "{", "{}", r#"["access_token","shop"]"#, r#"{"action":1}"#, &deep] {
        assert_eq!(Asked::read(text).err(), Some(Malformed("request_form")), "{text:.40}");
    }
    refuses(&json!({"action": "sign", "actor": "shop", "app_id": APP, "bytes": "x"}), "request_form");
}

#[test]
fn names_have_one_spelling() {
    refuses(&with(all()[1].clone(), "app_id", &json!("")), "app_id_form");
    refuses(&with(all()[1].clone(), "app_id", &json!("a b")), "app_id_form");
    refuses(&with(all()[1].clone(), "actor", &json!("\n")), "actor_form");
    refuses(&with(all()[2].clone(), "user_id", &json!("oABC")), "user_id_form");
    refuses(&with(all()[0].clone(), "code", &json!("a b")), "code_form");
}

#[test]
fn a_call_about_no_user_names_none_and_only_a_key_that_is_used_is_checked() {
    let told = json!({"name": "notify_provide_goods", "env": 0, "order_id": "order_00000001"});
    let request = with(all()[3].clone(), "call", &told);
    refuses(&request, "user_id_of_the_call");
    assert!(read(&with(request.clone(), "user_id", &Value::Null)).is_ok());
    let asked = json!({"name": "query_order", "env": 0, "order_id": "order_00000001"});
    let request = with(with(all()[3].clone(), "call", &asked), "check_session_key", &json!(true));
    refuses(&request, "call_without_session_key");
    assert!(read(&with(all()[3].clone(), "check_session_key", &json!(true))).unwrap().checks);
}

/// After an erasure there is no account that a refund could name.
#[test]
fn where_the_app_key_alone_signs_an_openid_does_for_a_user_and_never_both() {
    let refund = json!({"name": "refund_order", "env": 0, "order_id": "order_00000001", "refund_order_id": "refund-01",
        "left_fee": 1, "refund_fee": 1, "refund_reason": 0, "req_from": 3});
    let of = |call: &Value| with(all()[3].clone(), "call", call);
    let by_openid =
        |call: &Value, openid: &Value| with(with(of(call), "user_id", &Value::Null), "openid", openid);
    let asked = read(&by_openid(&refund, &json!("oERASED"))).unwrap();
    let Action::Xpay(call) = &asked.action else { panic!("a call") };
    assert!(asked.user.is_none() && call.body(None).starts_with(r#"{"openid":"oERASED","#));
    let both = with(of(&refund), "openid", &json!("oERASED"));
    refuses(&both, "user_id_of_the_call");
    refuses(&with(both.clone(), "openid", &json!("")), "user_id_of_the_call");
    refuses(&by_openid(&pay(), &json!("oERASED")), "user_id_of_the_call");
    let told = json!({"name": "notify_provide_goods", "env": 0, "order_id": "order_00000001"});
    refuses(&by_openid(&told, &json!("oERASED")), "user_id_of_the_call");
    for openid in ["", "o A", "o\u{e9}", &"o".repeat(49)] {
        refuses(&by_openid(&refund, &json!(openid)), "openid_form");
    }
    assert!(read(&by_openid(&refund, &json!("o".repeat(48)))).is_ok());
}

#[test]
fn what_spends_is_for_who_is_let_in_and_a_refund_is_for_everybody() {
    let is_for = |request: &Value| read(request).unwrap().action.is_for_who_is_let_in();
    let kept: Vec<_> = all().iter().map(is_for).collect();
    assert_eq!(kept, [true, false, true, false, true]);
    assert!(is_for(&with(all()[3].clone(), "call", &pay())));
}
