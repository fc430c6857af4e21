//! A session and the rules of its life. Pure: no I/O, and time is an argument.

mod device;
mod page;

pub use device::Device;
pub use page::Parent;

use crate::{
    ids::{SessionId, UserId},
    store::Record,
    token::TokenHash,
    user::{Person, User},
};

/// One login of one user on one device.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Session {
    /// Its public name.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// The Mini Program.
    pub app_id: String,
    /// Unix seconds.
    pub created_at: i64,
    /// When `GET /session` last answered 200 for it, at most as fresh as the renewal interval; `None`: it never has.
    pub last_seen_at: Option<i64>,
    /// Unix seconds, as promised; moves with each renewal, never past `absolute_expires_at`.
    pub expires_at: i64,
    /// Unix seconds, as promised; never moves.
    pub absolute_expires_at: i64,
    /// The phone it is on, in its own words.
    pub device: Device,
    /// The session that it was derived from: then it is a page's. It lives no longer than that one, and is not in the
    /// user's list itself.
    pub parent: Option<Parent>,
    /// The token hashes of those derived from it, the oldest first; some may be over.
    pub children: Vec<TokenHash>,
}

impl Session {
    /// When it was created, in milliseconds: its name says so, if it is a name of ours.
    fn created_at_ms(&self) -> i64 {
        let named = self.id.millis();
        if named.div_euclid(1_000) == self.created_at { named } else { self.created_at.saturating_mul(1_000) }
    }

    /// When the client was last known to use it: at its login, or later at `GET /session`.
    #[must_use]
    pub fn seen_at(&self) -> i64 {
        self.last_seen_at.unwrap_or(self.created_at)
    }
}

/// What stands in the Sessions table under a token's hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionRecord {
    /// It may be used, until it expires or leaves the user's list.
    Active(Session),
    /// A tombstone, kept a day so that later use is noticed.
    Ended {
        /// Why.
        reason: Ended,
        /// What it was; `None` for a child that was ended before it was written.
        session: Option<Session>,
    },
}

impl SessionRecord {
    /// The session, active or ended.
    #[must_use]
    pub fn session(&self) -> Option<&Session> {
        match self {
            Self::Active(session) => Some(session),
            Self::Ended { session, .. } => session.as_ref(),
        }
    }
}

/// A client asks `GET /session` for the first time this long after its login.
const FIRST_CHECK_SECONDS: i64 = 60;

/// How long sessions live, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Without a renewal a session ends after this many seconds.
    pub idle_seconds: i64,
    /// A session ends this many seconds after login, renewed or not.
    pub absolute_seconds: i64,
    /// A renewal is written at most this often.
    pub renew_after_seconds: i64,
    /// A page's session ends this many seconds after its ticket was redeemed, used or not.
    pub page_seconds: i64,
}

impl Rules {
    /// Leave every session what it was promised: for who does not know the rules of a deployment.
    pub const AS_PROMISED: Self = Self {
        idle_seconds: i64::MAX,
        absolute_seconds: i64::MAX,
        renew_after_seconds: i64::MAX,
        page_seconds: i64::MAX,
    };

    /// When a session ends that is seen at `now` and was promised `absolute_expires_at` at its login.
    #[must_use]
    pub fn expires_at(&self, now: i64, absolute_expires_at: i64) -> i64 {
        now.saturating_add(self.idle_seconds).min(absolute_expires_at)
    }

    /// When the session ends: at the earlier of what it was promised and what the rules in force say. A shorter rule
    /// reaches the sessions that are open; a longer one gives nothing to a session that has had its promise. For a page's
    /// session it counts when the Mini Program had last been seen, and no use of the page.
    #[must_use]
    pub fn ends_at(&self, session: &Session) -> i64 {
        let seen_at = session.parent.as_ref().map_or_else(|| session.seen_at(), |parent| parent.seen_at);
        let idle = seen_at.saturating_add(self.idle_seconds);
        session.expires_at.min(session.absolute_expires_at).min(idle).min(self.absolute_end(session))
    }

    /// The same for its absolute end, which no renewal moves.
    #[must_use]
    pub fn absolute_end(&self, session: &Session) -> i64 {
        let ruled = match &session.parent {
            None => session.created_at.saturating_add(self.absolute_seconds),
            Some(parent) => {
                let absolute = parent.created_at.saturating_add(self.absolute_seconds);
                absolute.min(session.created_at.saturating_add(self.page_seconds))
            }
        };
        session.absolute_expires_at.min(ruled)
    }

    /// When the client should ask `GET /session` next: the first time soon, because until then a session counts as one
    /// whose token may never have arrived, and is the first to go.
    #[must_use]
    pub fn check_after(&self, session: &Session) -> i64 {
        let after = match session.last_seen_at {
            Some(_) => self.renew_after_seconds,
            None => self.renew_after_seconds.min(FIRST_CHECK_SECONDS),
        };
        session.seen_at().saturating_add(after).min(self.ends_at(session))
    }

