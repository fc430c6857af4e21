//! What must hold, judged at every step:
//!
//! 1. once a logout, a revocation, a block or an erasure has returned, nothing that begins later accepts the session;
//! 2. no record comes back to life, none appears that no login wrote, and a tombstone stays as it is;
//! 3. a session that nobody began to end stays good;
//! 4. while a block is in force nothing is accepted, and nobody logs in;
//! 5. at no moment are more sessions live than the cap;
//! 6. after an erasure no name is left, until somebody logs in: not who had begun to before it;
//! 7. a ticket makes one session at most, and none once it was presented twice;
//! 8. of the pages' sessions of one session three are good at most.
//!
//! "Everywhere" covers the logins that were under way as well: one that was listed before the revocation began must not
//! survive it. A login that was listed while it ran may end up on either side.

use serde_json::Value;

use crate::{
    engine::{Dump, SESSIONS},
    model::client::{Operation, Report, Which},
};

/// Pages' sessions that one session may have.
const MOST_PAGES: usize = 3;

/// A broken promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    AcceptedAfterEnd(Which),
    CameBackToLife,
    TombstoneWritten,
    GoodSessionRefused(Which),
    OverTheCap(usize),
    AcceptedWhileBlocked(Which),
    LoggedInWhileBlocked(Which),
    NamedInASession,
    NamedAfterErasure,
    LoggedInFromBeforeErasure,
    RedeemedTwice(usize),
    TooManyPages(usize),
}

/// What has been promised about one session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Standing {
    exists: bool,
    ended: bool,
    may_end: bool,
    /// It is good only while this one is.
    parent: Option<Which>,
    /// The ticket that it came from.
    ticket: Option<usize>,
    /// Revocations that had begun, and that had returned, when it was last listed.
    begun: u8,
    returned: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Underway {
    operation: Operation,
    /// Before its first call.
    is_fresh: bool,
    /// It began after the session's end, or the user's block, had been promised.
    must_refuse: bool,
    /// A login was listed meanwhile.
    is_overtaken: bool,
    /// The account was erased meanwhile.
    is_outdated: bool,
}

/// Everything promised so far: part of the state.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Promises {
    sessions: Vec<Standing>,
    underway: Vec<Option<Underway>>,
    begun: u8,
    returned: u8,
    is_blocked: bool,
    is_erased: bool,
    /// An erasure was written, and no login after it.
    is_gone: bool,
}

impl Promises {
    /// `any_may_end`: the cap is so tight that logins end each other's sessions.
    /// `held` is the parent, if it has one, of each session that is there.
    pub(crate) fn new(held: &[Option<Which>], sessions: usize, clients: usize, any_may_end: bool) -> Self {
        let standing = |which| Standing {
            exists: which < held.len(),
            may_end: any_may_end,
            parent: held.get(which).copied().flatten(),
            ..Standing::default()
        };
        Self {
            sessions: (0..sessions).map(standing).collect(),
            underway: vec![None; clients],
            begun: 0,
            returned: 0,
            is_blocked: false,
            is_erased: false,
            is_gone: false,
        }
    }

    /// Before `client` makes a call.
    pub(crate) fn step(&mut self, client: usize) {
        if let Some(Underway { operation, is_fresh: true, .. }) = self.underway[client].clone() {
            self.begins(client, operation);
        }
    }

    /// The list was written with the session of the login that `client` has under way.
    pub(crate) fn listed(&mut self, client: usize) -> Option<Broken> {
        let underway = self.underway[client].as_ref();
        let is_outdated = self.is_gone && underway.is_some_and(|underway| underway.is_outdated);
        let operation = underway.map(|underway| underway.operation);
        if let Some(Operation::LogIn(which, ..) | Operation::LogInAt(which, _)) = operation {
            if is_outdated {
                return Some(Broken::LoggedInFromBeforeErasure);
            }
            self.sessions[which].begun = self.begun;
            self.sessions[which].returned = self.returned;
            self.is_erased = false;
            self.is_gone = false;
            self.underway.iter_mut().flatten().for_each(|underway| underway.is_overtaken = true);
        }
        None
    }

