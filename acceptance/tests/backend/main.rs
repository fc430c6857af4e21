//! The function `wechat`, as a business's backend uses it: what it gives is taken to the simulated WeChat, which judges it.
//!
//! - `payments`: virtual payment, on the phone and at `/xpay/`; user storage
//! - `phone_number`, `access_token`: what needs the AppSecret
//! - `refusals`: who and what is refused, by code
//! - `faults`: WeChat, the secrets, the tables do not answer
//! - `audit`: what is written of it
//!
//! `support` holds a service with a clock that stands still, a phone and a backend.
// The SDK's futures nest deeper than the compiler's default.
#![recursion_limit = "256"]

mod access_token;
mod audit;
mod faults;
mod payments;
mod phone_number;
mod refusals;
mod support;
