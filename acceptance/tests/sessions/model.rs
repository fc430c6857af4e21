//! A model checker whose processes are the real functions.
//!
//! One call to DynamoDB is one step; a `BatchGetItem` over two tables is two, because DynamoDB does
//! not promise one moment for both. A state is both tables, where every client stands, and what has
//! been promised to whom. From each state every client that waits for a call may be next; every
//! state is visited once.
//!
//! - `client`: the clients and how one is brought to where it stood
//! - `promises`: what must hold, judged at every step
//! - `explorer`: the search; `tables`: what it remembers of the tables
//! - `variants`: designs that are known to be broken; each must be caught
//! - `scenarios`: who runs against whom

mod client;
mod explorer;
mod promises;
mod scenarios;
mod tables;
mod variants;
