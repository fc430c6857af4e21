//! What a failure means: for the client, for the log, for the operator. The one place that says so.

use super::{BearerError, Code, Problem};
use crate::{
    account::BLOCKED,
    session::{Ended, Refusal},
    store::{Record, StoreError},
};

/// Cannot tell, never "no".
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let mend = match error.damaged {
            Some((record, attribute)) => Some(damage(record, attribute)),
            None => lasting(error.operation, &error.kind),
        };
        let problem = Problem::new(Code::StoreUnavailable)
            .with("store_operation", error.operation)
            .with("store_error", error.kind);
        match mend {
            Some((cause, fix)) => problem.operator(cause, fix),
            None => problem,
        }
    }
}

/// What an operator must mend of a record that cannot be used. With a user's go what no login brings back.
fn damage(record: Record, attribute: &'static str) -> (String, &'static str) {
    let (whose, fix) = match record {
        Record::User if attribute == BLOCKED => (
            "a user's record",
            "find what else writes to the tables, and mend the attribute: the user cannot log in before; removing it lifts the block",
        ),
        Record::User => (
            "a user's record",
            "find what else writes to the tables, and mend the attribute: the user cannot log in before. Deleting the record takes block, roles, claims and external id with it: note them from the item first, and set them again",
        ),
        Record::Session => (
            "a session's record",
            "find what else writes to the tables; the user is asked to log in again, and the record can be deleted",
        ),
        Record::Ticket => (
            "a ticket's record",
            "find what else writes to the tables; the page is opened again with another ticket",
        ),
        Record::Push => (
            "the row of a pushed message",
            "find what else writes to the table, and delete the row; user_id, if it can be read, and the list that WeChat mails say whom it was about",
        ),
    };
    (format!("{whose} is damaged: attribute {attribute}"), fix)
}

/// What an operator must mend where a table refuses a call, and will as long as nobody does.
fn lasting(operation: &str, kind: &str) -> Option<(String, &'static str)> {
    let fix = match kind {
        "ResourceNotFoundException" => {
            "the table is gone, or its name is wrong: deploy the template again; docs/operations.md says how the users table is restored"
        }
        "AccessDeniedException" => {
            "the function's role lacks the right to the table or to its key: deploy the template again, and look for a permissions boundary or a policy of the organisation"
        }
        "ValidationException" => {
            "the table lacks an index, or has other keys than the template says: wxsession doctor names what is missing"
        }
        "UnrecognizedClientException" => {
            "AWS does not know the function's credentials: look at its role, and at its Region"
        }
        _ => return None,
    };
    Some((format!("a table refuses {operation}: {kind}"), fix))
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
            Refusal::Damaged(record, attribute) => {
                let (cause, fix) = damage(record, attribute);
                return problem.operator(cause, fix);
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