    /// Nothing is left of the account but its husk. Of a husk that is written once more a login may have begun.
    pub(crate) fn erased(&mut self) {
        if std::mem::replace(&mut self.is_gone, true) {
            return;
        }
        let begun = self.underway.iter_mut().flatten().filter(|underway| !underway.is_fresh);
        begun.for_each(|underway| underway.is_outdated = true);
    }

    fn begins(&mut self, client: usize, operation: Operation) {
        let mut must_refuse = false;
        match operation {
            Operation::Authorize(which) | Operation::Check(which) => {
                must_refuse = self.is_ended(which) || self.is_blocked;
            }
            Operation::LogIn(_, _, presented) => {
                must_refuse = self.is_blocked;
                if let Some(ended) = presented {
                    self.sessions[ended].may_end = true;
                }
            }
            // It ends whatever was logged in at the same install: the scenario has one.
            Operation::LogInAt(..) => {
                must_refuse = self.is_blocked;
                self.sessions.iter_mut().for_each(|session| session.may_end = true);
            }
            Operation::LogOut(ended) | Operation::EndOne { ended, .. } => {
                self.sessions[ended].may_end = true;
            }
            Operation::Block(number)
            | Operation::EndAll { number, .. }
            | Operation::DeleteAccount { number, .. } => self.begun |= 1 << number,
            Operation::Unblock => self.is_blocked = false,
            Operation::MakeTicket(..) => {}
            Operation::Redeem { ticket, child } => self.presented(ticket, child),
        }
        let begun =
            Underway { operation, is_fresh: false, must_refuse, is_overtaken: false, is_outdated: false };
        self.underway[client] = Some(begun);
    }

    /// A ticket is presented: what it became may end, and so may the oldest page when there will be four.
    fn presented(&mut self, ticket: usize, child: Which) {
        self.sessions[child].parent = Some(0);
        self.sessions[child].ticket = Some(ticket);
        let pages = self.sessions.iter().filter(|session| session.parent.is_some()).count();
        let of_the_ticket = self.sessions.iter().filter(|session| session.ticket == Some(ticket)).count();
        for session in self.sessions.iter_mut().filter(|session| session.parent.is_some()) {
            session.may_end |= pages > MOST_PAGES || of_the_ticket > 1 && session.ticket == Some(ticket);
        }
    }

    /// A ticket was presented and refused: who presented it before has nothing of it any more.
    fn refused(&mut self, ticket: usize, child: Which) {
        let others = self.sessions.iter_mut().enumerate();
        others
            .filter(|(which, session)| *which != child && session.ticket == Some(ticket))
            .for_each(|(_, session)| session.ended = true);
    }

