//! What every emulator is given and tells.
//!
//! - [`onlooker`]: a place for somebody who looks on
//! - [`shown`]: JSON that may be looked at, without its secrets

pub mod onlooker;
pub mod shown;

use std::sync::Arc;

/// Unix seconds, as the emulated side sees them.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;
