use proptest::prelude::*;

use super::*;
use crate::random::Random;

const LOGIN: i64 = 1_700_000_000;
const RULES: Rules = Rules { idle_seconds: 86_400, absolute_seconds: 172_800, renew_after_seconds: 3_600 };
const GENERATION: Generation = Generation(*b"12345678");

fn session() -> Session {
    Session {
        id: SessionId::generate(LOGIN * 1000, &Random::system()),
        user_id: UserId::of("wx0123456789abcdef", "oABC"),
        generation: GENERATION,
        app_id: "wx0123456789abcdef".to_owned(),
        openid: Some("oABC".to_owned()),
        unionid: None,
        created_at: LOGIN,
        last_seen_at: LOGIN,
        expires_at: LOGIN + 86_400,
        absolute_expires_at: LOGIN + 172_800,
        state: State::Active,
    }
}

#[track_caller]
fn at(now: i64, session: &Session, expected: Result<(), Refusal>) {
    assert_eq!(decide(now, Some(session), Some(GENERATION)), expected);
}

#[test]
fn a_fresh_session_is_good_until_the_last_second() {
    at(LOGIN, &session(), Ok(()));
    at(LOGIN + 86_399, &session(), Ok(()));
}

#[test]
fn refuses_from_the_second_of_expiry() {
    at(LOGIN + 86_400, &session(), Err(Refusal::Idle));
    let renewed = Session { expires_at: LOGIN + 172_800, ..session() };
    at(LOGIN + 172_799, &renewed, Ok(()));
    at(LOGIN + 172_800, &renewed, Err(Refusal::Absolute));
}

#[test]
fn refuses_what_is_missing_revoked_or_of_another_generation() {
    assert_eq!(decide(LOGIN, None, Some(GENERATION)), Err(Refusal::Unknown));
    assert_eq!(decide(LOGIN, Some(&session()), None), Err(Refusal::UserGone));
    assert_eq!(decide(LOGIN, Some(&session()), Some(Generation(*b"87654321"))), Err(Refusal::Generation));
    at(LOGIN, &Session { state: State::Revoked, ..session() }, Err(Refusal::Revoked));
}

#[test]
fn renews_at_most_once_an_interval() {
    assert_eq!(RULES.renewed(&session(), LOGIN + 3_599), None);
    let renewed = RULES.renewed(&session(), LOGIN + 3_600).unwrap();
    assert_eq!((renewed.last_seen_at, renewed.expires_at), (LOGIN + 3_600, LOGIN + 90_000));
    assert_eq!(RULES.renewed(&renewed, LOGIN + 3_601), None);
}

#[test]
fn never_renews_past_the_absolute_end() {
    let late = Session { last_seen_at: LOGIN + 80_000, expires_at: LOGIN + 166_400, ..session() };
    let renewed = RULES.renewed(&late, LOGIN + 160_000).unwrap();
    assert_eq!(renewed.expires_at, LOGIN + 172_800);
    assert_eq!(RULES.renewed(&renewed, LOGIN + 170_000), None, "nothing to gain, so no write");
}

#[test]
fn the_client_is_told_when_to_ask_next() {
    assert_eq!(RULES.check_after(&session()), LOGIN + 3_600);
    let last = Session { last_seen_at: LOGIN + 172_000, expires_at: LOGIN + 172_800, ..session() };
    assert_eq!(RULES.check_after(&last), LOGIN + 172_800);
}

/// The log's word for each refusal: operators' queries and alarms name them (docs/operations.md).
#[test]
fn every_refusal_has_its_word() {
    let words = [
        (Refusal::Unknown, "unknown"),
        (Refusal::Revoked, "revoked"),
        (Refusal::Generation, "generation"),
        (Refusal::UserGone, "user_gone"),
        (Refusal::Idle, "idle"),
        (Refusal::Absolute, "absolute"),
        (Refusal::Damaged("expires_at"), "damaged"),
    ];
    for (refusal, word) in words {
        assert_eq!(refusal.as_str(), word);
    }
}

proptest! {
    #[test]
    fn no_clock_makes_it_panic_or_live_longer(now: i64) {
        let accepted = decide(now, Some(&session()), Some(GENERATION)).is_ok();
        prop_assert_eq!(accepted, now < LOGIN + 86_400);
        if let Some(renewed) = RULES.renewed(&session(), now) {
            prop_assert!(renewed.expires_at <= renewed.absolute_expires_at);
        }
    }
}
