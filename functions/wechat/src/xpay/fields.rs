//! What a backend says of a call, and whether WeChat's rules admit it.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use wxsession::account::Malformed;

use super::{Body, Call};
use crate::{
    object,
    payment::{given, is_name},
};

const MOST_ORDER_CHARACTERS: usize = 64;
const MOST_TEXT_CHARACTERS: usize = 1_024;
const MOST_ITEMS: usize = 100;

/// A call as a backend asks for it. Fees are in fen, `env` is 0 (live) or 1 (sandbox).
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "name", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Fields {
    /// How many coins the user has.
    QueryUserBalance { env: u8, user_ip: String },
    /// Takes coins. `order_id` is your number, used once.
    CurrencyPay {
        env: u8,
        user_ip: String,
        amount: u32,
        order_id: String,
        #[serde(deserialize_with = "object::each")]
        payitem: Vec<PayItem>,
        remark: String,
    },
    /// Gives coins back that were taken as `pay_order_id`.
    CancelCurrencyPay { env: u8, user_ip: String, pay_order_id: String, order_id: String, amount: u32 },
    /// What became of an order: by your number or WeChat's.
    QueryOrder { env: u8, order_id: Option<String>, wx_order_id: Option<String> },
    /// Tells that the goods were delivered: by your number or WeChat's.
    NotifyProvideGoods { env: u8, order_id: Option<String>, wx_order_id: Option<String> },
    /// Gives coins.
    PresentCurrency { env: u8, order_id: String, amount: u32 },
    /// Begins a refund: of an order by your number or WeChat's.
    RefundOrder {
        env: u8,
        order_id: Option<String>,
        wx_order_id: Option<String>,
        refund_order_id: String,
        left_fee: u32,
        refund_fee: u32,
        biz_meta: Option<String>,
        refund_reason: u8,
        req_from: u8,
    },
}

/// What coins were taken for.
#[derive(Debug, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct PayItem {
    productid: String,
    unit_price: u32,
    quantity: u32,
}

impl Fields {
    pub(crate) fn read(self) -> Result<Call, Malformed> {
        match self {
            Self::QueryUserBalance { env, user_ip } => {
                let body = Body { env, user_ip: Some(address(&user_ip)?), ..Body::default() };
                Call::of("/xpay/query_user_balance", body).signed_by_the_user()
            }
            Self::CurrencyPay { .. } => self.pay(),
            Self::CancelCurrencyPay { .. } => self.cancel(),
            Self::QueryOrder { env, order_id, wx_order_id } => {
                let body = one_of(Body { env, ..Body::default() }, order_id, wx_order_id)?;
                Call::of("/xpay/query_order", body).checked()
            }
            Self::NotifyProvideGoods { env, order_id, wx_order_id } => {
                let body = one_of(Body { env, ..Body::default() }, order_id, wx_order_id)?;
                let call = Call::of("/xpay/notify_provide_goods", body).checked()?;
                Ok(Call { names_user: false, ..call })
            }
            Self::PresentCurrency { env, order_id, amount } => {
                let (amount, order_id) = (Some(coins(amount)?), Some(order(order_id)?));
                Call::of("/xpay/present_currency", Body { env, amount, order_id, ..Body::default() })
                    .checked()
            }
            Self::RefundOrder { .. } => self.refund(),
        }
    }

    fn pay(self) -> Result<Call, Malformed> {
        let Self::CurrencyPay { env, user_ip, amount, order_id, payitem, remark } = self else {
            return Err(Malformed("request_form"));
        };
        let body = Body {
            env,
            user_ip: Some(address(&user_ip)?),
            amount: Some(coins(amount)?),
            order_id: Some(order(order_id)?),
            payitem: Some(items(&payitem)?),
            remark: Some(text(remark)?),
            ..Body::default()
        };
        let call = Call::of("/xpay/currency_pay", body).signed_by_the_user()?;
        Ok(Call { spends: true, ..call })
    }

    fn cancel(self) -> Result<Call, Malformed> {
        let Self::CancelCurrencyPay { env, user_ip, pay_order_id, order_id, amount } = self else {
            return Err(Malformed("request_form"));
        };
        let body = Body {
            env,
            user_ip: Some(address(&user_ip)?),
            amount: Some(coins(amount)?),
            pay_order_id: Some(order(pay_order_id)?),
            order_id: Some(order(order_id)?),
            ..Body::default()
        };
        Call::of("/xpay/cancel_currency_pay", body).signed_by_the_user()
    }

    fn refund(self) -> Result<Call, Malformed> {
        let Self::RefundOrder {
            env,
            order_id,
            wx_order_id,
            refund_order_id,
            left_fee,
            refund_fee,
            biz_meta,
            refund_reason,
            req_from,
        } = self
        else {
            return Err(Malformed("request_form"));
        };
        given(is_refund_order(&refund_order_id), "refund_order_id_form")?;
        given((1..=left_fee).contains(&refund_fee), "refund_fee_form")?;
        given(refund_reason <= 5, "refund_reason_form")?;
        given((1..=3).contains(&req_from), "req_from_form")?;
        let body = Body {
            env,
            refund_order_id: Some(refund_order_id),
            left_fee: Some(left_fee),
            refund_fee: Some(refund_fee),
            biz_meta: Some(text(biz_meta.unwrap_or_default())?),
            refund_reason: Some(refund_reason.to_string()),
            req_from: Some(req_from.to_string()),
            ..Body::default()
        };
        let body = one_of(body, order_id, wx_order_id)?;
        Call::of("/xpay/refund_order", body).checked()
    }
}

fn address(text: &str) -> Result<IpAddr, Malformed> {
    text.parse().map_err(|_| Malformed("user_ip_form"))
}

fn coins(amount: u32) -> Result<u32, Malformed> {
    given(amount >= 1, "amount_form").map(|()| amount)
}

fn order(id: String) -> Result<String, Malformed> {
    given(is_name(&id, MOST_ORDER_CHARACTERS), "order_id_form").map(|()| id)
}

fn text(text: String) -> Result<String, Malformed> {
    let fits = text.chars().count() <= MOST_TEXT_CHARACTERS && !text.chars().any(char::is_control);
    given(fits, "text_form").map(|()| text)
}

fn items(items: &[PayItem]) -> Result<String, Malformed> {
    let fits = |item: &PayItem| is_name(&item.productid, MOST_ORDER_CHARACTERS) && item.quantity >= 1;
    given((1..=MOST_ITEMS).contains(&items.len()) && items.iter().all(fits), "payitem_form")?;
    Ok(serde_json::to_string(items).expect("texts and numbers are JSON"))
}

/// An order has one of two names. Of both nobody can say which is meant.
fn one_of(body: Body, order_id: Option<String>, wx_order_id: Option<String>) -> Result<Body, Malformed> {
    given(order_id.is_some() != wx_order_id.is_some(), "one_order_id_form")?;
    Ok(Body {
        order_id: order_id.map(order).transpose()?,
        wx_order_id: wx_order_id.map(order).transpose()?,
        ..body
    })
}

/// 8 to 32 letters, digits, `_` and `-`.
fn is_refund_order(text: &str) -> bool {
    let admitted = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    (8..=32).contains(&text.len()) && text.bytes().all(admitted)
}
