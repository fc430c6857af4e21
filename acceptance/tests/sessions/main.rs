//! Revocation, proved: the real functions against an engine that evaluates their real condition
//! expressions.
//!
//! - `routes`: what each route of the sessions function answers
//! - `pages`: tickets, and the sessions of pages in a web-view
//! - `outages`: tables that break down in the middle of a request
//! - `model`: every interleaving of the operations, one call to DynamoDB at a time
//! - `history`: long random histories with clock jumps against a reference model
//! - `races`: real tasks over sockets with random delays
//! - `authority`: a right checksum opens nothing
//! - `dump`: nothing that a stolen table holds is accepted as a token
//! - `costs`: calls and units of each operation, whatever came before
//!
//! `engine`, `connector` and `served` put the engine under the SDK, directly or behind a socket;
//! `world` holds the functions.
// The SDK's futures nest deeper than the compiler's default.
#![recursion_limit = "256"]
#![expect(clippy::print_stdout, reason = "the figures of searches and races, shown with --nocapture")]

mod authority;
mod connector;
mod costs;
mod dump;
mod engine;
mod history;
mod model;
mod outages;
mod pages;
mod races;
mod routes;
mod served;
mod world;
