//! The Sessions table: creating, renewing, ending, listing.

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure::AllOld},
};

use super::{
    StoreError,
    attempts::Attempts,
    item::{Damaged, Item, b, generation, n, number, optional_text, s, text},
};
use crate::{
    ids::{SessionId, UserId},
    session::{Session, State},
    token::TokenHash,
};

/// The attribute by which DynamoDB tidies up. It decides nothing: expiry is compared on every read.
pub const TTL_ATTRIBUTE: &str = "ttl";
/// How long a tombstone is kept, so that use after logout is noticed: one day.
pub const TOMBSTONE_SECONDS: i64 = 86_400;

const VERSION: &str = "1";

/// What became of a session that was to be revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// It was active; now it is a tombstone.
    Now,
    /// It was a tombstone already.
    Before,
    /// There is no such session.
    Missing,
}

/// The Sessions table.
#[derive(Clone, Debug)]
pub struct Sessions {
    client: Client,
    table: String,
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
    pub async fn create(&self, hash: &TokenHash, session: &Session) -> Result<(), StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(to_item(hash, session)))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(AllOld);
        let Err(error) = put.send().await else { return Ok(()) };
        if let Some(failed) = error.as_service_error().and_then(|e| match e {
            aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(f) => {
                Some(f)
            }
            _ => None,
        }) {
            let ours = failed.item().and_then(|item| text(item, "session_id").ok());
            if ours == Some(session.id.to_string().as_str()) {
                return Ok(());
            }
        }
        Err(StoreError::of("PutItem", &error))
    }

    /// Writes what [`crate::session::Rules::renewed`] gave, if the session is still active and was
    /// not renewed meanwhile. `false`: it was, or it has ended; nothing was written.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it is not known to be written.
    pub async fn renew(&self, hash: &TokenHash, old: &Session, new: &Session) -> Result<bool, StoreError> {
        let update = self
            .update(hash, old.user_id)
            .update_expression("SET last_seen_at = :seen, expires_at = :expires")
            .condition_expression("#state = :active AND last_seen_at = :old")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":active", s("active"))
            .expression_attribute_values(":old", n(old.last_seen_at))
            .expression_attribute_values(":seen", n(new.last_seen_at))
            .expression_attribute_values(":expires", n(new.expires_at));
        match update.send().await {
            Ok(_) => Ok(true),
            Err(error) => match condition_failed(&error) {
                // Our own write, if its answer was lost, left exactly this.
                Some(item) => Ok(item.is_some_and(|i| {
                    text(i, "state") == Ok("active") && number(i, "last_seen_at") == Ok(new.last_seen_at)
                })),
                None => Err(StoreError::of("UpdateItem", &error)),
            },
        }
    }

    /// Turns an active session into a tombstone without the user's WeChat names. A lost answer and the
    /// retry after it are [`Revoked::Now`] all the same, so that the end of a session leaves its record.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it is not known to be ended.
    pub async fn revoke(
        &self,
        user: UserId,
        hash: &TokenHash,
        reason: &'static str,
        now: i64,
    ) -> Result<Revoked, StoreError> {
        let update = self
            .update(hash, user)
            .update_expression(
                "SET #state = :revoked, revoked_reason = :reason, revoked_at = :now, #ttl = :ttl \
                 REMOVE openid, unionid",
            )
            .condition_expression("#state = :active")
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#ttl", TTL_ATTRIBUTE)
            .expression_attribute_values(":active", s("active"))
            .expression_attribute_values(":revoked", s("revoked"))
            .expression_attribute_values(":reason", s(reason))
            .expression_attribute_values(":now", n(now))
            .expression_attribute_values(":ttl", n(now.saturating_add(TOMBSTONE_SECONDS)));
        let attempts = Attempts::default();
        match update.customize().interceptor(attempts.clone()).send().await {
            Ok(_) => Ok(Revoked::Now),
            Err(error) => match condition_failed(&error) {
                Some(Some(item)) if attempts.were_several() && is_ended(item, reason, now) => {
                    Ok(Revoked::Now)
                }
                Some(Some(_)) => Ok(Revoked::Before),
                Some(None) => Ok(Revoked::Missing),
                None => Err(StoreError::of("UpdateItem", &error)),
            },
        }
    }

    /// Every session of a user, tombstones and expired ones included; damaged records are left out.
    /// Strongly consistent.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the list is not complete.
    pub async fn of_user(&self, user: UserId) -> Result<Vec<(TokenHash, Session)>, StoreError> {
        let mut found = Vec::new();
        let mut from: Option<Item> = None;
        loop {
            let page = self
                .client
                .query()
                .table_name(&self.table)
                .consistent_read(true)
                .key_condition_expression("pk = :user")
                .expression_attribute_values(":user", s(user.to_string()))
                .set_exclusive_start_key(from)
                .send()
                .await
                .map_err(|error| StoreError::of("Query", &error))?;
            found.extend(page.items().iter().filter_map(|item| {
                let hash = TokenHash::from_sort_key(text(item, "sk").ok()?);
                Some((hash, from_item(item).ok()?))
            }));
            from = page.last_evaluated_key;
            if from.is_none() {
                return Ok(found);
            }
        }
    }

    fn update(
        &self,
        hash: &TokenHash,
        user: UserId,
    ) -> aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .key("pk", s(user.to_string()))
            .key("sk", s(hash.as_str()))
            .return_values_on_condition_check_failure(AllOld)
    }
}

