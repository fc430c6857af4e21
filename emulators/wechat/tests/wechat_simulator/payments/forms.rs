//! What of `signData` is refused for its form.

use serde_json::{Value, json};
use wechat_simulator::PaymentRequest;

use super::{BALANCE, Payer};

#[test]
fn every_member_has_its_type_and_a_price_is_one_that_can_be_paid() {
    let payer = Payer::new();
    let huge = i64::MAX;
    for (changes, number) in [
        (vec![("attach", json!(7))], -15_016),
        (vec![("attach", json!({"a": 1}))], -15_016),
        (vec![("attach", json!(null))], -15_016),
        (vec![("outTradeNo", json!(12_345_678))], -15_016),
        (vec![("activitySellingPrice", json!(0))], -15_001),
        (vec![("activitySellingPrice", json!(-1))], -15_001),
        (vec![("activitySellingPrice", json!(1201))], -15_001),
        (vec![("buyQuantity", json!(huge))], -15_001),
        (vec![("buyQuantity", json!(huge)), ("activitySellingPrice", json!(2))], -15_001),
    ] {
        let data = Payer::sign_data("order_00000005", &changes);
        assert_eq!(payer.pays(&payer.request(&data)), number, "{data}");
    }
    let reduced = Payer::sign_data("order_00000005", &[("activitySellingPrice", json!(1))]);
    assert_eq!(payer.pays(&payer.request(&reduced)), 0);
}

#[test]
fn coins_have_neither_product_nor_price_and_no_more_than_can_be_counted() {
    let payer = Payer::new();
    let of = |number: &str, quantity: i64, more: &[(&str, Value)]| {
        let mut data = json!({"offerId": "1450000001", "buyQuantity": quantity, "env": 0, "currencyType": "CNY",
            "outTradeNo": number, "attach": ""});
        for (name, value) in more {
            data[*name] = value.clone();
        }
        payer.pays(&PaymentRequest {
            mode: "short_series_coin".to_owned(),
            ..payer.request(&data.to_string())
        })
    };
    for (name, value) in
        [("productId", json!("vip_month")), ("goodsPrice", json!(1)), ("activitySellingPrice", json!(1))]
    {
        assert_eq!(of("order_00000006", 1, &[(name, value)]), -15_001, "{name}");
    }
    assert_eq!(of("order_00000006", i64::MAX, &[]), 0);
    assert_eq!(of("order_00000007", i64::MAX, &[]), -15_001);
    assert_eq!(payer.signed(BALANCE, &json!({})).json()["balance"], i64::MAX);
    payer
        .signed("/xpay/present_currency", &json!({"order_id": "gift_0001", "amount": 1}))
        .assert_errcode(268_490_002);
}
