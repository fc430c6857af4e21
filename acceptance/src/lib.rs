//! What runs across the functions.
//!
//! - [`halfway`] cuts a logout off
//! - [`leaks`] looks for secrets in everything that leaves the service
//! - [`load`] fills the tables and keeps all of it busy, with figures

pub mod halfway;
pub mod leaks;
pub mod load;
