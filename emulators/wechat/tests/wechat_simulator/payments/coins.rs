//! Coins that are given back.

use serde_json::{Value, json};

use super::{BALANCE, PAY, Payer};

const CANCEL: &str = "/xpay/cancel_currency_pay";

fn back(number: &str, of: &str, amount: i64) -> Value {
    json!({"order_id": number, "pay_order_id": of, "amount": amount})
}

#[test]
fn coins_go_back_to_who_spent_them_and_no_more_than_were_taken() {
    let mut payer = Payer::new();
    payer.signed("/xpay/present_currency", &json!({"order_id": "gift_0001", "amount": 30})).assert_errcode(0);
    payer.signed(PAY, &json!({"order_id": "coins_0001", "amount": 20})).assert_errcode(0);
    payer.signed(CANCEL, &back("back_0001", "coins_0001", 21)).assert_errcode(268_490_002);
    payer.signed(CANCEL, &back("back_0001", "gift_0001", 30)).assert_errcode(268_490_002);
    payer.signed(CANCEL, &back("back_0001", "coins_0001", 15)).assert_errcode(0);
    payer.signed(CANCEL, &back("back_0001", "coins_0001", 5)).assert_errcode(268_490_004);
    payer.signed(CANCEL, &back("back_0002", "coins_0001", 6)).assert_errcode(268_490_002);
    payer.signed(CANCEL, &back("back_0003", "back_0001", 1)).assert_errcode(268_490_002);
    assert_eq!(payer.signed(BALANCE, &json!({})).json()["balance"], 25);
    payer.becomes_another();
    payer.signed(CANCEL, &back("back_0004", "coins_0001", 5)).assert_errcode(268_490_001);
    assert_eq!(payer.signed(BALANCE, &json!({})).json()["balance"], 0);
}
