//! What holds a secret of WeChat: only a function that depends on this can call WeChat or open the vault.
//!
//! # Layout
//!
//! | module | holds |
//! |---|---|
//! | [`api`] | calls to WeChat, and what its errcodes mean |
//! | [`secrets`] | AppSecrets and the key ring, from Secrets Manager, kept in memory |
//! | [`vault`] | seals a `session_key` for the Users table, and opens it |
//! | `envelope` | feature `envelope`: what a pushed message is signed with and sealed in |
//! | [`settings`] | where all of that is |

pub mod api;
#[cfg(feature = "envelope")]
pub mod envelope;
mod failures;
pub mod secrets;
pub mod settings;
pub mod vault;

pub use settings::WechatSettings;
