//! What an operator asks of a deployed service, and does to it.
//!
//! - [`command_line`] is what `wxsession` understands
//! - [`doctor`] tells what is wrong with a deployment
//! - [`admin`] lists and ends the sessions of one user
//! - [`conversation`] is the suite that a service must hold its own in; [`http_client`] talks

mod access;
pub mod admin;
pub mod command_line;
pub mod conversation;
pub mod doctor;
mod form;
mod help;
pub mod http_client;
pub mod lang;
mod misunderstood;
pub mod place;
mod settings;
pub mod surroundings;
mod text;
pub mod verify;
