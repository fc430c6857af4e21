//! What the business says of a user, kept on the user's record: whether they are blocked, their roles and claims, and
//! the name that the business knows them by.
//!
//! | value | attribute | stored as |
//! |---|---|---|
//! | [`Block`] | `blocked` | a map: `since`, `until`, `reason` |
//! | [`Roles`] | `roles` | one string, in the form in which it is handed on: sorted, one space between |
//! | [`Claims`] | `claims` | one string without characters that JSON escapes: `beta?true level#3 tier=4:gold` |
//! | [`ExternalId`] | `external_id` | a string, the key of a sparse index |
//!
//! Strings, not sets and maps, because the authorizer reads these on every request: the SDK makes one allocation of a
//! string and forty of a map of twenty. A stored value that this code would not have written is [`Damaged`]: a record
//! that cannot be read, never one that allows.

mod block;
mod claims;
mod external_id;
mod roles;

use std::{collections::BTreeMap, fmt};

use serde::ser::SerializeMap;
use serde_json::Value;

use crate::store::item::{Damaged, Item, optional_text};

pub use block::{Block, Reason};
pub use claims::{Claim, Claims};
pub use external_id::ExternalId;
pub use roles::Roles;

/// The attribute of a user's record that [`Block`] is in.
pub const BLOCKED: &str = "blocked";
/// The attribute that [`Roles`] are in. A reserved word of DynamoDB: expressions need a placeholder.
pub const ROLES: &str = "roles";
/// The attribute that [`Claims`] are in.
pub const CLAIMS: &str = "claims";
/// The attribute that [`ExternalId`] is in.
pub const EXTERNAL_ID: &str = "external_id";

/// A value that is not of the form which it must have: a stable word that quotes nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub &'static str);

/// What the authorizer hands on of a user beside their names. The default says nothing of them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// What they may do; the business decides what that means.
    pub roles: Roles,
    /// What else the business wants to know at each request.
    pub claims: Claims,
    /// The business's own name of the user.
    pub external_id: Option<ExternalId>,
}

impl Profile {
    /// Reads a user's record; what the record does not have is empty.
    ///
    /// # Errors
    ///
    /// [`Damaged`] naming the attribute.
    pub fn of(item: &Item) -> Result<Self, Damaged> {
        Ok(Self {
            roles: optional_text(item, ROLES)?.map(Roles::stored).transpose()?.unwrap_or_default(),
            claims: optional_text(item, CLAIMS)?.map(Claims::stored).transpose()?.unwrap_or_default(),
            external_id: optional_text(item, EXTERNAL_ID)?.map(ExternalId::stored).transpose()?,
        })
    }
}

/// What the name of a claim begins with where claims are handed on: none can be taken for anything else there.
const CLAIM: &str = "claim_";

impl Profile {
    /// Reads what [`Profile::hand_on`] gave, by way of API Gateway. `None` when that did not give it.
    pub(crate) fn handed_on(context: &BTreeMap<&str, &Value>) -> Option<Self> {
        let claims = context.iter().filter_map(|(name, value)| {
            name.strip_prefix(CLAIM).map(|name| value.as_str().map(|text| (name, text)))
        });
        Some(Self {
            roles: match context.get(ROLES) {
                None => Roles::default(),
                Some(roles) => Roles::stored(roles.as_str()?).ok()?,
            },
            claims: Claims::handed_on(claims.collect::<Option<_>>()?)?,
            external_id: match context.get(EXTERNAL_ID) {
                None => None,
                Some(name) => Some(ExternalId::stored(name.as_str()?).ok()?),
            },
        })
    }

    /// Adds what there is to an identity that is handed on.
    pub(crate) fn hand_on<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        if !self.roles.is_empty() {
            map.serialize_entry(ROLES, self.roles.as_str())?;
        }
        if let Some(external_id) = &self.external_id {
            map.serialize_entry(EXTERNAL_ID, external_id.as_str())?;
        }
        let mut key = CLAIM.to_owned();
        for (name, claim) in self.claims.iter() {
            key.truncate(CLAIM.len());
            key.push_str(name);
            map.serialize_entry(&key, claim.as_str())?;
        }
        Ok(())
    }
}

/// Says nothing: what is known of a person is not for the log.
impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Profile(…)")
    }
}

#[cfg(test)]
mod tests;