    /// The session as seen at `now`, or `None` when that need not be written: it was seen a short while ago. A page's
    /// session is not renewed by being seen.
    #[must_use]
    pub fn renewed(&self, session: &Session, now: i64) -> Option<Session> {
        let is_due = session.last_seen_at.is_none_or(|at| now.saturating_sub(at) >= self.renew_after_seconds);
        is_due.then(|| Session {
            last_seen_at: Some(now),
            expires_at: match session.parent {
                Some(_) => session.expires_at,
                // A clock that was put back takes nothing away.
                None => self.expires_at(now, session.absolute_expires_at).max(session.expires_at),
            },
            ..session.clone()
        })
    }
}

/// Why a session that existed is over. `GET /session` says it to the holder of its token, and nothing else does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ended {
    /// Past what it was promised, or past the rules in force.
    Expired,
    /// Its own client logged out.
    LoggedOut,
    /// The user ended it from another session.
    EndedByUser,
    /// An operator or a backend ended it.
    EndedByOperator,
    /// All sessions of the user were ended at once.
    SignedOutEverywhere,
    /// The same device logged in again.
    Replaced,
    /// The user has more devices than the cap admits.
    Evicted,
    /// The account was erased.
    Deleted,
    /// The user is blocked.
    Blocked,
    /// The ticket it came from was presented twice.
    TicketReused,
}

impl Ended {
    /// Every reason, for tests that compare this table with the documents.
    pub const ALL: [Self; 10] = [
        Self::Expired,
        Self::LoggedOut,
        Self::EndedByUser,
        Self::EndedByOperator,
        Self::SignedOutEverywhere,
        Self::Replaced,
        Self::Evicted,
        Self::Deleted,
        Self::Blocked,
        Self::TicketReused,
    ];

    /// The stable word, in answers, records and log lines.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::LoggedOut => "logged_out",
            Self::EndedByUser => "ended_by_user",
            Self::EndedByOperator => "ended_by_operator",
            Self::SignedOutEverywhere => "signed_out_everywhere",
            Self::Replaced => "replaced",
            Self::Evicted => "evicted",
            Self::Deleted => "deleted",
            Self::Blocked => "blocked",
            Self::TicketReused => "ticket_reused",
        }
    }

    /// The reason that a tombstone gives.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// No such session.
    Unknown,
    /// There was one.
    Ended(Ended),
    /// There was one, and it was a page's: that ends with its parent, and the page does not know.
    PageEnded(Ended),
    /// One of the two records cannot be read, for this attribute: written by something else, or damaged.
    Damaged(Record, &'static str),
}

impl Refusal {
    /// The stable word for log lines.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Ended(reason) | Self::PageEnded(reason) => reason.as_str(),
            Self::Damaged(..) => "damaged",
        }
    }
}

/// Decides whether the session under `hash` is good at `now`: its record is active, within the rules in force, it or its
/// parent is in the user's list, and the user is not blocked. Both records must have been *read*: a failed read is
/// "cannot tell" and never gets here.
///
/// # Errors
///
/// The [`Refusal`] when it is not.
pub fn decide<'a>(
    now: i64,
    rules: &Rules,
    hash: &TokenHash,
    session: Option<&'a SessionRecord>,
    user: Option<&'a User>,
) -> Result<(&'a Session, &'a Person), Refusal> {
    let record = session.ok_or(Refusal::Unknown)?;
    let is_page = record.session().is_some_and(|session| session.parent.is_some());
    let over = if is_page { Refusal::PageEnded } else { Refusal::Ended };
    let session = match record {
        SessionRecord::Active(session) => session,
        SessionRecord::Ended { reason, .. } => return Err(over(*reason)),
    };
    let user = user.ok_or(over(Ended::Deleted))?;
    let is_listed = user.live.contains(session.parent.as_ref().map_or(hash, |parent| &parent.hash));
    let is_expired = now >= rules.ends_at(session);
    let is_blocked = user.blocked(now).is_some();
    if let Some(person) = &user.person
        && is_listed
        && !is_expired
        && !is_blocked
    {
        return Ok((session, person));
    }
    let created = session.created_at_ms();
    Err(over(match &user.person {
        None => Ended::Deleted,
        Some(person) if !is_listed && created < person.created_at_ms => Ended::Deleted,
        _ if is_blocked => Ended::Blocked,
        _ if !is_listed && user.signed_out_at_ms.is_some_and(|at| created <= at) => {
            Ended::SignedOutEverywhere
        }
        _ if is_expired => Ended::Expired,
        _ => Ended::Evicted,
    }))
}

#[cfg(test)]
mod tests;
