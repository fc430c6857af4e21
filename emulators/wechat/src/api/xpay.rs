//! `/xpay/`: what a merchant's server asks of virtual payment. Signatures are judged over the bytes that came.

use ring::hmac;
use serde_json::{Value, json};

use crate::wire::{Fields, Refusal, Request, ok};
use crate::world::{Order, Place, Spent, WeChat, hex};

const BAD_OPENID: i64 = 268_490_001;
const BAD_PARAMETER: i64 = 268_490_002;
const BAD_SIGNATURE: i64 = 268_490_003;
const REPEATED: i64 = 268_490_004;
const TOO_FEW_COINS: i64 = 268_490_006;
const NO_SESSION_KEY: i64 = 268_490_009;
const OTHER_LEFT_FEE: i64 = 268_490_016;

/// Of an order.
const DELIVERED: i64 = 4;
const REFUNDED: i64 = 5;

/// `lowerhex(HMAC-SHA256(key, message))`, the key as its text.
pub(crate) fn signature(key: &str, message: &[u8]) -> String {
    hex(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), message).as_ref())
}

/// With the `AppKey`: over the name of what is called, `&`, and the data.
pub(crate) fn pay_signature(app_key: &str, called: &str, data: &[u8]) -> String {
    signature(app_key, &[called.as_bytes(), b"&", data].concat())
}

/// A call whose signatures are right.
struct Asked {
    place: Place,
    openid: String,
    body: Value,
}

impl Asked {
    fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap_or_default()
    }

    fn needed(&self, name: &str) -> Result<&str, Refusal> {
        Some(self.text(name)).filter(|text| !text.is_empty()).ok_or_else(|| BAD_PARAMETER.into())
    }

    fn amount(&self, name: &str) -> Result<i64, Refusal> {
        self.body[name].as_i64().filter(|amount| *amount > 0).ok_or_else(|| BAD_PARAMETER.into())
    }
}

impl WeChat {
    /// Upper-case digits, a key that was decoded first, another environment's `AppKey`: all are a wrong signature.
    fn check_xpay(&mut self, request: &Request, by_the_user: bool) -> Result<Asked, Refusal> {
        let app_id = self.check_access_token(request)?;
        self.quotas.spend(&app_id, &request.path, request.now)?;
        let body = request.json().ok_or(BAD_PARAMETER)?;
        let env = body["env"].as_i64().ok_or(BAD_PARAMETER)?;
        let account = self.payments.accounts.get(&app_id).ok_or(BAD_SIGNATURE)?;
        let app_key = account.app_key(env).ok_or(BAD_PARAMETER)?;
        if request.param("pay_sig") != pay_signature(app_key, &request.path, &request.body) {
            return Err(BAD_SIGNATURE.into());
        }
        let openid = body["openid"].as_str().unwrap_or_default().to_owned();
        // Delivery alone is told without a user.
        let names_none = request.path == "/xpay/notify_provide_goods" && openid.is_empty();
        if !names_none && !self.people.knows(&app_id, &openid) {
            return Err(BAD_OPENID.into());
        }
        if by_the_user {
            let key = self.people.live_key(&app_id, &openid, request.now).ok_or(NO_SESSION_KEY)?;
            if request.param("signature") != signature(&key.text, &request.body) {
                return Err(BAD_SIGNATURE.into());
            }
        }
        Ok(Asked { place: (app_id, env), openid, body })
    }
}

pub(super) fn query_user_balance(wechat: &mut WeChat, request: &Request) -> Result<Fields, Refusal> {
    let asked = wechat.check_xpay(request, true)?;
    asked.needed("user_ip")?;
    let balance = *wechat.payments.coins(&asked.place, &asked.openid);
    Ok(ok([
        ("balance", balance.into()),
        ("present_balance", 0.into()),
        ("sum_save", 0.into()),
        ("sum_present", 0.into()),
        ("sum_balance", balance.into()),
        ("sum_cost", 0.into()),
        ("first_save_flag", false.into()),
    ]))
}

pub(super) fn currency_pay(wechat: &mut WeChat, request: &Request) -> Result<Fields, Refusal> {
    let asked = wechat.check_xpay(request, true)?;
    let (amount, number) = (asked.amount("amount")?, asked.needed("order_id")?);
    asked.needed("user_ip")?;
    if wechat.payments.was_done(&asked.place, number) {
        return Err(REPEATED.into());
    }
    let balance = wechat.payments.coins(&asked.place, &asked.openid);
    if *balance < amount {
        return Err(TOO_FEW_COINS.into());
    }
    *balance -= amount;
    let left = *balance;
    let spent = Spent { openid: asked.openid.clone(), left: amount };
    wechat.payments.spent.insert((asked.place.clone(), number.to_owned()), spent);
    wechat.payments.note_done(&asked.place, number);
    Ok(ok([("order_id", number.into()), ("balance", left.into()), ("used_present_amount", 0.into())]))
}

