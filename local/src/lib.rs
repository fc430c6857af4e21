//! The whole service on one machine, in one process: API Gateway, WeChat, DynamoDB and Secrets Manager
//! around the real functions. Never deployed.
//!
//! - [`command_line`] is what `cargo run -p local` understands
//! - [`service`] starts all of it; [`settings`] are its ports and files
//! - [`template`] reads `template.yaml`, so that local and deployed cannot drift
//! - [`gateway`], [`invoke`], [`functions`] play the REST API and call the functions
//! - [`wechat_simulator`], [`secrets_manager`] and `dynamodb` stand in for what the functions call
//! - [`admin`] is the operator's command: one user's sessions, also of a deployed stack
//! - [`page`] is the page at `/`, fed by the [`onlooker`]s of all of these
//! - [`tour`] is what a newcomer sees first
//! - [`load`] fills the tables and keeps all of it busy, with figures
//! - [`doctor`] tells an operator what is wrong with a deployment
//! - [`leaks`] looks for secrets in everything that leaves the service
//! - [`conversation`] is the suite that also runs against a deployed stack; [`http_client`] talks

pub mod admin;
pub mod command_line;
pub mod conversation;
pub mod doctor;
pub mod dynamodb;
pub mod functions;
pub mod gateway;
pub mod http_client;
pub mod invoke;
pub mod leaks;
pub mod load;
pub mod onlooker;
pub mod page;
pub mod secrets_manager;
pub mod service;
pub mod settings;
pub mod template;
pub mod tour;
pub mod wechat_simulator;
