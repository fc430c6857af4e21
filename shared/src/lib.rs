//! What two or more functions of the login backend need.
//!
//! # Layout
//!
//! | module | holds |
//! |---|---|
//! | [`token`] | the session token, shown once, and its hash, all that is stored |
//! | [`ticket`], [`page`] | a page's way to a session of its own, and whose pages may have one |
//! | [`session`] | a session, its lifetime rules, and [`session::decide`]: pure, takes `now` |
//! | [`user`], [`live`] | a user's record, and the list of live sessions on it |
//! | [`account`] | what the business says of a user: block, roles, claims, external id |
//! | [`store`] | the Users and Sessions tables: conditional writes, strong reads |
//! | [`http`] | API Gateway events in, answers out, bearer tokens, the table of errors |
//! | [`identity`] | who is calling, as the authorizer handed it on; the type and the names are of the crate `wxsession-identity` |
//! | [`config`], [`mod@env`] | settings, read once, each checked and named when wrong |
//! | [`telemetry`] | the one JSON line per request, audit events, metrics; a crate of its own, [`clock`] too |
//! | [`aws`] | SDK clients: one connector, time limits and retries set on purpose; a crate of its own, `env` too |
//! | [`serve`] | binds a function to the Lambda Runtime API |
//! | [`clock`], [`random`], [`secret`], [`ids`] | time, randomness, secrets and names as values |
//!
//! What holds a secret of WeChat is the crate `wxsession-wechat`. A business function needs none of this: it depends on `wxsession-identity`.

pub mod account;
pub mod config;
pub mod http;
pub mod identity;
/// Public names: of a user, and of a session.
pub mod ids {
    pub use wxsession_identity::{SessionId, UserId};
}
pub mod live;
#[cfg(test)]
mod log_lines;
pub mod page;
#[cfg(test)]
mod property;
pub mod random;
pub mod secret;
pub mod serve;
pub mod session;
pub mod store;
pub mod ticket;
pub mod token;
pub mod user;

pub use identity::Identity;
pub use ids::{SessionId, UserId};
pub use random::Random;
pub use secret::Secret;
pub use wxsession_aws::{self as aws, env};
pub use wxsession_telemetry::{self as telemetry, Clock, clock};
