//! Recording a login: the session, then the user's list with it.
//!
//! The session's record comes first and opens nothing until the list names it. The list is written on what was read; when
//! another write was faster, what it left feeds the next attempt, so that of many logins at once one is done each round.

use std::time::{Duration, Instant};

use wxsession::{
    SessionId, UserId,
    http::{Code, Problem},
    live::{Entry, Live},
    session::{Ended, Session},
    store::{
        End, SessionKey, StoreError,
        users::{Registered, Registration},
    },
    telemetry::Line,
    token::SessionToken,
    user::User,
};
use wxsession_wechat::vault::Owner;

use crate::{
    Login,
    request::Origin,
    room::{Newcomer, Room, Standings},
    wechat::Traded,
};

/// How long the list is tried again while other logins are faster, when nobody limits the request.
pub(crate) const PATIENCE: Duration = Duration::from_secs(6);

/// What the client gets.
pub struct Recorded {
    /// Shown once, to the client.
    pub token: SessionToken,
    /// As it is stored.
    pub session: Session,
    /// Whether this login began the account.
    pub is_new: bool,
}

/// A login under way.
struct Attempt<'a> {
    traded: &'a Traded,
    key: SessionKey,
    newcomer: Newcomer,
    entry: Entry,
    now_ms: i64,
}

impl Attempt<'_> {
    fn now(&self) -> i64 {
        self.now_ms.div_euclid(1_000)
    }
}

impl Login {
    /// Writes the session and lists it: what a login does once WeChat has said who it is.
    ///
    /// # Errors
    ///
    /// `store_unavailable` when the login is not known to be written, `user_blocked`.
    pub async fn record(
        &self,
        traded: &Traded,
        origin: &Origin,
        line: &mut Line,
    ) -> Result<Recorded, Problem> {
        let user_id = UserId::of(&traded.app_id, &traded.wechat.openid);
        line.put("user_id", user_id.to_string());
        let now_ms = self.clock.now_millis();
        let read = line.timed("store_ms", self.users.read_whole(user_id)).await;
        let read = read?;
        admitted(read.as_ref(), now_ms.div_euclid(1_000))?;

        let token = SessionToken::generate(user_id, &self.random);
        let key = SessionKey::of(&token, &self.realm);
        let session = self.session(user_id, traded, origin, now_ms);
        line.put("session_id", session.id.to_string());
        let written = self.sessions.create(&key, &session);
        line.timed("store_ms", written).await?;

        let presented = origin.presented.as_ref().filter(|old| old.user_id() == user_id);
        let newcomer = Newcomer {
            presented: presented.map(|old| SessionKey::of(old, &self.realm).hash),
            install: origin.install,
        };
        let entry = Entry { hash: key.hash, install: origin.install };
        let attempt = Attempt { traded, key, newcomer, entry, now_ms };
        let (room, is_new) = self.listed(&attempt, read, line).await?;
        line.audit("session_created", &[]);
        self.note_others(&attempt, &room, line).await;
        Ok(Recorded { token, session, is_new })
    }

    fn session(&self, user_id: UserId, traded: &Traded, origin: &Origin, now_ms: i64) -> Session {
        let now = now_ms.div_euclid(1_000);
        let absolute_expires_at = now.saturating_add(self.rules.absolute_seconds);
        Session {
            id: SessionId::generate(now_ms, self.random.bytes()),
            user_id,
            app_id: traded.app_id.clone(),
            created_at: now,
            last_seen_at: None,
            expires_at: self.rules.expires_at(now, absolute_expires_at),
            absolute_expires_at,
            device: origin.device.clone(),
            parent: None,
            children: Vec::new(),
        }
    }

