//! The vault in a user's record: the current session_key and the previous one, sealed.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;

use super::{
    super::{
        Record, StoreError, Written,
        item::{Damaged, Item, b, bytes, n, number, optional_text, s, text},
        sessions::updated,
    },
    Users, got, nobody,
};
use crate::{
    account::Block,
    ids::UserId,
    user::{SealedKey, StoredKeys},
};

/// The current key becomes the previous one and `:key` the current one. Of racing updates each shifts
/// what the one before it wrote, so that two racing keys are both kept.
const SHIFT: &str = "session_key_previous = if_not_exists(session_key, :key), \
                     session_key_previous_at = if_not_exists(session_key_at, :key_at), \
                     session_key = :key, session_key_at = :key_at, session_key_kid = :kid, \
                     session_key_fingerprint = :print";
const CURRENT: &str = "session_key = :key, session_key_at = :key_at, session_key_kid = :kid, \
                       session_key_fingerprint = :print";
/// A reset may have put another key there meanwhile.
const STILL_CURRENT: &str = " AND session_key_fingerprint = :print";
const IS_ANOTHER_KEY: &str =
    "attribute_not_exists(session_key_fingerprint) OR session_key_fingerprint <> :print";

/// What a login does to the vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyChange {
    /// Nothing.
    Keep,
    /// There is no current key, and this one becomes it. A previous one stays what it is.
    Begin(SealedKey),
    /// Another key becomes the current one, and the current one the previous one.
    Shift(SealedKey),
    /// The same key, sealed anew.
    Reseal(SealedKey),
    /// The current key, of this fingerprint, becomes the previous one, and there is no current one: WeChat has given
    /// another that could not be sealed.
    Retire(Vec<u8>),
}

/// A user for whom something is signed, with the newest `session_key` alone: WeChat takes no older one for a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    /// The Mini Program.
    pub app_id: String,
    /// WeChat's name of the user in it.
    pub openid: String,
    /// Set by an operator; it may have run out.
    pub block: Option<Block>,
    /// The sealed key, if there is one.
    pub sealed: Option<Vec<u8>>,
}

impl Signer {
    /// `None` for what stays of an account that was erased.
    fn of(item: &Item) -> Result<Option<Self>, Damaged> {
        let Some(openid) = optional_text(item, "openid")? else { return nobody(item) };
        Ok(Some(Self {
            app_id: text(item, "app_id")?.to_owned(),
            openid: openid.to_owned(),
            block: Block::of(item)?,
            sealed: bytes(item, "session_key").ok().map(<[u8]>::to_vec),
        }))
    }
}

impl StoredKeys {
    pub(super) fn of(item: &mut Item) -> Self {
        let read = || {
            Some(SealedKey {
                sealed: bytes(item, "session_key").ok()?.to_vec(),
                kid: text(item, "session_key_kid").ok()?.to_owned(),
                fingerprint: bytes(item, "session_key_fingerprint").ok()?.to_vec(),
                obtained_at: number(item, "session_key_at").ok()?,
            })
        };
        Self { current: read() }
    }
}

impl KeyChange {
    /// The update with this change in it, and what its condition must say besides.
    pub(super) fn applied(
        &self,
        update: UpdateItemFluentBuilder,
        set: &mut String,
    ) -> (UpdateItemFluentBuilder, &'static str) {
        match self {
            Self::Keep => (update, ""),
            Self::Begin(key) => {
                set.push_str(", ");
                set.push_str(CURRENT);
                (with_key(update, key), "")
            }
            Self::Shift(key) => {
                set.push_str(", ");
                set.push_str(SHIFT);
                (with_key(update, key), "")
            }
            Self::Retire(fingerprint) => {
                set.push_str(
                    ", session_key_previous = session_key, session_key_previous_at = session_key_at",
                );
                let update = update.expression_attribute_values(":print", b(fingerprint.clone()));
                (update, STILL_CURRENT)
            }
            Self::Reseal(key) => {
                set.push_str(", session_key = :key, session_key_kid = :kid");
                let update = update
                    .expression_attribute_values(":key", b(key.sealed.clone()))
                    .expression_attribute_values(":kid", s(&key.kid))
                    .expression_attribute_values(":print", b(key.fingerprint.clone()));
                (update, STILL_CURRENT)
            }
        }
    }

    /// What the same update removes, beside what a login removes anyhow.
    pub(super) fn removed(&self) -> &'static str {
        match self {
            Self::Retire(_) => ", session_key, session_key_at, session_key_kid, session_key_fingerprint",
            _ => "",
        }
    }
}

impl Users {
    /// Moves the vault on to a session_key that did not come with a login; the former one becomes the
    /// previous one in the same update. `false` when the user is gone or the key is there already.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it is not known to be written.
    pub async fn replace_key(&self, user: UserId, key: &SealedKey) -> Result<bool, StoreError> {
        let update = self.update(user).update_expression(format!("SET {SHIFT}"));
        let update = with_key(update, key)
            .condition_expression(format!("attribute_exists(openid) AND ({IS_ANOTHER_KEY})"));
        Ok(matches!(updated(update.send().await)?, Written::Done(_)))
    }

    /// The user, for whom something is to be signed; `None` when there is no such account.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it could not be read.
    pub async fn signer(&self, user: UserId) -> Result<Option<Signer>, StoreError> {
        let wanted = "user_id, app_id, openid, blocked, session_key";
        let item = got(self.get(user).projection_expression(wanted)).await?.unwrap_or_default();
        Signer::of(&item).map_err(|damaged| StoreError::damaged("GetItem", Record::User, damaged))
    }

    /// The stored session_keys, newest first; empty when there are none.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when they could not be read.
    pub async fn sealed_keys(&self, user: UserId) -> Result<Vec<Vec<u8>>, StoreError> {
        let wanted = "user_id, session_key, session_key_previous";
        let item = got(self.get(user).projection_expression(wanted)).await?.unwrap_or_default();
        let mut keys: Vec<Vec<u8>> = ["session_key", "session_key_previous"]
            .into_iter()
            .filter_map(|name| bytes(&item, name).ok().map(<[u8]>::to_vec))
            .collect();
        keys.dedup();
        Ok(keys)
    }
}

fn with_key(update: UpdateItemFluentBuilder, key: &SealedKey) -> UpdateItemFluentBuilder {
    update
        .expression_attribute_values(":key", b(key.sealed.clone()))
        .expression_attribute_values(":key_at", n(key.obtained_at))
        .expression_attribute_values(":kid", s(&key.kid))
        .expression_attribute_values(":print", b(key.fingerprint.clone()))
}
