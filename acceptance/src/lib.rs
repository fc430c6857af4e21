//! What runs across the functions.
//!
//! - [`load`] fills the tables and keeps all of it busy, with figures

pub mod load;
