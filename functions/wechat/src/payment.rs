//! `signData` of `wx.requestVirtualPayment`, built from typed fields.
//! <https://developers.weixin.qq.com/miniprogram/dev/api/payment/wx.requestVirtualPayment.html>

use serde::{Deserialize, Serialize};
use wxsession::{Secret, account::Malformed};
use wxsession_wechat::secrets::VirtualPayment;

use crate::object;

/// What the phone's call is named in `paySig`.
pub(crate) const CALLED: &str = "requestVirtualPayment";
const MOST_PRODUCT_CHARACTERS: usize = 64;
const MOST_OFFER_CHARACTERS: usize = 64;
const MOST_ATTACH_CHARACTERS: usize = 1_024;

/// What is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// A product of the console.
    ShortSeriesGoods,
    /// Coins.
    ShortSeriesCoin,
}

/// Which of WeChat's two environments, each with an `AppKey` of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Env {
    Live,
    Sandbox,
}

impl Env {
    pub(crate) fn read(number: u8) -> Result<Self, Malformed> {
        match number {
            0 => Ok(Self::Live),
            1 => Ok(Self::Sandbox),
            _ => Err(Malformed("env_form")),
        }
    }

    /// The `AppKey` of this environment, or what is missing.
    pub(crate) fn app_key(self, payment: &VirtualPayment) -> Result<&Secret, &'static str> {
        match self {
            Self::Live => Ok(&payment.app_key),
            Self::Sandbox => payment.sandbox_app_key.as_ref().ok_or("no_sandbox_app_key"),
        }
    }
}

/// The fields of a payment as a backend sends them.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Fields {
    /// What is sold.
    #[serde(deserialize_with = "object::word")]
    pub(crate) mode: Mode,
    /// 0: live, 1: sandbox. The released version of a Mini Program takes 0 alone.
    pub(crate) env: u8,
    /// Of the console; the one of the apps secret where it is absent.
    pub(crate) offer_id: Option<String>,
    /// How many.
    pub(crate) buy_quantity: u32,
    /// `CNY`, which it is where it is absent.
    pub(crate) currency_type: Option<String>,
    /// With `short_series_goods`: the product.
    pub(crate) product_id: Option<String>,
    /// With `short_series_goods`: its price in the console, in fen.
    pub(crate) goods_price: Option<u32>,
    /// With `short_series_goods`: the price that is paid instead, in fen.
    pub(crate) activity_selling_price: Option<u32>,
    /// Your number of the order, used once.
    pub(crate) out_trade_no: String,
    /// Comes back with WeChat's notice.
    pub(crate) attach: String,
}

/// A payment that WeChat's rules admit.
#[derive(Debug)]
pub(crate) struct Payment {
    pub(crate) mode: Mode,
    pub(crate) env: Env,
    offer_id: Option<String>,
    data: SignData,
}

/// Members in the order of WeChat's own example. No other member: one that WeChat does not know makes the signature wrong.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SignData {
    offer_id: String,
    buy_quantity: u32,
    env: u8,
    currency_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    goods_price: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    activity_selling_price: Option<u32>,
    out_trade_no: String,
    attach: String,
}

impl Fields {
    pub(crate) fn read(self) -> Result<Payment, Malformed> {
        let env = Env::read(self.env)?;
        given(self.buy_quantity >= 1, "buy_quantity_form")?;
        given(self.currency_type.as_deref().is_none_or(|currency| currency == "CNY"), "currency_type_form")?;
        given(self.offer_id.as_deref().is_none_or(|id| is_name(id, MOST_OFFER_CHARACTERS)), "offer_id_form")?;
        self.of_its_mode()?;
        given(is_out_trade_no(&self.out_trade_no), "out_trade_no_form")?;
        let attach = &self.attach;
        let fits = attach.chars().count() <= MOST_ATTACH_CHARACTERS && !attach.chars().any(char::is_control);
        given(fits, "attach_form")?;
        let data = SignData {
            offer_id: String::new(),
            buy_quantity: self.buy_quantity,
            env: self.env,
            currency_type: "CNY",
            product_id: self.product_id,
            goods_price: self.goods_price,
            activity_selling_price: self.activity_selling_price,
            out_trade_no: self.out_trade_no,
            attach: self.attach,
        };
        Ok(Payment { mode: self.mode, env, offer_id: self.offer_id, data })
    }

    /// A product has a name and a price, coins have neither.
    fn of_its_mode(&self) -> Result<(), Malformed> {
        let price = self.goods_price.unwrap_or_default();
        match self.mode {
            Mode::ShortSeriesGoods => {
                let product = self.product_id.as_deref().unwrap_or_default();
                given(is_name(product, MOST_PRODUCT_CHARACTERS), "product_id_form")?;
                given(price >= 1, "goods_price_form")?;
                let reduced = self.activity_selling_price;
                given(
                    reduced.is_none_or(|reduced| (1..=price).contains(&reduced)),
                    "activity_selling_price_form",
                )
            }
            Mode::ShortSeriesCoin => {
                let has_none = self.product_id.is_none()
                    && self.goods_price.is_none()
                    && self.activity_selling_price.is_none();
                given(has_none, "coins_have_no_product")
            }
        }
    }
}

impl Payment {
    /// The string to be signed, and to be handed to the phone byte for byte; `None` without an offer.
    pub(crate) fn sign_data(&self, of_the_app: Option<&str>) -> Option<String> {
        let offer_id = self.offer_id.as_deref().or(of_the_app)?.to_owned();
        let data = SignData { offer_id, ..self.data.clone() };
        Some(serde_json::to_string(&data).expect("texts and numbers are JSON"))
    }
}

/// Refuses, with a stable word, what does not hold.
pub(crate) fn given(holds: bool, word: &'static str) -> Result<(), Malformed> {
    if holds { Ok(()) } else { Err(Malformed(word)) }
}

/// Visible ASCII characters, so many at most.
pub(crate) fn is_name(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// 8 to 32 of `0-9 A-Z a-z _ - | * @`, the first of them no `_`.
fn is_out_trade_no(text: &str) -> bool {
    let admitted = |byte: u8| byte.is_ascii_alphanumeric() || b"_-|*@".contains(&byte);
    (8..=32).contains(&text.len()) && text.bytes().all(admitted) && !text.starts_with('_')
}

#[cfg(test)]
mod tests;
