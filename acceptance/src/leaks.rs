//! Looks for secrets where none may be: in every text that leaves the service, in every form a secret is likely to
//! take there.
//!
//! - `forms`: how a secret may be spelt
//! - `canaries`: the secrets of one run, and finding pieces of them in a text
//! - `sinks`: where texts come out, and which secret may be where
//! - `record`: what came out during a run, and the verdict on it
//! - `scan`: the record that a [`local::service::Service`] keeps of itself in tests
//!
//! A run records first and looks afterwards, because some secrets (an access token, a `session_key` that was
//! replaced) are known only at its end.

mod canaries;
mod forms;
mod record;
mod scan;
mod sinks;

pub use canaries::{Canaries, Hit};
pub use record::{Finding, Record, Verdict};
pub use scan::{recorded, scanned, scanned_into};
pub use sinks::{ALLOWED, Allowed, Sink};
