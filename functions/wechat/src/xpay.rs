//! Calls of `/xpay/`: path and body, built from typed fields. The call itself is made by the backend.
//! <https://developers.weixin.qq.com/miniprogram/dev/platform-capabilities/industry/virtual-payment.html>

mod fields;

use std::net::IpAddr;

use serde::Serialize;
use wxsession::account::Malformed;

pub(crate) use fields::Fields;

use crate::payment::{Env, given, is_name};

const MOST_OPENID_CHARACTERS: usize = 48;

/// A call to be signed.
#[derive(Debug)]
pub(crate) struct Call {
    /// With its leading slash: it is a part of what is signed.
    pub(crate) path: &'static str,
    pub(crate) env: Env,
    /// Whether WeChat wants the user's signature beside that of the `AppKey`.
    pub(crate) needs_session_key: bool,
    /// Whether it spends for the user: none for one who is blocked.
    pub(crate) spends: bool,
    /// Whether it is about a user at all.
    pub(crate) names_user: bool,
    body: Body,
}

/// The members that calls have, in one order.
#[derive(Clone, Debug, Default, Serialize)]
struct Body {
    #[serde(skip_serializing_if = "Option::is_none")]
    openid: Option<String>,
    env: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_ip: Option<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pay_order_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wx_order_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payitem: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remark: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_order_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_fee: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_fee: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    biz_meta: Option<String>,
    // WeChat's documents have these two as texts.
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    req_from: Option<String>,
}

impl Call {
    /// The name that it is asked for by.
    pub(crate) fn name(&self) -> &'static str {
        self.path.trim_start_matches("/xpay/")
    }

    /// It with the openid in place of a user's account, which is needed where the user signs, too. Exactly one of the two names the user.
    pub(crate) fn about(self, has_account: bool, openid: Option<String>) -> Result<Self, Malformed> {
        let has_openid = openid.is_some();
        let names_one =
            if self.needs_session_key { has_account && !has_openid } else { has_account != has_openid };
        let is_about_nobody = !has_account && !has_openid;
        given(if self.names_user { names_one } else { is_about_nobody }, "user_id_of_the_call")?;
        given(openid.as_deref().is_none_or(|openid| is_name(openid, MOST_OPENID_CHARACTERS)), "openid_form")?;
        Ok(Self { body: Body { openid, ..self.body }, ..self })
    }

    /// The exact bytes to be sent; `openid` is that of the account that is named.
    pub(crate) fn body(&self, openid: Option<&str>) -> String {
        let openid = openid.map(str::to_owned).or_else(|| self.body.openid.clone());
        let body = Body { openid, ..self.body.clone() };
        serde_json::to_string(&body).expect("texts and numbers are JSON")
    }

    fn of(path: &'static str, body: Body) -> Self {
        Self {
            path,
            // Judged by `checked`.
            env: Env::Live,
            needs_session_key: false,
            spends: false,
            names_user: true,
            body,
        }
    }

    fn checked(self) -> Result<Self, Malformed> {
        Ok(Self { env: Env::read(self.body.env)?, ..self })
    }

    fn signed_by_the_user(self) -> Result<Self, Malformed> {
        Self { needs_session_key: true, ..self }.checked()
    }
}

#[cfg(test)]
mod tests;
