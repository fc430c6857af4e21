//! What a backend gets: an [`Outcome`], or why there is none.

use serde::Serialize;
use wxsession::http::{Code, Problem};
use wxsession_wechat::phone_number::PhoneNumber;

use crate::payment::Mode;

/// What came of a request.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Outcome {
    /// `phone_number`
    Number(#[cfg_attr(test, schemars(with = "crate::schema::Told"))] PhoneNumber),
    /// `access_token`
    Token {
        /// For the query of a call to WeChat. Keep it no longer than it lasts, and out of every log.
        access_token: String,
        /// The first second in which WeChat may not take it any more.
        expires_at: i64,
    },
    /// `sign_virtual_payment`
    Payment(Payment),
    /// `sign_xpay`, `sign_user_storage`
    Call {
        /// Below <https://api.weixin.qq.com>.
        path: &'static str,
        /// What stands in the query beside the access token.
        query: Query,
        /// The bytes to be sent, exactly these.
        body: String,
    },
}

/// What the phone gives to `wx.requestVirtualPayment`, each under that call's own name.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Payment {
    /// `mode`
    pub mode: Mode,
    /// `signData`: this string, byte for byte.
    pub sign_data: String,
    /// `paySig`
    pub pay_sig: String,
    /// `signature`
    pub signature: String,
}

/// Parameters of a query.
#[derive(Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Query {
    /// With the `AppKey`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pay_sig: Option<String>,
    /// With the user's `session_key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// `sign_user_storage`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub openid: Option<String>,
    /// `sign_user_storage`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sig_method: Option<&'static str>,
}

/// Why a request was not done: nothing was signed, redeemed or given out.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Refused {
    /// Stable.
    pub code: RefusedCode,
    /// What it is about, a stable word, where the code leaves that open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
}

/// What kind of refusal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RefusedCode {
    /// The request cannot be read or asks for what cannot be; `reason` says what. Sending it again does not help.
    InvalidRequest,
    /// The apps secret has no such Mini Program.
    AppUnknown,
    /// There is no such account in this Mini Program: never was, or erased.
    UserUnknown,
    /// The business has blocked the user.
    UserBlocked,
    /// The deployment has not what this needs; `reason` says what.
    NotConfigured,
    /// WeChat does not hold the `session_key` that we hold, or we hold none: the user logs in, then ask again, once.
    SessionKeyStale,
    /// The phone code is bad, expired, used, another user's, or a login code: the user presses the button again. With a `reason` WeChat refused
    /// with an errcode that is in no table, and another press may end the same.
    PhoneCodeInvalid,
    /// WeChat's limit per minute is reached.
    RateLimited,
    /// Cannot tell: `reason` says who did not answer, or that WeChat gives no other token. Try again; a phone code may be spent.
    Unavailable,
    /// The deployment is wrongly set up, at WeChat or at AWS. An operator must act; the log says how.
    Misconfigured,
    /// The user's record cannot be read: something else writes to the table. An operator must act.
    RecordDamaged,
    /// A defect here.
    Internal,
}

impl RefusedCode {
    /// The stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::AppUnknown => "app_unknown",
            Self::UserUnknown => "user_unknown",
            Self::UserBlocked => "user_blocked",
            Self::NotConfigured => "not_configured",
            Self::SessionKeyStale => "session_key_stale",
            Self::PhoneCodeInvalid => "phone_code_invalid",
            Self::RateLimited => "rate_limited",
            Self::Unavailable => "unavailable",
            Self::Misconfigured => "misconfigured",
            Self::RecordDamaged => "record_damaged",
            Self::Internal => "internal",
        }
    }

    /// The same with a word.
    pub(crate) fn because(self, reason: &'static str) -> Refused {
        Refused { code: self, reason: Some(reason) }
    }
}

impl From<RefusedCode> for Refused {
    fn from(code: RefusedCode) -> Self {
        Self { code, reason: None }
    }
}

/// What a backend is told of a problem. Its text and its fields are for the log alone.
impl From<&Problem> for Refused {
    fn from(problem: &Problem) -> Self {
        match problem.code {
            Code::WrongApp => RefusedCode::AppUnknown.into(),
            Code::UserBlocked => RefusedCode::UserBlocked.into(),
            Code::NotEnabled => Self { code: RefusedCode::NotConfigured, reason: problem.reason },
            Code::SessionKeyStale => RefusedCode::SessionKeyStale.into(),
            // WeChat bills each press: a backend may want to stop where nobody knows that another will help.
            Code::PhoneCodeInvalid => {
                let reason = problem.reason.filter(|reason| reason.starts_with("unexpected_"));
                Self { code: RefusedCode::PhoneCodeInvalid, reason }
            }
            Code::RateLimited => RefusedCode::RateLimited.into(),
            Code::UpstreamUnavailable | Code::UpstreamInvalid => RefusedCode::Unavailable.because("wechat"),
            Code::StoreUnavailable if problem.reason == Some("secrets") => {
                RefusedCode::Unavailable.because("secrets")
            }
            Code::StoreUnavailable => RefusedCode::Unavailable.because("tables"),
            Code::ServiceMisconfigured => RefusedCode::Misconfigured.into(),
            _ => RefusedCode::Internal.into(),
        }
    }
}

impl wxsession_backend::Refused for Refused {
    fn unreadable(reason: &'static str) -> Self {
        RefusedCode::InvalidRequest.because(reason)
    }

    fn damaged() -> Self {
        RefusedCode::RecordDamaged.into()
    }

    fn code(&self) -> &'static str {
        self.code.as_str()
    }

    fn reason(&self) -> Option<&'static str> {
        self.reason
    }
}
