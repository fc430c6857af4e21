//! What a backend asks for. [`Request`] is what JSON can say, [`Asked`] is what it means; docs/accounts.schema.json is
//! made from the former.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::Value;
use wxsession::{
    SessionId, UserId,
    account::{Actor, Block, Claims, ExternalId, Malformed, Reason, Roles},
    store::users::{Change, Seen},
};

/// A request as JSON. Nothing beside what is named here is taken, so a misspelt member cannot pass unnoticed.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Request {
    /// Reads the account.
    Get { actor: String, user_id: String },
    /// Names the user of an openid: computed, so also one who has never logged in.
    FindByOpenid { actor: String, app_id: String, openid: String },
    /// The users with this unionid, as the index has them.
    FindByUnionid { actor: String, unionid: String },
    /// The users with this external id, as the index has them.
    FindByExternalId { actor: String, external_id: String },
    /// Ends all sessions and lets no new one begin, for good or until `until`. Takes the place of another block.
    Block { actor: String, user_id: String, reason: String, until: Option<i64> },
    /// Lets the user log in again. Ended sessions stay ended.
    Unblock { actor: String, user_id: String },
    /// Puts these roles in the place of all others, if the account still has `version` (and is the one of `created_at`).
    SetRoles { actor: String, user_id: String, version: u32, created_at: Option<i64>, roles: Vec<String> },
    /// Puts these claims in the place of all others, if the account still has `version` (and is the one of `created_at`).
    SetClaims {
        actor: String,
        user_id: String,
        version: u32,
        created_at: Option<i64>,
        #[cfg_attr(test, schemars(with = "std::collections::BTreeMap<String, ClaimValue>"))]
        claims: Pairs,
    },
    /// Sets the business's own name of the user, or with `null` takes it away, if the account still has `version` (and is the one of
    /// `created_at`).
    SetExternalId {
        actor: String,
        user_id: String,
        version: u32,
        created_at: Option<i64>,
        // Without this a forgotten member would be a null, and take the name away.
        #[serde(deserialize_with = "Option::deserialize")]
        #[cfg_attr(test, schemars(required))]
        external_id: Option<String>,
    },
    /// Lists the sessions that are good.
    ListSessions { actor: String, user_id: String },
    /// Ends one session.
    EndSession { actor: String, user_id: String, session_id: String },
    /// Ends all sessions.
    EndSessions { actor: String, user_id: String },
    /// Erases the account: names, vault, roles, claims. A block stays. With `created_before` only one that began before that time, in
    /// unix seconds.
    Erase { actor: String, user_id: String, created_before: Option<i64> },
}

/// What a claim may be.
#[cfg(test)]
#[derive(schemars::JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum ClaimValue {
    Text(String),
    Number(f64),
    Bool(bool),
}

/// Members of an object, so that one which is there twice is seen.
pub(crate) struct Pairs(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// What a request means.
pub(crate) enum Action {
    Get(UserId),
    Find(Wanted),
    Block(UserId, Block),
    Unblock(UserId),
    Set(UserId, Seen, Change),
    ListSessions(UserId),
    EndSession(UserId, SessionId),
    EndSessions(UserId),
    /// An account that began before this time, if there is one.
    Erase(UserId, Option<i64>),
}

/// By what users are found.
pub(crate) enum Wanted {
    /// The name that app id and openid have.
    User(UserId),
    Unionid(String),
    ExternalId(ExternalId),
}

/// A request that can be done.
pub struct Asked {
    pub(crate) actor: Actor,
    pub(crate) action: Action,
}

impl Asked {
    /// Reads a request that came at `now`.
    pub(crate) fn read(json: &str, now: i64) -> Result<Self, Malformed> {
        wxsession_backend::object::<Request>(json)?.read(now)
    }
}

impl wxsession_backend::Asked for Asked {
    fn actor(&self) -> &Actor {
        &self.actor
    }

    fn action(&self) -> &'static str {
        self.action.name()
    }

    fn user(&self) -> Option<UserId> {
        self.action.user()
    }

    fn audited(&self) -> Vec<(&'static str, Value)> {
        match &self.action {
            Action::Block(_, block) => {
                let reason = ("reason", block.reason.as_str().into());
                let until = block.until.map(|until| ("until", until.into()));
                std::iter::once(reason).chain(until).collect()
            }
            Action::EndSession(_, session) => vec![("ended_session_id", session.to_string().into())],
            _ => Vec::new(),
        }
    }
}

