//! What becomes of an order that was paid.

use serde_json::{Value, json};

use super::Payer;

const QUERY: &str = "/xpay/query_order";
const DELIVERED: &str = "/xpay/notify_provide_goods";
const REFUND: &str = "/xpay/refund_order";

fn number() -> Value {
    json!({"order_id": "order_00000001"})
}

fn refund(number: &str, left: i64, fee: i64) -> Value {
    json!({"order_id": "order_00000001", "refund_order_id": number, "left_fee": left, "refund_fee": fee, "biz_meta": "",
        "refund_reason": "3", "req_from": "1"})
}

impl Payer {
    fn with_an_order() -> Self {
        let payer = Self::new();
        assert_eq!(payer.pays(&payer.request(&Self::sign_data("order_00000001", &[]))), 0);
        payer
    }

    fn order(&self, named: &Value) -> Value {
        self.signed(QUERY, named).json()["order"].clone()
    }
}

#[test]
fn an_order_is_told_with_its_own_number_by_whichever_it_was_asked_for() {
    let payer = Payer::with_an_order();
    let order = payer.order(&number());
    assert_eq!(order["order_id"], "order_00000001");
    let of_wechat = json!({"wx_order_id": order["wx_order_id"]});
    assert_eq!(payer.order(&of_wechat), order);
    payer.signed(DELIVERED, &of_wechat).assert_errcode(0);
    assert_eq!(payer.order(&of_wechat)["status"], 4);
}

#[test]
fn an_order_is_refunded_to_who_paid_it_and_is_over_with_the_last_fen() {
    let mut payer = Payer::with_an_order();
    payer.signed(REFUND, &refund("refund-01", 1200, 200)).assert_errcode(0);
    let order = payer.order(&number());
    assert_eq!((&order["status"], &order["left_fee"]), (&json!(2), &json!(1000)));
    payer.signed(REFUND, &refund("refund-02", 1200, 200)).assert_errcode(268_490_016);
    payer.signed(DELIVERED, &number()).assert_errcode(0);
    payer.signed(REFUND, &refund("refund-02", 1000, 1000)).assert_errcode(0);
    let order = payer.order(&number());
    assert_eq!((&order["status"], &order["left_fee"]), (&json!(5), &json!(0)));
    payer.becomes_another();
    payer.signed(QUERY, &number()).assert_errcode(268_490_001);
}

#[test]
fn nobody_has_anothers_order_refunded_and_what_was_refunded_is_not_delivered() {
    let mut payer = Payer::with_an_order();
    let first = payer.openid.clone();
    payer.becomes_another();
    payer.signed(REFUND, &refund("refund-01", 1200, 1200)).assert_errcode(268_490_001);
    payer.openid = first;
    payer.signed(REFUND, &refund("refund-01", 1200, 1200)).assert_errcode(0);
    payer.signed(DELIVERED, &number()).assert_errcode(268_490_002);
    assert_eq!(payer.order(&number())["status"], 5);
}
