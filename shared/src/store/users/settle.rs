//! Writes that end every session of a user at once. Each is made on what was read, and again on what is there when
//! another write was faster: a copy of one that arrives late finds another list and does nothing.

use std::time::Instant;

use aws_sdk_dynamodb::{
    operation::{put_item::PutItemError, update_item::builders::UpdateItemFluentBuilder},
    types::AttributeValue,
};

use super::{
    super::{
        StoreError, Written,
        item::{Item, b, moment, n, s},
        sessions::{TTL_ATTRIBUTE, updated},
    },
    ABSENT, UNCHANGED, Users, husk_ttl, if_unchanged,
};
use crate::{
    account::{BLOCKED, Block},
    ids::UserId,
    live::Live,
    random::Random,
    user::User,
};

/// When it is, how long it may take, and randomness for the list's mark.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// Milliseconds.
    pub now_ms: i64,
    /// No further attempt is begun after this.
    pub until: Instant,
    /// For the mark.
    pub random: &'a Random,
}

/// One write of a user's record.
enum Change {
    /// These attributes are set or removed. The list becomes empty, or stays as it was read.
    Update { empties: bool, set: Vec<(&'static str, AttributeValue)>, remove: Vec<&'static str> },
    /// Nothing stays but these and the empty list.
    Husk(Item),
}

impl Users {
    /// Ends every session of the user with one write. `false` when there is no such user.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it is not known to be written.
    pub async fn sign_out_everywhere(&self, user: UserId, moment: Moment<'_>) -> Result<bool, StoreError> {
        let read = self.read(user).await?;
        self.settle(user, read, moment, |user| {
            user?.person.as_ref()?;
            Some(signed_out(moment))
        })
        .await
    }

    /// Blocks the user, whether they were ever seen or not, and ends every session of theirs with the same write.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it is not known to be written.
    pub async fn block(&self, user: UserId, block: &Block, moment: Moment<'_>) -> Result<(), StoreError> {
        let read = self.read(user).await?;
        self.settle(user, read, moment, |user| {
            Some(with_block(signed_out(moment), user, Some(block), moment))
        })
        .await
        .map(drop)
    }

    /// Lifts the user's block; no session comes back, and one that began when the block had run out stays. A copy of this
    /// write that arrives after another block finds another list. `false` when there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it is not known to be written.
    pub async fn unblock(&self, user: UserId, moment: Moment<'_>) -> Result<bool, StoreError> {
        let read = self.read(user).await?;
        self.settle(user, read, moment, |user| {
            let user = user.filter(|user| user.block.is_some())?;
            let nothing = Change::Update { empties: false, set: Vec::new(), remove: vec![BLOCKED] };
            Some(with_block(nothing, Some(user), None, moment))
        })
        .await
    }

    /// Erases the account that `read` is: who the user is, the vault, the list. What stays for a day is a list with
    /// another mark, and a block while it is in force. `false` when it was gone; an account that came after it stays.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it is not known to be written.
    pub async fn erase(&self, user: UserId, read: User, moment: Moment<'_>) -> Result<bool, StoreError> {
        let account = |user: &User| user.person.as_ref().map(|person| person.created_at_ms);
        let Some(erased) = account(&read) else { return Ok(false) };
        let now = moment.now_ms.div_euclid(1_000);
        self.settle(user, Some(read), moment, |user| {
            let user = user.filter(|user| account(user) == Some(erased))?;
            let block = user.blocked(now);
            let blocked = block.map(|block| (BLOCKED.to_owned(), block.to_attribute()));
            let ttl = husk_ttl(block, now).map(|at| (TTL_ATTRIBUTE.to_owned(), n(at)));
            Some(Change::Husk(blocked.into_iter().chain(ttl).collect()))
        })
        .await
    }

    /// Makes the change that `next` gives for the record as it is, until it is made. `false` when there is none to make.
    async fn settle(
        &self,
        user: UserId,
        mut read: Option<User>,
        moment: Moment<'_>,
        next: impl Fn(Option<&User>) -> Option<Change>,
    ) -> Result<bool, StoreError> {
        loop {
            let Some(change) = next(read.as_ref()) else { return Ok(false) };
            let live = Live::new(&[], moment.random);
            if self.change(user, read.as_ref().map(|user| &user.live), &live, change).await? {
                return Ok(true);
            }
            read = self.read(user).await?;
            // The answer was lost: this is our own list.
            if read.as_ref().is_some_and(|user| user.live.bytes() == live.bytes()) {
                return Ok(true);
            }
            if Instant::now() >= moment.until {
                return Err(StoreError::overtaken("UpdateItem"));
            }
        }
    }

    async fn change(
        &self,
        user: UserId,
        read: Option<&Live>,
        live: &Live,
        change: Change,
    ) -> Result<bool, StoreError> {
        match change {
            Change::Update { empties, mut set, remove } => {
                if empties {
                    set.push(("live", b(live.bytes())));
                }
                let update = expressed(self.update(user), set, &remove);
                let update = if_unchanged(update, read, "");
                Ok(matches!(updated(update.send().await)?, Written::Done(_)))
            }
            Change::Husk(mut item) => {
                item.insert("user_id".to_owned(), s(user.to_string()));
                item.insert("live".to_owned(), b(live.bytes()));
                self.put(item, read).await
            }
        }
    }

    async fn put(&self, item: Item, read: Option<&Live>) -> Result<bool, StoreError> {
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
        let put = match read {
            Some(live) => {
                put.condition_expression(UNCHANGED).expression_attribute_values(":read", b(live.bytes()))
            }
            None => put.condition_expression(ABSENT),
        };
        match put.send().await {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(false),
                _ => Err(StoreError::of("PutItem", &error)),
            },
        }
    }
}

/// The update with these attributes set and removed, each by a placeholder.
fn expressed(
    mut update: UpdateItemFluentBuilder,
    set: Vec<(&'static str, AttributeValue)>,
    remove: &[&'static str],
) -> UpdateItemFluentBuilder {
    let mut words: Vec<String> = Vec::new();
    for (at, (name, value)) in set.into_iter().enumerate() {
        words.push(format!("{} #s{at} = :s{at}", if at == 0 { "SET" } else { "," }));
        update = update.expression_attribute_names(format!("#s{at}"), name);
        update = update.expression_attribute_values(format!(":s{at}"), value);
    }
    for (at, name) in remove.iter().enumerate() {
        words.push(format!("{} #r{at}", if at == 0 { "REMOVE" } else { "," }));
        update = update.expression_attribute_names(format!("#r{at}"), *name);
    }
    update.update_expression(words.join(" "))
}

fn signed_out(at: Moment<'_>) -> Change {
    Change::Update {
        empties: true,
        set: vec![("signed_out_at", moment(at.now_ms))],
        remove: vec!["installs"],
    }
}

/// The same with the block set or removed. A record without a person goes when nothing keeps it.
fn with_block(change: Change, user: Option<&User>, block: Option<&Block>, at: Moment<'_>) -> Change {
    let Change::Update { empties, mut set, mut remove } = change else { return change };
    set.extend(block.map(|block| (BLOCKED, block.to_attribute())));
    if user.is_none_or(|user| user.person.is_none()) {
        match husk_ttl(block, at.now_ms.div_euclid(1_000)) {
            Some(ttl) => set.push((TTL_ATTRIBUTE, n(ttl))),
            None => remove.push(TTL_ATTRIBUTE),
        }
    }
    Change::Update { empties, set, remove }
}
