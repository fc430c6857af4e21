//! Sessions derived from another one. A child is accepted while its parent is in the user's list, and ends with it: its
//! parent's record names it before it is written, so that a logout of the parent finds it.
//!
//! Their hashes are one value, `n × 32` bytes in the order of redemption, changed by compare-and-set as a whole: a copy of
//! such a write that arrives late finds another value. A set to which each write adds would let a late copy take another
//! child out, or bring an old one back, and a logout of the parent would leave it alive. Each write puts a new hash at the
//! end, so no value comes a second time.

use aws_sdk_dynamodb::types::ReturnValue;

use super::{
    Record, StoreError, Written,
    attempts::Attempts,
    item::{b, s, text},
    named::{children, joined},
    sessions::{End, SessionKey, Sessions, id, is_tombstone, tombstone, updated},
};
use crate::{session::Ended, token::TokenHash};

/// How many children a session may have.
pub const MOST_CHILDREN: usize = 3;

/// What became of the naming of a child.
#[derive(Debug, PartialEq, Eq)]
pub enum Named {
    /// Its parent's record names it.
    Done,
    /// Another one was named meanwhile: these are named now.
    Overtaken(Vec<TokenHash>),
    /// The parent has ended.
    Over,
}

/// The children with one more, and those that have to go for it: of those that are `over` as many as must, then the
/// oldest.
#[must_use]
pub fn with_child(
    named: &[TokenHash],
    over: &[TokenHash],
    child: TokenHash,
) -> (Vec<TokenHash>, Vec<TokenHash>) {
    let too_many = (named.len() + 1).saturating_sub(MOST_CHILDREN);
    let alive = named.iter().filter(|hash| !over.contains(hash));
    let going: Vec<_> =
        over.iter().filter(|hash| named.contains(hash)).chain(alive).take(too_many).copied().collect();
    let staying = named.iter().filter(|hash| !going.contains(hash)).copied().chain([child]).collect();
    (staying, going)
}

impl Sessions {
    /// Names `new` on the parent's record, if that is active and names what was `read`. The last of `new` is the child
    /// that comes; whoever goes must have a tombstone by then.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it is not known to be written.
    pub async fn name_children(
        &self,
        parent: &SessionKey,
        read: &[TokenHash],
        new: &[TokenHash],
    ) -> Result<Named, StoreError> {
        let unchanged = if read.is_empty() { "attribute_not_exists(children)" } else { "children = :read" };
        let mut update = self
            .update(parent)
            .update_expression("SET children = :new")
            .condition_expression(format!("#state = :active AND {unchanged}"))
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":active", s("active"))
            .expression_attribute_values(":new", b(joined(new)));
        if !read.is_empty() {
            update = update.expression_attribute_values(":read", b(joined(read)));
        }
        let item = match updated(update.send().await)? {
            Written::Done(_) => return Ok(Named::Done),
            Written::Refused(item) => item.filter(|item| text(item, "state") == Ok("active")),
        };
        let Some(item) = item else { return Ok(Named::Over) };
        let there =
            children(&item).map_err(|damaged| StoreError::damaged("UpdateItem", Record::Session, damaged))?;
        // Our own write, if its answer was lost.
        let is_named = new.last().is_some_and(|child| there.contains(child));
        Ok(if is_named { Named::Done } else { Named::Overtaken(there) })
    }

    /// Ends a child, also one that is not written yet: then its tombstone stands in the way of the write. A lost answer
    /// and the retry after it are [`End::Now`] all the same.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it is not known to be ended.
    pub async fn end_child(&self, child: &SessionKey, reason: Ended, now: i64) -> Result<End, StoreError> {
        let update = tombstone(self.update(child), reason, now, ", v = :v")
            .condition_expression("attribute_not_exists(pk) OR #state = :active")
            .expression_attribute_values(":v", super::sessions::version())
            .return_values(ReturnValue::AllNew);
        let attempts = Attempts::default();
        let update = update.customize().interceptor(attempts.clone());
        Ok(match updated(update.send().await)? {
            Written::Done(done) => End::Now(id(done.attributes())),
            Written::Refused(Some(item)) if attempts.were_several() && is_tombstone(&item, reason, now) => {
                End::Now(id(Some(&item)))
            }
            Written::Refused(_) => End::Before,
        })
    }
}
