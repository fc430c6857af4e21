//! What must hold, judged at every step:
//!
//! 1. once a logout or a revocation has returned, nothing that begins later accepts the session;
//! 2. no record comes back to life, none appears that no login wrote, and a tombstone stays as it is;
//! 3. a session that nobody began to end stays good.
//!
//! "Everywhere" covers the logins that were under way as well: one that registered before the
//! revocation began must not survive it. A login that registered while it ran may end up on either
//! side.

use serde_json::Value;

use crate::{
    engine::{Call, Dump, SESSIONS, USERS},
    model::client::{Operation, Report, Which},
};

/// A broken promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    AcceptedAfterEnd(Which),
    CameBackToLife,
    TombstoneWritten,
    GoodSessionRefused(Which),
    OverTheCap(usize),
}

/// What has been promised about one session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Standing {
    exists: bool,
    ended: bool,
    may_end: bool,
    /// Revocations that had begun, and that had returned, when its login last registered the user.
    begun: u8,
    returned: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Underway {
    operation: Operation,
    /// Before its first call.
    is_fresh: bool,
    /// It began after the session's end had been promised.
    must_refuse: bool,
}

/// Everything promised so far: part of the state.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Promises {
    sessions: Vec<Standing>,
    underway: Vec<Option<Underway>>,
    begun: u8,
    returned: u8,
}

impl Promises {
    /// `any_may_end`: the cap is so tight that logins end each other's sessions.
    pub(crate) fn new(held: usize, sessions: usize, clients: usize, any_may_end: bool) -> Self {
        let standing = |which| Standing { exists: which < held, may_end: any_may_end, ..Standing::default() };
        Self {
            sessions: (0..sessions).map(standing).collect(),
            underway: vec![None; clients],
            begun: 0,
            returned: 0,
        }
    }

    /// Before `client` makes `call`.
    pub(crate) fn step(&mut self, client: usize, call: &Call) {
        let Some(Underway { operation, is_fresh, .. }) = self.underway[client].clone() else { return };
        if is_fresh {
            self.begins(client, operation);
        }
        let registers = call.operation == "UpdateItem" && call.value()["TableName"] == USERS;
        if let (Operation::LogIn(which, ..), true) = (operation, registers) {
            self.sessions[which].begun = self.begun;
            self.sessions[which].returned = self.returned;
        }
    }

    fn begins(&mut self, client: usize, operation: Operation) {
        let must_refuse = match operation {
            Operation::Authorize(which) | Operation::Check(which) => self.is_ended(which),
            Operation::LogIn(_, _, Some(ended))
            | Operation::LogOut(ended)
            | Operation::EndOne { ended, .. } => {
                self.sessions[ended].may_end = true;
                false
            }
            Operation::EndAll { number, .. } | Operation::DeleteAccount { number, .. } => {
                self.begun |= 1 << number;
                false
            }
            Operation::LogIn(_, _, None) => false,
        };
        self.underway[client] = Some(Underway { operation, is_fresh: false, must_refuse });
    }

    /// After a client has reported.
    pub(crate) fn reported(&mut self, client: usize, report: Report) -> Option<Broken> {
        let (operation, good) = match report {
            Report::Begins(operation) => {
                self.underway[client] = Some(Underway { operation, is_fresh: true, must_refuse: false });
                return None;
            }
            Report::Ends(operation, good) => (operation, good),
        };
        let underway = self.underway[client].take();
        match operation {
            Operation::Authorize(which) | Operation::Check(which) => {
                if good && underway.is_some_and(|underway| underway.must_refuse) {
                    return Some(Broken::AcceptedAfterEnd(which));
                }
                return (!good && self.must_be_good(which)).then_some(Broken::GoodSessionRefused(which));
            }
            Operation::LogIn(which, _, presented) if good => {
                self.sessions[which].exists = true;
                if let Some(presented) = presented {
                    self.sessions[presented].ended = true;
                }
            }
            Operation::LogOut(ended) | Operation::EndOne { ended, .. } if good => {
                self.sessions[ended].ended = true;
            }
            Operation::EndAll { number, .. } | Operation::DeleteAccount { number, .. } if good => {
                self.returned |= 1 << number;
            }
            _ => {}
        }
        None
    }

    /// `accepts` asks the authorizer about a session as the tables are now.
    pub(crate) fn hold(&self, mut accepts: impl FnMut(Which) -> bool) -> Option<Broken> {
        let exist = (0..self.sessions.len()).filter(|which| self.sessions[*which].exists);
        for which in exist {
            if self.is_ended(which) && accepts(which) {
                return Some(Broken::AcceptedAfterEnd(which));
            }
            if self.must_be_good(which) && !accepts(which) {
                return Some(Broken::GoodSessionRefused(which));
            }
        }
        None
    }

    pub(crate) fn exist(&self) -> impl Iterator<Item = Which> {
        (0..self.sessions.len()).filter(|which| self.sessions[*which].exists)
    }

    fn is_ended(&self, which: Which) -> bool {
        let session = &self.sessions[which];
        session.ended || self.returned & !session.begun != 0
    }

    fn must_be_good(&self, which: Which) -> bool {
        let session = &self.sessions[which];
        session.exists && !session.may_end && self.begun & !session.returned == 0
    }
}

/// Compares the records that a step changed: as they were, and as they are.
pub(crate) fn records_hold(before: &Dump, after: &Dump) -> Option<Broken> {
    let is_tombstone = |item: &Value| item["state"]["S"] == "ended";
    for (place, now) in after.iter().filter(|(place, _)| place.0 == SESSIONS) {
        let ended = before.get(place).is_some_and(is_tombstone);
        let stub = now.get("session_id").is_none() || now.get("v").is_none();
        if stub || ended && !is_tombstone(now) {
            return Some(Broken::CameBackToLife);
        }
        if ended {
            return Some(Broken::TombstoneWritten);
        }
    }
    None
}
