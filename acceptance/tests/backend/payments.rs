//! What is signed is accepted by a WeChat that looks at every byte, and by nothing else than the newest key.

use serde_json::json;
use wechat_simulator::Knobs;

use crate::support::{APP, Stage, call, goods};

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_signed_paid_delivered_and_refunded() {
    let stage = Stage::open().await;
    let person = stage.person("oPAYER").await;
    let signed = stage.done("sign_virtual_payment", Some(&person), goods("order_00000001")).await;
    assert_eq!(
        signed["sign_data"],
        r#"{"offerId":"1450000001","buyQuantity":1,"env":0,"currencyType":"CNY","productId":"vip_month","goodsPrice":1200,"outTradeNo":"order_00000001","attach":"a1"}"#
    );
    assert_eq!(stage.phone_pays(&person, &signed).err_code, 0);
    assert_eq!(stage.phone_pays(&person, &signed).err_code, -15_002);
    let number = json!({"order_id": "order_00000001"});
    let query = stage.done("sign_xpay", Some(&person), call("query_order", &number)).await;
    assert_eq!(stage.backend_calls(&query).await["order"]["status"], 2);
    let told = stage.done("sign_xpay", None, call("notify_provide_goods", &number)).await;
    assert_eq!(stage.backend_calls(&told).await["errcode"], 0);
    assert_eq!(stage.backend_calls(&told).await["errcode"], 268_490_004);
    let refund = json!({"order_id": "order_00000001", "refund_order_id": "refund-01", "left_fee": 1200, "refund_fee": 1200,
        "refund_reason": 3, "req_from": 1});
    let refund = stage.done("sign_xpay", Some(&person), call("refund_order", &refund)).await;
    assert_eq!(stage.backend_calls(&refund).await["errcode"], 0);
    stage.close().await;
}

/// The order outlives the account: the backend has kept number and openid.
#[tokio::test(flavor = "multi_thread")]
async fn who_was_erased_can_be_refunded_by_openid() {
    let stage = Stage::open().await;
    let person = stage.person("oERASED").await;
    let signed = stage.done("sign_virtual_payment", Some(&person), goods("order_00000001")).await;
    assert_eq!(stage.phone_pays(&person, &signed).err_code, 0);
    let erase = json!({"action": "erase", "actor": "ops", "user_id": person.user_id});
    assert!(stage.invoke("accounts", &erase).await["result"].is_object());
    let refund = json!({"order_id": "order_00000001", "refund_order_id": "refund-01", "left_fee": 1200, "refund_fee": 1200,
        "refund_reason": 3, "req_from": 1});
    let mut refund = call("refund_order", &refund);
    assert_eq!(stage.refused("sign_xpay", Some(&person), refund.clone()).await, "user_unknown");
    refund["openid"] = person.openid.as_str().into();
    let refund = stage.done("sign_xpay", None, refund).await;
    assert_eq!(stage.backend_calls(&refund).await["errcode"], 0);
    let said = stage.lines().iter().map(ToString::to_string).collect::<String>();
    assert!(!said.contains("oERASED"), "{said}");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn coins_are_bought_in_the_sandbox_with_its_own_key_and_spent() {
    let stage = Stage::open().await;
    let person = stage.person("oCOINS").await;
    let coins = json!({"payment": {"mode": "short_series_coin", "env": 1, "buy_quantity": 30, "out_trade_no": "coins_00000001",
        "attach": ""}});
    let signed = stage.done("sign_virtual_payment", Some(&person), coins).await;
    assert_eq!(stage.phone_pays(&person, &signed).err_code, 0);
    let of_sandbox = |name: &str, mut more: serde_json::Value| {
        more["env"] = 1.into();
        more["user_ip"] = "127.0.0.1".into();
        call(name, &more)
    };
    let spend = of_sandbox(
        "currency_pay",
        json!({"amount": 20, "order_id": "hat_0001", "payitem": [{"productid": "hat", "unit_price": 10, "quantity": 2}],
            "remark": "two hats"}),
    );
    let signed = stage.done("sign_xpay", Some(&person), spend).await;
    assert_eq!(stage.backend_calls(&signed).await["balance"], 10);
    let back = of_sandbox(
        "cancel_currency_pay",
        json!({"amount": 20, "order_id": "back_0001", "pay_order_id": "hat_0001"}),
    );
    let signed = stage.done("sign_xpay", Some(&person), back).await;
    assert_eq!(stage.backend_calls(&signed).await["errcode"], 0);
    let gift = json!({"env": 1, "order_id": "gift_0001", "amount": 5});
    let signed = stage.done("sign_xpay", Some(&person), call("present_currency", &gift)).await;
    assert_eq!(stage.backend_calls(&signed).await["balance"], 35);
    let signed = stage.done("sign_xpay", Some(&person), of_sandbox("query_user_balance", json!({}))).await;
    assert_eq!(stage.backend_calls(&signed).await["balance"], 35);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn user_storage_is_accepted() {
    let stage = Stage::open().await;
    let person = stage.person("oSTORE").await;
    let pairs = json!({"kv_list": [{"key": "score", "value": "一百"}]});
    let signed = stage.done("sign_user_storage", Some(&person), pairs).await;
    assert_eq!(signed["path"], "/wxa/set_user_storage");
    assert_eq!(stage.backend_calls(&signed).await["errcode"], 0);
    stage.close().await;
}

/// A second device logs in, and its server is not ours: our key is an older one from then on.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_wechat_replaced_is_noticed_when_it_is_asked_and_mended_by_a_login() {
    let stage = Stage::open().await;
    let person = stage.person("oSTALE").await;
    stage.wechat().rotate_session_key(APP, &person.openid);
    let signed = stage.done("sign_virtual_payment", Some(&person), goods("order_00000001")).await;
    assert_eq!(stage.phone_pays(&person, &signed).err_code, -15_005);
    let mut checked = goods("order_00000002");
    checked["check_session_key"] = true.into();
    let refused = stage.refused("sign_virtual_payment", Some(&person), checked.clone()).await;
    assert_eq!(refused, "session_key_stale");
    let person = stage.person("oSTALE").await;
    let signed = stage.done("sign_virtual_payment", Some(&person), checked).await;
    assert_eq!(stage.phone_pays(&person, &signed).err_code, 0);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_second_login_the_newest_key_signs_and_never_the_one_before() {
    let stage = Stage::open().await;
    stage.wechat().set_knobs(Knobs { always_rotate: true, ..Knobs::default() });
    stage.person("oTWICE").await;
    let person = stage.person("oTWICE").await;
    let signed = stage.done("sign_virtual_payment", Some(&person), goods("order_00000001")).await;
    assert_eq!(stage.phone_pays(&person, &signed).err_code, 0);
    // Both keys are in the vault. Where the newest does not open, the one before is no substitute.
    let update = json!({"TableName": "UsersTable", "Key": {"user_id": {"S": person.user_id}},
        "UpdateExpression": "SET session_key = :junk", "ExpressionAttributeValues": {":junk": {"B": "anVuaw=="}}});
    stage.service.dynamodb.items().update(update).expect("the table takes it");
    let refused = stage.refused("sign_virtual_payment", Some(&person), goods("order_00000002")).await;
    assert_eq!(refused, "session_key_stale");
    stage.close().await;
}
