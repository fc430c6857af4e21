//! Sessions derived from another one. A child is accepted while its parent is in the user's list, and ends with it: its
//! parent's record names it before it is written, so that a logout of the parent finds it.

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};

use super::{
    StoreError, Written,
    item::{Item, s},
    sessions::{SessionKey, Sessions, tombstone, updated},
};
use crate::{session::Ended, token::TokenHash};

/// How many children a session may have.
pub const MOST_CHILDREN: usize = 3;
/// Their hashes on the parent's record: a set, so that a write which arrives twice adds one.
pub(super) const CHILDREN: &str = "children";

impl Sessions {
    /// Names `child` on its parent's record. `false`: the parent has ended, or has as many as it may have.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it is not known to be written.
    pub async fn adopt(&self, parent: &SessionKey, child: &TokenHash) -> Result<bool, StoreError> {
        let one = AttributeValue::Bs(vec![Blob::new(child.as_bytes().as_slice())]);
        let most = i64::try_from(MOST_CHILDREN).unwrap_or(0);
        let update = self
            .update(parent)
            .update_expression("ADD children :one")
            .condition_expression(
                "#state = :active AND (attribute_not_exists(children) OR size(children) < :most OR contains(children, :child))",
            )
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":active", s("active"))
            .expression_attribute_values(":one", one)
            .expression_attribute_values(":child", AttributeValue::B(Blob::new(child.as_bytes().as_slice())))
            .expression_attribute_values(":most", super::item::n(most));
        match updated(update.send().await)? {
            Written::Done(_) => Ok(true),
            Written::Refused(_) => Ok(false),
        }
    }

    /// Ends a child, also one that is not written yet: then its tombstone stands in the way of the write.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it is not known to be ended.
    pub async fn end_child(&self, child: &SessionKey, reason: Ended, now: i64) -> Result<(), StoreError> {
        let update = tombstone(self.update(child), reason, now, ", v = :v")
            .condition_expression("attribute_not_exists(pk) OR #state = :active")
            .expression_attribute_values(":v", super::sessions::version());
        match updated(update.send().await)? {
            Written::Done(_) | Written::Refused(_) => Ok(()),
        }
    }
}

/// The children that a session's item names.
pub(super) fn children(item: &Item) -> impl Iterator<Item = TokenHash> {
    let set = item.get(CHILDREN).and_then(|value| value.as_bs().ok());
    let hashes = set.into_iter().flatten().filter_map(|hash| hash.as_ref().try_into().ok());
    hashes.map(TokenHash::from_bytes)
}
