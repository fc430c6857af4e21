//! The sessions of a user as both tables have them, and as the user sees them.

use std::cmp::Reverse;

use serde::Serialize;
use wxsession::{
    SessionId,
    session::{Device, Rules, Session, SessionRecord, decide},
    store::item::Damaged,
    token::TokenHash,
    user::User,
};

/// A session's record, under the hash of its token.
pub(crate) type Record = (TokenHash, Result<SessionRecord, Damaged>);

/// What both tables say of a user who has an account.
pub(crate) struct Records {
    pub(crate) user: User,
    pub(crate) sessions: Vec<Record>,
}

#[derive(Serialize, Default)]
pub(crate) struct Reply {
    sessions: Vec<SessionReply>,
}

#[derive(Serialize)]
struct SessionReply {
    id: String,
    created_at: i64,
    last_seen_at: i64,
    expires_at: i64,
    current: bool,
    device: Device,
    children: Vec<ChildReply>,
    /// Only of a page's session that stands alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    audience: Option<String>,
}

#[derive(Serialize)]
struct ChildReply {
    id: String,
    created_at: i64,
    last_seen_at: i64,
    expires_at: i64,
    current: bool,
    audience: String,
}

impl Records {
    /// Those of the records that the authorizer would let through, newest first.
    pub(crate) fn good<'a>(
        &'a self,
        records: &'a [Record],
        now: i64,
        rules: &Rules,
    ) -> Vec<(&'a TokenHash, &'a Session)> {
        let is_good = |(hash, record): &'a Record| {
            let decided = decide(now, rules, hash, record.as_ref().ok(), Some(&self.user));
            decided.ok().map(|(session, _)| (hash, session))
        };
        let mut good: Vec<_> = records.iter().filter_map(is_good).collect();
        good.sort_by_key(|(_, session)| Reverse((session.created_at, session.id)));
        good
    }

    /// Those that were derived from them.
    pub(crate) fn children(&self) -> impl Iterator<Item = TokenHash> {
        let sessions = self.sessions.iter().filter_map(|(_, record)| record.as_ref().ok()?.session());
        sessions.flat_map(|session| session.children.iter().copied())
    }

    /// Where the session of that name is stored.
    pub(crate) fn named(&self, id: SessionId) -> Option<TokenHash> {
        named(&self.sessions, id)
    }
}

/// Where the session of that name is stored.
pub(crate) fn named(records: &[Record], id: SessionId) -> Option<TokenHash> {
    let mut known =
        records.iter().filter_map(|(hash, record)| Some((hash, record.as_ref().ok()?.session()?.id)));
    known.find(|(_, known)| *known == id).map(|(hash, _)| *hash)
}

impl Reply {
    /// Those that are good, newest first, each with the pages that have a session of it. A page whose parent is over and
    /// that is good all the same, because the call that ended the parent did not come so far, stands among them: it must be
    /// seen to be ended.
    pub(crate) fn of(
        records: &Records,
        children: &[Record],
        (now, rules): (i64, &Rules),
        current: SessionId,
    ) -> Self {
        let parents = records.good(&records.sessions, now, rules);
        let (nested, alone): (Vec<_>, Vec<_>) =
            records.good(children, now, rules).into_iter().partition(|(_, child)| {
                child.parent.as_ref().is_some_and(|of| parents.iter().any(|(hash, _)| **hash == of.hash))
            });
        let sessions = parents.into_iter().map(|(hash, session)| SessionReply {
            children: nested
                .iter()
                .filter_map(|(_, child)| ChildReply::of(hash, child, rules, current))
                .collect(),
            ..SessionReply::of(session, rules, current)
        });
        let alone = alone.into_iter().map(|(_, child)| SessionReply::of(child, rules, current));
        let mut sessions: Vec<_> = sessions.chain(alone).collect();
        sessions.sort_by(|one, other| (other.created_at, &other.id).cmp(&(one.created_at, &one.id)));
        Self { sessions }
    }
}

impl SessionReply {
    /// The session, without its pages.
    fn of(session: &Session, rules: &Rules, current: SessionId) -> Self {
        Self {
            id: session.id.to_string(),
            created_at: session.created_at,
            last_seen_at: session.seen_at(),
            expires_at: rules.ends_at(session),
            current: session.id == current,
            device: session.device.clone(),
            children: Vec::new(),
            audience: session.parent.as_ref().map(|parent| parent.audience.clone()),
        }
    }
}

impl ChildReply {
    /// The session, if it is a child of that parent.
    fn of(parent: &TokenHash, child: &Session, rules: &Rules, current: SessionId) -> Option<Self> {
        let known = child.parent.as_ref().filter(|known| known.hash == *parent)?;
        Some(Self {
            id: child.id.to_string(),
            created_at: child.created_at,
            last_seen_at: child.seen_at(),
            expires_at: rules.ends_at(child),
            current: child.id == current,
            audience: known.audience.clone(),
        })
    }
}
