//! A user who may not come in.

use std::{collections::HashMap, fmt};

use aws_sdk_dynamodb::types::AttributeValue;

use super::{BLOCKED, Malformed};
use crate::store::item::{Damaged, Item, n, number, s, text};

/// The last second of the year 9999. A time in milliseconds, the usual mistake, is beyond it.
const LATEST: i64 = 253_402_300_799;

/// Why a user is blocked: a code of the business, `[a-z][a-z0-9_]{0,31}`. Not a text: it is in audit events.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reason(String);

/// That a user is blocked. In force until it is lifted or its time is over; an end that has passed blocks nobody.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Block {
    /// When it was written, unix seconds.
    pub since: i64,
    /// The first second in which the user may log in again; `None`: only when it is lifted.
    pub until: Option<i64>,
    /// Why.
    pub reason: Reason,
}

impl Reason {
    /// Takes a code.
    ///
    /// # Errors
    ///
    /// `reason_form`.
    pub fn new(code: &str) -> Result<Self, Malformed> {
        is_code(code).then(|| Self(code.to_owned())).ok_or(Malformed("reason_form"))
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Block {
    /// A block from `since` on.
    ///
    /// # Errors
    ///
    /// `until_form` when it would be over before it begins, or when no calendar knows its end.
    pub fn new(since: i64, until: Option<i64>, reason: Reason) -> Result<Self, Malformed> {
        let fits = until.is_none_or(|until| until > since && until <= LATEST);
        fits.then_some(Self { since, until, reason }).ok_or(Malformed("until_form"))
    }

    /// Whether it keeps the user out at `now`.
    #[must_use]
    pub fn is_in_force(&self, now: i64) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    /// The form in which it is stored.
    #[must_use]
    pub fn to_attribute(&self) -> AttributeValue {
        let mut map = HashMap::from([
            ("since".to_owned(), n(self.since)),
            ("reason".to_owned(), s(self.reason.as_str())),
        ]);
        if let Some(until) = self.until {
            map.insert("until".to_owned(), n(until));
        }
        AttributeValue::M(map)
    }

    /// The block on a user's record, in force or not.
    ///
    /// # Errors
    ///
    /// [`Damaged`] when there is something that cannot be read: who may be blocked is not let in.
    pub fn of(item: &Item) -> Result<Option<Self>, Damaged> {
        let Some(stored) = item.get(BLOCKED) else { return Ok(None) };
        let map = stored.as_m().map_err(|_| Damaged(BLOCKED))?;
        read(map).map(Some).ok_or(Damaged(BLOCKED))
    }
}

fn read(map: &Item) -> Option<Block> {
    let until = map.contains_key("until").then(|| number(map, "until")).transpose().ok()?;
    let reason = Reason::new(text(map, "reason").ok()?).ok()?;
    let known = map.keys().all(|name| ["since", "until", "reason"].contains(&name.as_str()));
    known.then_some(Block { since: number(map, "since").ok()?, until, reason })
}

fn is_code(text: &str) -> bool {
    let follows = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    text.len() <= 32
        && text.bytes().next().is_some_and(|first| first.is_ascii_lowercase())
        && text.bytes().all(follows)
}
