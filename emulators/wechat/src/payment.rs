//! What the phone makes of `wx.requestVirtualPayment`.
//! <https://developers.weixin.qq.com/miniprogram/dev/api/payment/wx.requestVirtualPayment.html>

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Simulator;
use super::api::xpay::{pay_signature, signature};
use super::world::{Order, PaymentAccount, WeChat};

/// A call of `wx.requestVirtualPayment` to come, on a user's phone.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentRequest {
    /// The Mini Program it happens in.
    pub app_id: String,
    /// The user.
    pub openid: String,
    /// `short_series_goods` or `short_series_coin`.
    pub mode: String,
    /// A string that holds JSON, judged byte for byte.
    #[serde(rename = "signData")]
    pub sign_data: String,
    /// With the `AppKey`.
    #[serde(rename = "paySig")]
    pub pay_sig: String,
    /// With the user's `session_key`.
    pub signature: String,
    /// Whether the Mini Program is the released version, which takes env 0 alone.
    #[serde(default)]
    pub released: bool,
}

/// What `success` or `fail` is called with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PaymentResult {
    /// 0: paid.
    #[serde(rename = "errCode")]
    pub err_code: i64,
    /// For people.
    #[serde(rename = "errMsg")]
    pub err_msg: String,
}

const MEMBERS: [&str; 9] = [
    "offerId",
    "buyQuantity",
    "env",
    "currencyType",
    "productId",
    "goodsPrice",
    "activitySellingPrice",
    "outTradeNo",
    "attach",
];

impl Simulator {
    /// Sets what the console has of virtual payment. False when there is no such Mini Program.
    #[must_use]
    pub fn set_payment_account(&self, app_id: &str, account: PaymentAccount) -> bool {
        let mut wechat = self.wechat();
        let is_known = wechat.console.apps.contains_key(app_id);
        if is_known {
            wechat.open_payments(app_id, account);
        }
        is_known
    }

    /// Plays `wx.requestVirtualPayment` on the user's phone. An order that is paid can be asked for at `/xpay/query_order`.
    #[must_use]
    pub fn request_virtual_payment(&self, request: &PaymentRequest) -> PaymentResult {
        let now = self.now();
        match self.wechat().pay(request, now) {
            Ok(()) => PaymentResult { err_code: 0, err_msg: "requestVirtualPayment:ok".to_owned() },
            Err((err_code, why)) => {
                PaymentResult { err_code, err_msg: format!("requestVirtualPayment:fail {why}") }
            }
        }
    }
}

