//! What holds a secret of WeChat: only a function that depends on this can call WeChat or open the vault.
//!
//! # Layout
//!
//! | module | holds |
//! |---|---|
//! | [`api`] | calls to WeChat, and what its errcodes mean |
//! | [`secrets`] | AppSecrets and the key ring, from Secrets Manager, kept in memory |
//! | [`vault`] | seals a `session_key` for the Users table, and opens it |
//! | [`session_keys`] | a user's, opened |
//! | [`calls`], [`access_token`] | calls that carry an access token, and the token, kept |
//! | [`phone_number`] | what the phone number button's code is redeemed for |
//! | [`signature`] | what is signed for WeChat |
//! | `envelope` | feature `envelope`: what a pushed message is signed with and sealed in |
//! | [`settings`] | where all of that is |

pub mod access_token;
pub mod api;
pub mod calls;
#[cfg(feature = "envelope")]
pub mod envelope;
mod failures;
pub mod phone_number;
pub mod secrets;
pub mod session_keys;
pub mod settings;
pub mod signature;
pub mod vault;

pub use calls::CallError;
pub use settings::WechatSettings;
