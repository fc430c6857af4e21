//! Of AWS what a serverless backend calls, in this process.
//!
//! - [`dynamodb`]: tables, and a proxy in front of them that can fail
//! - [`secrets_manager`]: the one operation that functions call

pub mod dynamodb;
pub mod secrets_manager;
