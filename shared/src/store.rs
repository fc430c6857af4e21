//! The two tables.
//!
//! A session is accepted when its record is active, within the rules in force, and its hash is in the list of live
//! sessions on its user's record ([`crate::live`]). Every write is conditional, and so made that a copy of it which
//! arrives late does nothing (docs/adr/0015-live-list.md):
//!
//! | operation | calls |
//! |---|---|
//! | authorize | `BatchGetItem` session and user, strongly consistent |
//! | check | the same; when due, and the first time: `UpdateItem` session: seen, IF active and seen is what was read |
//! | login | `GetItem` user; `PutItem` session IF absent; `UpdateItem` user: the list IF it is what was read, again on failure |
//! | login, list full | and once `BatchGetItem` of at most as many sessions as a user may have |
//! | logout, end one | `UpdateItem` session: tombstone IF active; then those of its children |
//! | list | `GetItem` user; `BatchGetItem` of the list; and of their children, if they have any |
//! | make a ticket | `PutItem` ticket IF absent |
//! | redeem it | `BatchGetItem` ticket; `UpdateItem` ticket: its child IF it has none; `BatchGetItem` parent and user; `UpdateItem` parent: its children IF they are what was read and it is active; `PutItem` child IF absent |
//! | redeem it again | `BatchGetItem` ticket; `UpdateItem` child: tombstone IF absent or active |
//! | sign out everywhere, block, unblock | `GetItem` user; `UpdateItem` user IF the list is what was read, again on failure |
//! | erase | `GetItem` user; `PutItem` a nameless husk IF the list is what was read, again on failure |

mod attempts;
mod batch;
pub mod children;
pub mod item;
mod named;
pub mod pushes;
pub mod read;
pub mod sessions;
pub mod tickets;
pub mod users;

pub use pushes::{Push, PushKey, Pushes};
pub use read::{Found, Reader};
pub use sessions::{End, SessionKey, Sessions};
pub use users::Users;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use item::Damaged;

/// The table could not be asked or did not answer: "cannot tell", never "no".
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("{operation}: {kind}")]
pub struct StoreError {
    /// DynamoDB's name of the operation.
    pub operation: &'static str,
    /// What happened: an error code of DynamoDB, or the kind of transport failure.
    pub kind: String,
    /// A record that cannot be used, and its attribute: the table answered, and waiting does not help.
    pub damaged: Option<(Record, &'static str)>,
}

/// What a record is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Record {
    /// A user: block, roles, claims and external id are in it.
    User,
    /// A session.
    Session,
    /// A page's ticket.
    Ticket,
    /// A message that WeChat pushed.
    Push,
}

/// The kind of an answer with a record that cannot be used.
const DAMAGED: &str = "damaged_record";
/// The kind of an answer that leaves open what was asked.
const INCOMPLETE: &str = "incomplete_answer";
/// AWS's word for a condition that was not met.
const CLASH: &str = "ConditionalCheckFailedException";
/// The kind of a write that other writes to the same record overtook until its time was up.
const OVERTAKEN: &str = "overtaken";

impl StoreError {
    /// What happened to an operation, of this service or another.
    pub fn new(operation: &'static str, kind: impl Into<String>) -> Self {
        Self { operation, kind: kind.into(), damaged: None }
    }

    /// A record that cannot be read: nothing can go on from it.
    pub(crate) fn damaged(operation: &'static str, record: Record, Damaged(attribute): Damaged) -> Self {
        Self { damaged: Some((record, attribute)), ..Self::new(operation, DAMAGED) }
    }

    fn incomplete(operation: &'static str) -> Self {
        Self::new(operation, INCOMPLETE)
    }

    /// A write that other writes overtook until its time was up.
    #[must_use]
    pub fn overtaken(operation: &'static str) -> Self {
        Self::new(operation, OVERTAKEN)
    }

    /// Something else stands where a new record belongs.
    fn clash(operation: &'static str) -> Self {
        Self::new(operation, CLASH)
    }

    /// Whether the table answered, with a record that cannot be used: waiting does not help.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        self.damaged.is_some()
    }

    /// Keeps the code and drops the rest: the SDK's error values print the items they carry.
    pub(crate) fn of<E: ProvideErrorMetadata, R>(operation: &'static str, error: &SdkError<E, R>) -> Self {
        Self::new(operation, kind_of(error))
    }
}

/// The stable word for an SDK error: a service's error code or the kind of transport failure.
#[must_use]
pub fn kind_of<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> String {
    match error {
        SdkError::TimeoutError(_) => "timeout".to_owned(),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => "timeout".to_owned(),
        SdkError::DispatchFailure(_) => "connection".to_owned(),
        SdkError::ResponseError(_) => "unreadable_answer".to_owned(),
        SdkError::ServiceError(service) => service.err().code().unwrap_or("unknown_error").to_owned(),
        _ => "not_sent".to_owned(),
    }
}

/// What became of a conditional write.
#[derive(Debug)]
pub(crate) enum Written<T> {
    /// It was made.
    Done(T),
    /// Its condition was not met. The record as it is, where there is one and the call asked for it.
    Refused(Option<item::Item>),
}

#[cfg(test)]
mod tests;
