//! The Users table: one record per user and Mini Program, kept.

mod session_keys;

use aws_sdk_dynamodb::{
    Client,
    operation::update_item::builders::UpdateItemFluentBuilder,
    types::{ReturnValue, ReturnValuesOnConditionCheckFailure::AllOld},
};

pub use session_keys::SealedKey;

use self::session_keys::{IS_ANOTHER_KEY, SHIFT, with_key};
use super::{
    StoreError,
    item::{Item, b, generation, n, number, optional_text, s, text},
    sessions::condition_failed,
};
use crate::{ids::UserId, session::Generation};

/// A session_key that is already known is not written again within this time: one hour.
const LAST_LOGIN_SECONDS: i64 = 3_600;

/// A login to be recorded.
#[derive(Debug)]
pub struct Registration<'a> {
    /// The Mini Program.
    pub app_id: &'a str,
    /// WeChat's name of the user.
    pub openid: &'a str,
    /// WeChat's name of the user across one owner's apps.
    pub unionid: Option<&'a str>,
    /// Unix seconds.
    pub now: i64,
    /// The generation for a user who has none yet.
    pub generation: Generation,
    /// The sealed session_key, when it is stored.
    pub key: Option<SealedKey>,
}

/// What a login found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registered {
    /// The user's generation, to be copied to the session.
    pub generation: Generation,
    /// Whether this login made the record.
    pub is_new: bool,
}

/// The Users table.
#[derive(Clone, Debug)]
pub struct Users {
    client: Client,
    table: String,
}

impl Users {
    /// Uses `table` through `client`.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Registers the user or finds them, and moves the vault on: a new session_key becomes the
    /// current one and the former becomes the previous one, in the same single update. The same key
    /// again changes nothing in the vault, unless the ring has a new current key: then it is sealed
    /// anew, or else a retired key could never be taken out of the ring.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the record is not known to be written.
    pub async fn register(&self, user: UserId, login: &Registration<'_>) -> Result<Registered, StoreError> {
        if let Some(key) = &login.key {
            match self.shift(user, login, key).await? {
                Shifted::Written(registered) => return Ok(registered),
                Shifted::SameKey(old) => {
                    if text(&old, "session_key_kid") != Ok(&key.kid) {
                        if let Some(registered) = self.reseal(user, login, key).await? {
                            return Ok(registered);
                        }
                    // A short while ago: the record already says all that matters.
                    } else if is_recent(&old, login) && generation(&old).is_ok() {
                        return registered(Some(&old), login);
                    }
                }
            }
        }
        let update = self.upsert(user, login, "").send().await;
        let item = update.map_err(|error| StoreError::of("UpdateItem", &error))?.attributes;
        registered(item.as_ref(), login)
    }

    /// `None` when another login has put another key in its place meanwhile: that one keeps ours as
    /// the previous one.
    async fn reseal(
        &self,
        user: UserId,
        login: &Registration<'_>,
        key: &SealedKey,
    ) -> Result<Option<Registered>, StoreError> {
        let update = self
            .upsert(user, login, ", session_key = :key, session_key_kid = :kid")
            .condition_expression("session_key_fingerprint = :print")
            .expression_attribute_values(":key", b(key.sealed.clone()))
            .expression_attribute_values(":kid", s(&key.kid))
            .expression_attribute_values(":print", b(key.fingerprint.clone()));
        match update.send().await {
            Ok(done) => registered(done.attributes.as_ref(), login).map(Some),
            Err(error) if condition_failed(&error).is_some() => Ok(None),
            Err(error) => Err(StoreError::of("UpdateItem", &error)),
        }
    }

    async fn shift(
        &self,
        user: UserId,
        login: &Registration<'_>,
        key: &SealedKey,
    ) -> Result<Shifted, StoreError> {
        let update = with_key(self.upsert(user, login, &format!(", {SHIFT}")), key)
            .condition_expression(IS_ANOTHER_KEY)
            .return_values_on_condition_check_failure(AllOld);
        match update.send().await {
            Ok(done) => registered(done.attributes.as_ref(), login).map(Shifted::Written),
            Err(error) => match condition_failed(&error) {
                Some(Some(old)) => Ok(Shifted::SameKey(old.clone())),
                _ => Err(StoreError::of("UpdateItem", &error)),
            },
        }
    }

