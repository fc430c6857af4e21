//! The Users table: one record per user and Mini Program. Every write of the list of live sessions, and of what decides
//! over all of them, is made only if the list is still what was read.

mod find;
mod profile;
mod session_keys;
mod settle;

use aws_sdk_dynamodb::{
    Client,
    operation::{get_item::builders::GetItemFluentBuilder, update_item::builders::UpdateItemFluentBuilder},
    types::ReturnValuesOnConditionCheckFailure::AllOld,
};

pub use find::{FoundUsers, Index};
pub use profile::{Change, Seen, Set};
pub use session_keys::{KeyChange, Signer};
pub use settle::Moment;

use super::{
    Record, StoreError, Written,
    item::{Damaged, Item, b, moment, n, optional_moment, optional_number, s, take_bytes, take_text},
    sessions::{TTL_ATTRIBUTE, updated},
};
use crate::{
    account::{self, Block, ROLES},
    ids::UserId,
    live::Live,
    user::{Person, StoredKeys, User},
};

/// What decides over a session, and who the user is: never the vault. IAM roles name the same attributes; `roles` is a
/// reserved word.
pub const LIVENESS: &str = "user_id, live, app_id, openid, unionid, created_at, signed_out_at, blocked, \
     #roles, claims, external_id";
/// What stays of an erased account for a day, so that a write which arrives late finds another list: one day.
pub const HUSK_SECONDS: i64 = 86_400;

/// A login to be recorded.
#[derive(Debug)]
pub struct Registration<'a> {
    /// The Mini Program.
    pub app_id: &'a str,
    /// WeChat's name of the user.
    pub openid: &'a str,
    /// WeChat's name of the user across one owner's apps.
    pub unionid: Option<&'a str>,
    /// Milliseconds.
    pub now_ms: i64,
    /// The live sessions from now on.
    pub live: &'a Live,
    /// What becomes of the vault.
    pub keys: KeyChange,
}

/// What became of a login's write.
#[derive(Debug)]
pub enum Registered {
    /// It was made.
    Done,
    /// The record is not what it was: here it is now.
    Overtaken(Option<Box<User>>),
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

    /// The user's record without the vault, strongly consistent; `None` when there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it could not be read.
    pub async fn read(&self, user: UserId) -> Result<Option<User>, StoreError> {
        self.user(user, Some(LIVENESS)).await
    }

    /// The same with the vault and the installs: for a login.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it could not be read.
    pub async fn read_whole(&self, user: UserId) -> Result<Option<User>, StoreError> {
        self.user(user, None).await
    }

    /// Records a login on the record that was read, or on none: the list, who the user is, and the vault, in one write.
    /// Whether an answer was lost is seen in the record that comes back: it lists the login's session.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it is not known whether it was made.
    pub async fn register(
        &self,
        user: UserId,
        read: Option<&User>,
        login: &Registration<'_>,
    ) -> Result<Registered, StoreError> {
        let mut set =
            "SET live = :live, installs = :installs, app_id = :app, openid = :openid, last_login_at = :now"
                .to_owned();
        let mut update = self
            .update(user)
            .expression_attribute_values(":live", b(login.live.bytes()))
            .expression_attribute_values(":installs", b(login.live.installs()))
            .expression_attribute_values(":app", s(login.app_id))
            .expression_attribute_values(":openid", s(login.openid))
            .expression_attribute_values(":now", n(login.now_ms.div_euclid(1_000)));
        if let Some(realm) = login.live.realm() {
            set.push_str(", realm = :realm");
            update = update.expression_attribute_values(":realm", b(realm.as_slice()));
        }
        if read.is_none_or(|user| user.person.is_none()) {
            set.push_str(", created_at = :created");
            update = update.expression_attribute_values(":created", moment(login.now_ms));
        }
        if let Some(unionid) = login.unionid {
            set.push_str(", unionid = :unionid");
            update = update.expression_attribute_values(":unionid", s(unionid));
        }
        let (mut update, also) = login.keys.applied(update, &mut set);
        if read.is_some() {
            set.push_str(" REMOVE #ttl");
            set.push_str(login.keys.removed());
            update = update.expression_attribute_names("#ttl", TTL_ATTRIBUTE);
        }
        let update = if_unchanged(update, read.map(|user| &user.live), also).update_expression(set);
        match updated(update.return_values_on_condition_check_failure(AllOld).send().await)? {
            Written::Done(_) => Ok(Registered::Done),
            Written::Refused(None) => Ok(Registered::Overtaken(None)),
            Written::Refused(Some(item)) => {
                let user = from_item(item)
                    .map_err(|damaged| StoreError::damaged("UpdateItem", Record::User, damaged))?;
                Ok(Registered::Overtaken(Some(Box::new(user))))
            }
        }
    }

