//! What is done with the sessions of a user, those of pages included.

use std::cmp::Reverse;

use wxsession::{
    SessionId, UserId,
    session::{Ended, Rules, Session, SessionRecord, decide},
    store::{End, SessionKey, StoreError, item::Damaged},
    token::TokenHash,
    user::User,
};

use crate::{
    Accounts, Failure,
    answer::{ListedChild, ListedSession, Outcome, RefusedCode},
};

/// A session's record, under the hash of its token.
type Record = (TokenHash, Result<SessionRecord, Damaged>);

impl Accounts {
    pub(crate) async fn list(&self, user: UserId) -> Result<Outcome, Failure> {
        let (read, records) = self.records(user).await?;
        let children = self.children(user, &records).await?;
        let now = self.clock.now();
        let parents = good(&records, now, &self.rules, &read);
        let is_nested = |child: &Session| {
            child.parent.as_ref().is_some_and(|of| parents.iter().any(|(hash, _)| **hash == of.hash))
        };
        let children = good(&children, now, &self.rules, &read).into_iter().map(|(_, child)| child);
        // A page whose parent is over and that is good all the same, because the call that ended the parent did not come
        // so far: it must be seen to be ended.
        let (nested, alone): (Vec<_>, Vec<_>) = children.partition(|child| is_nested(child));
        let sessions = parents.iter().map(|(hash, session)| ListedSession {
            children: nested.iter().filter_map(|child| ListedChild::of(hash, child, &self.rules)).collect(),
            ..ListedSession::of(session, &self.rules)
        });
        let alone = alone.into_iter().map(|child| ListedSession::of(child, &self.rules));
        let mut sessions: Vec<_> = sessions.chain(alone).collect();
        sessions.sort_by(|one, other| (other.created_at, &other.id).cmp(&(one.created_at, &one.id)));
        Ok(Outcome::Sessions { sessions })
    }

    pub(crate) async fn end(&self, user: UserId, wanted: SessionId) -> Result<Outcome, Failure> {
        let (_, records) = self.records(user).await?;
        let hash = match named(&records, wanted) {
            Some(hash) => hash,
            // A page's is in no list: those that it was derived from name it.
            None => named(&self.children(user, &records).await?, wanted).ok_or(RefusedCode::NotFound)?,
        };
        let ended =
            self.sessions.end(&SessionKey { user, hash }, Ended::EndedByOperator, self.clock.now()).await?;
        Ok(Outcome::Ended { ended: matches!(ended, End::Now(_)) })
    }

    /// The account and the sessions in its list.
    async fn records(&self, user: UserId) -> Result<(User, Vec<Record>), Failure> {
        let read = self.users.read(user).await?.filter(|read| read.person.is_some());
        let read = read.ok_or(RefusedCode::NotFound)?;
        let listed = read.live.entries().map(|entry| entry.hash);
        let records: Result<_, StoreError> = self.sessions.some(user, listed).await;
        Ok((read, records?))
    }

    /// The sessions of pages that those in the list name; nothing is asked when there are none.
    async fn children(&self, user: UserId, records: &[Record]) -> Result<Vec<Record>, StoreError> {
        let sessions = records.iter().filter_map(|(_, record)| record.as_ref().ok()?.session());
        let named: Vec<_> = sessions.flat_map(|session| session.children.iter().copied()).collect();
        self.sessions.some(user, named).await
    }
}

/// Those that the authorizer would let through, newest first.
fn good<'a>(
    records: &'a [Record],
    now: i64,
    rules: &Rules,
    user: &'a User,
) -> Vec<(&'a TokenHash, &'a Session)> {
    let is_good = |(hash, record): &'a Record| {
        let decided = decide(now, rules, hash, record.as_ref().ok(), Some(user));
        decided.ok().map(|(session, _)| (hash, session))
    };
    let mut good: Vec<_> = records.iter().filter_map(is_good).collect();
    good.sort_by_key(|(_, session)| Reverse((session.created_at, session.id)));
    good
}

/// Where the session of that name is stored.
fn named(records: &[Record], wanted: SessionId) -> Option<TokenHash> {
    let is_wanted = |record: &SessionRecord| record.session().is_some_and(|session| session.id == wanted);
    let found = records.iter().find(|(_, record)| record.as_ref().is_ok_and(is_wanted));
    found.map(|(hash, _)| *hash)
}

impl ListedSession {
    /// The session, without its pages.
    fn of(session: &Session, rules: &Rules) -> Self {
        Self {
            id: session.id.to_string(),
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
            expires_at: rules.ends_at(session),
            device: session.device.clone(),
            children: Vec::new(),
            audience: session.parent.as_ref().map(|parent| parent.audience.clone()),
        }
    }
}

impl ListedChild {
    /// The session, if it is a child of that parent.
    fn of(parent: &TokenHash, child: &Session, rules: &Rules) -> Option<Self> {
        let known = child.parent.as_ref().filter(|known| known.hash == *parent)?;
        Some(Self {
            id: child.id.to_string(),
            created_at: child.created_at,
            last_seen_at: child.last_seen_at,
            expires_at: rules.ends_at(child),
            audience: known.audience.clone(),
        })
    }
}
