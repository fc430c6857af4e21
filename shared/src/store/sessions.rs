//! The Sessions table: creating, renewing, ending. Nothing in it names a user at WeChat.

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::{
        put_item::PutItemError,
        update_item::{UpdateItemError, UpdateItemOutput, builders::UpdateItemFluentBuilder},
    },
    types::{AttributeValue, KeysAndAttributes, ReturnValue, ReturnValuesOnConditionCheckFailure::AllOld},
};

use super::{
    Record, StoreError, Written,
    attempts::Attempts,
    batch,
    item::{Damaged, Item, b, n, number, optional_number, s, take_text, text},
    named::{CHILDREN, children, joined},
};
use crate::{
    ids::{SessionId, UserId},
    session::{Device, Ended, Parent, Session, SessionRecord},
    token::{Realm, SessionToken, TokenHash},
};

/// The attribute by which DynamoDB tidies up. It decides nothing: expiry is compared on every read.
pub const TTL_ATTRIBUTE: &str = "ttl";
/// How long a tombstone is kept, so that use after logout is noticed: one day.
pub const TOMBSTONE_SECONDS: i64 = 86_400;

const VERSION: &str = "1";

/// Where a session is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionKey {
    /// Whose it is.
    pub user: UserId,
    /// The hash of its token.
    pub hash: TokenHash,
}

impl SessionKey {
    /// Where the session of `token` is stored, if there is one.
    #[must_use]
    pub fn of(token: &SessionToken, realm: &Realm) -> Self {
        Self { user: token.user_id(), hash: token.hash(realm) }
    }
}

/// What became of a session that was to be ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It was active; now it is a tombstone. What it was, if that can be read.
    Now(Option<SessionId>),
    /// It was a tombstone already.
    Before,
    /// There is no such session.
    Missing,
}

/// The Sessions table.
#[derive(Clone, Debug)]
pub struct Sessions {
    pub(super) client: Client,
    pub(super) table: String,
}

impl Sessions {
    /// Uses `table` through `client`.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Writes a new session. A lost answer and the retry after it are told apart from a clash by the
    /// session's id, so one login gives one session.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it is not known to be written.
    pub async fn create(&self, key: &SessionKey, session: &Session) -> Result<(), StoreError> {
        if self.create_if_absent(key, session).await? { Ok(()) } else { Err(StoreError::clash("PutItem")) }
    }

    /// The same where something may stand in the way: `false` when it does, such as the tombstone of a child that was
    /// ended before it was written.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it is not known to be written.
    pub async fn create_if_absent(&self, key: &SessionKey, session: &Session) -> Result<bool, StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(to_item(&key.hash, session)))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(AllOld);
        let Err(error) = put.send().await else { return Ok(true) };
        let Some(PutItemError::ConditionalCheckFailedException(failed)) = error.as_service_error() else {
            return Err(StoreError::of("PutItem", &error));
        };
        let there = failed.item().filter(|item| text(item, "state") == Ok("active"));
        let ours = there.and_then(|item| text(item, "session_id").ok());
        Ok(ours == Some(session.id.to_string().as_str()))
    }

    /// Writes what [`crate::session::Rules::renewed`] gave, if the session is still active and was
    /// not renewed meanwhile. `false`: it was, or it has ended; nothing was written.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it is not known to be written.
    pub async fn renew(&self, key: &SessionKey, old: &Session, new: &Session) -> Result<bool, StoreError> {
        let seen = if old.last_seen_at.is_some() {
            "last_seen_at = :old"
        } else {
            "attribute_not_exists(last_seen_at)"
        };
        let mut update = self
            .update(key)
            .update_expression("SET last_seen_at = :seen, expires_at = :expires")
            .condition_expression(format!("#state = :active AND {seen}"))
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":active", s("active"))
            .expression_attribute_values(":seen", n(new.seen_at()))
            .expression_attribute_values(":expires", n(new.expires_at));
        if let Some(old) = old.last_seen_at {
            update = update.expression_attribute_values(":old", n(old));
        }
        match updated(update.send().await)? {
            Written::Done(_) => Ok(true),
            // Our own write, if its answer was lost, left exactly this.
            Written::Refused(item) => Ok(item.is_some_and(|item| {
                text(&item, "state") == Ok("active") && number(&item, "last_seen_at") == Ok(new.seen_at())
            })),
        }
    }

    /// Turns an active session into a tombstone, and its children after it: also when it was one before, because the
    /// call that made it may not have come as far as the children. A lost answer and the retry after it are
    /// [`End::Now`] all the same, so that the end of a session leaves its record.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it is not known to be ended.
    pub async fn end(&self, key: &SessionKey, reason: Ended, now: i64) -> Result<End, StoreError> {
        let update = tombstone(self.update(key), reason, now, "").condition_expression("#state = :active");
        let attempts = Attempts::default();
        let update = update.return_values(ReturnValue::AllNew).customize().interceptor(attempts.clone());
        let (end, item) = match updated(update.send().await)? {
            Written::Done(done) => (End::Now(id(done.attributes())), done.attributes),
            Written::Refused(Some(item)) if attempts.were_several() && is_tombstone(&item, reason, now) => {
                (End::Now(id(Some(&item))), Some(item))
            }
            Written::Refused(Some(item)) => (End::Before, Some(item)),
            Written::Refused(None) => (End::Missing, None),
        };
        let children = item.as_ref().map(children).transpose();
        for hash in children
            .map_err(|damaged| StoreError::damaged("UpdateItem", Record::Session, damaged))?
            .unwrap_or_default()
        {
            self.end_child(&SessionKey { user: key.user, hash }, reason, now).await?;
        }
        Ok(end)
    }

    /// The sessions of `user` under `hashes`, strongly consistent; those that are not there are left out.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when any of them could not be read.
    pub async fn some(
        &self,
        user: UserId,
        hashes: impl IntoIterator<Item = TokenHash>,
    ) -> Result<Vec<(TokenHash, Result<SessionRecord, Damaged>)>, StoreError> {
        let pk = user.to_string();
        let keys: Vec<_> = hashes
            .into_iter()
            .map(|hash| batch::item_key([("pk", pk.clone()), ("sk", hash.sort_key())]))
            .collect();
        let mut records = Vec::with_capacity(keys.len());
        for keys in keys.chunks(batch::MOST_KEYS) {
            let keys = KeysAndAttributes::builder().consistent_read(true).set_keys(Some(keys.to_vec()));
            let mut found =
                batch::get(&self.client, [(self.table.clone(), batch::built(keys))].into()).await?;
            let items = found.remove(&self.table).unwrap_or_default();
            let read =
                |item: Item| Some((TokenHash::from_sort_key(text(&item, "sk").ok()?)?, from_item(item)));
            records.extend(items.into_iter().filter_map(read));
        }
        Ok(records)
    }

    pub(super) fn update(&self, key: &SessionKey) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .key("pk", s(key.user.to_string()))
            .key("sk", s(key.hash.sort_key()))
            .return_values_on_condition_check_failure(AllOld)
    }
}

