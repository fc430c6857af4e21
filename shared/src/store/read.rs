//! The hot path: one strongly consistent `BatchGetItem` over both tables.

use std::collections::HashMap;

use aws_sdk_dynamodb::{Client, types::KeysAndAttributes};

use super::{
    StoreError,
    item::{Damaged, Item, generation, s},
    sessions::from_item,
};
use crate::{
    ids::UserId,
    session::{Generation, Refusal, Session, decide},
    token::{Realm, SessionToken},
};

/// What both tables say of a token.
#[derive(Debug)]
pub struct Found {
    session: Option<Result<Session, Damaged>>,
    generation: Option<Result<Generation, Damaged>>,
}

impl Found {
    /// What the items of a session and of its user say; `None` where there is no such item.
    #[must_use]
    pub fn of(session: Option<&Item>, user: Option<&Item>) -> Self {
        Self { session: session.map(from_item), generation: user.map(generation) }
    }

    /// The session, if it is good at `now`.
    ///
    /// # Errors
    ///
    /// The [`Refusal`] when it is not.
    pub fn decide(&self, now: i64) -> Result<&Session, Refusal> {
        let session = match &self.session {
            Some(Err(Damaged(attribute))) => return Err(Refusal::Damaged(attribute)),
            Some(Ok(session)) => Some(session),
            None => None,
        };
        let generation = match self.generation {
            Some(Err(Damaged(attribute))) => return Err(Refusal::Damaged(attribute)),
            Some(Ok(generation)) => Some(generation),
            None => None,
        };
        decide(now, session, generation)?;
        session.ok_or(Refusal::Unknown)
    }

    /// The session record, good or not, if it can be read.
    #[must_use]
    pub fn session(&self) -> Option<&Session> {
        self.session.as_ref()?.as_ref().ok()
    }
}

/// Reads a session and its user's generation.
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

    /// Reads what the tables say of `token`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when either record could not be read: absent and unread are never confused.
    pub async fn find(&self, token: &SessionToken) -> Result<Found, StoreError> {
        let user = token.user_id();
        let mut wanted = HashMap::from([
            (self.users.clone(), user_keys(user)),
            (self.sessions.clone(), self.session_keys(user, token)),
        ]);
        let mut found: HashMap<String, Item> = HashMap::new();
        // DynamoDB may leave keys unprocessed; ask for the rest once, then it is "cannot tell".
        for _ in 0..2 {
            let answer = self
                .client
                .batch_get_item()
                .set_request_items(Some(wanted))
                .send()
                .await
                .map_err(|error| StoreError::of("BatchGetItem", &error))?;
            for (table, items) in answer.responses.unwrap_or_default() {
                if let Some(item) = items.into_iter().next() {
                    found.insert(table, item);
                }
            }
            wanted = answer.unprocessed_keys.unwrap_or_default();
            if wanted.is_empty() {
                return Ok(Found::of(found.get(&self.sessions), found.get(&self.users)));
            }
        }
        Err(StoreError { operation: "BatchGetItem", kind: "unprocessed_keys".to_owned() })
    }

    fn session_keys(&self, user: UserId, token: &SessionToken) -> KeysAndAttributes {
        let hash = token.hash(&self.realm);
        strong(&[("pk", user.to_string()), ("sk", hash.as_str().to_owned())]).build_keys()
    }
}

/// Only the generation: the role may not read more of a user.
fn user_keys(user: UserId) -> KeysAndAttributes {
    strong(&[("user_id", user.to_string())]).projection_expression("user_id, generation").build_keys()
}

fn strong(key: &[(&str, String)]) -> aws_sdk_dynamodb::types::builders::KeysAndAttributesBuilder {
    let key = key.iter().map(|(name, value)| ((*name).to_owned(), s(value))).collect();
    KeysAndAttributes::builder().keys(key).consistent_read(true)
}

trait BuildKeys {
    fn build_keys(self) -> KeysAndAttributes;
}

impl BuildKeys for aws_sdk_dynamodb::types::builders::KeysAndAttributesBuilder {
    fn build_keys(self) -> KeysAndAttributes {
        self.build().expect("keys were given, the only thing the builder asks for")
    }
}
