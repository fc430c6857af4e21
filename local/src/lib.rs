//! The whole service on one machine, in one process: API Gateway, WeChat, DynamoDB and Secrets Manager
//! around the real functions. Never deployed.
//!
//! - [`command_line`] is what `cargo run -p local` understands
//! - [`service`] starts all of it; [`settings`] are its ports and files
//! - `stream` feeds those that a table's stream feeds
//! - [`functions`] calls the functions as Lambda does
//! - [`sample`] is the sample of a business function among them
//! - [`page`] is the page at `/`, fed by what the emulators tell; `web_view` the H5 page that its Mini Program opens
//! - [`event`] fills a sample event for `sam local invoke` and `cargo lambda invoke`
//! - [`tour`] is what a newcomer sees first

pub mod command_line;
pub mod event;
pub mod functions;
pub mod page;
pub mod sample;
pub mod service;
pub mod settings;
mod stream;
pub mod tour;
mod web_view;
