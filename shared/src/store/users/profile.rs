//! Writing what the business says of a user. Compare-and-set by version; of an account that came after the one that was
//! read, nothing is changed.

use aws_sdk_dynamodb::{
    operation::update_item::builders::UpdateItemFluentBuilder,
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure::AllOld},
};

use super::{
    super::{
        Record, StoreError, Written,
        attempts::Attempts,
        item::{moment, n, s},
        sessions::updated,
    },
    Users, from_item,
};
use crate::{
    account::{CLAIMS, Claims, EXTERNAL_ID, ExternalId, ROLES, Roles},
    ids::UserId,
    user::Person,
};

/// The attribute that counts the changes; absent before the first.
pub(super) const VERSION: &str = "version";

/// What takes the place of what the account has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// All roles.
    Roles(Roles),
    /// All claims.
    Claims(Claims),
    /// The business's own name of the user; `None` takes it away.
    ExternalId(Option<ExternalId>),
}

/// The account as it was when the change was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// 0 before the first change.
    pub version: u32,
    /// When it began, unix seconds: an account that was erased and began again counts its changes anew.
    pub created_at: Option<i64>,
}

impl From<u32> for Seen {
    fn from(version: u32) -> Self {
        Self { version, created_at: None }
    }
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Set {
    /// It was made; the account has this version now.
    Done(u32),
    /// Another change was faster; the account has this version.
    Conflict(u32),
    /// There is no such account.
    NoAccount,
}

impl Change {
    fn attribute(&self) -> (&'static str, Option<AttributeValue>) {
        match self {
            Self::Roles(roles) => (ROLES, (!roles.is_empty()).then(|| s(roles.as_str()))),
            Self::Claims(claims) => (CLAIMS, (!claims.is_empty()).then(|| s(claims.as_str()))),
            Self::ExternalId(name) => (EXTERNAL_ID, name.as_ref().map(|name| s(name.as_str()))),
        }
    }
}

impl Users {
    /// Makes the change, if the account is as it was seen.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it is not known whether it was made.
    pub async fn set(&self, user: UserId, seen: impl Into<Seen>, change: &Change) -> Result<Set, StoreError> {
        let Seen { version, created_at } = seen.into();
        let Some(person) = self.read_whole(user).await?.and_then(|user| user.person) else {
            return Ok(Set::NoAccount);
        };
        let is_another = created_at.is_some_and(|at| at != person.created_at_ms.div_euclid(1_000));
        if is_another || person.version != version {
            return Ok(Set::Conflict(person.version));
        }
        let attempts = Attempts::default();
        let update = self.changed(user, &person, change).customize().interceptor(attempts.clone());
        let item = match updated(update.send().await)? {
            Written::Done(_) => return Ok(Set::Done(version.saturating_add(1))),
            Written::Refused(item) => item,
        };
        let (name, value) = change.attribute();
        let is_ours =
            attempts.were_several() && item.as_ref().is_some_and(|item| item.get(name) == value.as_ref());
        let now = item
            .map(from_item)
            .transpose()
            .map_err(|damaged| StoreError::damaged("UpdateItem", Record::User, damaged))?;
        Ok(match now.and_then(|user| user.person) {
            None => Set::NoAccount,
            // The answer to the first attempt was lost.
            Some(now) if is_ours && now.version == version.saturating_add(1) => Set::Done(now.version),
            Some(now) => Set::Conflict(now.version),
        })
    }

    fn changed(&self, user: UserId, read: &Person, change: &Change) -> UpdateItemFluentBuilder {
        let (name, value) = change.attribute();
        let update = self
            .update(user)
            .expression_attribute_names("#version", VERSION)
            .expression_attribute_names("#name", name)
            .expression_attribute_values(":created", moment(read.created_at_ms))
            .expression_attribute_values(":next", n(i64::from(read.version) + 1))
            .return_values_on_condition_check_failure(AllOld);
        // Of an account that was erased and began again, the version may be the same.
        let update = match read.version {
            0 => update.condition_expression("created_at = :created AND attribute_not_exists(#version)"),
            version => update
                .condition_expression("created_at = :created AND #version = :read")
                .expression_attribute_values(":read", n(version.into())),
        };
        match value {
            Some(value) => update
                .update_expression("SET #version = :next, #name = :value")
                .expression_attribute_values(":value", value),
            None => update.update_expression("SET #version = :next REMOVE #name"),
        }
    }
}
