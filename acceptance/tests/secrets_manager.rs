//! The stand-in for Secrets Manager, asked by the very client that the functions use.
// The SDK's futures nest deeper than the compiler's default.
#![recursion_limit = "256"]

use std::{collections::HashMap, time::Duration};

use aws_emulator::secrets_manager::{Fault, SecretsManager};
use serde_json::json;
use wxsession::{
    Clock, Secret,
    aws::Account,
    secrets::{Apps, CachedSecret, SecretError},
};

async fn started() -> (SecretsManager, Clock, CachedSecret<Apps>) {
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
    let cached = CachedSecret::new(account.secrets_manager(), "apps", clock.clone());
    (manager, clock, cached)
}

fn app_secret(apps: &Apps) -> &str {
    apps.get("wx0123456789abcdef").map_or("none", Secret::expose)
}

#[tokio::test]
async fn a_value_is_fetched_once_and_again_when_it_is_five_minutes_old() {
    let (manager, clock, cached) = started().await;
    manager.put("apps", &json!({"wx0123456789abcdef": "first"}));
    for _ in 0..3 {
        assert_eq!(app_secret(&cached.value().await.unwrap()), "first");
    }
    assert_eq!(manager.calls(), 1);
    manager.put("apps", &json!({"wx0123456789abcdef": "second"}));
    clock.advance(299);
    assert_eq!(app_secret(&cached.value().await.unwrap()), "first");
    clock.advance(1);
    assert_eq!(app_secret(&cached.value().await.unwrap()), "second");
    assert_eq!(manager.calls(), 2);
}

#[tokio::test]
async fn an_outage_is_told_from_a_secret_that_cannot_be_used() {
    let (manager, clock, cached) = started().await;
    let unusable = |error| matches!(error, SecretError::Unusable(_));
    assert_eq!(
        cached.value().await.unwrap_err(),
        SecretError::Unusable("ResourceNotFoundException".to_owned())
    );
    manager.put_text("apps", "not JSON");
    assert!(unusable(cached.value().await.unwrap_err()));
    manager.set_fault(Fault::Denied);
    assert!(unusable(cached.value().await.unwrap_err()));
    manager.set_fault(Fault::Down);
    assert!(matches!(cached.value().await.unwrap_err(), SecretError::Unavailable(_)));

    manager.set_fault(Fault::None);
    manager.put("apps", &json!({"wx0123456789abcdef": "kept"}));
    assert_eq!(app_secret(&cached.value().await.unwrap()), "kept");
    clock.advance(3_600);
    manager.set_fault(Fault::Slow(Duration::from_secs(5)));
    assert_eq!(app_secret(&cached.value().await.unwrap()), "kept", "an old value serves through an outage");
}
