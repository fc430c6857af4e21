//! Who is calling: what the session authorizer hands on, and how a function reads it.
//!
//! # Layout
//!
//! | module | holds |
//! |---|---|
//! | `identity` | [`Identity`], read from `requestContext.authorizer`, and written by the authorizer |
//! | `profile` | [`Profile`]: what the business said of the user, as it is handed on |
//! | `roles`, `claims`, `external_id` | its parts, each in the one form that it has everywhere |
//! | `ids` | [`UserId`] and [`SessionId`] |
//!
//! Nothing here speaks to a table, to WeChat or to the network: a function that asks who is calling compiles serde and uuid.

mod claims;
mod external_id;
mod identity;
mod ids;
mod profile;
mod roles;

use std::fmt;

pub use claims::{Claim, Claims};
pub use external_id::ExternalId;
pub use identity::{AUDIENCE, HandedOn, Identity};
pub use ids::{SessionId, UserId};
pub use profile::{CLAIMS, EXTERNAL_ID, Profile, ROLES};
pub use roles::Roles;

/// A value that is not of the form which it must have: a stable word that quotes nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Malformed {}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
