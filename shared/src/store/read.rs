//! The hot path: one strongly consistent `BatchGetItem` over both tables.

use aws_sdk_dynamodb::Client;

use super::{
    Record, StoreError, batch,
    item::{Damaged, Item},
    sessions::{self, SessionKey},
    users::{self, LIVENESS},
};
use crate::{
    account::ROLES,
    session::{Refusal, Rules, Session, SessionRecord, decide},
    token::{Realm, SessionToken},
    user::{Person, User},
};

/// What both tables say of a token.
#[derive(Debug)]
pub struct Found {
    key: SessionKey,
    session: Option<Result<SessionRecord, Damaged>>,
    user: Option<Result<User, Damaged>>,
}

/// A session that is good, and whose it is.
#[derive(Clone, Copy, Debug)]
pub struct Good<'a> {
    /// The session.
    pub session: &'a Session,
    /// Who the user is.
    pub person: &'a Person,
}

impl Found {
    /// What the items of a session and of its user say; `None` where there is no such item.
    #[must_use]
    pub fn of(key: SessionKey, session: Option<Item>, user: Option<Item>) -> Self {
        Self { key, session: session.map(sessions::from_item), user: user.map(users::from_item) }
    }

    /// The session, if it is good at `now`.
    ///
    /// # Errors
    ///
    /// The [`Refusal`] when it is not.
    pub fn decide(&self, now: i64, rules: &Rules) -> Result<Good<'_>, Refusal> {
        let session = self.session.as_ref().map(Result::as_ref).transpose();
        let user = self.user.as_ref().map(Result::as_ref).transpose();
        let damaged = |record| move |damaged: &Damaged| Refusal::Damaged(record, damaged.0);
        let session = session.map_err(damaged(Record::Session))?;
        let user = user.map_err(damaged(Record::User))?;
        let (session, person) = decide(now, rules, &self.key.hash, session, user)?;
        Ok(Good { session, person })
    }

    /// Where the session is stored.
    #[must_use]
    pub fn key(&self) -> &SessionKey {
        &self.key
    }

    /// The session, good or not, if it can be read.
    #[must_use]
    pub fn session(&self) -> Option<&Session> {
        self.session.as_ref()?.as_ref().ok()?.session()
    }
}

/// Reads a session and its user.
#[derive(Clone, Debug)]
pub struct Reader {
    client: Client,
    users: String,
    sessions: String,
    realm: Realm,
}

impl Reader {
    /// Reads from the two tables through `client`.
    #[must_use]
    pub fn new(client: Client, tables: &crate::config::Tables, realm: Realm) -> Self {
        Self { client, users: tables.users.clone(), sessions: tables.sessions.clone(), realm }
    }

    /// Where the session of `token` is stored.
    #[must_use]
    pub fn key(&self, token: &SessionToken) -> SessionKey {
        SessionKey::of(token, &self.realm)
    }

    /// Reads what the tables say of `token`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when either record could not be read: absent and unread are never confused.
    pub async fn find(&self, token: &SessionToken) -> Result<Found, StoreError> {
        self.find_at(self.key(token)).await
    }

    /// Reads what the tables say of the session that is stored there.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when either record could not be read: absent and unread are never confused.
    pub async fn find_at(&self, key: SessionKey) -> Result<Found, StoreError> {
        let user = batch::strong([("user_id", key.user.to_string())])
            .projection_expression(LIVENESS)
            .expression_attribute_names("#roles", ROLES);
        let session = batch::strong([("pk", key.user.to_string()), ("sk", key.hash.sort_key())]);
        let wanted =
            [(self.users.clone(), batch::built(user)), (self.sessions.clone(), batch::built(session))];
        let mut found = batch::get(&self.client, wanted.into()).await?;
        let mut first = |table: &str| found.get_mut(table).and_then(Vec::pop);
        Ok(Found::of(key, first(&self.sessions), first(&self.users)))
    }
}
