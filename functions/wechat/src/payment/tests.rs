use serde_json::{Value, json};
use wxsession_wechat::signature::{pay_signature, user_signature};

use super::*;

fn read(change: &Value) -> Result<Payment, &'static str> {
    let mut fields = json!({"mode": "short_series_goods", "env": 0, "offer_id": "1450000001", "buy_quantity": 1,
        "product_id": "vip_month", "goods_price": 1200, "out_trade_no": "order_00000001", "attach": "a1"});
    for (name, value) in change.as_object().unwrap() {
        fields[name] = value.clone();
    }
    let fields: Fields = serde_json::from_value(fields).map_err(|_| "not read")?;
    fields.read().map_err(|Malformed(word)| word)
}

#[track_caller]
fn refuses(change: &Value, word: &str) {
    assert_eq!(read(change).err(), Some(word), "{change}");
}

#[test]
fn sign_data_and_its_signatures_are_those_of_the_vectors() {
    let data = read(&json!({})).unwrap().sign_data(None).unwrap();
    assert_eq!(
        data,
        r#"{"offerId":"1450000001","buyQuantity":1,"env":0,"currencyType":"CNY","productId":"vip_month","goodsPrice":1200,"outTradeNo":"order_00000001","attach":"a1"}"#
    );
    assert_eq!(
        pay_signature(&Secret::new("12345"), CALLED, data.as_bytes()),
        "c5215974e7c9fa3ca0417817c505bdfef497f400c5b219dfdc69f7c13b59f2da"
    );
    assert_eq!(
        user_signature(&Secret::new("9hAb/NEYUlkaMBEsmFgzig=="), data.as_bytes()),
        "c7b827ff823b0f74378f869efd1694705e0009d14a6bf446f0d71dd87a6353fb"
    );
}

#[test]
fn coins_have_neither_product_nor_price_and_the_offer_may_be_the_apps() {
    let none = json!(null);
    let coins = json!({"mode": "short_series_coin", "product_id": none, "goods_price": none, "offer_id": none, "env": 1});
    let payment = read(&coins).unwrap();
    assert_eq!(payment.sign_data(None), None);
    assert_eq!(
        payment.sign_data(Some("of the app")).unwrap(),
        r#"{"offerId":"of the app","buyQuantity":1,"env":1,"currencyType":"CNY","outTradeNo":"order_00000001","attach":"a1"}"#
    );
    let mut with_price = coins.clone();
    with_price["goods_price"] = json!(100);
    refuses(&with_price, "coins_have_no_product");
}

#[test]
fn what_wechat_would_refuse_is_refused_by_name() {
    for (change, word) in [
        (json!({"env": 2}), "env_form"),
        (json!({"buy_quantity": 0}), "buy_quantity_form"),
        (json!({"currency_type": "USD"}), "currency_type_form"),
        (json!({"offer_id": ""}), "offer_id_form"),
        (json!({"product_id": null}), "product_id_form"),
        (json!({"goods_price": null}), "goods_price_form"),
        (json!({"goods_price": 0}), "goods_price_form"),
        (json!({"activity_selling_price": 0}), "activity_selling_price_form"),
        (json!({"activity_selling_price": 1201}), "activity_selling_price_form"),
        (json!({"attach": "a\nb"}), "attach_form"),
        (json!({"attach": "a".repeat(1_025)}), "attach_form"),
    ] {
        refuses(&change, word);
    }
    assert!(read(&json!({"activity_selling_price": 1, "currency_type": "CNY", "attach": ""})).is_ok());
}

#[test]
fn a_number_as_text_and_a_member_too_many_are_not_read() {
    for change in [
        json!({"env": "0"}),
        json!({"buy_quantity": "1"}),
        json!({"buy_quantity": -1}),
        json!({"goods_price": 12.5}),
        json!({"platform": "android"}),
        json!({"mode": "goods"}),
    ] {
        refuses(&change, "not read");
    }
}

#[test]
fn an_order_number_has_eight_to_thirty_two_of_the_admitted_characters() {
    for good in ["order_01", "A-b|c*d@", &"9".repeat(32)] {
        assert!(read(&json!({"out_trade_no": good})).is_ok(), "{good}");
    }
    for bad in ["", "order01", "_order01", "order 01", "order.01", "订单号订单号订单", &"9".repeat(33)]
    {
        refuses(&json!({"out_trade_no": bad}), "out_trade_no_form");
    }
}