type Failure = (i64, &'static str);

/// A payment whose form is right.
struct Data {
    env: i64,
    quantity: i64,
    out_trade_no: String,
    attach: String,
    /// With its price in the console.
    product: Option<(String, i64)>,
    /// What is paid for all of it.
    fee: i64,
}

impl WeChat {
    fn pay(&mut self, request: &PaymentRequest, now: i64) -> Result<(), Failure> {
        let account = self.payments.accounts.get(&request.app_id);
        let account = account.ok_or((-15_008, "the merchant is not set up"))?.clone();
        let data = Data::read(request, &account)?;
        let app_key = account.app_key(data.env).ok_or((-15_001, "INVALID_ENV"))?;
        if request.released && data.env != 0 {
            return Err((-15_011, "env must be 0"));
        }
        if request.pay_sig != pay_signature(app_key, "requestVirtualPayment", request.sign_data.as_bytes()) {
            return Err((-15_006, "paySig"));
        }
        let key = self.people.live_key(&request.app_id, &request.openid, now);
        let key = key.ok_or((-15_007, "session_key expired"))?;
        if request.signature != signature(&key.text, request.sign_data.as_bytes()) {
            return Err((-15_005, "signature"));
        }
        data.priced(&account)?;
        self.paid(request, data, now)
    }

    fn paid(&mut self, request: &PaymentRequest, data: Data, now: i64) -> Result<(), Failure> {
        let place = (request.app_id.clone(), data.env);
        let number = (place.clone(), data.out_trade_no.clone());
        if self.payments.orders.contains_key(&number) {
            return Err((-15_002, "outTradeNo was used"));
        }
        if data.product.is_none() {
            let coins = self.payments.coins(&place, &request.openid);
            *coins = coins.checked_add(data.quantity).ok_or((-15_001, "BUY_QUANTITY"))?;
        }
        let fee = data.fee;
        let order = Order {
            openid: request.openid.clone(),
            wx_order_id: format!("wx{}", self.mint.hex::<24>()),
            attach: data.attach,
            fee,
            left_fee: fee,
            status: 2,
            paid_at: now,
        };
        self.payments.orders.insert(number, order);
        Ok(())
    }
}

impl Data {
    fn read(request: &PaymentRequest, account: &PaymentAccount) -> Result<Self, Failure> {
        let members = Members::read(&request.sign_data)?;
        if members.text("currencyType")? != Some("CNY") {
            return Err((-15_004, "currencyType"));
        }
        if members.text("offerId")? != Some(&account.offer_id) {
            return Err((-15_001, "OFFER_ID"));
        }
        let out_trade_no = members.text("outTradeNo")?.filter(|number| is_out_trade_no(number));
        let quantity = members.number("buyQuantity")?.filter(|quantity| *quantity >= 1);
        let quantity = quantity.ok_or((-15_001, "BUY_QUANTITY"))?;
        let (product, price) = members.sold(&request.mode)?;
        Ok(Self {
            env: members.number("env")?.unwrap_or(0),
            quantity,
            out_trade_no: out_trade_no.ok_or((-15_001, "OUT_TRADE_NO"))?.to_owned(),
            attach: members.text("attach")?.ok_or((-15_001, "ATTACH_EMPTY"))?.to_owned(),
            product,
            fee: price.checked_mul(quantity).ok_or((-15_001, "BUY_QUANTITY"))?,
        })
    }

    fn priced(&self, account: &PaymentAccount) -> Result<(), Failure> {
        let Some((id, price)) = &self.product else { return Ok(()) };
        match account.products.get(id) {
            None => Err((-15_010, "the product is not published")),
            Some(published) if published != price => Err((-15_013, "goodsPrice")),
            Some(_) => Ok(()),
        }
    }
}

/// `signData`, each member of its type.
struct Members(Map<String, Value>);

impl Members {
    fn read(sign_data: &str) -> Result<Self, Failure> {
        let members: Map<String, Value> =
            serde_json::from_str(sign_data).map_err(|_| (-15_016, "signData is no JSON"))?;
        // One report has it that a member too many, or a number as text, ends so.
        if members.keys().any(|name| !MEMBERS.contains(&name.as_str())) {
            return Err((-15_016, "signData has a member too many"));
        }
        Ok(Self(members))
    }

    fn number(&self, name: &str) -> Result<Option<i64>, Failure> {
        let value = self.0.get(name);
        value.map(|value| value.as_i64().ok_or((-15_016, "a number is none"))).transpose()
    }

    fn text(&self, name: &str) -> Result<Option<&str>, Failure> {
        let value = self.0.get(name);
        value.map(|value| value.as_str().ok_or((-15_016, "a text is none"))).transpose()
    }

    /// The product with its price in the console, and what is paid for one; coins are a fen each.
    fn sold(&self, mode: &str) -> Result<(Option<(String, i64)>, i64), Failure> {
        let (id, price) = (self.text("productId")?, self.number("goodsPrice")?);
        let reduced = self.number("activitySellingPrice")?;
        match mode {
            "short_series_goods" => {
                let id = id.filter(|id| !id.is_empty()).ok_or((-15_001, "PRODUCT_ID_EMPTY"))?;
                let price = price.filter(|price| *price >= 1).ok_or((-15_001, "GOODS_PRICE_EMPTY"))?;
                if reduced.is_some_and(|reduced| !(1..=price).contains(&reduced)) {
                    return Err((-15_001, "ACTIVITY_SELLING_PRICE"));
                }
                Ok((Some((id.to_owned(), price)), reduced.unwrap_or(price)))
            }
            "short_series_coin" if id.is_some() || price.is_some() || reduced.is_some() => {
                Err((-15_001, "COINS_HAVE_NO_PRODUCT"))
            }
            "short_series_coin" => Ok((None, 1)),
            _ => Err((1001, "mode")),
        }
    }
}

fn is_out_trade_no(text: &str) -> bool {
    let admitted = |byte: u8| byte.is_ascii_alphanumeric() || b"_-|*@".contains(&byte);
    (8..=32).contains(&text.len()) && text.bytes().all(admitted) && !text.starts_with('_')
}