impl Request {
    fn read(self, now: i64) -> Result<Asked, Malformed> {
        let (actor, action) = match self {
            Self::Get { actor, user_id } => (actor, Action::Get(user(&user_id)?)),
            Self::FindByOpenid { actor, app_id, openid } => {
                (actor, Action::Find(computed(&app_id, &openid)?))
            }
            Self::FindByUnionid { actor, unionid } => {
                (actor, Action::Find(Wanted::Unionid(name(unionid, "unionid_form")?)))
            }
            Self::FindByExternalId { actor, external_id } => {
                (actor, Action::Find(Wanted::ExternalId(ExternalId::new(&external_id)?)))
            }
            Self::Block { actor, user_id, reason, until } => {
                (actor, Action::Block(user(&user_id)?, Block::new(now, until, Reason::new(&reason)?)?))
            }
            Self::Unblock { actor, user_id } => (actor, Action::Unblock(user(&user_id)?)),
            Self::SetRoles { actor, user_id, version, created_at, roles } => {
                let roles = Change::Roles(Roles::new(roles.iter().map(String::as_str))?);
                (actor, Action::Set(user(&user_id)?, Seen { version, created_at }, roles))
            }
            Self::SetClaims { actor, user_id, version, created_at, claims: Pairs(pairs) } => {
                let claims = Claims::new(pairs.iter().map(|(name, value)| (name.as_str(), value)))?;
                (actor, Action::Set(user(&user_id)?, Seen { version, created_at }, Change::Claims(claims)))
            }
            Self::SetExternalId { actor, user_id, version, created_at, external_id } => {
                let external_id = external_id.map(|name| ExternalId::new(&name)).transpose()?;
                (
                    actor,
                    Action::Set(
                        user(&user_id)?,
                        Seen { version, created_at },
                        Change::ExternalId(external_id),
                    ),
                )
            }
            Self::ListSessions { actor, user_id } => (actor, Action::ListSessions(user(&user_id)?)),
            Self::EndSession { actor, user_id, session_id } => {
                let session = SessionId::parse(&session_id).ok_or(Malformed("session_id_form"))?;
                (actor, Action::EndSession(user(&user_id)?, session))
            }
            Self::EndSessions { actor, user_id } => (actor, Action::EndSessions(user(&user_id)?)),
            Self::Erase { actor, user_id, created_before } => {
                (actor, Action::Erase(user(&user_id)?, created_before))
            }
        };
        Ok(Asked { actor: Actor::new(actor)?, action })
    }
}

impl Action {
    /// The word for it, in requests and in audit events.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Get(_) => "get",
            Self::Find(Wanted::User(_)) => "find_by_openid",
            Self::Find(Wanted::Unionid(_)) => "find_by_unionid",
            Self::Find(Wanted::ExternalId(_)) => "find_by_external_id",
            Self::Block(..) => "block",
            Self::Unblock(_) => "unblock",
            Self::Set(_, _, Change::Roles(_)) => "set_roles",
            Self::Set(_, _, Change::Claims(_)) => "set_claims",
            Self::Set(_, _, Change::ExternalId(_)) => "set_external_id",
            Self::ListSessions(_) => "list_sessions",
            Self::EndSession(..) => "end_session",
            Self::EndSessions(_) => "end_sessions",
            Self::Erase(..) => "erase",
        }
    }

    /// Whom it is about; `None` where that is what is asked.
    pub(crate) fn user(&self) -> Option<UserId> {
        match self {
            Self::Find(Wanted::Unionid(_) | Wanted::ExternalId(_)) => None,
            Self::Find(Wanted::User(user))
            | Self::Get(user)
            | Self::Block(user, _)
            | Self::Unblock(user)
            | Self::Set(user, ..)
            | Self::ListSessions(user)
            | Self::EndSession(user, _)
            | Self::EndSessions(user)
            | Self::Erase(user, _) => Some(*user),
        }
    }
}

fn user(text: &str) -> Result<UserId, Malformed> {
    UserId::parse(text).ok_or(Malformed("user_id_form"))
}

fn computed(app_id: &str, openid: &str) -> Result<Wanted, Malformed> {
    let (app_id, openid) = (name(app_id, "app_id_form")?, name(openid, "openid_form")?);
    Ok(Wanted::User(UserId::of(app_id, openid)))
}

/// A name that WeChat gave.
fn name<T: AsRef<str>>(text: T, word: &'static str) -> Result<T, Malformed> {
    let characters = text.as_ref().as_bytes();
    let fits = (1..=48).contains(&characters.len()) && characters.iter().all(u8::is_ascii_graphic);
    fits.then_some(text).ok_or(Malformed(word))
}

#[cfg(test)]
mod tests;
