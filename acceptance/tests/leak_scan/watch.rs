//! The search that every service of every test makes when it ends: it must find what is there.

use std::sync::Arc;

use acceptance::leaks::{Canaries, Record, Sink, recorded, scanned_into};
use axum::{Router, routing::get};
use local::service::Service;
use operator::http_client::HttpClient;
use parking_lot::Mutex;
use wechat_simulator::DEFAULT_APP;
use wxsession::Clock;

/// How a service ends in whose log this was written: quietly or with a panic.
async fn ends_quietly_after(say: impl FnOnce(&Service) -> String) -> bool {
    let lines = Arc::default();
    let settings = scanned_into(Clock::shifted(), Arc::clone(&lines));
    let service = Service::start(&settings).await.expect("it starts");
    let line = say(&service);
    lines.lock().expect("nobody panicked with the lock").push(line);
    tokio::spawn(service.stop()).await.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_logged_a_secret_does_not_end_quietly() {
    let code = |service: &Service| service.simulator.mint_code(DEFAULT_APP.0, None);
    assert!(ends_quietly_after(|_| "{\"message\":\"request\"}".to_owned()).await);
    assert!(!ends_quietly_after(|service| format!("{{\"code\":\"{}\"}}", code(service))).await);
    assert!(!ends_quietly_after(|service| format!("…{}…", &code(service)[9..21])).await, "a piece");
    assert!(!ends_quietly_after(|_| format!("secret={}", DEFAULT_APP.1)).await, "the AppSecret");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_in_a_body_or_a_header_of_an_answer_is_found() {
    const SECRET: &str = "tiihtNczf5v6AKRyjwEUhQ==";
    let record = Arc::new(Mutex::new(Record::default()));
    let router = Router::new()
        .route("/session", get(|| async { format!("{{\"session_key\":\"{SECRET}\"}}") }))
        .route("/me", get(|| async { ([("x-key", SECRET)], "{}") }))
        .route("/sessions", get(|| async { "{}" }));
    let router = recorded(router, Arc::clone(&record));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
    let client = HttpClient::new(&format!("http://{}", listener.local_addr().expect("it is bound")));
    tokio::spawn(async { axum::serve(listener, router).await });
    for path in ["/session", "/me", "/sessions"] {
        let reply = client.request("GET", path).send().await.expect("an answer");
        assert_eq!(reply.status, 200, "what is recorded is handed on");
    }
    let mut canaries = Canaries::default();
    canaries.add_session_key(SECRET);
    let findings = record.lock().verdict(&canaries).findings;
    let found: std::collections::BTreeSet<_> =
        findings.iter().map(|finding| (finding.sink, finding.what.as_str())).collect();
    assert_eq!(Vec::from_iter(found), [(Sink::Answer, "/session"), (Sink::Headers, "/me")]);
}
