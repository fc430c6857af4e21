//! Access tokens, of two families that do not touch each other.

use std::collections::BTreeMap;

use crate::wire::{Refusal, require};

pub(crate) const LIFETIME_SECONDS: i64 = 7200;
/// Old and new token work side by side for this long.
pub(crate) const OVERLAP_SECONDS: i64 = 300;
const FORCE_INTERVAL_SECONDS: i64 = 30;

/// All tokens ever issued, and which of them is the newest.
#[derive(Default)]
pub(crate) struct Tokens {
    issued: BTreeMap<String, Token>,
    newest: BTreeMap<(String, Family), String>,
    last_force: BTreeMap<String, i64>,
}

/// How a token was got.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Family {
    /// `GET /cgi-bin/token`
    Classic,
    /// `POST /cgi-bin/stable_token`
    Stable,
}

struct Token {
    app_id: String,
    expires_at: i64,
    /// Set when a newer token replaced this one.
    dies_at: Option<i64>,
}

impl Token {
    fn retire(&mut self, now: i64, overlap_seconds: i64) {
        let alive = now < self.expires_at;
        self.dies_at = Some(now + overlap_seconds);
        if alive {
            self.expires_at = self.expires_at.max(now + overlap_seconds);
        }
    }
}

impl Tokens {
    /// The Mini Program that an access token belongs to.
    pub(crate) fn owner(&self, text: &str, now: i64) -> Result<&str, Refusal> {
        require(text, 41001)?;
        // WeChat does not say where 40014 ends and 40001 begins; here: not even shaped like a token.
        let shaped = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if text.len() < 20 || !text.chars().all(shaped) {
            return Err(40014.into());
        }
        let token = self.issued.get(text).ok_or(40001)?;
        if now >= token.expires_at {
            return Err(42001.into());
        }
        if token.dies_at.is_some_and(|dies_at| now >= dies_at) {
            return Err(40001.into());
        }
        Ok(&token.app_id)
    }

    /// The newest of its family from now on; the one before it works for the overlap.
    pub(crate) fn issue(&mut self, app_id: &str, family: Family, text: &str, now: i64, overlap_seconds: i64) {
        let token = Token { app_id: app_id.to_owned(), expires_at: now + LIFETIME_SECONDS, dies_at: None };
        let newest = self.newest.insert((app_id.to_owned(), family), text.to_owned());
        if let Some(old) = newest.and_then(|old| self.issued.get_mut(&old)) {
            old.retire(now, overlap_seconds);
        }
        // A token that expired a day ago could as well never have been: 40001 instead of 42001.
        self.issued.retain(|_, old| now < old.expires_at + 86400);
        self.issued.insert(text.to_owned(), token);
    }

    /// The newest token of the family, and how long it has left.
    pub(crate) fn remaining(&self, app_id: &str, family: Family, now: i64) -> Option<(String, i64)> {
        let text = self.newest.get(&(app_id.to_owned(), family))?;
        let token = self.issued.get(text)?;
        Some((text.clone(), token.expires_at - now))
    }

    /// Closer calls refresh nothing.
    pub(crate) fn force_is_far_enough(&self, app_id: &str, now: i64) -> bool {
        self.last_force.get(app_id).is_none_or(|last| now - last >= FORCE_INTERVAL_SECONDS)
    }

    pub(crate) fn forced(&mut self, app_id: &str, now: i64) {
        self.last_force.insert(app_id.to_owned(), now);
    }

    /// Ends every token at once, as a reset of the AppSecret does.
    pub(crate) fn retire_all(&mut self, app_id: &str, now: i64) {
        self.issued
            .values_mut()
            .filter(|token| token.app_id == app_id)
            .for_each(|token| token.retire(now, 0));
        self.newest.retain(|(owner, _), _| owner != app_id);
    }
}
