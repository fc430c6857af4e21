//! What WeChat pushed that asks for something of ours, in the Sessions table under a prefix of its own: stored before it is
//! answered, carried out after. Nothing in it names a user at WeChat.
//!
//! | operation | call |
//! |---|---|
//! | store | `PutItem` IF absent: WeChat sends again what it had no answer for |
//! | carry out | `GetItem`; the account that it is about, once: `UpdateItem`; afterwards `UpdateItem`: done, IF not done |
//! | what is not done | `Query` of one Mini Program's, page by page |

use aws_sdk_dynamodb::{
    Client,
    operation::{put_item::PutItemError, update_item::builders::UpdateItemFluentBuilder},
    types::{ReturnValue, ReturnValuesOnConditionCheckFailure::AllOld},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};

use super::{
    Record, StoreError, Written,
    attempts::Attempts,
    item::{Damaged, Item, moment, n, number, optional_moment, optional_text, s, text},
    sessions::{TTL_ATTRIBUTE, updated, version},
};
use crate::ids::UserId;

/// What every partition key of these begins with. The template's event source filters by it.
pub const PREFIX: &str = "push#";
/// How long one is kept, and so how old a message may be: a repetition is known for as long.
pub const KEPT_SECONDS: i64 = 3 * 86_400;

/// What the sort keys begin with, of those that ask for something, and of the others.
const ASKS: &str = "asks#";
const TOLD: &str = "told#";
/// The attribute of the message itself.
const MESSAGE: &str = "message";

/// The message in a row that was stored, where there is one.
///
/// # Errors
///
/// [`Damaged`] when it is no text.
pub fn message(item: &Item) -> Result<Option<&str>, Damaged> {
    optional_text(item, MESSAGE)
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asks {
    /// The user closed the account at WeChat: erase.
    Cancellation,
    /// The user withdrew these permissions, by WeChat's numbers.
    Revocation(Vec<u32>),
    /// Nothing of ours: it is only handed on.
    Nothing,
}

impl Asks {
    /// WeChat's name of the event.
    /// <https://developers.weixin.qq.com/miniprogram/dev/server/event_push/platform/authorized_user_information_changes.html>
    #[must_use]
    pub fn event(&self) -> &'static str {
        match self {
            Self::Cancellation => "user_authorization_cancellation",
            Self::Revocation(_) => "user_authorization_revoke",
            Self::Nothing => "other",
        }
    }

    fn of(item: &Item) -> Result<Self, Damaged> {
        match text(item, "event")? {
            "user_authorization_cancellation" => Ok(Self::Cancellation),
            "user_authorization_revoke" => {
                let numbers = text(item, "scopes")?.split(',').filter(|number| !number.is_empty());
                let numbers: Result<_, _> = numbers.map(str::parse).collect();
                numbers.map(Self::Revocation).map_err(|_| Damaged("scopes"))
            }
            "other" => Ok(Self::Nothing),
            _ => Err(Damaged("event")),
        }
    }

    fn scopes(&self) -> String {
        match self {
            Self::Cancellation | Self::Nothing => String::new(),
            Self::Revocation(numbers) => numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(","),
        }
    }
}

/// A message that asks for something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// Whose data it is about; of a message that is only handed on, nobody's.
    pub user: UserId,
    /// What is asked.
    pub asks: Asks,
    /// WeChat's `CreateTime`.
    pub create_time: i64,
    /// The message as JSON, where a bus is to be told of it.
    pub message: Option<String>,
}

/// Where one is stored.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PushKey {
    pk: String,
    sk: String,
}

impl PushKey {
    /// Of a message to this Mini Program, by what tells it from others: WeChat gives events no id. What asks for something
    /// stands apart from what is only handed on, which may be a thousand times as much.
    #[must_use]
    pub fn of(app_id: &str, asks: &Asks, parts: &[&str]) -> Self {
        // With their lengths, so that no two lists of parts are one text.
        let mut joined = String::new();
        for part in parts {
            joined.push_str(&part.len().to_string());
            joined.push(':');
            joined.push_str(part);
        }
        let hash = digest(&SHA256, joined.as_bytes());
        let prefix = if *asks == Asks::Nothing { TOLD } else { ASKS };
        Self { pk: format!("{PREFIX}{app_id}"), sk: format!("{prefix}{}", URL_SAFE_NO_PAD.encode(hash)) }
    }

    /// From the two keys of an item; `None` for an item of another kind.
    #[must_use]
    pub fn from_keys(pk: &str, sk: &str) -> Option<Self> {
        pk.starts_with(PREFIX).then(|| Self { pk: pk.to_owned(), sk: sk.to_owned() })
    }

    /// The Mini Program.
    #[must_use]
    pub fn app_id(&self) -> &str {
        self.pk.strip_prefix(PREFIX).unwrap_or_default()
    }

    /// Its name in log lines.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.sk
    }
}

/// One that is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// The message.
    pub push: Push,
    /// The account that it is about, once somebody began with it: see [`Pushes::claim`].
    pub account_ms: Option<i64>,
    /// Whether it was carried out.
    pub is_done: bool,
}

impl Pushed {
    /// Reads a row.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it is damaged.
    pub fn of(row: &Item) -> Result<Self, StoreError> {
        pushed(row).map_err(|damaged| StoreError::damaged("GetItem", Record::Push, damaged))
    }

    /// Whom a row is about, whatever else of it is damaged.
    #[must_use]
    pub fn user_of(row: &Item) -> Option<UserId> {
        UserId::parse(text(row, "user_id").ok()?)
    }
}

