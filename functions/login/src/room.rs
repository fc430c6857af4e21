//! Making room in the user's list for one more session: who stays, who is replaced, who has to go.

use std::collections::HashMap;

use wxsession::{
    SessionId,
    live::{Entry, Install},
    session::{Rules, SessionRecord},
    store::item::Damaged,
    token::TokenHash,
};

/// Who comes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Newcomer {
    /// The session whose token the client still held: it leaves.
    pub(crate) presented: Option<TokenHash>,
    /// Where it logs in: the session that was there leaves.
    pub(crate) install: Option<Install>,
}

/// What becomes of the listed sessions.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Room {
    pub(crate) staying: Vec<Entry>,
    pub(crate) replaced: Vec<TokenHash>,
    /// With their names, where these were read.
    pub(crate) evicted: Vec<Option<SessionId>>,
}

/// How a listed session stands. The least goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    /// Ended, expired, or gone: it only takes up room.
    Dead,
    /// `GET /session` has never answered 200 for it: its client may not even have received the token.
    Unused,
    /// Last seen then.
    Seen(i64),
}

/// How the sessions stood that were read.
#[derive(Debug, Default)]
pub(crate) struct Standings(HashMap<TokenHash, (Standing, Option<SessionId>)>);

impl Standings {
    /// Of the sessions that were `asked` for, with the records that were there.
    pub(crate) fn of(
        asked: &[TokenHash],
        records: &[(TokenHash, Result<SessionRecord, Damaged>)],
        rules: &Rules,
        now: i64,
    ) -> Self {
        let mut all: HashMap<_, _> = asked.iter().map(|hash| (*hash, (Standing::Dead, None))).collect();
        for (hash, record) in records {
            let Ok(SessionRecord::Active(session)) = record else { continue };
            let standing = match session.last_seen_at {
                _ if now >= rules.ends_at(session) => Standing::Dead,
                None => Standing::Unused,
                Some(at) => Standing::Seen(at),
            };
            all.insert(*hash, (standing, Some(session.id)));
        }
        Self(all)
    }

    /// One that is not among them came after they were read: a login of this moment.
    fn get(&self, hash: &TokenHash) -> (Standing, Option<SessionId>) {
        self.0.get(hash).copied().unwrap_or((Standing::Unused, None))
    }
}

impl Room {
    /// Takes out what the newcomer replaces.
    pub(crate) fn of(listed: impl Iterator<Item = Entry>, newcomer: Newcomer) -> Self {
        let is_replaced = |entry: &Entry| {
            newcomer.presented == Some(entry.hash)
                || newcomer.install.is_some() && newcomer.install == entry.install
        };
        let (replaced, staying): (Vec<_>, Vec<_>) = listed.partition(is_replaced);
        Self { staying, replaced: replaced.iter().map(|entry| entry.hash).collect(), evicted: Vec::new() }
    }

    /// The sessions that must be read to say who has to go under `cap`: never more than that. A cap that was lowered may
    /// leave more in the list: then the oldest go unread.
    pub(crate) fn asks_for(&mut self, cap: usize) -> Vec<TokenHash> {
        if self.staying.len() < cap {
            return Vec::new();
        }
        let unread = self.staying.len() - cap;
        self.evicted.extend(self.staying.drain(..unread).map(|_| None));
        self.staying.iter().map(|entry| entry.hash).collect()
    }

    /// Lets go whoever has to, so that there is room for one more: dead ones, then those never used, in the order of
    /// their logins, then the least recently seen.
    pub(crate) fn make(&mut self, cap: usize, standings: &Standings) {
        self.staying.retain(|entry| standings.get(&entry.hash).0 != Standing::Dead);
        while self.staying.len() >= cap {
            let standing = |entry: &Entry| standings.get(&entry.hash).0;
            let Some(first) = (0..self.staying.len()).min_by_key(|at| standing(&self.staying[*at])) else {
                break;
            };
            let entry = self.staying.remove(first);
            self.evicted.push(standings.get(&entry.hash).1);
        }
    }
}

#[cfg(test)]
mod tests;
