//! `doctor` against the whole local service, with each fault planted where it would be on AWS.
//!
//! Every report that is made here is also searched for secrets and for placeholders that nobody filled, in both
//! languages: see [`support::Stack::examined`].

mod aws;
mod document;
mod domain;
mod exit_codes;
mod healthy;
mod parameters;
mod support;
mod tls;
mod wechat;
