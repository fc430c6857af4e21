//! The stand-in for Secrets Manager, asked by the very client that the functions use: what becomes of a secret that cannot
//! be fetched, or is not what it should be.
// The SDK's futures nest deeper than the compiler's default.
#![recursion_limit = "256"]

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use aws_emulator::secrets_manager::{Fault, SecretsManager};
use futures_util::future::join_all;
use serde_json::{Value, json};
use wxsession::{
    Clock,
    aws::Account,
    telemetry::{Level, Log},
};
use wxsession_wechat::{
    secrets::{Apps, CachedSecret, SecretError},
    settings,
};

const APP: &str = "wx0123456789abcdef";
const HANGS: Fault = Fault::Slow(Duration::from_secs(5));

struct World {
    manager: SecretsManager,
    clock: Clock,
    cached: CachedSecret<Apps>,
}

impl World {
    async fn start() -> Self {
        let manager = SecretsManager::start(0).await.expect("loopback has a free port");
        let env: HashMap<String, String> = [
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", manager.endpoint()),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let account = Account::read(&env).expect("all that it reads is set");
        let clock = Clock::stopped(1_700_000_000);
        let cached = CachedSecret::new(settings::secrets_manager(&account, &env), "apps", clock.clone());
        Self { manager, clock, cached }
    }

    async fn with_a_good_one() -> Self {
        let world = Self::start().await;
        world.put("good");
        assert_eq!(world.value().await, Ok("good".to_owned()));
        world
    }

    fn put(&self, app_secret: &str) {
        self.manager.put("apps", &json!({APP: app_secret}));
    }

    async fn value(&self) -> Result<String, &'static str> {
        match self.cached.value().await {
            Ok(apps) => Ok(apps
                .get(APP)
                .expect("its entry is good")
                .map_or("none", |(_, app)| app.secret.expose())
                .to_owned()),
            Err(SecretError { secret, cause }) => {
                assert_eq!(secret, "apps");
                Err(cause.as_str())
            }
        }
    }

    /// What the next request's line says of it.
    fn reported(&self) -> Value {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let log = Log::stdout("login", Level::Info, self.clock.clone()).kept(Arc::clone(&lines));
        let mut line = log.request("r");
        self.cached.report(&mut line);
        line.end("ok");
        let lines = lines.lock().expect("no panic");
        serde_json::from_str(lines.last().expect("a line")).expect("JSON")
    }

    async fn takes(&self) -> (Result<String, &'static str>, Duration) {
        let started = Instant::now();
        (self.value().await, started.elapsed())
    }
}

#[tokio::test]
async fn a_value_is_fetched_once_and_again_when_it_is_five_minutes_old() {
    let world = World::with_a_good_one().await;
    for _ in 0..3 {
        assert_eq!(world.value().await, Ok("good".to_owned()));
    }
    assert_eq!(world.manager.calls(), 1);
    world.put("second");
    world.clock.advance(299);
    assert_eq!(world.value().await, Ok("good".to_owned()));
    world.clock.advance(1);
    assert_eq!(world.value().await, Ok("second".to_owned()));
    assert_eq!(world.manager.calls(), 2);
}