/// A page of those that are not done.
pub struct Undone {
    /// Where they are stored.
    pub keys: Vec<PushKey>,
    /// Whether the page looked at any, done or not.
    pub found_any: bool,
    /// Where the next page begins; `None` when there is none.
    pub next: Option<Item>,
}

/// Those of the Sessions table.
#[derive(Clone, Debug)]
pub struct Pushes {
    client: Client,
    table: String,
}

impl Pushes {
    /// Uses the Sessions table `table` through `client`.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Stores it. `false` when it was there: it came a second time, or the answer of the first attempt was lost.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it is not known to be stored.
    pub async fn store(&self, key: &PushKey, push: &Push, now: i64) -> Result<bool, StoreError> {
        let kept_until = now.max(push.create_time).saturating_add(KEPT_SECONDS);
        let mut item: Item = [
            ("pk", s(&key.pk)),
            ("sk", s(&key.sk)),
            ("v", version()),
            ("user_id", s(push.user.to_string())),
            ("event", s(push.asks.event())),
            ("scopes", s(push.asks.scopes())),
            ("create_time", n(push.create_time)),
            ("received_at", n(now)),
            (TTL_ATTRIBUTE, n(kept_until)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        if let Some(message) = &push.message {
            item.insert(MESSAGE.to_owned(), s(message));
        }
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
        let Err(error) = put.condition_expression("attribute_not_exists(pk)").send().await else {
            return Ok(true);
        };
        match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(false),
            _ => Err(StoreError::of("PutItem", &error)),
        }
    }

    /// What is stored there, strongly consistent; `None` when there is nothing any more.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it could not be read.
    pub async fn read(&self, key: &PushKey) -> Result<Option<Item>, StoreError> {
        let get = self.client.get_item().table_name(&self.table).consistent_read(true);
        let got = get.key("pk", s(&key.pk)).key("sk", s(&key.sk)).send().await;
        Ok(got.map_err(|error| StoreError::of("GetItem", &error))?.item)
    }

    /// Names the account that the message is about, by when it began, in milliseconds. Whoever comes first decides: the
    /// answer is that account, so that a repetition never means the next account of the same user. `None` when there is no
    /// such message any more.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it is not known to be written.
    pub async fn claim(&self, key: &PushKey, account_ms: i64) -> Result<Option<i64>, StoreError> {
        let update = self
            .update(key)
            .update_expression("SET account = if_not_exists(account, :account)")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":account", moment(account_ms))
            .return_values(ReturnValue::AllNew);
        match updated(update.send().await)? {
            Written::Refused(_) => Ok(None),
            Written::Done(done) => {
                let item = done.attributes.unwrap_or_default();
                let account = optional_moment(&item, "account").and_then(|at| at.ok_or(Damaged("account")));
                account.map(Some).map_err(|damaged| StoreError::damaged("UpdateItem", Record::Push, damaged))
            }
        }
    }

    /// Notes that it was carried out, and what came of it. `false` when that was noted before; a lost answer and the retry
    /// after it are `true` all the same.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it is not known to be written.
    pub async fn done(&self, key: &PushKey, outcome: &str, now: i64) -> Result<bool, StoreError> {
        let (attempts, update) = (Attempts::default(), self.update(key));
        let update = update
            .update_expression("SET done_at = :now, outcome = :outcome")
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(done_at)")
            .expression_attribute_values(":now", n(now))
            .expression_attribute_values(":outcome", s(outcome))
            .return_values_on_condition_check_failure(AllOld);
        let sent = update.customize().interceptor(attempts.clone()).send().await;
        let is_ours =
            |item: Item| number(&item, "done_at") == Ok(now) && text(&item, "outcome") == Ok(outcome);
        Ok(match updated(sent)? {
            Written::Done(_) => true,
            Written::Refused(item) => attempts.were_several() && item.is_some_and(is_ours),
        })
    }

    /// Those of a Mini Program that ask for something and are not done: a page of them.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it could not be read.
    pub async fn undone(&self, app_id: &str, after: Option<Item>) -> Result<Undone, StoreError> {
        let query = self.client.query().table_name(&self.table).consistent_read(true);
        let query = query
            .key_condition_expression("pk = :pk AND begins_with(sk, :asks)")
            .filter_expression("attribute_not_exists(done_at)")
            .expression_attribute_values(":pk", s(format!("{PREFIX}{app_id}")))
            .expression_attribute_values(":asks", s(ASKS))
            .set_exclusive_start_key(after);
        let page = query.send().await.map_err(|error| StoreError::of("Query", &error))?;
        let key = |item: &Item| PushKey::from_keys(text(item, "pk").ok()?, text(item, "sk").ok()?);
        Ok(Undone {
            keys: page.items().iter().filter_map(key).collect(),
            found_any: page.scanned_count() > 0,
            next: page.last_evaluated_key,
        })
    }

    fn update(&self, key: &PushKey) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.table).key("pk", s(&key.pk)).key("sk", s(&key.sk))
    }
}

fn pushed(item: &Item) -> Result<Pushed, Damaged> {
    Ok(Pushed {
        push: Push {
            user: Pushed::user_of(item).ok_or(Damaged("user_id"))?,
            asks: Asks::of(item)?,
            create_time: number(item, "create_time")?,
            // Only the bus is told of it.
            message: None,
        },
        account_ms: optional_moment(item, "account")?,
        is_done: item.contains_key("done_at"),
    })
}
