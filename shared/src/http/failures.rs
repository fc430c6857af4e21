//! What a failure means: for the client, for the log, for the operator. The one place that says so.

use super::{BearerError, Code, Problem};
use crate::{
    account::BLOCKED,
    session::{Ended, Refusal},
    store::StoreError,
};

/// Cannot tell, never "no".
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let damaged = error.damaged;
        let problem = Problem::new(Code::StoreUnavailable)
            .with("store_operation", error.operation)
            .with("store_error", error.kind);
        let Some(attribute) = damaged else { return problem };
        // Deleting the record would lift a block that nobody can read.
        let fix = if attribute == BLOCKED {
            "find what else writes to the tables, and mend or remove the attribute; removing it lifts the block"
        } else {
            "find what else writes to the tables, and delete the user's record: the next login makes a new one"
        };
        problem.operator(format!("a user's record is damaged: attribute {attribute}"), fix)
    }
}

/// Use of a session after its end was asked for is the sign of a stolen token, and a damaged record is for the operator. A
/// device that lost its place to another one, or whose user is gone or blocked, does what devices do; so does a page that
/// asks on after its parent's logout, and who has stolen a ticket is known by `ticket_reused`.
impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let word = refusal.as_str();
        let problem = Problem::new(Code::SessionInvalid).because(word);
        let ended = match refusal {
            Refusal::Unknown => return problem,
            Refusal::Damaged(attribute) => {
                return problem.operator(
                    format!("a record is damaged: attribute {attribute}"),
                    "find what else writes to the tables; the user is asked to log in again",
                );
            }
            Refusal::Ended(ended) | Refusal::PageEnded(ended) => ended,
        };
        let is_page = matches!(refusal, Refusal::PageEnded(_));
        // Only `GET /session` sends this on: who asks it has presented the session's own token.
        let problem = problem.telling("ended", word);
        match ended {
            Ended::Expired => problem.audited("session_use_after_expire", Some(word)),
            _ if is_page => problem,
            Ended::LoggedOut
            | Ended::EndedByUser
            | Ended::EndedByOperator
            | Ended::SignedOutEverywhere
            | Ended::TicketReused => problem.audited("session_use_after_logout", Some(word)),
            Ended::Replaced | Ended::Evicted | Ended::Deleted | Ended::Blocked => problem,
        }
    }
}

impl From<BearerError> for Problem {
    fn from(error: BearerError) -> Self {
        let code = match error {
            BearerError::Missing => Code::CredentialsMissing,
            BearerError::Several => Code::MalformedRequest,
            BearerError::Grammar | BearerError::Token(_) => Code::SessionInvalid,
        };
        Problem::new(code).because(error.as_str())
    }
}
