//! What a backend asks for. [`Request`] is what JSON can say, [`Asked`] is what it means; docs/wechat.schema.json is
//! made from the former.

use serde::Deserialize;
use serde_json::Value;
use wxsession::{
    Secret, UserId,
    account::{Actor, Malformed},
};
use wxsession_wechat::phone_number::PhoneCode;

use crate::{
    object,
    payment::{self, Payment, given, is_name},
    storage::{Pair, Storage},
    xpay,
};

/// A request as JSON. Nothing beside what is named here is taken, so a misspelt member cannot pass unnoticed.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Request {
    /// Redeems the code of this user's phone number button for the number.
    PhoneNumber {
        actor: String,
        app_id: String,
        user_id: String,
        #[cfg_attr(test, schemars(with = "String"))]
        code: Secret,
    },
    /// The Mini Program's access token. With `refused`, another one than that, which WeChat did not take.
    AccessToken {
        actor: String,
        app_id: String,
        #[cfg_attr(test, schemars(with = "Option<String>"))]
        refused: Option<Secret>,
    },
    /// What the phone gives to `wx.requestVirtualPayment`.
    SignVirtualPayment {
        actor: String,
        app_id: String,
        user_id: String,
        check_session_key: Option<bool>,
        #[serde(deserialize_with = "object::one")]
        payment: payment::Fields,
    },
    /// What is sent to a path of `/xpay/`. `notify_provide_goods` is about no user, everything else about one: of `user_id`, or of
    /// `openid` where the user's signature is not needed.
    SignXpay {
        actor: String,
        app_id: String,
        user_id: Option<String>,
        openid: Option<String>,
        check_session_key: Option<bool>,
        #[serde(deserialize_with = "object::one")]
        call: xpay::Fields,
    },
    /// What is sent to `/wxa/set_user_storage`.
    SignUserStorage {
        actor: String,
        app_id: String,
        user_id: String,
        check_session_key: Option<bool>,
        #[serde(deserialize_with = "object::each")]
        kv_list: Vec<Pair>,
    },
}

/// What is read beside [`Request`].
#[derive(Deserialize)]
struct Named {
    #[serde(rename = "call")]
    _call: Option<Name>,
}

#[derive(Deserialize)]
struct Name {
    #[serde(rename = "name")]
    _name: String,
}

/// What a request means.
pub(crate) enum Action {
    PhoneNumber(PhoneCode),
    AccessToken(Option<Secret>),
    VirtualPayment(Payment),
    Xpay(xpay::Call),
    UserStorage(Storage),
}

/// A request that can be done.
pub struct Asked {
    pub(crate) actor: Actor,
    pub(crate) app_id: String,
    /// `None` where it is about no user, or about one who is named by openid.
    pub(crate) user: Option<UserId>,
    /// Whether WeChat is asked first if it still holds the `session_key`.
    pub(crate) checks: bool,
    pub(crate) action: Action,
}

impl Asked {
    pub(crate) fn read(json: &str) -> Result<Self, Malformed> {
        // serde takes the number of a call for its name.
        wxsession_backend::object::<Named>(json)?;
        wxsession_backend::object::<Request>(json)?.read()
    }
}

impl wxsession_backend::Asked for Asked {
    fn actor(&self) -> &Actor {
        &self.actor
    }

    fn action(&self) -> &'static str {
        self.action.name()
    }

    fn user(&self) -> Option<UserId> {
        self.user
    }

    /// Which call of `/xpay/` is to be signed.
    fn audited(&self) -> Vec<(&'static str, Value)> {
        match &self.action {
            Action::Xpay(call) => vec![("call", call.name().into())],
            _ => Vec::new(),
        }
    }
}

impl Request {
    fn read(self) -> Result<Asked, Malformed> {
        let (actor, app_id, user, checks, action) = match self {
            Self::PhoneNumber { actor, app_id, user_id, code } => {
                let code = PhoneCode::new(code).ok_or(Malformed("code_form"))?;
                (actor, app_id, Some(user_id), None, Action::PhoneNumber(code))
            }
            Self::AccessToken { actor, app_id, refused } => {
                (actor, app_id, None, None, Action::AccessToken(refused))
            }
            Self::SignVirtualPayment { actor, app_id, user_id, check_session_key, payment } => {
                let payment = Action::VirtualPayment(payment.read()?);
                (actor, app_id, Some(user_id), check_session_key, payment)
            }
            Self::SignXpay { actor, app_id, user_id, openid, check_session_key, call } => {
                let call = call.read()?.about(user_id.is_some(), openid)?;
                given(call.needs_session_key || check_session_key != Some(true), "call_without_session_key")?;
                (actor, app_id, user_id, check_session_key, Action::Xpay(call))
            }
            Self::SignUserStorage { actor, app_id, user_id, check_session_key, kv_list } => {
                let storage = Action::UserStorage(Storage::new(kv_list)?);
                (actor, app_id, Some(user_id), check_session_key, storage)
            }
        };
        given(is_name(&app_id, 48), "app_id_form")?;
        let user = user.map(|text| UserId::parse(&text).ok_or(Malformed("user_id_form"))).transpose()?;
        Ok(Asked { actor: Actor::new(actor)?, app_id, user, checks: checks == Some(true), action })
    }
}

impl Action {
    /// The word for it, in requests and in audit events.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::PhoneNumber(_) => "phone_number",
            Self::AccessToken(_) => "access_token",
            Self::VirtualPayment(_) => "sign_virtual_payment",
            Self::Xpay(_) => "sign_xpay",
            Self::UserStorage(_) => "sign_user_storage",
        }
    }

    /// Whether it lets the user do something: none for one who is blocked. A refund is none of these.
    pub(crate) fn is_for_who_is_let_in(&self) -> bool {
        match self {
            Self::PhoneNumber(_) | Self::VirtualPayment(_) | Self::UserStorage(_) => true,
            Self::Xpay(call) => call.spends,
            Self::AccessToken(_) => false,
        }
    }
}

#[cfg(test)]
mod tests;
