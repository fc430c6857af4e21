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

mod actor;
mod block;

use crate::store::item::{Damaged, Item, optional_text};

pub use actor::Actor;
pub use block::{Block, Reason};
pub use wxsession_identity::{
    CLAIMS, Claim, Claims, EXTERNAL_ID, ExternalId, Malformed, Profile, ROLES, Roles,
};

/// The attribute of a user's record that [`Block`] is in.
pub const BLOCKED: &str = "blocked";

/// Reads a user's record; what the record does not have is empty.
///
/// # Errors
///
/// [`Damaged`] naming the attribute.
pub fn profile(item: &Item) -> Result<Profile, Damaged> {
    Ok(Profile {
        roles: stored(item, ROLES, Roles::stored)?.unwrap_or_default(),
        claims: stored(item, CLAIMS, Claims::stored)?.unwrap_or_default(),
        external_id: stored(item, EXTERNAL_ID, ExternalId::new)?,
    })
}

fn stored<T>(
    item: &Item,
    name: &'static str,
    read: fn(&str) -> Result<T, Malformed>,
) -> Result<Option<T>, Damaged> {
    optional_text(item, name)?.map(read).transpose().map_err(|_| Damaged(name))
}

#[cfg(test)]
mod tests;
