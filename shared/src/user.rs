//! A user's record: which sessions are live, who the user is at WeChat, and what decides over all sessions at once.

use crate::{
    account::{Block, Profile},
    live::Live,
};

/// What the Users table holds of a user, as far as it was read.
#[derive(Clone, Debug)]
pub struct User {
    /// Their live sessions.
    pub live: Live,
    /// `None`: the account was erased within a day, or the user was blocked before they were ever seen.
    pub person: Option<Person>,
    /// When all their sessions were last ended at once, in milliseconds.
    pub signed_out_at_ms: Option<i64>,
    /// Set by an operator; it may have run out.
    pub block: Option<Block>,
    /// The vault. Only a login, the open-data routes and what is signed for a backend read it.
    pub keys: StoredKeys,
}

/// Who a user is. It stands nowhere else, so that erasing this record erases it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The Mini Program.
    pub app_id: String,
    /// WeChat's name of the user in this Mini Program.
    pub openid: String,
    /// WeChat's name of the user across one owner's apps, when there is one.
    pub unionid: Option<String>,
    /// When the account began, in milliseconds: it tells the sessions of an erased account from those of the next one.
    pub created_at_ms: i64,
    /// Unix seconds; absent where it was not read.
    pub last_login_at: Option<i64>,
    /// What the business says of them.
    pub profile: Profile,
    /// How often that was changed; 0 where it was not read.
    pub version: u32,
}

/// A session_key as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedKey {
    /// The sealed bytes.
    pub sealed: Vec<u8>,
    /// Which key of the ring sealed them. Shows who keeps a retired key in use.
    pub kid: String,
    /// Tells whether two seals hold the same key; says nothing about the key.
    pub fingerprint: Vec<u8>,
    /// When it was obtained, unix seconds.
    pub obtained_at: i64,
}

/// The vault as a login finds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredKeys {
    /// `None`: there is none, or not one that can be read whole.
    pub current: Option<SealedKey>,
}

impl User {
    /// The block, if it is in force at `now`.
    #[must_use]
    pub fn blocked(&self, now: i64) -> Option<&Block> {
        self.block.as_ref().filter(|block| block.is_in_force(now))
    }
}
