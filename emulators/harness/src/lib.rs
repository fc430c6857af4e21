//! What every emulator is given and tells, and whom it does not answer.
//!
//! - [`door`]: no other web site in the developer's browser
//! - [`watch`]: a place for somebody who is told what happens
//! - [`shown`]: JSON that may be looked at, without its secrets

pub mod door;
pub mod shown;
pub mod watch;

use std::sync::Arc;

/// Unix seconds, as the emulated side sees them.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;
