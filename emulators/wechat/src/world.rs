//! What WeChat knows: one state, and its parts, none of which knows the whole.
//!
//! - `console`: Mini Programs and what an administrator set for them
//! - `people`: users, their keys and codes; `tokens`: access tokens
//! - `payments`: virtual payment: accounts, orders, coins
//! - `quota`: limits; `calls`, `faults`: what was asked, and what will go wrong
//! - `mint`: everything that looks random, and what of it is secret; `knobs`: how this WeChat behaves

mod calls;
mod console;
mod faults;
mod knobs;
mod mint;
mod payments;
mod people;
mod quota;
mod tokens;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub use self::calls::Call;
pub(crate) use self::calls::Calls;
pub use self::console::Component;
pub(crate) use self::console::{App, Console};
pub(crate) use self::faults::Faults;
pub use self::faults::{Fault, FaultKind};
pub use self::knobs::{Knobs, RequestId};
pub(crate) use self::mint::{Mint, hex};
pub use self::payments::PaymentAccount;
pub(crate) use self::payments::{Order, Payments, Place, Spent};
pub(crate) use self::people::{Code, CodeKind, EncryptKey, People, SessionKey, User};
pub use self::quota::Quota;
pub(crate) use self::quota::Quotas;
pub(crate) use self::tokens::{Family, LIFETIME_SECONDS, OVERLAP_SECONDS, Tokens};

/// The whole simulated WeChat, behind one lock.
pub(crate) struct WeChat {
    pub(crate) console: Console,
    pub(crate) people: People,
    pub(crate) payments: Payments,
    pub(crate) tokens: Tokens,
    pub(crate) quotas: Quotas,
    pub(crate) mint: Mint,
    pub(crate) knobs: Knobs,
    pub(crate) faults: Faults,
    pub(crate) calls: Calls,
}

impl WeChat {
    pub(crate) fn new(apps: &[(String, String)], mut mint: Mint) -> Self {
        for (_, secret) in apps {
            mint.remember("AppSecret", secret);
        }
        let mut wechat = Self {
            console: Console::new(apps),
            people: People::default(),
            payments: Payments::default(),
            tokens: Tokens::default(),
            quotas: Quotas::documented(),
            mint,
            knobs: Knobs::default(),
            faults: Faults::default(),
            calls: Calls::default(),
        };
        if let Some((app_id, _)) = apps.first() {
            wechat.open_payments(app_id, PaymentAccount::local());
        }
        wechat
    }

    /// What the console has of virtual payment from now on.
    pub(crate) fn open_payments(&mut self, app_id: &str, account: PaymentAccount) {
        self.mint.remember("AppKey", &account.app_key);
        self.mint.remember("AppKey", &account.sandbox_app_key);
        self.payments.accounts.insert(app_id.to_owned(), account);
    }

    /// The user, registered on first sight.
    pub(crate) fn user(&mut self, app_id: &str, openid: &str) -> &mut User {
        if !self.people.knows(app_id, openid) {
            self.mint.remember("openid", openid);
        }
        self.people.user(app_id, openid)
    }

    /// The `session_key` a successful code2Session hands out.
    pub(crate) fn session_key_at_login(&mut self, app_id: &str, openid: &str, now: i64) -> String {
        if self.knobs.rotate_on_code {
            // The rotation already happened when the client obtained the code.
            return self.key_in_use(app_id, openid, now);
        }
        self.rotate_if_due(app_id, openid, now)
    }

    /// A login may replace the key; several within the minimum interval share one.
    pub(crate) fn rotate_if_due(&mut self, app_id: &str, openid: &str, now: i64) -> String {
        let due = match self.people.live_key(app_id, openid, now) {
            None => true,
            Some(key) => {
                self.knobs.always_rotate || now - key.issued_at >= self.knobs.min_rotation_interval_seconds
            }
        };
        if due {
            let expires_at = now + self.knobs.key_ttl_seconds;
            return self.replace_key(app_id, openid, now, expires_at);
        }
        self.key_in_use(app_id, openid, now)
    }

    /// The key the WeChat client works with now. Using it lengthens its life; without one a new one is made.
    pub(crate) fn key_in_use(&mut self, app_id: &str, openid: &str, now: i64) -> String {
        let expires_at = now + self.knobs.key_ttl_seconds;
        match &mut self.user(app_id, openid).session_key {
            Some(key) if now < key.expires_at => {
                key.expires_at = expires_at;
                key.text.clone()
            }
            _ => self.replace_key(app_id, openid, now, expires_at),
        }
    }

    /// A fresh key in place of the one before.
    pub(crate) fn replace_key(&mut self, app_id: &str, openid: &str, now: i64, expires_at: i64) -> String {
        let text = STANDARD.encode(self.mint.bytes::<16>());
        self.set_key(app_id, openid, SessionKey { text: text.clone(), issued_at: now, expires_at });
        text
    }

    pub(crate) fn set_key(&mut self, app_id: &str, openid: &str, key: SessionKey) {
        self.mint.remember("session_key", &key.text);
        self.user(app_id, openid).session_key = Some(key);
    }
}
