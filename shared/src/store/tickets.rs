//! Tickets, in the Sessions table under their hash: who may have a session by them, of which page, and which session that
//! became. The first who redeems a ticket writes the hash of their session into it, and nobody after them can.

use aws_sdk_dynamodb::{
    operation::put_item::PutItemError, types::ReturnValuesOnConditionCheckFailure::AllOld,
};

use super::{
    Record, StoreError, Written, batch,
    item::{Damaged, Item, b, bytes, n, number, s, text},
    sessions::{Sessions, TOMBSTONE_SECONDS, TTL_ATTRIBUTE, updated},
};
use crate::{ids::UserId, ticket::TicketHash, token::TokenHash};

/// The sort key of every ticket.
const SORT_KEY: &str = "ticket";

/// A ticket as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredTicket {
    /// Who made it.
    pub user: UserId,
    /// The session that made it.
    pub parent: TokenHash,
    /// The page: its origin.
    pub audience: String,
    /// Unix seconds.
    pub expires_at: i64,
    /// The session that it became.
    pub child: Option<TokenHash>,
}

/// What became of a redemption.
#[derive(Debug, PartialEq, Eq)]
pub enum Used {
    /// The ticket was good, and is the child's now.
    Now,
    /// It is not good: here it is, if there is one.
    Not(Option<StoredTicket>),
}

impl Sessions {
    /// Writes a new ticket.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it is not known to be written.
    pub async fn create_ticket(&self, hash: &TicketHash, ticket: &StoredTicket) -> Result<(), StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(to_item(hash, ticket)))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(AllOld);
        let Err(error) = put.send().await else { return Ok(()) };
        match error.as_service_error() {
            // Thirty-two random bytes: it is our own write, whose answer was lost.
            Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(()),
            _ => Err(StoreError::of("PutItem", &error)),
        }
    }

    /// The ticket, strongly consistent.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it could not be read.
    pub async fn ticket(&self, hash: &TicketHash) -> Result<Option<StoredTicket>, StoreError> {
        let key = batch::strong([("pk", hash.partition_key()), ("sk", SORT_KEY.to_owned())]);
        let wanted = [(self.table.clone(), batch::built(key))];
        let mut found = batch::get(&self.client, wanted.into()).await?;
        let item = found.get_mut(&self.table).and_then(Vec::pop);
        item.map(|item| from_item(&item))
            .transpose()
            .map_err(|damaged| StoreError::damaged("BatchGetItem", Record::Ticket, damaged))
    }

    /// Makes the ticket the child's, if it is good at `now` for a page of `audience`. A lost answer and the retry after it
    /// are [`Used::Now`] all the same.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it is not known to be written.
    pub async fn use_ticket(
        &self,
        hash: &TicketHash,
        audience: &str,
        child: &TokenHash,
        now: i64,
    ) -> Result<Used, StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", s(hash.partition_key()))
            .key("sk", s(SORT_KEY))
            .update_expression("SET child = :child")
            .condition_expression(
                "attribute_not_exists(child) AND expires_at > :now AND audience = :audience",
            )
            .expression_attribute_values(":child", b(child.as_bytes().as_slice()))
            .expression_attribute_values(":now", n(now))
            .expression_attribute_values(":audience", s(audience))
            .return_values_on_condition_check_failure(AllOld);
        let item = match updated(update.send().await)? {
            Written::Done(_) => return Ok(Used::Now),
            Written::Refused(item) => item,
        };
        let there = item.map(|item| from_item(&item)).transpose();
        let there = there.map_err(|damaged| StoreError::damaged("UpdateItem", Record::Ticket, damaged))?;
        let is_ours = there.as_ref().is_some_and(|ticket| ticket.child == Some(*child));
        Ok(if is_ours { Used::Now } else { Used::Not(there) })
    }
}

fn to_item(hash: &TicketHash, ticket: &StoredTicket) -> Item {
    let mut item: Item = [
        ("pk", s(hash.partition_key())),
        ("sk", s(SORT_KEY)),
        ("user_id", s(ticket.user.to_string())),
        ("parent", b(ticket.parent.as_bytes().as_slice())),
        ("audience", s(&ticket.audience)),
        ("expires_at", n(ticket.expires_at)),
        // A day longer, which no page's session outlives: who comes with a used ticket ends the session that it became.
        (TTL_ATTRIBUTE, n(ticket.expires_at.saturating_add(TOMBSTONE_SECONDS))),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    if let Some(child) = &ticket.child {
        item.insert("child".to_owned(), b(child.as_bytes().as_slice()));
    }
    item
}

fn from_item(item: &Item) -> Result<StoredTicket, Damaged> {
    let hash = |name| {
        let bytes = bytes(item, name)?.try_into().map_err(|_| Damaged(name))?;
        Ok(TokenHash::from_bytes(bytes))
    };
    Ok(StoredTicket {
        user: UserId::parse(text(item, "user_id")?).ok_or(Damaged("user_id"))?,
        parent: hash("parent")?,
        audience: text(item, "audience")?.to_owned(),
        expires_at: number(item, "expires_at")?,
        child: if item.contains_key("child") { Some(hash("child")?) } else { None },
    })
}
