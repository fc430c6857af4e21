//! Message push from end to end: WeChat sends, the function `push` stores, the table's stream feeds `erasures`.
//!
//! - `support`: a service, a phone and WeChat's sender
//! - `privacy`: who is erased, and who is not
//! - `envelope`: what is taken for a message of WeChat's
//! - `faults`: tables that fail while it happens
//! - `bus`: what a business is told
//! - `model`: ten thousand deliveries, repeated and out of order, against a model

mod bus;
mod envelope;
mod faults;
mod model;
mod privacy;
mod support;
