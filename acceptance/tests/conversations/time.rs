//! Time is moved, not slept.

use serde_json::json;

use crate::support::{START, Stage};

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_not_renewed_ends_after_a_day_to_the_second() {
    let stage = Stage::open().await;
    let token = stage.login(None).await;
    stage.service.clock.set(START + DAY - 1);
    Stage::is(&stage.call("GET", "/me", &token).await, 200, "");
    stage.service.clock.set(START + DAY);
    Stage::is(&stage.call("GET", "/me", &token).await, 401, "session_invalid");
    Stage::is(&stage.call("GET", "/session", &token).await, 401, "session_invalid");
    assert_eq!(stage.audits("session_use_after_expire"), 2);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_session_lives_on_until_its_absolute_end() {
    let stage = Stage::open().await;
    let token = stage.login(None).await;
    for hours in [10, 20, 30, 40] {
        stage.service.clock.set(START + hours * HOUR);
        let check = stage.call("GET", "/session", &token).await;
        Stage::is(&check, 200, "");
        let expected = (START + hours * HOUR + DAY).min(START + 2 * DAY);
        assert_eq!(check.body["session"]["expires_at"], expected);
        assert_eq!(check.body["session"]["absolute_expires_at"], START + 2 * DAY);
    }
    stage.service.clock.set(START + 2 * DAY - 1);
    Stage::is(&stage.call("GET", "/me", &token).await, 200, "");
    stage.service.clock.set(START + 2 * DAY);
    Stage::is(&stage.call("GET", "/me", &token).await, 401, "session_invalid");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_session_is_refused_whether_dynamodb_has_tidied_up_or_not() {
    let stage = Stage::open().await;
    let token = stage.login(None).await;
    stage.service.clock.advance(5 * DAY);
    Stage::is(&stage.call("GET", "/session", &token).await, 401, "session_invalid");
    assert_eq!(stage.service.dynamodb.sweep().expect("a sweep"), 1, "only now is the item gone");
    Stage::is(&stage.call("GET", "/session", &token).await, 401, "session_invalid");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tombstone_is_noticed_for_a_day_and_then_tidied_up() {
    let stage = Stage::open().await;
    let token = stage.login(None).await;
    Stage::is(&stage.call("DELETE", "/session", &token).await, 204, "");
    Stage::is(&stage.call("GET", "/me", &token).await, 401, "session_invalid");
    assert_eq!(stage.audits("session_use_after_logout"), 1);
    stage.service.clock.advance(DAY);
    assert_eq!(stage.service.dynamodb.sweep().expect("a sweep"), 0);
    stage.service.clock.advance(1);
    assert_eq!(stage.service.dynamodb.sweep().expect("a sweep"), 1);
    Stage::is(&stage.call("DELETE", "/session", &token).await, 204, "");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_back_refuses_nothing_and_breaks_nothing() {
    let stage = Stage::open().await;
    let token = stage.login(None).await;
    stage.service.clock.advance(-DAY);
    Stage::is(&stage.call("GET", "/session", &token).await, 200, "");
    stage.service.clock.set(4_294_967_296);
    Stage::is(&stage.call("GET", "/session", &token).await, 401, "session_invalid");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_realm_logs_everyone_out() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("tables.db");
    let on_file = |realm: &str| {
        let (file, realm) = (file.clone(), realm.to_owned());
        Stage::with(move |mut settings| {
            settings.data = Some(file);
            settings.parameters.insert("Realm".to_owned(), realm);
            settings
        })
    };
    let before = on_file("1").await;
    let token = before.login(None).await;
    before.close().await;
    let same = on_file("1").await;
    Stage::is(&same.call("GET", "/session", &token).await, 200, "");
    same.close().await;
    let other = on_file("2").await;
    Stage::is(&other.call("GET", "/session", &token).await, 401, "session_invalid");
    other.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shorter_life_reaches_open_sessions_and_a_longer_one_revives_none() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("tables.db");
    let under = |idle: &str, absolute: &str| {
        let (file, idle, absolute) = (file.clone(), idle.to_owned(), absolute.to_owned());
        Stage::with(move |mut settings| {
            settings.data = Some(file);
            settings.parameters.insert("IdleSeconds".to_owned(), idle);
            settings.parameters.insert("AbsoluteSeconds".to_owned(), absolute);
            settings
        })
    };
    let usual = under("86400", "172800").await;
    let token = usual.login(None).await;
    usual.close().await;
    for (idle, absolute, ends) in [("900", "172800", 900), ("86400", "3600", 3_600)] {
        let shorter = under(idle, absolute).await;
        shorter.service.clock.set(START + ends - 1);
        Stage::is(&shorter.call("GET", "/me", &token).await, 200, "");
        let listed = shorter.call("GET", "/sessions", &token).await;
        assert_eq!(listed.body["sessions"][0]["expires_at"], START + ends);
        shorter.service.clock.set(START + ends);
        Stage::is(&shorter.call("GET", "/me", &token).await, 401, "session_invalid");
        let check = shorter.call("GET", "/session", &token).await;
        assert_eq!((check.status, &check.body["ended"]), (401, &json!("expired")));
        shorter.close().await;
    }
    let longer = under("259200", "259200").await;
    longer.service.clock.set(START + DAY);
    Stage::is(&longer.call("GET", "/me", &token).await, 401, "session_invalid");
    longer.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cached_authorizer_answer_outlives_a_logout_by_its_seconds_and_no_more() {
    let stage = Stage::with(|mut settings| {
        settings.parameters.insert("AuthorizerCacheSeconds".to_owned(), "60".to_owned());
        settings
    })
    .await;
    let token = stage.login(None).await;
    Stage::is(&stage.call("GET", "/me", &token).await, 200, "");
    Stage::is(&stage.call("GET", "/sessions", &token).await, 200, "");
    Stage::is(&stage.call("DELETE", "/session", &token).await, 204, "");
    stage.service.clock.advance(59);
    Stage::is(&stage.call("GET", "/me", &token).await, 200, "");
    stage.service.clock.advance(2);
    Stage::is(&stage.call("GET", "/me", &token).await, 401, "session_invalid");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_too_old_after_five_minutes() {
    let stage = Stage::open().await;
    let code = stage.service.simulator.mint_code(&stage.target.app_id, None);
    stage.service.clock.advance(301);
    let login = stage.target.post_login(&code).await.expect("an answer");
    Stage::is(&login, 400, "login_code_invalid");
    assert_ne!(login.body, json!(null));
    stage.close().await;
}