#[tokio::test]
async fn each_cause_has_its_word_and_its_fix() {
    for (fault, text, word, told) in [
        (Fault::Down, "{}", "unavailable", None),
        (HANGS, "{}", "unavailable", None),
        (Fault::Denied, "{}", "access_denied", Some("role")),
        (Fault::MarkedForDeletion, "{}", "marked_for_deletion", Some("restore-secret")),
        (Fault::Undecryptable, "{}", "undecryptable", Some("key")),
        (Fault::None, "not JSON", "not_json", Some("documented form")),
        (Fault::None, "{}", "wrong_form", Some("no_app")),
        (Fault::None, r#"{"wx1":7}"#, "wrong_form", Some("documented form")),
    ] {
        let world = World::with_a_good_one().await;
        world.manager.set_fault(fault);
        world.manager.put_text("apps", text);
        world.clock.advance(300);
        assert_eq!(world.value().await, Ok("good".to_owned()), "the last good value serves: {word}");
        let line = world.reported();
        assert_eq!((&line["secret"], &line["secret_error"]), (&json!("apps"), &json!(word)));
        match told {
            Some(told) => {
                assert!(line["operator"].to_string().contains(told), "{line}");
                assert_eq!(line["level"], "ERROR");
            }
            None => assert_eq!((&line["operator"], &line["level"]), (&Value::Null, &json!("WARN")), "{line}"),
        }
        assert_eq!(world.reported()["secret_error"], Value::Null, "told once for each try");

        let fresh = World::start().await;
        fresh.manager.set_fault(fault);
        fresh.manager.put_text("apps", text);
        assert_eq!(fresh.value().await, Err(word));
    }
    assert_eq!(World::start().await.value().await, Err("missing"));
}

#[tokio::test]
async fn a_secret_that_cannot_be_had_is_asked_for_once_a_pause() {
    let world = World::start().await;
    world.manager.put_text("apps", "{}");
    let mut calls = 0;
    for pause in [5, 10, 20, 40, 60, 60, 60] {
        calls += 1;
        for _ in 0..20 {
            assert_eq!(world.value().await, Err("wrong_form"));
        }
        assert_eq!(world.manager.calls(), calls, "before a pause of {pause}");
        world.clock.advance(pause - 1);
        assert_eq!(world.value().await, Err("wrong_form"));
        assert_eq!(world.manager.calls(), calls, "a second before the pause of {pause} ends");
        world.clock.advance(1);
    }
    world.put("mended");
    assert_eq!(world.value().await, Ok("mended".to_owned()));
}

#[tokio::test]
async fn an_outage_is_over_a_second_after_it() {
    let world = World::start().await;
    world.manager.set_fault(Fault::Down);
    world.put("good");
    assert_eq!(world.value().await, Err("unavailable"));
    world.manager.set_fault(Fault::None);
    assert_eq!(world.value().await, Err("unavailable"));
    world.clock.advance(1);
    assert_eq!(world.value().await, Ok("good".to_owned()));
}

#[tokio::test]
async fn while_secrets_manager_hangs_only_one_request_waits_and_not_for_long() {
    let world = World::with_a_good_one().await;
    world.manager.set_fault(HANGS);
    world.clock.advance(300);
    let all = join_all((0..20).map(|_| world.takes())).await;
    assert!(all.iter().all(|(value, _)| *value == Ok("good".to_owned())));
    let waited = all.iter().filter(|(_, took)| *took > Duration::from_millis(50)).count();
    assert_eq!(waited, 1, "the one who asks");
    assert!(all.iter().all(|(_, took)| *took < Duration::from_millis(600)), "{all:?}");
    let calls = world.manager.calls();
    for _ in 0..20 {
        assert!(world.takes().await.1 < Duration::from_millis(50), "and nobody until the pause is over");
    }
    assert_eq!(world.manager.calls(), calls);
}

#[tokio::test]
async fn without_any_value_whoever_comes_while_one_asks_has_the_first_answer() {
    let world = World::start().await;
    world.put("good");
    world.manager.set_fault(Fault::Slow(Duration::from_millis(200)));
    let all = join_all((0..20).map(|_| world.value())).await;
    assert!(all.iter().all(|value| *value == Ok("good".to_owned())));
    assert_eq!(world.manager.calls(), 1);

    let world = World::start().await;
    world.manager.set_fault(HANGS);
    assert_eq!(world.value().await, Err("unavailable"));
    world.clock.advance(1);
    let all = join_all((0..20).map(|_| world.takes())).await;
    let waited = all.iter().filter(|(_, took)| *took > Duration::from_millis(50)).count();
    assert_eq!(waited, 1, "a failure that is known is told at once");
}

#[tokio::test]
async fn a_request_that_is_given_up_half_way_counts_as_a_try() {
    let world = World::start().await;
    world.manager.set_fault(HANGS);
    assert!(tokio::time::timeout(Duration::from_millis(100), world.value()).await.is_err());
    let (value, took) = world.takes().await;
    assert_eq!(value, Err("unavailable"));
    assert!(took < Duration::from_millis(50), "{took:?}");
}

#[tokio::test]
async fn a_value_that_is_not_accepted_is_fetched_again_at_most_every_ten_seconds() {
    let world = World::with_a_good_one().await;
    let refused = world.cached.value().await.expect("good");
    assert!(world.cached.newer_than(&refused).await.is_none(), "fetched just now");
    world.put("reset");
    world.clock.advance(10);
    let newer = join_all((0..20).map(|_| world.cached.newer_than(&refused))).await;
    assert!(newer.iter().all(Option::is_some));
    assert_eq!(world.manager.calls(), 2, "one fetch for all of them");
    assert_eq!(world.value().await, Ok("reset".to_owned()));
    world.manager.set_fault(Fault::Denied);
    world.clock.advance(10);
    let newest = world.cached.value().await.expect("reset");
    assert!(world.cached.newer_than(&newest).await.is_none());
    assert_eq!(world.reported()["secret_error"], "access_denied");
    assert_eq!(world.value().await, Ok("reset".to_owned()));
}
