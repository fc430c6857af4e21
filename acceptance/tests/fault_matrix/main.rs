//! Every fault against every route, by a function that is new and by one that has served before.
//!
//! The functions are the shipped ones with their SDK clients and their edges; DynamoDB, WeChat and Secrets Manager
//! are reached over sockets. Every cell has a world of its own and is judged by the same `judge`, which the tests in
//! `controls` show to be able to say no.
//!
//! - `faults`: what can go wrong
//! - `rows`, `wechat_rows`: each fault and what every route is to answer then
//! - `routes`: what is asked
//! - `world`, `instance`, `user`, `records`: where one cell happens
//! - `wires`, `detour`: cut and crossed connections
//! - `cell`: how one cell goes
//! - `judge`, `audits`, `canaries`: what is wrong with it
//! - `matrix`, `stalls`, `table`: all cells, and how they are shown
//! - `controls`: broken functions, which the judge must see

mod audits;
mod canaries;
mod cell;
mod controls;
mod detour;
mod faults;
mod instance;
mod judge;
mod matrix;
mod records;
mod routes;
mod rows;
mod stalls;
mod table;
mod user;
mod wechat_rows;
mod wires;
mod world;
