use serde_json::{Value, json};

use super::*;

fn read(call: &Value) -> Result<Call, &'static str> {
    let fields: Fields = serde_json::from_value(call.clone()).map_err(|_| "not read")?;
    fields.read().map_err(|Malformed(word)| word)
}

fn with(mut call: Value, name: &str, value: Value) -> Value {
    call[name] = value;
    call
}

fn without(mut call: Value, name: &str) -> Value {
    call.as_object_mut().unwrap().remove(name).expect("a member");
    call
}

fn refund() -> Value {
    json!({"name": "refund_order", "env": 0, "order_id": "order_00000001", "refund_order_id": "refund-01", "left_fee": 1200,
        "refund_fee": 1200, "refund_reason": 3, "req_from": 1})
}

fn pay() -> Value {
    json!({"name": "currency_pay", "env": 1, "user_ip": "127.0.0.1", "amount": 10, "order_id": "coins_0001",
        "payitem": [{"productid": "hat", "unit_price": 5, "quantity": 2}], "remark": "帽子"})
}

#[track_caller]
fn builds(call: &Value, path: &str, body: &str, signed_by_the_user: bool) {
    let call = read(call).unwrap();
    assert_eq!((call.path, call.body(Some("oPAT")).as_str()), (path, body));
    assert_eq!(path, format!("/xpay/{}", call.name()));
    assert_eq!(call.needs_session_key, signed_by_the_user, "{path}");
}

#[test]
fn three_calls_are_signed_by_the_user_too() {
    builds(
        &json!({"name": "query_user_balance", "env": 0, "user_ip": "127.0.0.1"}),
        "/xpay/query_user_balance",
        r#"{"openid":"oPAT","env":0,"user_ip":"127.0.0.1"}"#,
        true,
    );
    builds(
        &pay(),
        "/xpay/currency_pay",
        r#"{"openid":"oPAT","env":1,"user_ip":"127.0.0.1","amount":10,"order_id":"coins_0001","payitem":"[{\"productid\":\"hat\",\"unit_price\":5,\"quantity\":2}]","remark":"帽子"}"#,
        true,
    );
    builds(
        &json!({"name": "cancel_currency_pay", "env": 0, "user_ip": "::1", "pay_order_id": "coins_0001", "order_id": "back_0001", "amount": 10}),
        "/xpay/cancel_currency_pay",
        r#"{"openid":"oPAT","env":0,"user_ip":"::1","amount":10,"pay_order_id":"coins_0001","order_id":"back_0001"}"#,
        true,
    );
}

#[test]
fn the_others_need_the_app_key_alone() {
    builds(
        &json!({"name": "query_order", "env": 0, "wx_order_id": "wx1"}),
        "/xpay/query_order",
        r#"{"openid":"oPAT","env":0,"wx_order_id":"wx1"}"#,
        false,
    );
    builds(
        &json!({"name": "present_currency", "env": 0, "order_id": "gift_0001", "amount": 1}),
        "/xpay/present_currency",
        r#"{"openid":"oPAT","env":0,"amount":1,"order_id":"gift_0001"}"#,
        false,
    );
    builds(
        &refund(),
        "/xpay/refund_order",
        r#"{"openid":"oPAT","env":0,"order_id":"order_00000001","refund_order_id":"refund-01","left_fee":1200,"refund_fee":1200,"biz_meta":"","refund_reason":"3","req_from":"1"}"#,
        false,
    );
    let told =
        read(&json!({"name": "notify_provide_goods", "env": 0, "order_id": "order_00000001"})).unwrap();
    assert!(!told.names_user && !told.needs_session_key);
    assert_eq!(told.body(None), r#"{"env":0,"order_id":"order_00000001"}"#);
}

#[test]
fn only_what_takes_coins_spends() {
    assert!(read(&pay()).unwrap().spends);
    assert!(!read(&refund()).unwrap().spends);
}

#[test]
fn what_wechat_would_refuse_is_refused_by_name() {
    for (call, word) in [
        (with(pay(), "env", json!(2)), "env_form"),
        (with(pay(), "amount", json!(0)), "amount_form"),
        (with(pay(), "user_ip", json!("localhost")), "user_ip_form"),
        (with(pay(), "order_id", json!("")), "order_id_form"),
        (with(pay(), "payitem", json!([])), "payitem_form"),
        (
            with(pay(), "payitem", json!([{"productid": "hat", "unit_price": 5, "quantity": 0}])),
            "payitem_form",
        ),
        (with(pay(), "remark", json!("a\u{0}b")), "text_form"),
        (json!({"name": "query_order", "env": 0}), "one_order_id_form"),
        (json!({"name": "query_order", "env": 0, "order_id": "a", "wx_order_id": "b"}), "one_order_id_form"),
        (with(refund(), "refund_order_id", json!("refund")), "refund_order_id_form"),
        (with(refund(), "refund_fee", json!(0)), "refund_fee_form"),
        (with(refund(), "refund_fee", json!(1201)), "refund_fee_form"),
        (with(refund(), "refund_reason", json!(6)), "refund_reason_form"),
        (with(refund(), "req_from", json!(0)), "req_from_form"),
    ] {
        assert_eq!(read(&call).err(), Some(word), "{call}");
    }
}

#[test]
fn a_member_of_another_call_is_not_read_nor_is_a_call_that_lacks_one() {
    for call in [
        with(pay(), "openid", json!("oOTHER")),
        with(pay(), "payitem", json!(null)),
        with(pay(), "remark", json!(null)),
        without(pay(), "payitem"),
        without(pay(), "remark"),
        with(pay(), "refund_fee", json!(1)),
        json!({"name": "download_bill", "env": 0}),
        json!({"name": "query_user_balance", "env": "0", "user_ip": "127.0.0.1"}),
    ] {
        assert_eq!(read(&call).err(), Some("not read"), "{call}");
    }
}
