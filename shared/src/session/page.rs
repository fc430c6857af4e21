//! The session of a page in a web-view: derived from the one that made its ticket.

use super::{Device, Rules, Session};
use crate::{
    ids::SessionId,
    store::item::{Damaged, Item, b, n, number, s, take_bytes, take_text},
    token::TokenHash,
};

/// What a page's session was derived from, as it was then. The rules in force reach it by this: what they count from
/// does not move any more.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Parent {
    /// The hash of its token.
    pub hash: TokenHash,
    /// The page: its origin.
    pub audience: String,
    /// When the parent was created, unix seconds.
    pub created_at: i64,
    /// When the parent had last been seen.
    pub seen_at: i64,
}

impl Parent {
    /// Takes it out of a session's item, if the session has one.
    pub(crate) fn take(item: &mut Item) -> Result<Option<Self>, Damaged> {
        let Some(hash) = take_bytes(item, "parent")? else { return Ok(None) };
        Ok(Some(Self {
            hash: hash.try_into().map(TokenHash::from_bytes).map_err(|_| Damaged("parent"))?,
            audience: take_text(item, "audience")?.ok_or(Damaged("audience"))?,
            created_at: number(item, "parent_created_at")?,
            seen_at: number(item, "parent_seen_at")?,
        }))
    }

    pub(crate) fn put(&self, item: &mut Item) {
        item.extend(
            [
                ("parent", b(self.hash.as_bytes().as_slice())),
                ("audience", s(&self.audience)),
                ("parent_created_at", n(self.created_at)),
                ("parent_seen_at", n(self.seen_at)),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
    }
}

impl Rules {
    /// The session of a page that redeems a ticket of `parent` at `now`. It lives no longer than the parent was promised
    /// by then, and no use of it makes that longer.
    #[must_use]
    pub fn page_session(
        &self,
        (hash, parent): (&TokenHash, &Session),
        id: SessionId,
        audience: &str,
        now: i64,
    ) -> Session {
        let expires_at = now.saturating_add(self.page_seconds).min(self.ends_at(parent));
        Session {
            id,
            user_id: parent.user_id,
            app_id: parent.app_id.clone(),
            created_at: now,
            last_seen_at: None,
            expires_at,
            absolute_expires_at: expires_at,
            device: Device::default(),
            parent: Some(Parent {
                hash: *hash,
                audience: audience.to_owned(),
                created_at: parent.created_at,
                seen_at: parent.seen_at(),
            }),
            children: Vec::new(),
        }
    }
}