    /// Lists the session. Whom it left room for, and whether it began the account.
    async fn listed(
        &self,
        attempt: &Attempt<'_>,
        mut read: Option<User>,
        line: &mut Line,
    ) -> Result<(Room, bool), Problem> {
        let until = line.deadline().unwrap_or_else(|| Instant::now() + PATIENCE);
        let mut standings = None;
        loop {
            // What another realm left opens nothing and must take no place.
            let tag = self.realm.tag();
            let listed = read.iter().flat_map(|user| user.live.entries_of(tag));
            let mut room = Room::of(listed, attempt.newcomer);
            self.make_room(&mut room, &mut standings, attempt, line).await?;
            let mut entries = room.staying.clone();
            entries.push(attempt.entry);
            let list = Live::new(&entries, &self.random).of_realm(Some(tag));
            let login = self.registration(attempt, &list, read.as_ref());
            let write = self.users.register(attempt.key.user, read.as_ref(), &login);
            let outcome = line.timed("store_ms", write).await?;
            let is_new = read.as_ref().is_none_or(|user| user.person.is_none());
            match outcome {
                Registered::Done => return Ok((room, is_new)),
                // The answer was lost: the list that came back names the session.
                Registered::Overtaken(Some(now)) if now.live.contains(&attempt.key.hash) => {
                    return Ok((room, is_new));
                }
                Registered::Overtaken(now) => {
                    let now = now.map(|user| *user);
                    admitted(now.as_ref(), attempt.now())?;
                    // Who logs in from before an erasure must not bring back what was erased: they may try again.
                    if was_erased(read.as_ref(), now.as_ref()) || Instant::now() >= until {
                        return Err(StoreError::overtaken("UpdateItem").into());
                    }
                    read = now;
                }
            }
        }
    }

    /// Reads the listed sessions when there is no room, once a login: whoever comes after that has just logged in.
    async fn make_room(
        &self,
        room: &mut Room,
        standings: &mut Option<Standings>,
        attempt: &Attempt<'_>,
        line: &mut Line,
    ) -> Result<(), Problem> {
        let asked = room.asks_for(self.max_sessions);
        if asked.is_empty() {
            return Ok(());
        }
        let known = if let Some(known) = standings.take() {
            known
        } else {
            let read = self.sessions.some(attempt.key.user, asked.iter().copied());
            let read = line.timed("store_ms", read).await?;
            Standings::of(&asked, &read, &self.rules, attempt.now())
        };
        room.make(self.max_sessions, standings.insert(known));
        Ok(())
    }

    fn registration<'a>(
        &self,
        attempt: &Attempt<'a>,
        live: &'a Live,
        read: Option<&User>,
    ) -> Registration<'a> {
        let Attempt { traded, now_ms, .. } = *attempt;
        Registration {
            app_id: &traded.app_id,
            openid: &traded.wechat.openid,
            unionid: traded.wechat.unionid.as_deref(),
            now_ms,
            live,
            keys: traded.sealer.change(
                Owner { user_id: attempt.key.user, app_id: &traded.app_id },
                &traded.wechat.session_key,
                read.map(|user| &user.keys),
                (attempt.now(), &self.random),
            ),
        }
    }

    /// Leaves a word for the devices that this one replaced. The login stands either way: they are out of the list.
    async fn note_others(&self, attempt: &Attempt<'_>, room: &Room, line: &mut Line) {
        for hash in &room.replaced {
            let key = SessionKey { user: attempt.key.user, hash: *hash };
            let write = self.sessions.end(&key, Ended::Replaced, attempt.now());
            let Some(noted) = line.timed_if_time("store_ms", write).await else { break };
            match noted {
                Ok(End::Now(ended)) => audit_end(line, "session_revoked", Ended::Replaced, ended),
                Ok(_) => {}
                Err(error) => Problem::from(error).note_in(line),
            }
        }
        for ended in &room.evicted {
            audit_end(line, "excess_sessions_exceeded", Ended::Evicted, *ended);
        }
    }
}

/// Whether an account ended between these two readings of a record: the one that was there is not any more, or what is there
/// now is what stays of one.
fn was_erased(read: Option<&User>, now: Option<&User>) -> bool {
    let began = |user: Option<&User>| Some(user?.person.as_ref()?.created_at_ms);
    match began(read) {
        Some(account) => began(now) != Some(account),
        None => now.is_some_and(|user| user.person.is_none()),
    }
}

fn audit_end(line: &mut Line, event: &'static str, reason: Ended, ended: Option<SessionId>) {
    let ended = ended.map(|id| id.to_string());
    line.audit(event, &[("reason", reason.as_str().into()), ("ended_session_id", ended.into())]);
}

fn admitted(user: Option<&User>, now: i64) -> Result<(), Problem> {
    let Some(block) = user.and_then(|user| user.blocked(now)) else { return Ok(()) };
    let problem = Problem::new(Code::UserBlocked);
    Err(match block.until {
        Some(until) => problem.telling("until", until),
        None => problem,
    })
}

#[cfg(test)]
mod tests;