pub(super) fn tombstone(
    update: UpdateItemFluentBuilder,
    reason: Ended,
    now: i64,
    more: &str,
) -> UpdateItemFluentBuilder {
    update
        .update_expression(format!(
            "SET #state = :ended, ended_reason = :reason, ended_at = :now, #ttl = :ttl{more}"
        ))
        .expression_attribute_names("#state", "state")
        .expression_attribute_names("#ttl", TTL_ATTRIBUTE)
        .expression_attribute_values(":active", s("active"))
        .expression_attribute_values(":ended", s("ended"))
        .expression_attribute_values(":reason", s(reason.as_str()))
        .expression_attribute_values(":now", n(now))
        .expression_attribute_values(":ttl", n(now.saturating_add(TOMBSTONE_SECONDS)))
}

pub(super) fn updated<R>(
    outcome: Result<UpdateItemOutput, SdkError<UpdateItemError, R>>,
) -> Result<Written<UpdateItemOutput>, StoreError> {
    let error = match outcome {
        Ok(done) => return Ok(Written::Done(done)),
        Err(error) => error,
    };
    match error.as_service_error() {
        Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
            Ok(Written::Refused(failed.item().cloned()))
        }
        _ => Err(StoreError::of("UpdateItem", &error)),
    }
}

pub(super) fn is_tombstone(item: &Item, reason: Ended, now: i64) -> bool {
    text(item, "ended_reason") == Ok(reason.as_str()) && number(item, "ended_at") == Ok(now)
}

pub(super) fn id(item: Option<&Item>) -> Option<SessionId> {
    SessionId::parse(text(item?, "session_id").ok()?)
}

pub(super) fn version() -> AttributeValue {
    AttributeValue::N(VERSION.to_owned())
}

/// The record of a session under the hash of its token, as it is stored.
#[must_use]
pub fn to_item(hash: &TokenHash, session: &Session) -> Item {
    let mut item: Item = [
        ("pk", s(session.user_id.to_string())),
        ("sk", s(hash.sort_key())),
        ("v", version()),
        ("session_id", s(session.id.to_string())),
        ("app_id", s(&session.app_id)),
        ("created_at", n(session.created_at)),
        ("expires_at", n(session.expires_at)),
        ("absolute_expires_at", n(session.absolute_expires_at)),
        ("state", s("active")),
        // A day of grace: the record stays readable for a "why was I logged out".
        (TTL_ATTRIBUTE, n(session.absolute_expires_at.saturating_add(TOMBSTONE_SECONDS))),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    if let Some(seen) = session.last_seen_at {
        item.insert("last_seen_at".to_owned(), n(seen));
    }
    session.device.put(&mut item);
    if let Some(parent) = &session.parent {
        parent.put(&mut item);
    }
    if !session.children.is_empty() {
        item.insert(CHILDREN.to_owned(), b(joined(&session.children)));
    }
    item
}

/// Reads a session record.
///
/// # Errors
///
/// [`Damaged`] naming the attribute; also for a version this code does not know.
pub fn from_item(item: Item) -> Result<SessionRecord, Damaged> {
    if item.get("v").and_then(|v| v.as_n().ok()).map(String::as_str) != Some(VERSION) {
        return Err(Damaged("v"));
    }
    match text(&item, "state")? {
        "active" => session(item).map(SessionRecord::Active),
        "ended" => {
            let reason = Ended::parse(text(&item, "ended_reason")?).ok_or(Damaged("ended_reason"))?;
            Ok(SessionRecord::Ended { reason, session: session(item).ok() })
        }
        _ => Err(Damaged("state")),
    }
}

fn session(mut item: Item) -> Result<Session, Damaged> {
    let parent = Parent::take(&mut item)?;
    Ok(Session {
        id: SessionId::parse(text(&item, "session_id")?).ok_or(Damaged("session_id"))?,
        user_id: UserId::parse(text(&item, "pk")?).ok_or(Damaged("pk"))?,
        app_id: take_text(&mut item, "app_id")?.ok_or(Damaged("app_id"))?,
        created_at: number(&item, "created_at")?,
        last_seen_at: optional_number(&item, "last_seen_at")?,
        expires_at: number(&item, "expires_at")?,
        absolute_expires_at: number(&item, "absolute_expires_at")?,
        device: Device::of(&item),
        parent,
        children: children(&item)?,
    })
}
