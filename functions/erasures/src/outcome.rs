//! What came of a message, and of several.

use wxsession::{
    http::{Code, Problem},
    store::StoreError,
    telemetry::{Level, Line},
};

/// What came of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The account is gone.
    Erased,
    /// There was none, or not any more.
    NoAccount,
    /// There is one that began after the message.
    NewerAccount,
    /// What was withdrawn is not kept here.
    NothingHeld,
    /// It was done before, or the message is not there any more.
    Before,
}

impl Outcome {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Erased => "erased",
            Self::NoAccount => "no_account",
            Self::NewerAccount => "newer_account",
            Self::NothingHeld => "nothing_held",
            Self::Before => "done_before",
        }
    }
}

/// What can be done about a message that was not carried out.
pub(crate) enum Failure {
    /// It is sent again.
    Again(StoreError),
    /// Nothing, by sending it again: a record is damaged, and an operator must look at it.
    Stuck(Box<Problem>),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        if error.is_damage() { Self::Stuck(Box::new(error.into())) } else { Self::Again(error) }
    }
}

/// What came of several messages.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) done: usize,
    pub(crate) stuck: usize,
    pub(crate) again: usize,
    /// Of those that are sent again, why the last is not done.
    last: Option<StoreError>,
}

impl Tally {
    /// Counts one. Whether it is to be sent again.
    pub(crate) fn counts(&mut self, did: Result<Outcome, Failure>) -> bool {
        match did {
            Ok(_) => self.done += 1,
            Err(Failure::Stuck(_)) => self.stuck += 1,
            Err(Failure::Again(error)) => {
                self.again += 1;
                self.last = Some(error);
                return true;
            }
        }
        false
    }

    /// What the line says of those that are not done, and the request's outcome. Each that is stuck has a line of its own,
    /// for the operator.
    pub(crate) fn noted_in(self, line: &mut Line) -> &'static str {
        if let Some(error) = self.last {
            Problem::from(error).note_in(line);
            line.put("reason", "sent_again");
        }
        if self.stuck > 0 {
            line.raise(Level::Error);
            line.put("stuck", self.stuck);
            return "record_damaged";
        }
        if self.again > 0 { Code::StoreUnavailable.as_str() } else { "ok" }
    }
}
