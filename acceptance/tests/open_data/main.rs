//! The open-data function against the simulated WeChat, a stand-in for Secrets Manager and the embedded
//! DynamoDB, each over a socket. Users log in through the real login function and reach the routes through the
//! real authorizer.
//!
//! - `decrypt`, `verify`, `session_key`, `phone_number`: the routes
//! - `errcodes`: every errcode that is known, at a login
//! - `forgeries`: data that the caller changed
//! - `access_token`: one fetch for many calls, one refetch for a refused token
//! - `secrets`: while a secret of the deployment cannot be used
//! - `vault`: sealed keys that were moved, rotation of the key ring, two updates at once
//! - `routes`: what all routes have in common
//! - `leaks`: what must be in no answer and in no line
//! - `echo`: nothing of a body comes back, for any body
//!
//! `support` holds one deployment and its users, `tables` the embedded DynamoDB.
// The SDK's futures nest deeper than the compiler's default.
#![recursion_limit = "256"]

mod access_token;
mod decrypt;
mod echo;
mod errcodes;
mod forgeries;
mod leaks;
mod phone_number;
mod routes;
mod secrets;
mod session_key;
mod support;
mod tables;
mod vault;
mod verify;
