//! `wxsession` against the whole local service, with each fault planted where it would be on AWS.
//!
//! Every report of `doctor` that is made here is also searched for secrets and for placeholders that nobody filled, in
//! both languages: see [`support::Stack::examined`].

mod admin;
mod aws;
mod bus;
mod causes;
mod cloudformation;
mod document;
mod domain;
mod exit_codes;
mod healthy;
mod parameters;
mod push;
mod stack;
mod support;
mod tls;
mod verify;
mod wechat;
