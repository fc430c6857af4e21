//! Virtual payment: what is refused, on the phone and at `/xpay/`.

mod coins;
mod forms;
mod orders;
mod storage;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::hmac;
use serde_json::{Value, json};
use wechat_simulator::{PaymentAccount, PaymentRequest, sign_with_session_key};

use crate::{APP, Answer, WeChat};

const BALANCE: &str = "/xpay/query_user_balance";
const PAY: &str = "/xpay/currency_pay";

fn hmac_hex(key: &[u8], message: &str) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message.as_bytes());
    tag.as_ref().iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

fn pay_sig(app_key: &str, called: &str, data: &str) -> String {
    hmac_hex(app_key.as_bytes(), &format!("{called}&{data}"))
}

/// One user, with the keys that are right.
struct Payer {
    wechat: WeChat,
    openid: String,
    session_key: String,
    account: PaymentAccount,
}

impl Payer {
    fn new() -> Self {
        let wechat = WeChat::start();
        let openid = wechat.user();
        let session_key = wechat.simulator.session_key(APP, &openid).expect("they have just logged in");
        Self { wechat, openid, session_key, account: PaymentAccount::local() }
    }

    /// Another user of the same Mini Program takes over.
    fn becomes_another(&mut self) {
        self.openid = self.wechat.user();
        self.session_key =
            self.wechat.simulator.session_key(APP, &self.openid).expect("they have just logged in");
    }

    fn body(&self, more: &Value) -> String {
        let mut body = json!({"openid": self.openid, "env": 0, "user_ip": "127.0.0.1"});
        body.as_object_mut().expect("an object").extend(more.as_object().expect("members").clone());
        body.to_string()
    }

    fn ask(&self, path: &str, body: &str, pay_sig: &str, signature: &str) -> Answer {
        let token = self.wechat.access_token();
        let target = format!("{path}?access_token={token}&pay_sig={pay_sig}&signature={signature}");
        self.wechat.send("POST", &target, body)
    }

    fn signed(&self, path: &str, more: &Value) -> Answer {
        let body = self.body(more);
        let pay_sig = pay_sig(&self.account.app_key, path, &body);
        self.ask(path, &body, &pay_sig, &sign_with_session_key(&self.session_key, &body))
    }

    fn sign_data(number: &str, change: &[(&str, Value)]) -> String {
        let mut data = json!({"offerId": "1450000001", "buyQuantity": 1, "env": 0, "currencyType": "CNY", "productId": "vip_month",
            "goodsPrice": 1200, "outTradeNo": number, "attach": "a1"});
        for (name, value) in change {
            data[*name] = value.clone();
        }
        data.to_string()
    }

    fn request(&self, data: &str) -> PaymentRequest {
        PaymentRequest {
            app_id: APP.to_owned(),
            openid: self.openid.clone(),
            mode: "short_series_goods".to_owned(),
            sign_data: data.to_owned(),
            pay_sig: pay_sig(&self.account.app_key, "requestVirtualPayment", data),
            signature: sign_with_session_key(&self.session_key, data),
            released: false,
        }
    }

    fn pays(&self, request: &PaymentRequest) -> i64 {
        self.wechat.simulator.request_virtual_payment(request).err_code
    }
}

#[test]
fn a_call_needs_both_signatures_over_its_very_bytes() {
    let payer = Payer::new();
    payer.signed(BALANCE, &json!({})).assert_errcode(0);
    let body = payer.body(&json!({}));
    let right = pay_sig(&payer.account.app_key, BALANCE, &body);
    let user = sign_with_session_key(&payer.session_key, &body);
    let decoded = hmac_hex(&STANDARD.decode(&payer.session_key).unwrap(), &body);
    let sandbox = pay_sig(&payer.account.sandbox_app_key, BALANCE, &body);
    let without_slash = pay_sig(&payer.account.app_key, &BALANCE[1..], &body);
    for (pay_sig, signature) in [
        (right.to_uppercase(), user.clone()),
        (right.clone(), user.to_uppercase()),
        (right.clone(), decoded),
        (right.clone(), String::new()),
        (String::new(), user.clone()),
        (sandbox, user.clone()),
        (without_slash, user.clone()),
    ] {
        payer.ask(BALANCE, &body, &pay_sig, &signature).assert_errcode(268_490_003);
    }
    payer.ask(BALANCE, &body.replace(':', ": "), &right, &user).assert_errcode(268_490_003);
}