    /// After a client has reported.
    pub(crate) fn reported(&mut self, client: usize, report: Report) -> Option<Broken> {
        let (operation, good) = match report {
            Report::Begins(operation) => {
                let fresh = Underway {
                    operation,
                    is_fresh: true,
                    must_refuse: false,
                    is_overtaken: false,
                    is_outdated: false,
                };
                self.underway[client] = Some(fresh);
                return None;
            }
            Report::Ends(operation, good) => (operation, good),
        };
        let underway = self.underway[client].take();
        let must_refuse = underway.as_ref().is_some_and(|underway| underway.must_refuse);
        match operation {
            Operation::Authorize(which) | Operation::Check(which) => {
                if good && must_refuse {
                    return Some(Broken::AcceptedAfterEnd(which));
                }
                return (!good && self.must_be_good(which)).then_some(Broken::GoodSessionRefused(which));
            }
            Operation::LogIn(which, ..) | Operation::LogInAt(which, _) if good && must_refuse => {
                return Some(Broken::LoggedInWhileBlocked(which));
            }
            Operation::LogIn(which, _, presented) if good => {
                self.sessions[which].exists = true;
                if let Some(presented) = presented {
                    self.sessions[presented].ended = true;
                }
            }
            Operation::LogInAt(which, _) if good => self.sessions[which].exists = true,
            Operation::Redeem { ticket, child } if good => {
                if self.exist().any(|which| self.sessions[which].ticket == Some(ticket)) {
                    return Some(Broken::RedeemedTwice(ticket));
                }
                self.sessions[child].exists = true;
            }
            Operation::Redeem { ticket, child } => self.refused(ticket, child),
            Operation::LogOut(ended) | Operation::EndOne { ended, .. } if good => {
                self.sessions[ended].ended = true;
            }
            Operation::EndAll { number, .. } if good => self.returned |= 1 << number,
            Operation::DeleteAccount { number, .. } if good => {
                self.returned |= 1 << number;
                self.is_erased = underway.is_some_and(|underway| !underway.is_overtaken);
            }
            Operation::Block(number) if good => {
                self.returned |= 1 << number;
                self.is_blocked = true;
            }
            _ => {}
        }
        None
    }

    /// `accepts` asks the authorizer about a session as the tables are now.
    pub(crate) fn hold(&self, mut accepts: impl FnMut(Which) -> bool) -> Option<Broken> {
        for which in self.exist() {
            if self.is_ended(which) && accepts(which) {
                return Some(Broken::AcceptedAfterEnd(which));
            }
            if self.is_blocked && accepts(which) {
                return Some(Broken::AcceptedWhileBlocked(which));
            }
            if self.must_be_good(which) && !accepts(which) {
                return Some(Broken::GoodSessionRefused(which));
            }
        }
        let pages = self.exist().filter(|which| self.sessions[*which].parent.is_some());
        let good = pages.filter(|which| accepts(*which)).count();
        (good > MOST_PAGES).then_some(Broken::TooManyPages(good))
    }

    pub(crate) fn is_erased(&self) -> bool {
        self.is_erased
    }

    /// All but children, which have no place in the list.
    pub(crate) fn listed_sessions(&self) -> impl Iterator<Item = Which> {
        self.exist().filter(|which| self.sessions[*which].parent.is_none())
    }

    fn exist(&self) -> impl Iterator<Item = Which> {
        (0..self.sessions.len()).filter(|which| self.sessions[*which].exists)
    }

    fn is_ended(&self, which: Which) -> bool {
        let session = &self.sessions[which];
        let by_all = match session.parent {
            None => self.returned & !session.begun != 0,
            Some(parent) => self.is_ended(parent),
        };
        session.ended || by_all
    }

    fn must_be_good(&self, which: Which) -> bool {
        let session = &self.sessions[which];
        let survives = match session.parent {
            None => self.begun & !session.returned == 0,
            Some(parent) => self.must_be_good(parent),
        };
        session.exists && !session.may_end && survives
    }
}

/// Compares the records that a step changed: as they were, and as they are.
pub(crate) fn records_hold(before: &Dump, after: &Dump) -> Option<Broken> {
    let is_tombstone = |item: &Value| item["state"]["S"] == "ended";
    let is_session = |place: &(String, String)| place.0 == SESSIONS && !place.1.contains("ticket#");
    for (place, now) in after.iter().filter(|(place, _)| is_session(place)) {
        let ended = before.get(place).is_some_and(is_tombstone);
        let stub = now.get("session_id").is_none() || now.get("v").is_none();
        if (stub || ended) && !is_tombstone(now) {
            return Some(Broken::CameBackToLife);
        }
        if ended {
            return Some(Broken::TombstoneWritten);
        }
        if now.get("openid").is_some() || now.get("unionid").is_some() {
            return Some(Broken::NamedInASession);
        }
    }
    None
}
