//! What a backend gets: an [`Outcome`], or why there is none.

use serde::Serialize;
use serde_json::{Map, Value};
use wxsession::{
    UserId,
    account::Block,
    http::{Code, Problem},
    session::Device,
    user::User,
};

/// What came of a request.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Outcome {
    /// `get`
    Account(Box<Account>),
    /// `find_by_openid`, `find_by_unionid`, `find_by_external_id`
    Users {
        /// Who was found.
        users: Vec<FoundUser>,
        /// Whether there are more than are listed.
        truncated: bool,
    },
    /// `block`
    Blocked {
        /// The block as it is stored.
        blocked: Blocked,
    },
    /// `unblock`
    Unblocked {
        /// False when there was no block to lift.
        was_blocked: bool,
    },
    /// `set_roles`, `set_claims`, `set_external_id`
    Set {
        /// The account's version from now on.
        version: u32,
    },
    /// `list_sessions`
    Sessions {
        /// The sessions that are good, newest first.
        sessions: Vec<ListedSession>,
    },
    /// `erase` with `created_before`, of an account that began then or later
    Newer {
        /// False: it stays.
        ended: bool,
        /// True.
        newer: bool,
    },
    /// `end_session`, `end_sessions`, `erase`
    Ended {
        /// False when there was nothing left to end.
        ended: bool,
    },
}

/// What is known of a user.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Account {
    /// Their name here, for ever.
    pub user_id: String,
    /// The Mini Program; absent of who has never logged in or was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_id: Option<String>,
    /// WeChat's name of the user in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub openid: Option<String>,
    /// WeChat's name of the user across one owner's apps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unionid: Option<String>,
    /// Unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<i64>,
    /// Unix seconds; up to an hour old.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_login_at: Option<i64>,
    /// The block on record; one whose `until` has passed is not in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked: Option<Blocked>,
    /// In order.
    pub roles: Vec<String>,
    /// With their types.
    pub claims: Map<String, Value>,
    /// The business's own name of the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Sent back with the next change of roles, claims or external id.
    pub version: u32,
    /// Sessions in the user's list; some may have expired.
    pub sessions: usize,
}

/// A block.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Blocked {
    /// Unix seconds.
    pub since: i64,
    /// The first second in which the user may log in again, unix seconds; absent: only when the block is lifted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
    /// The code that was given.
    pub reason: String,
}

/// A user who was found.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FoundUser {
    /// Their name here.
    pub user_id: String,
    /// Whether there is an account. Only `find_by_openid` names users who have none.
    pub exists: bool,
}

/// A session that is good.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ListedSession {
    /// Its public name.
    pub id: String,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds; as fresh as the renewal interval. Absent of one that has never been checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen_at: Option<i64>,
    /// Unix seconds.
    pub expires_at: i64,
    /// The phone in its own words; untrusted.
    #[cfg_attr(test, schemars(with = "crate::schema::Device"))]
    pub device: Device,
    /// The sessions of pages in its web-view that are good, newest first. They end with it.
    pub children: Vec<ListedChild>,
    /// Only of a page's session that stands alone, because a logout of its parent was cut off: the origin of the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
}

/// A page's session that is good.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ListedChild {
    /// Its public name.
    pub id: String,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds. Absent of one that has never been checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen_at: Option<i64>,
    /// Unix seconds.
    pub expires_at: i64,
    /// The origin of the page.
    pub audience: String,
}

/// Why a request was not done.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Refused {
    /// Stable.
    pub code: RefusedCode,
    /// With `invalid_request`: what is wrong, a stable word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// With `version_conflict`: the version that the account has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
}

/// What kind of refusal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RefusedCode {
    /// The request cannot be read or asks for what cannot be. Sending it again does not help.
    InvalidRequest,
    /// There is no such account, or no such session of it.
    NotFound,
    /// The account was changed since it was read. Read it again and decide anew.
    VersionConflict,
    /// The record cannot be read: something else writes to the table. An operator must act.
    RecordDamaged,
    /// A table refuses the function, and will as long as nobody acts: nothing is changed. An operator must act.
    ServiceMisconfigured,
    /// The tables did not answer: nothing is known to be changed. Try again.
    StoreUnavailable,
    /// A defect here.
    Internal,
}

impl RefusedCode {
    /// The stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::NotFound => "not_found",
            Self::VersionConflict => "version_conflict",
            Self::RecordDamaged => "record_damaged",
            Self::ServiceMisconfigured => "service_misconfigured",
            Self::StoreUnavailable => "store_unavailable",
            Self::Internal => "internal",
        }
    }
}

impl From<RefusedCode> for Refused {
    fn from(code: RefusedCode) -> Self {
        Self { code, reason: None, version: None }
    }
}

impl From<&Problem> for Refused {
    fn from(problem: &Problem) -> Self {
        match problem.code {
            Code::StoreUnavailable if problem.is_for_an_operator() => {
                RefusedCode::ServiceMisconfigured.into()
            }
            Code::StoreUnavailable => RefusedCode::StoreUnavailable.into(),
            _ => RefusedCode::Internal.into(),
        }
    }
}

impl wxsession_backend::Refused for Refused {
    fn unreadable(reason: &'static str) -> Self {
        Self { reason: Some(reason), ..RefusedCode::InvalidRequest.into() }
    }

    fn damaged() -> Self {
        RefusedCode::RecordDamaged.into()
    }

    fn code(&self) -> &'static str {
        self.code.as_str()
    }

    fn reason(&self) -> Option<&'static str> {
        self.reason
    }
}

impl From<&Block> for Blocked {
    fn from(block: &Block) -> Self {
        Self { since: block.since, until: block.until, reason: block.reason.to_string() }
    }
}

impl Account {
    pub(crate) fn of(user_id: UserId, user: &User) -> Self {
        let person = user.person.as_ref();
        let profile = person.map(|person| &person.profile);
        Self {
            user_id: user_id.to_string(),
            app_id: person.map(|person| person.app_id.clone()),
            openid: person.map(|person| person.openid.clone()),
            unionid: person.and_then(|person| person.unionid.clone()),
            created_at: person.map(|person| person.created_at_ms.div_euclid(1_000)),
            last_login_at: person.and_then(|person| person.last_login_at),
            blocked: user.block.as_ref().map(Into::into),
            roles: profile.iter().flat_map(|profile| profile.roles.iter()).map(str::to_owned).collect(),
            claims: profile.map(|profile| profile.claims.to_json()).unwrap_or_default(),
            external_id: profile
                .and_then(|profile| profile.external_id.as_ref())
                .map(|name| name.as_str().to_owned()),
            version: person.map_or(0, |person| person.version),
            sessions: user.live.len(),
        }
    }
}