#[test]
fn coins_are_taken_once_and_with_the_newest_key_alone() {
    let payer = Payer::new();
    let gift = json!({"order_id": "gift_0001", "amount": 30});
    payer.signed("/xpay/present_currency", &gift).assert_errcode(0);
    payer.signed("/xpay/present_currency", &gift).assert_errcode(268_490_004);
    let hat = json!({"order_id": "coins_0001", "amount": 20});
    assert_eq!(payer.signed(PAY, &hat).json()["balance"], 10);
    payer.signed(PAY, &hat).assert_errcode(268_490_004);
    payer.signed(PAY, &json!({"order_id": "coins_0002", "amount": 20})).assert_errcode(268_490_006);
    let back = json!({"order_id": "back_0001", "pay_order_id": "coins_0001", "amount": 20});
    payer.signed("/xpay/cancel_currency_pay", &back).assert_errcode(0);
    payer.wechat.simulator.rotate_session_key(APP, &payer.openid);
    payer.signed(PAY, &json!({"order_id": "coins_0003", "amount": 1})).assert_errcode(268_490_003);
    payer.wechat.simulator.expire_session_key(APP, &payer.openid);
    payer.signed(PAY, &json!({"order_id": "coins_0003", "amount": 1})).assert_errcode(268_490_009);
}

#[test]
fn a_payment_is_accepted_once_and_can_be_delivered_and_refunded() {
    let payer = Payer::new();
    let data = Payer::sign_data("order_00000001", &[]);
    assert_eq!(payer.pays(&payer.request(&data)), 0);
    assert_eq!(payer.pays(&payer.request(&data)), -15_002);
    let number = json!({"order_id": "order_00000001"});
    let order = payer.signed("/xpay/query_order", &number).json()["order"].clone();
    assert_eq!((&order["status"], &order["left_fee"]), (&json!(2), &json!(1200)));
    payer.signed("/xpay/notify_provide_goods", &number).assert_errcode(0);
    payer.signed("/xpay/notify_provide_goods", &number).assert_errcode(268_490_004);
    let refund = |left: i64| {
        json!({"order_id": "order_00000001", "refund_order_id": "refund-01", "left_fee": left,
        "refund_fee": 1200, "biz_meta": "", "refund_reason": "3", "req_from": "1"})
    };
    payer.signed("/xpay/refund_order", &refund(1199)).assert_errcode(268_490_016);
    payer.signed("/xpay/refund_order", &refund(1200)).assert_errcode(0);
    payer.signed("/xpay/refund_order", &refund(1200)).assert_errcode(268_490_004);
}

#[test]
fn the_phone_tells_what_is_wrong_by_number() {
    let payer = Payer::new();
    for (change, number) in [
        (("goodsPrice", json!(1199)), -15_013),
        (("goodsPrice", json!("1200")), -15_016),
        (("platform", json!("android")), -15_016),
        (("productId", json!("none")), -15_010),
        (("currencyType", json!("USD")), -15_004),
        (("offerId", json!("1")), -15_001),
        (("outTradeNo", json!("_order_1")), -15_001),
        (("env", json!(1)), -15_006),
    ] {
        let data = Payer::sign_data("order_00000002", &[change]);
        assert_eq!(payer.pays(&payer.request(&data)), number, "{data}");
    }
    let good = payer.request(&Payer::sign_data("order_00000003", &[]));
    let changed = |change: &dyn Fn(&mut PaymentRequest)| {
        let mut request = good.clone();
        change(&mut request);
        payer.pays(&request)
    };
    assert_eq!(changed(&|request| request.pay_sig.make_ascii_uppercase()), -15_006);
    assert_eq!(changed(&|request| request.signature.make_ascii_uppercase()), -15_005);
    assert_eq!(changed(&|request| request.sign_data.push(' ')), -15_006);
    assert_eq!(changed(&|request| request.mode = "goods".to_owned()), 1001);
    let sandbox = Payer::sign_data("order_00000004", &[("env", json!(1))]);
    let mut request = payer.request(&sandbox);
    request.pay_sig = pay_sig(&payer.account.sandbox_app_key, "requestVirtualPayment", &sandbox);
    assert_eq!(payer.pays(&PaymentRequest { released: true, ..request.clone() }), -15_011);
    assert_eq!(payer.pays(&request), 0);
    payer.wechat.simulator.rotate_session_key(APP, &payer.openid);
    assert_eq!(payer.pays(&good), -15_005);
    payer.wechat.simulator.expire_session_key(APP, &payer.openid);
    assert_eq!(payer.pays(&good), -15_007);
}
