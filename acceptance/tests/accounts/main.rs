//! Account control from end to end: what a backend asks of `accounts`, and what the phone meets at its next request.
//!
//! - `support`: a service, a phone and a backend
//! - `blocking`: nobody who is blocked passes anywhere
//! - `erasing`: what stays of whom
//! - `profile`: roles, claims, external id, in force at the next request
//! - `finding`: by openid, unionid, external id
//! - `sessions`: listing and ending them
//! - `wire`: requests that cannot be done, faults, and who is told what
//! - `size`: the largest record

mod blocking;
mod erasing;
mod finding;
mod profile;
mod sessions;
mod size;
mod support;
mod wire;
