//! Priming is a favour to the first event. Whatever the table does, start-up goes on, and soon.

mod support;

use std::{net::TcpListener, time::Duration};

use support::authorizer;
use wxsession::serve::Function;

/// Priming's own limit, and room for a busy machine; Lambda gives start-up ten seconds.
const SOON: Duration = Duration::from_secs(5);

#[track_caller]
fn starts_with(endpoint: &str) {
    let authorizer = authorizer(endpoint);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let primed = runtime.block_on(async { tokio::time::timeout(SOON, authorizer.prime()).await });
    assert!(primed.is_ok(), "{endpoint}: start-up waits for the table");
}

#[test]
fn a_table_that_cannot_be_reached_does_not_stop_the_start() {
    starts_with("http://127.0.0.1:1");
    starts_with("https://127.0.0.1:1");
    starts_with("http://no-such-host.invalid");
    starts_with("not a URL");
}

#[test]
fn a_table_that_says_nothing_does_not_stop_the_start() {
    // Connections are made, and nobody ever reads them.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = silent.local_addr().expect("it is bound");
    starts_with(&format!("http://{address}"));
    starts_with(&format!("https://{address}"));
}