    async fn user(&self, user: UserId, projection: Option<&str>) -> Result<Option<User>, StoreError> {
        let get = self.get(user).set_projection_expression(projection.map(str::to_owned));
        let get = if projection.is_some() { get.expression_attribute_names("#roles", ROLES) } else { get };
        let item = got(get).await?;
        item.map(from_item)
            .transpose()
            .map_err(|damaged| StoreError::damaged("GetItem", Record::User, damaged))
    }

    fn get(&self, user: UserId) -> GetItemFluentBuilder {
        let get = self.client.get_item().table_name(&self.table).key("user_id", s(user.to_string()));
        get.consistent_read(true)
    }

    fn update(&self, user: UserId) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.table).key("user_id", s(user.to_string()))
    }
}

async fn got(get: GetItemFluentBuilder) -> Result<Option<Item>, StoreError> {
    get.send().await.map(|answer| answer.item).map_err(|error| StoreError::of("GetItem", &error))
}

use profile::VERSION;

const UNCHANGED: &str = "live = :read";
const ABSENT: &str = "attribute_not_exists(user_id)";

/// Only if the list is what was read, or if there is no record where there was none.
fn if_unchanged(update: UpdateItemFluentBuilder, read: Option<&Live>, also: &str) -> UpdateItemFluentBuilder {
    match read {
        Some(live) => update
            .condition_expression(format!("{UNCHANGED}{also}"))
            .expression_attribute_values(":read", b(live.bytes())),
        None => update.condition_expression(ABSENT),
    }
}

/// When a record without a person goes: a block outlives the account while it is in force.
fn husk_ttl(block: Option<&Block>, now: i64) -> Option<i64> {
    let day = now.saturating_add(HUSK_SECONDS);
    match block.filter(|block| block.is_in_force(now)) {
        None => Some(day),
        Some(block) => block.until.map(|until| until.max(day)),
    }
}

/// Reads a user's record.
///
/// # Errors
///
/// [`Damaged`] naming the attribute.
pub fn from_item(mut item: Item) -> Result<User, Damaged> {
    let live = take_bytes(&mut item, "live")?.ok_or(Damaged("live"))?;
    // Only a convenience: damaged ones are none.
    let installs = take_bytes(&mut item, "installs").ok().flatten().unwrap_or_default();
    let realm = take_bytes(&mut item, "realm").ok().flatten().and_then(|tag| tag.try_into().ok());
    Ok(User {
        live: Live::from_stored(live, installs).ok_or(Damaged("live"))?.of_realm(realm),
        signed_out_at_ms: optional_moment(&item, "signed_out_at")?,
        block: Block::of(&item)?,
        keys: StoredKeys::of(&mut item),
        person: person(item)?,
    })
}

/// A record without openid. What an erasure leaves names no Mini Program.
fn nobody<T>(item: &Item) -> Result<Option<T>, Damaged> {
    if item.contains_key("app_id") { Err(Damaged("openid")) } else { Ok(None) }
}

fn person(mut item: Item) -> Result<Option<Person>, Damaged> {
    let Some(openid) = take_text(&mut item, "openid")? else { return nobody(&item) };
    Ok(Some(Person {
        app_id: take_text(&mut item, "app_id")?.ok_or(Damaged("app_id"))?,
        openid,
        unionid: take_text(&mut item, "unionid")?,
        created_at_ms: optional_moment(&item, "created_at")?.ok_or(Damaged("created_at"))?,
        last_login_at: optional_number(&item, "last_login_at")?,
        profile: account::profile(&item)?,
        version: optional_number(&item, VERSION)?
            .map_or(Ok(0), |number| u32::try_from(number).map_err(|_| Damaged(VERSION)))?,
    }))
}
