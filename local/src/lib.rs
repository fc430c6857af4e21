//! The whole service on one machine, in one process: API Gateway, WeChat, DynamoDB and Secrets Manager
//! around the real functions. Never deployed.
//!
//! - [`command_line`] is what `cargo run -p local` understands
//! - [`service`] starts all of it; [`settings`] are its ports and files
//! - [`functions`] calls the functions as Lambda does
//! - [`page`] is the page at `/`, fed by the [`onlooker`]s of the emulators
//! - [`tour`] is what a newcomer sees first
//! - [`leaks`] looks for secrets in everything that leaves the service

pub mod command_line;
pub mod functions;
pub mod leaks;
pub mod page;
pub mod service;
pub mod settings;
pub mod tour;

pub use aws_emulator::{dynamodb, secrets_manager};
pub use emulator_harness::onlooker;
pub use gateway_emulator::{self as gateway, invoke};
pub use operator::{admin, conversation, doctor, http_client};
pub use sam_template as template;
pub use wechat_simulator;
