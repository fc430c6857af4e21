//! Room for a page's session among those of its parent: one that is over goes first, then the oldest. Whoever goes has a
//! tombstone before the list forgets it, because a logout of the parent finds in the list whoever may be alive.

use wxsession::{
    http::Problem,
    session::{Ended, SessionRecord},
    store::{
        End, SessionKey,
        children::{MOST_CHILDREN, with_child},
    },
    telemetry::Line,
    token::TokenHash,
};

use super::Redemption;
use crate::Login;

/// What a page's session that its parent names has come to, the first to go first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    /// It has its tombstone.
    Ended,
    Expired,
    /// Its redemption did not come so far, or is under way; or its record is damaged.
    Unknown,
    Good,
}

impl Login {
    /// The list with the new session, after those that go for it were ended.
    pub(super) async fn room(
        &self,
        redemption: &Redemption,
        read: &[TokenHash],
        line: &mut Line,
    ) -> Result<Vec<TokenHash>, Problem> {
        let Redemption { parent, child, .. } = redemption;
        if read.len() < MOST_CHILDREN {
            return Ok(with_child(read, &[], child.hash).0);
        }
        let named = self.standings(redemption, read, line).await?;
        let over: Vec<_> =
            named.iter().filter(|(was, _)| *was != Standing::Good).map(|(_, hash)| *hash).collect();
        let (new, going) = with_child(read, &over, child.hash);
        for (was, hash) in named.into_iter().filter(|(_, hash)| going.contains(hash)) {
            let key = SessionKey { user: parent.user, hash };
            match was {
                Standing::Ended => {}
                Standing::Expired => self.goes(&key, Ended::Expired, redemption.now, line).await?,
                Standing::Unknown | Standing::Good => {
                    self.goes(&key, Ended::Evicted, redemption.now, line).await?;
                }
            }
        }
        Ok(new)
    }

    /// What became of those that are named, the first to go first.
    async fn standings(
        &self,
        Redemption { parent, now, .. }: &Redemption,
        named: &[TokenHash],
        line: &mut Line,
    ) -> Result<Vec<(Standing, TokenHash)>, Problem> {
        let read = self.sessions.some(parent.user, named.iter().copied());
        let records = line.timed("store_ms", read).await?;
        let standing = |hash: &TokenHash| match records.iter().find(|(known, _)| known == hash) {
            Some((_, Ok(SessionRecord::Ended { .. }))) => Standing::Ended,
            Some((_, Ok(SessionRecord::Active(session)))) if *now < self.rules.ends_at(session) => {
                Standing::Good
            }
            Some((_, Ok(SessionRecord::Active(_)))) => Standing::Expired,
            Some((_, Err(_))) | None => Standing::Unknown,
        };
        let mut standings: Vec<_> = named.iter().map(|hash| (standing(hash), *hash)).collect();
        standings.sort_by_key(|(standing, _)| *standing);
        Ok(standings)
    }

    /// Ends one, and says so at once: the redemption may fail after this.
    async fn goes(&self, key: &SessionKey, reason: Ended, now: i64, line: &mut Line) -> Result<(), Problem> {
        let end = line.timed("store_ms", self.sessions.end_child(key, reason, now)).await?;
        if let (End::Now(Some(id)), Ended::Evicted) = (end, reason) {
            let (reason, ended) = (reason.as_str(), id.to_string());
            line.audit("session_revoked", &[("reason", reason.into()), ("ended_session_id", ended.into())]);
        }
        Ok(())
    }
}
