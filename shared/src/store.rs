//! The two tables.
//!
//! Every write to a session is conditional, so that nothing can bring a logged-out session back:
//!
//! | operation | call | condition |
//! |---|---|---|
//! | login | `UpdateItem` user, generation kept if there is one | vault: the session_key is another one |
//! | | `PutItem` session | no such session |
//! | authorize, check | `BatchGetItem` session and user, strongly consistent | |
//! | check, when due | `UpdateItem` session: seen, expiry | active, and seen is what was read |
//! | logout, revoke one | `UpdateItem` session: tombstone | active |
//! | sign out everywhere | `UpdateItem` user: new random generation | the user exists |

mod attempts;
pub mod item;
pub mod read;
pub mod sessions;
pub mod users;

pub use read::{Found, Reader};
pub use sessions::{Revoked, Sessions};
pub use users::Users;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

const DAMAGED_GENERATION: &str = "damaged_generation";

/// The table could not be asked or did not answer: "cannot tell", never "no".
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("{operation}: {kind}")]
pub struct StoreError {
    /// DynamoDB's name of the operation.
    pub operation: &'static str,
    /// What happened: an error code of DynamoDB, or the kind of transport failure.
    pub kind: String,
}

impl StoreError {
    /// A user's record without a generation that can be read: no login can go on from it.
    pub(crate) fn damaged_generation() -> Self {
        Self { operation: "UpdateItem", kind: DAMAGED_GENERATION.to_owned() }
    }

    /// Whether the table answered, with a record that cannot be used: waiting does not help.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        self.kind == DAMAGED_GENERATION
    }

    /// Keeps the code and drops the rest: the SDK's error values print the items they carry.
    pub(crate) fn of<E: ProvideErrorMetadata, R>(operation: &'static str, error: &SdkError<E, R>) -> Self {
        Self { operation, kind: kind_of(error) }
    }
}

/// The stable word for an SDK error: a service's error code or the kind of transport failure.
pub(crate) fn kind_of<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> String {
    match error {
        SdkError::TimeoutError(_) => "timeout".to_owned(),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => "timeout".to_owned(),
        SdkError::DispatchFailure(_) => "connection".to_owned(),
        SdkError::ResponseError(_) => "unreadable_answer".to_owned(),
        SdkError::ServiceError(service) => service.err().code().unwrap_or("unknown_error").to_owned(),
        _ => "not_sent".to_owned(),
    }
}

#[cfg(test)]
mod tests;