fn is_ended(item: &Item, reason: &str, now: i64) -> bool {
    text(item, "revoked_reason") == Ok(reason) && number(item, "revoked_at") == Ok(now)
}

/// `Some` when the condition was not met, with the item as it is.
#[expect(clippy::option_option, reason = "outer: was it the condition; inner: was there an item")]
pub(super) fn condition_failed<R>(
    error: &aws_sdk_dynamodb::error::SdkError<aws_sdk_dynamodb::operation::update_item::UpdateItemError, R>,
) -> Option<Option<&Item>> {
    use aws_sdk_dynamodb::operation::update_item::UpdateItemError::ConditionalCheckFailedException;
    match error.as_service_error() {
        Some(ConditionalCheckFailedException(failed)) => Some(failed.item()),
        _ => None,
    }
}

/// The record of a session under the hash of its token, as it is stored.
#[must_use]
pub fn to_item(hash: &TokenHash, session: &Session) -> Item {
    let mut item: Item = [
        ("pk", s(session.user_id.to_string())),
        ("sk", s(hash.as_str())),
        ("v", AttributeValue::N(VERSION.to_owned())),
        ("session_id", s(session.id.to_string())),
        ("generation", b(session.generation.0)),
        ("app_id", s(&session.app_id)),
        ("created_at", n(session.created_at)),
        ("last_seen_at", n(session.last_seen_at)),
        ("expires_at", n(session.expires_at)),
        ("absolute_expires_at", n(session.absolute_expires_at)),
        ("state", s(if session.state == State::Active { "active" } else { "revoked" })),
        // A day of grace: the record stays readable for a "why was I logged out".
        (TTL_ATTRIBUTE, n(session.absolute_expires_at.saturating_add(TOMBSTONE_SECONDS))),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    for (name, value) in [("openid", &session.openid), ("unionid", &session.unionid)] {
        if let Some(value) = value {
            item.insert(name.to_owned(), s(value));
        }
    }
    item
}

/// Reads a session record.
///
/// # Errors
///
/// [`Damaged`] naming the attribute; also for a version this code does not know.
pub fn from_item(item: &Item) -> Result<Session, Damaged> {
    if item.get("v").and_then(|v| v.as_n().ok()).map(String::as_str) != Some(VERSION) {
        return Err(Damaged("v"));
    }
    let state = match text(item, "state")? {
        "active" => State::Active,
        "revoked" => State::Revoked,
        _ => return Err(Damaged("state")),
    };
    let openid = optional_text(item, "openid")?.map(str::to_owned);
    if state == State::Active && openid.is_none() {
        return Err(Damaged("openid"));
    }
    Ok(Session {
        id: SessionId::parse(text(item, "session_id")?).ok_or(Damaged("session_id"))?,
        user_id: UserId::parse(text(item, "pk")?).ok_or(Damaged("pk"))?,
        generation: generation(item)?,
        app_id: text(item, "app_id")?.to_owned(),
        openid,
        unionid: optional_text(item, "unionid")?.map(str::to_owned),
        created_at: number(item, "created_at")?,
        last_seen_at: number(item, "last_seen_at")?,
        expires_at: number(item, "expires_at")?,
        absolute_expires_at: number(item, "absolute_expires_at")?,
        state,
    })
}