    fn upsert(&self, user: UserId, login: &Registration<'_>, more: &str) -> UpdateItemFluentBuilder {
        let union = if login.unionid.is_some() { ", unionid = :unionid" } else { "" };
        self.client
            .update_item()
            .table_name(&self.table)
            .key("user_id", s(user.to_string()))
            .update_expression(format!(
                "SET app_id = :app, openid = :openid, last_login_at = :now, \
                 created_at = if_not_exists(created_at, :now), \
                 generation = if_not_exists(generation, :generation){union}{more}"
            ))
            .expression_attribute_values(":app", s(login.app_id))
            .expression_attribute_values(":openid", s(login.openid))
            .expression_attribute_values(":now", n(login.now))
            .expression_attribute_values(":generation", b(login.generation.0))
            .set_expression_attribute_values_if(login.unionid.map(|unionid| (":unionid", s(unionid))))
            .return_values(ReturnValue::AllNew)
    }

    /// The user's generation, strongly consistent; `None` when there is no such user.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it could not be read.
    pub async fn generation(&self, user: UserId) -> Result<Option<Generation>, StoreError> {
        let item = self.get(user, Some("user_id, generation")).await?;
        Ok(item.as_ref().and_then(|item| generation(item).ok()))
    }

    /// Gives the user a new generation: every older session is dead with this one write. `false`
    /// when there is no such user.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it is not known to be written.
    pub async fn sign_out_everywhere(&self, user: UserId, new: Generation) -> Result<bool, StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("user_id", s(user.to_string()))
            .update_expression("SET generation = :generation")
            .condition_expression("attribute_exists(user_id)")
            .expression_attribute_values(":generation", b(new.0));
        match update.send().await {
            Ok(_) => Ok(true),
            Err(error) if condition_failed(&error).is_some() => Ok(false),
            Err(error) => Err(StoreError::of("UpdateItem", &error)),
        }
    }

    /// Removes the record and the vault in it. Sessions of the user die with it.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it is not known to be gone.
    pub async fn delete(&self, user: UserId) -> Result<(), StoreError> {
        let delete = self.client.delete_item().table_name(&self.table).key("user_id", s(user.to_string()));
        delete.send().await.map(drop).map_err(|error| StoreError::of("DeleteItem", &error))
    }

    async fn get(&self, user: UserId, projection: Option<&str>) -> Result<Option<Item>, StoreError> {
        self.client
            .get_item()
            .table_name(&self.table)
            .key("user_id", s(user.to_string()))
            .consistent_read(true)
            .set_projection_expression(projection.map(str::to_owned))
            .send()
            .await
            .map(|answer| answer.item)
            .map_err(|error| StoreError::of("GetItem", &error))
    }
}

enum Shifted {
    Written(Registered),
    SameKey(Item),
}

fn is_recent(old: &Item, login: &Registration<'_>) -> bool {
    let same_names = text(old, "openid") == Ok(login.openid)
        && (login.unionid.is_none() || optional_text(old, "unionid") == Ok(login.unionid));
    let age = number(old, "last_login_at").map(|at| login.now.saturating_sub(at));
    same_names && age.is_ok_and(|age| (0..LAST_LOGIN_SECONDS).contains(&age))
}

fn registered(item: Option<&Item>, login: &Registration<'_>) -> Result<Registered, StoreError> {
    let read = item.and_then(|item| generation(item).ok());
    let generation = read.ok_or_else(StoreError::damaged_generation)?;
    // Our own random value is there only if this login put it there.
    Ok(Registered { generation, is_new: generation == login.generation })
}

trait SetIf {
    fn set_expression_attribute_values_if(
        self,
        pair: Option<(&str, aws_sdk_dynamodb::types::AttributeValue)>,
    ) -> Self;
}

impl SetIf for UpdateItemFluentBuilder {
    fn set_expression_attribute_values_if(
        self,
        pair: Option<(&str, aws_sdk_dynamodb::types::AttributeValue)>,
    ) -> Self {
        match pair {
            Some((name, value)) => self.expression_attribute_values(name, value),
            None => self,
        }
    }
}
