//! Known ways to leak, done on purpose with the libraries that leak: the scan must find each. Their harmless twins,
//! which are how the service does it, must pass.
//!
//! - `libraries`: what reqwest, `serde_json` and the SDK print
//! - `processes`: functions that install a log subscriber, panic or print their environment
//! - `service`: secrets stored in clear, echoed, encoded, put into metrics

mod libraries;
mod processes;
mod service;

use acceptance::leaks::{Canaries, Record, Sink, scanned};
use local::service::Service;
use wechat_simulator::{DEFAULT_APP, NewCode};
use wxsession::{Clock, Random, UserId, token::SessionToken};

use crate::deployment::{APP_SECRET, all, put_secrets};

/// A way to leak, or the harmless twin of one.
struct Pattern {
    name: &'static str,
    /// Which secret must be found where; nothing may be found in a twin.
    leaks: Option<(&'static str, Sink)>,
    record: Record,
}

/// Where leaks are made.
struct Lab {
    service: Service,
    openid: String,
    code: String,
    session_key: String,
    token: String,
    patterns: Vec<Pattern>,
}

impl Lab {
    async fn open() -> Self {
        let service = Service::start(&scanned(Clock::shifted())).await.expect("it starts");
        assert!(service.simulator.reset_secret(DEFAULT_APP.0, APP_SECRET));
        put_secrets(&service);
        let new = NewCode { app_id: DEFAULT_APP.0.to_owned(), ..NewCode::default() };
        let minted = service.simulator.mint(new);
        service.simulator.rotate_session_key(DEFAULT_APP.0, &minted.openid);
        let session_key = service.simulator.session_key(DEFAULT_APP.0, &minted.openid).expect("a fresh key");
        let user = UserId::of(DEFAULT_APP.0, &minted.openid);
        let token = SessionToken::generate(user, &Random::system()).expose().to_string();
        let (openid, code) = (minted.openid, minted.code);
        Self { service, openid, code, session_key, token, patterns: Vec::new() }
    }

    /// Something that leaks this secret there.
    fn leak(&mut self, name: &'static str, secret: &'static str, sink: Sink, text: impl Into<Vec<u8>>) {
        let mut record = Record::default();
        record.keep(sink, name, text);
        self.patterns.push(Pattern { name, leaks: Some((secret, sink)), record });
    }

    /// The same done well.
    fn twin(&mut self, name: &'static str, sink: Sink, text: impl Into<Vec<u8>>) {
        let mut record = Record::default();
        record.keep(sink, name, text);
        self.patterns.push(Pattern { name, leaks: None, record });
    }

    fn canaries(&self) -> Canaries {
        let mut canaries = Canaries::default();
        all(&mut canaries, &self.service);
        canaries.add_token(&self.token);
        canaries
    }
}

/// What the scan makes of a pattern: whether it is right, and a line for the table.
fn judged(pattern: &Pattern, canaries: &Canaries) -> (bool, String) {
    let findings = pattern.record.verdict(canaries).findings;
    let name = pattern.name;
    let Some((secret, sink)) = pattern.leaks else {
        let found = findings.first().map_or_else(|| "nothing, as it must".to_owned(), ToString::to_string);
        return (findings.is_empty(), format!("{name:<62} {:<18} {:<22} {found}", "-", "-"));
    };
    let found: Vec<_> =
        findings.iter().filter(|finding| finding.hit.secret == secret && finding.sink == sink).collect();
    // A text in clear has its own base64url form inside it when it is made of that alphabet.
    let found = found.iter().find(|finding| finding.hit.form == "raw").or(found.first());
    let how = found.map_or_else(|| "MISSED".to_owned(), |found| format!("caught, {}", found.hit.form));
    (found.is_some(), format!("{name:<62} {secret:<18} {sink:<22} {how}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_known_way_to_leak_is_caught_and_its_harmless_twin_is_not() {
    let mut lab = Lab::open().await;
    lab.of_http_clients().await;
    lab.of_parsers().await;
    lab.of_the_sdk().await;
    lab.of_processes().await;
    lab.of_the_service().await;
    let canaries = lab.canaries();
    let judged: Vec<_> = lab.patterns.iter().map(|pattern| judged(pattern, &canaries)).collect();
    let table: Vec<&str> = judged.iter().map(|(_, line)| line.as_str()).collect();
    let leaks = lab.patterns.iter().filter(|pattern| pattern.leaks.is_some()).count();
    println!("{}\n{leaks} ways to leak, {} harmless twins", table.join("\n"), table.len() - leaks);
    let wrong: Vec<_> = judged.iter().filter(|(right, _)| !right).map(|(_, line)| line).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(leaks >= 12 && table.len() - leaks >= 6, "all of them were tried");
    lab.service.stop().await;
}
