//! Of AWS what a serverless backend calls, in this process.
//!
//! - [`dynamodb`]: tables, and a proxy in front of them that can fail
//! - [`event_bridge`]: a bus that keeps what it is told
//! - [`secrets_manager`]: the one operation that functions call

pub mod dynamodb;
pub mod event_bridge;
mod json_service;
pub mod secrets_manager;
