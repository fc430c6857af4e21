//! No secret comes out anywhere: the function binaries, run as processes, are sent every request and every fault, and
//! all they say is searched.
//!
//! - `function`: a function as a process in Lambda's environment
//! - `deployment`: all functions behind the gateway, and the record of what comes out
//! - `traffic`, `backend`, `faults`: what is sent, and what goes wrong meanwhile
//! - `processes`: the scan at every log level
//! - `wrong_events`: events that no gateway sends
//! - `settings`: functions that cannot start
//! - `errors`: every error and every type that holds a secret, printed
//! - `log_lines`: hostile text stays inside its line
//! - `mutants`, `leaky_function`: known ways to leak; the scan must find each
//! - `watch`: the search that every service of every test makes when it ends
//!
//! What is searched for, and in which forms, is in `local::leaks`.
// The SDK's futures nest deeper than the compiler's default.
#![recursion_limit = "256"]
#![expect(clippy::print_stdout, reason = "the figures, for whoever runs this with --nocapture")]

/// What must succeed is done by one test at a time: the functions have time limits of their own, and all of them share
/// this machine.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

mod backend;
mod deployment;
mod errors;
mod faults;
mod function;
mod leaky_function;
mod log_lines;
mod mutants;
mod processes;
mod settings;
mod traffic;
mod watch;
mod wrong_events;
