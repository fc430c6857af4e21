//! A session and the rules of its life. Pure: no I/O, and time is an argument.

mod device;

pub use device::Device;

use crate::ids::{SessionId, UserId};

/// A random value on the user's record, copied to each session at login. A new value kills every
/// older session of the user with one write. Random, not a counter: a restored or re-created record
/// can never meet an old value again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Generation(pub [u8; 8]);

/// Whether a session may still be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It may, until it expires.
    Active,
    /// Logged out, evicted or revoked: a tombstone, kept a day so that later use is noticed.
    Revoked,
}

/// One login of one user on one device.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Session {
    /// Its public name.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// The user's generation when it was created.
    pub generation: Generation,
    /// The Mini Program.
    pub app_id: String,
    /// WeChat's name of the user in this Mini Program; gone from a tombstone.
    pub openid: Option<String>,
    /// WeChat's name of the user across one owner's apps, when there is one.
    pub unionid: Option<String>,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds; at most as fresh as the renewal interval.
    pub last_seen_at: i64,
    /// Unix seconds; moves with each renewal, never past `absolute_expires_at`.
    pub expires_at: i64,
    /// Unix seconds; never moves.
    pub absolute_expires_at: i64,
    /// Active, or a tombstone.
    pub state: State,
}

/// How long sessions live, in seconds, and how many a user may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Without a renewal a session ends after this many seconds.
    pub idle_seconds: i64,
    /// A session ends this many seconds after login, renewed or not.
    pub absolute_seconds: i64,
    /// A renewal is written at most this often.
    pub renew_after_seconds: i64,
}

impl Rules {
    /// When a session seen at `now` ends.
    #[must_use]
    pub fn expires_at(&self, now: i64, absolute_expires_at: i64) -> i64 {
        now.saturating_add(self.idle_seconds).min(absolute_expires_at)
    }

    /// When the client should ask `GET /session` next.
    #[must_use]
    pub fn check_after(&self, session: &Session) -> i64 {
        session.last_seen_at.saturating_add(self.renew_after_seconds).min(session.expires_at)
    }

    /// The session as renewed at `now`, or `None` when no renewal is due or none would gain anything.
    #[must_use]
    pub fn renewed(&self, session: &Session, now: i64) -> Option<Session> {
        let due = now.saturating_sub(session.last_seen_at) >= self.renew_after_seconds;
        let expires_at = self.expires_at(now, session.absolute_expires_at);
        (due && expires_at > session.expires_at).then(|| Session {
            last_seen_at: now,
            expires_at,
            ..session.clone()
        })
    }
}

/// Why a session is refused. One answer outside; the reason is for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// No such session.
    Unknown,
    /// Logged out, evicted or revoked.
    Revoked,
    /// The user's generation has moved on: signed out everywhere.
    Generation,
    /// The user's record is gone.
    UserGone,
    /// Not renewed for too long.
    Idle,
    /// Older than a session may be.
    Absolute,
    /// The record cannot be read, for this attribute: written by something else, or damaged.
    Damaged(&'static str),
}

impl Refusal {
    /// The stable word for log lines.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Revoked => "revoked",
            Self::Generation => "generation",
            Self::UserGone => "user_gone",
            Self::Idle => "idle",
            Self::Absolute => "absolute",
            Self::Damaged(_) => "damaged",
        }
    }
}

/// Decides whether a session is good at `now`. Both records must have been *read*: a failed read is
/// "cannot tell" and never gets here.
///
/// # Errors
///
/// The [`Refusal`] when it is not.
pub fn decide(now: i64, session: Option<&Session>, generation: Option<Generation>) -> Result<(), Refusal> {
    let session = session.ok_or(Refusal::Unknown)?;
    if session.state != State::Active {
        return Err(Refusal::Revoked);
    }
    if generation.ok_or(Refusal::UserGone)? != session.generation {
        return Err(Refusal::Generation);
    }
    if now >= session.absolute_expires_at {
        return Err(Refusal::Absolute);
    }
    if now >= session.expires_at {
        return Err(Refusal::Idle);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