/// Of coins that this user spent, and no more than is left of them.
pub(super) fn cancel_currency_pay(wechat: &mut WeChat, request: &Request) -> Result<Fields, Refusal> {
    let asked = wechat.check_xpay(request, true)?;
    let (amount, number) = (asked.amount("amount")?, asked.needed("order_id")?);
    if wechat.payments.was_done(&asked.place, number) {
        return Err(REPEATED.into());
    }
    let paid = (asked.place.clone(), asked.needed("pay_order_id")?.to_owned());
    let mut spent = wechat.payments.spent.remove(&paid).ok_or(BAD_PARAMETER)?;
    let given = if spent.openid != asked.openid {
        Err(BAD_OPENID.into())
    } else if amount > spent.left {
        Err(BAD_PARAMETER.into())
    } else {
        given(wechat, &asked, number, amount)
    };
    if given.is_ok() {
        spent.left -= amount;
    }
    wechat.payments.spent.insert(paid, spent);
    given?;
    Ok(ok([("order_id", number.into())]))
}

pub(super) fn present_currency(wechat: &mut WeChat, request: &Request) -> Result<Fields, Refusal> {
    let asked = wechat.check_xpay(request, false)?;
    let (amount, number) = (asked.amount("amount")?, asked.needed("order_id")?);
    let balance = given(wechat, &asked, number, amount)?;
    let fields =
        [("balance", balance.into()), ("order_id", number.into()), ("present_balance", amount.into())];
    Ok(ok(fields))
}

fn given(wechat: &mut WeChat, asked: &Asked, number: &str, amount: i64) -> Result<i64, Refusal> {
    if wechat.payments.was_done(&asked.place, number) {
        return Err(REPEATED.into());
    }
    let balance = wechat.payments.coins(&asked.place, &asked.openid);
    let more = balance.checked_add(amount).ok_or(BAD_PARAMETER)?;
    *balance = more;
    wechat.payments.note_done(&asked.place, number);
    Ok(more)
}

impl Asked {
    /// The order that is meant, with the merchant's number. It is this user's, where one is named.
    fn order<'a>(&self, wechat: &'a mut WeChat) -> Result<(&'a str, &'a mut Order), Refusal> {
        let (number, of_wechat) = (self.text("order_id"), self.text("wx_order_id"));
        let found = wechat.payments.order(&self.place, number, of_wechat).ok_or(BAD_PARAMETER)?;
        if self.openid.is_empty() || found.1.openid == self.openid {
            Ok(found)
        } else {
            Err(BAD_OPENID.into())
        }
    }
}

pub(super) fn query_order(wechat: &mut WeChat, request: &Request) -> Result<Fields, Refusal> {
    let asked = wechat.check_xpay(request, false)?;
    let (number, order) = asked.order(wechat)?;
    let told = json!({
        "order_id": number, "status": order.status, "order_fee": order.fee, "paid_fee": order.fee, "left_fee": order.left_fee,
        "order_type": 0, "wx_order_id": order.wx_order_id, "biz_meta": order.attach, "paid_time": order.paid_at,
    });
    Ok(ok([("order", told)]))
}

pub(super) fn notify_provide_goods(wechat: &mut WeChat, request: &Request) -> Result<Fields, Refusal> {
    let asked = wechat.check_xpay(request, false)?;
    let (_, order) = asked.order(wechat)?;
    match order.status {
        DELIVERED => return Err(REPEATED.into()),
        REFUNDED => return Err(BAD_PARAMETER.into()),
        _ => order.status = DELIVERED,
    }
    Ok(ok([]))
}

pub(super) fn refund_order(wechat: &mut WeChat, request: &Request) -> Result<Fields, Refusal> {
    let asked = wechat.check_xpay(request, false)?;
    let refund = asked.needed("refund_order_id")?;
    let (left, fee) = (asked.amount("left_fee")?, asked.amount("refund_fee")?);
    for text in ["refund_reason", "req_from"] {
        asked.needed(text)?;
    }
    if wechat.payments.was_done(&asked.place, refund) {
        return Err(REPEATED.into());
    }
    let (_, order) = asked.order(wechat)?;
    if order.left_fee != left || fee > left {
        return Err(OTHER_LEFT_FEE.into());
    }
    order.left_fee -= fee;
    if order.left_fee == 0 {
        order.status = REFUNDED;
    }
    let of_wechat = format!("refund-{}", order.wx_order_id);
    wechat.payments.note_done(&asked.place, refund);
    Ok(ok([("refund_order_id", refund.into()), ("refund_wx_order_id", of_wechat.into())]))
}
