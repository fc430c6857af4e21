//! Revocation, proved: the real functions against an engine that evaluates their real condition
//! expressions.
//!
//! - `routes`: what each route of the sessions function answers
//! - `model`: every interleaving of the operations, one call to DynamoDB at a time
//!
//! `engine` and `connector` put the engine directly under the SDK; `world` holds the functions.
// The SDK's futures nest deeper than the compiler's default.
#![recursion_limit = "256"]

mod connector;
mod engine;
mod model;
mod routes;
mod world;
