//! What the business says of a user, as it is handed on.

use std::{collections::BTreeMap, fmt};

use serde::ser::SerializeMap;
use serde_json::Value;

use crate::{Claims, ExternalId, Roles};

/// What [`Roles`] are called where they are stored and handed on.
pub const ROLES: &str = "roles";
/// What [`Claims`] are called where they are stored.
pub const CLAIMS: &str = "claims";
/// What an [`ExternalId`] is called where it is stored and handed on.
pub const EXTERNAL_ID: &str = "external_id";

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
                Some(name) => Some(ExternalId::new(name.as_str()?).ok()?),
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
