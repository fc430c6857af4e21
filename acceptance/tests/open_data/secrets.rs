//! A login, and what needs a key, while a secret of the deployment cannot be used.

use std::time::{Duration, Instant};

use aws_emulator::secrets_manager::Fault;
use serde_json::{Value, json};
use wechat_simulator::{DEFAULT_APP, SECOND_APP};

use crate::support::{APP, RING_KEY, World, event, is_problem};

async fn login(world: &World) -> (u16, Value) {
    let body = json!({"code": world.simulator.mint_code(APP, None), "app_id": APP}).to_string();
    let answer = world.answer("/login", &event("POST", "/login", Some(&body), &Value::Null)).await;
    world.read(&answer)
}

#[tokio::test]
async fn a_login_goes_on_without_a_key_ring_and_says_so_to_the_operator() {
    for (text, word) in [
        ("not JSON", "not_json"),
        ("{}", "wrong_form"),
        (r#"{"current":"k2","k1":"ring-key-one-of-forty-random-characters-"}"#, "wrong_form"),
    ] {
        let world = World::start().await;
        world.secrets.put_text("ring", text);
        assert_eq!(login(&world).await.0, 200);
        let line = world.line();
        assert_eq!((&line["outcome"], &line["status"]), (&json!("ok"), &json!(200)));
        assert_eq!((&line["secret"], &line["secret_error"]), (&json!("key_ring"), &json!(word)));
        assert_eq!(
            (&line["level"], &line["service_misconfigured"]),
            (&json!("ERROR"), &json!(1)),
            "the alarm hears"
        );
        assert!(line["operator"]["cause"].as_str().is_some_and(|cause| cause.contains("key_ring")), "{line}");
        let user = world.user(APP).await;
        assert!(world.record(&user).keys().all(|name| !name.starts_with("session_key")));
        is_problem(&world.get(&user, "/session-key").await, 500, "service_misconfigured");
    }
}

/// A login that sends nothing but a code of that Mini Program.
async fn nameless(world: &World, app_id: &str) -> (u16, Value) {
    let body = json!({"code": world.simulator.mint_code(app_id, None)}).to_string();
    let answer = world.answer("/login", &event("POST", "/login", Some(&body), &Value::Null)).await;
    world.read(&answer)
}

#[tokio::test]
async fn a_second_mini_program_does_not_stop_released_versions_of_the_first() {
    let world = World::with(&[("WECHAT_APP_ID", APP)]).await;
    assert_eq!(nameless(&world, APP).await.0, 200);
    assert_eq!(world.line()["app_id"], APP);
    assert_eq!(login(&world).await.0, 200, "nor those that name it");
    is_problem(&nameless(&world, SECOND_APP.0).await, 400, "login_code_invalid");
}

#[tokio::test]
async fn a_login_without_a_name_is_refused_when_nothing_says_whose_it_is() {
    // No parameter, or one whose Mini Program was taken out of the secret.
    for more in [&[][..], &[("WECHAT_APP_ID", "wx00000000000000aa")][..]] {
        let world = World::with(more).await;
        is_problem(&nameless(&world, APP).await, 400, "malformed_request");
        assert_eq!(world.line()["reason"], "app_id_needed");
        world.secrets.put("apps", &json!({SECOND_APP.0: SECOND_APP.1}));
        world.clock.advance(300);
        assert_eq!(nameless(&world, SECOND_APP.0).await.0, 200, "the only one is meant");
    }
}

#[tokio::test]
async fn a_key_ring_that_cannot_be_asked_for_does_not_stop_a_login() {
    let world = World::start().await;
    world.secrets.remove("ring");
    assert_eq!(login(&world).await.0, 200);
    assert_eq!(world.line()["secret_error"], "missing");
}

#[tokio::test]
async fn an_apps_secret_that_cannot_be_used_is_our_fault_and_not_the_clients() {
    for (text, word) in [
        ("{}", "wrong_form"),
        ("[]", "wrong_form"),
        ("", "not_json"),
        (r#"{"wx0123456789abcdef":""}"#, "wrong_form"),
    ] {
        let world = World::start().await;
        world.secrets.put_text("apps", text);
        let before = world.secrets.calls();
        for _ in 0..20 {
            is_problem(&login(&world).await, 500, "service_misconfigured");
            assert_eq!(world.line()["secret_error"], word, "{text}");
        }
        assert_eq!(world.secrets.calls() - before, 2, "each secret once, whoever asks");
        assert_eq!(world.simulator.call_count("/sns/jscode2session"), 0, "no code was spent");
    }
}

#[tokio::test]
async fn an_apps_secret_with_more_in_it_is_taken() {
    let world = World::start().await;
    let push = json!({"token": "AAAAA", "encoding_aes_key": "A".repeat(43)});
    let app = json!({"secret": DEFAULT_APP.1, "push": push, "virtual_payment": {"app_key": "12345"}});
    world.secrets.put("apps", &json!({APP: app}));
    assert_eq!(login(&world).await.0, 200);
}

#[tokio::test]
async fn a_slip_beside_a_good_app_secret_stops_no_login() {
    for slip in [json!({"puhs": {}}), json!({"push": {"token": "-"}}), json!({"virtual_payment": 7})] {
        let world = World::start().await;
        let mut app = slip.clone();
        app["secret"] = DEFAULT_APP.1.into();
        world.secrets.put("apps", &json!({APP: app}));
        assert_eq!(login(&world).await.0, 200, "{slip}");
    }
}

#[tokio::test]
async fn the_last_good_value_serves_whatever_becomes_of_the_secret() {
    let world = World::start().await;
    assert_eq!(login(&world).await.0, 200);
    for (fault, text, word) in [
        (Fault::Denied, "{}", "access_denied"),
        (Fault::MarkedForDeletion, "{}", "marked_for_deletion"),
        (Fault::Undecryptable, "{}", "undecryptable"),
        (Fault::Down, "{}", "unavailable"),
        (Fault::None, "{", "not_json"),
        (Fault::None, "{}", "wrong_form"),
    ] {
        world.secrets.set_fault(fault);
        world.secrets.put_text("apps", text);
        world.secrets.put_text("ring", text);
        world.clock.advance(300);
        assert_eq!(login(&world).await.0, 200);
        assert_eq!(world.line()["secret_error"], word);
        let user = world.user(APP).await;
        assert!(world.record(&user).contains_key("session_key"), "and the vault is filled");
    }
}

#[tokio::test]
async fn while_secrets_manager_hangs_logins_do_not_wait_for_it() {
    let world = World::start().await;
    assert_eq!(login(&world).await.0, 200);
    world.secrets.set_fault(Fault::Slow(Duration::from_secs(5)));
    world.clock.advance(300);
    assert_eq!(login(&world).await.0, 200, "this one tries");
    for _ in 0..10 {
        let started = Instant::now();
        assert_eq!(login(&world).await.0, 200);
        assert!(started.elapsed() < Duration::from_millis(400), "{:?}", started.elapsed());
    }
}

#[tokio::test]
async fn a_ring_that_is_mended_seals_again() {
    let world = World::start().await;
    world.secrets.put_text("ring", "{}");
    let user = world.user(APP).await;
    world.secrets.put("ring", &json!({"current": "k1", "k1": RING_KEY}));
    world.clock.advance(60);
    let user = world.again(&user).await;
    assert!(world.record(&user).contains_key("session_key"));
    assert_eq!(world.get(&user, "/session-key").await, (200, json!({"valid": true})));
}
