use proptest::prelude::*;

use super::*;
use crate::{
    account::{Block, Profile, Reason},
    live::{Entry, Live},
    random::Random,
    user::{Person, StoredKeys},
};

const LOGIN: i64 = 1_700_000_000;
const RULES: Rules = Rules {
    idle_seconds: 86_400,
    absolute_seconds: 172_800,
    renew_after_seconds: 3_600,
    page_seconds: 7_200,
};

fn hash() -> TokenHash {
    TokenHash::from_bytes([7; 32])
}

fn session() -> Session {
    Session {
        id: SessionId::generate(LOGIN * 1_000 + 500, Random::system().bytes()),
        user_id: UserId::of("wx0123456789abcdef", "oABC"),
        app_id: "wx0123456789abcdef".to_owned(),
        created_at: LOGIN,
        last_seen_at: None,
        expires_at: LOGIN + 86_400,
        absolute_expires_at: LOGIN + 172_800,
        device: Device::default(),
        parent: None,
        children: Vec::new(),
    }
}

fn parent_of_pages() -> TokenHash {
    TokenHash::from_bytes([8; 32])
}

/// A page's session, made a minute after a login that was seen then.
fn page() -> Session {
    let parent = Session { last_seen_at: Some(LOGIN + 30), ..session() };
    let id = SessionId::generate((LOGIN + 60) * 1_000, Random::system().bytes());
    RULES.page_session((&parent_of_pages(), &parent), id, "https://m.example.com", LOGIN + 60)
}

fn active(session: Session) -> SessionRecord {
    SessionRecord::Active(session)
}

fn person() -> Person {
    Person {
        app_id: "wx0123456789abcdef".to_owned(),
        openid: "oABC".to_owned(),
        unionid: None,
        created_at_ms: LOGIN * 1_000,
        last_login_at: Some(LOGIN),
        profile: Profile::default(),
        version: 0,
    }
}

fn listing(hashes: &[TokenHash]) -> User {
    let entries: Vec<Entry> = hashes.iter().map(|hash| Entry { hash: *hash, install: None }).collect();
    User {
        live: Live::new(&entries, &Random::system()),
        person: Some(person()),
        signed_out_at_ms: None,
        block: None,
        keys: StoredKeys::default(),
    }
}

fn user() -> User {
    listing(&[hash()])
}

fn block(until: Option<i64>) -> Block {
    Block::new(LOGIN, until, Reason::new("spam").unwrap()).unwrap()
}

fn decided(now: i64, session: &SessionRecord, user: &User) -> Result<(), Refusal> {
    decide(now, &RULES, &hash(), Some(session), Some(user)).map(drop)
}

#[track_caller]
fn at(now: i64, session: &Session, expected: Result<(), Refusal>) {
    assert_eq!(decided(now, &active(session.clone()), &user()), expected);
}

#[track_caller]
fn is_over(session: &SessionRecord, user: &User, reason: Ended) {
    assert_eq!(decided(LOGIN + 60, session, user), Err(Refusal::Ended(reason)));
}

#[track_caller]
fn is_over_for_a_page(page: &SessionRecord, user: &User, reason: Ended) {
    assert_eq!(decided(LOGIN + 60, page, user), Err(Refusal::PageEnded(reason)));
}

const EXPIRED: Result<(), Refusal> = Err(Refusal::Ended(Ended::Expired));

#[test]
fn a_fresh_session_is_good_until_the_last_second() {
    at(LOGIN, &session(), Ok(()));
    at(LOGIN + 86_399, &session(), Ok(()));
}

#[test]
fn refuses_from_the_second_of_expiry() {
    at(LOGIN + 86_400, &session(), EXPIRED);
    let renewed = Session { last_seen_at: Some(LOGIN + 86_400), expires_at: LOGIN + 172_800, ..session() };
    at(LOGIN + 172_799, &renewed, Ok(()));
    at(LOGIN + 172_800, &renewed, EXPIRED);
}

#[test]
fn a_shorter_rule_reaches_the_sessions_that_are_open() {
    let renewed = Session { last_seen_at: Some(LOGIN + 80_000), expires_at: LOGIN + 166_400, ..session() };
    for (rules, ends) in [
        (RULES, LOGIN + 166_400),
        (Rules { idle_seconds: 900, ..RULES }, LOGIN + 80_900),
        (Rules { absolute_seconds: 90_000, ..RULES }, LOGIN + 90_000),
        (Rules { absolute_seconds: 3_600, ..RULES }, LOGIN + 3_600),
    ] {
        assert_eq!(rules.ends_at(&renewed), ends, "{rules:?}");
        let decided =
            |now| decide(now, &rules, &hash(), Some(&active(renewed.clone())), Some(&user())).map(drop);
        assert_eq!((decided(ends - 1), decided(ends)), (Ok(()), EXPIRED), "{rules:?}");
    }
}

#[test]
fn a_longer_rule_revives_nothing() {
    let longer = Rules {
        idle_seconds: 604_800,
        absolute_seconds: 259_200,
        renew_after_seconds: 300,
        page_seconds: 43_200,
    };
    let decided = |now| decide(now, &longer, &hash(), Some(&active(session())), Some(&user())).map(drop);
    assert_eq!((decided(LOGIN + 86_399), decided(LOGIN + 86_400)), (Ok(()), EXPIRED));
    let last = longer.renewed(&session(), LOGIN + 86_000).unwrap();
    assert_eq!(longer.ends_at(&last), LOGIN + 172_800, "and never past the absolute end that was promised");
}

#[test]
fn refuses_what_is_missing_or_not_in_the_list() {
    assert_eq!(decide(LOGIN, &RULES, &hash(), None, Some(&user())), Err(Refusal::Unknown));
    let alone = decide(LOGIN, &RULES, &hash(), Some(&active(session())), None).map(drop);
    assert_eq!(alone, Err(Refusal::Ended(Ended::Deleted)));
    is_over(&active(session()), &listing(&[]), Ended::Evicted);
    is_over(&active(session()), &listing(&[TokenHash::from_bytes([8; 32])]), Ended::Evicted);
}

#[test]
fn a_child_lives_as_long_as_its_parent_is_listed() {
    let child = active(page());
    assert_eq!(decided(LOGIN + 60, &child, &listing(&[parent_of_pages()])), Ok(()));
    is_over_for_a_page(&child, &listing(&[hash()]), Ended::Evicted);
    let blocked = User { block: Some(block(None)), ..listing(&[parent_of_pages()]) };
    is_over_for_a_page(&child, &blocked, Ended::Blocked);
    let signed_out = User { signed_out_at_ms: Some((LOGIN + 61) * 1_000), ..listing(&[]) };
    is_over_for_a_page(&child, &signed_out, Ended::SignedOutEverywhere);
    let tombstone = SessionRecord::Ended { reason: Ended::LoggedOut, session: Some(page()) };
    is_over_for_a_page(&tombstone, &listing(&[parent_of_pages()]), Ended::LoggedOut);
}

#[test]
fn a_page_lives_two_hours_and_no_use_makes_that_longer() {
    let page = page();
    assert_eq!(RULES.ends_at(&page), LOGIN + 60 + 7_200);
    assert_eq!(RULES.absolute_end(&page), LOGIN + 60 + 7_200);
    for now in [LOGIN + 60, LOGIN + 4_000, LOGIN + 7_259] {
        let seen = RULES.renewed(&page, now).unwrap();
        assert_eq!((seen.last_seen_at, seen.expires_at), (Some(now), page.expires_at));
        assert_eq!(RULES.ends_at(&seen), RULES.ends_at(&page));
    }
    let listed = listing(&[parent_of_pages()]);
    assert_eq!(decided(LOGIN + 7_259, &active(page.clone()), &listed), Ok(()));
    let expired = decided(LOGIN + 7_260, &active(page), &listed);
    assert_eq!(expired, Err(Refusal::PageEnded(Ended::Expired)));
}

#[test]
fn a_page_lives_no_longer_than_its_parent_was_promised() {
    let parent = Session { expires_at: LOGIN + 3_600, ..session() };
    let id = parent.id;
    let page = RULES.page_session((&parent_of_pages(), &parent), id, "https://m.example.com", LOGIN + 60);
    assert_eq!(RULES.ends_at(&page), LOGIN + 3_600);
    let shorter = Rules { absolute_seconds: 3_600, ..RULES };
    let page =
        shorter.page_session((&parent_of_pages(), &session()), id, "https://m.example.com", LOGIN + 60);
    assert_eq!((page.expires_at, page.absolute_expires_at), (LOGIN + 3_600, LOGIN + 3_600));
}

#[test]
fn shorter_rules_reach_a_page_by_what_its_parent_was() {
    let seen = Session { last_seen_at: Some(LOGIN + 500), ..page() };
    for (rules, ends) in [
        (Rules { page_seconds: 300, ..RULES }, LOGIN + 360),
        (Rules { idle_seconds: 900, ..RULES }, LOGIN + 930),
        (Rules { absolute_seconds: 3_600, ..RULES }, LOGIN + 3_600),
        (
            Rules { page_seconds: 43_200, idle_seconds: 604_800, absolute_seconds: 259_200, ..RULES },
            LOGIN + 7_260,
        ),
    ] {
        assert_eq!(rules.ends_at(&seen), ends, "{rules:?}");
    }
}

#[test]
fn a_tombstone_gives_its_own_reason_before_any_other() {
    for reason in Ended::ALL {
        let tombstone = SessionRecord::Ended { reason, session: None };
        is_over(&tombstone, &user(), reason);
        let husk = User { person: None, ..listing(&[]) };
        is_over(&tombstone, &husk, reason);
    }
}

#[test]
fn an_account_that_is_gone_or_came_after_the_session_was_deleted() {
    is_over(&active(session()), &User { person: None, ..listing(&[]) }, Ended::Deleted);
    is_over(&active(session()), &User { person: None, ..user() }, Ended::Deleted);
    let next = Person { created_at_ms: LOGIN * 1_000 + 501, ..person() };
    let blocked = Some(block(None));
    is_over(&active(session()), &User { person: Some(next), block: blocked, ..listing(&[]) }, Ended::Deleted);
    let same = Person { created_at_ms: LOGIN * 1_000 + 500, ..person() };
    is_over(&active(session()), &User { person: Some(same), ..listing(&[]) }, Ended::Evicted);
}

#[test]
fn what_is_in_the_list_is_good_whatever_the_clocks_of_two_machines_say() {
    let ahead = Person { created_at_ms: LOGIN * 1_000 + 9_000, ..person() };
    let user = User { person: Some(ahead), signed_out_at_ms: Some(LOGIN * 1_000 + 9_000), ..user() };
    assert_eq!(decided(LOGIN, &active(session()), &user), Ok(()));
}

#[test]
fn a_block_refuses_what_is_in_the_list_until_its_time_is_over() {
    let blocked = |until| User { block: Some(block(until)), ..user() };
    is_over(&active(session()), &blocked(None), Ended::Blocked);
    is_over(&active(session()), &blocked(Some(LOGIN + 61)), Ended::Blocked);
    assert_eq!(decided(LOGIN + 60, &active(session()), &blocked(Some(LOGIN + 60))), Ok(()));
    let unlisted =
        User { block: Some(block(None)), signed_out_at_ms: Some(LOGIN * 1_000 + 900), ..listing(&[]) };
    is_over(&active(session()), &unlisted, Ended::Blocked);
}

#[test]
fn who_signed_out_everywhere_is_told_from_who_was_evicted() {
    let signed_out = |at| User { signed_out_at_ms: Some(at), ..listing(&[]) };
    is_over(&active(session()), &signed_out(LOGIN * 1_000 + 500), Ended::SignedOutEverywhere);
    is_over(&active(session()), &signed_out(LOGIN * 1_000 + 499), Ended::Evicted);
    let late = decided(LOGIN + 86_400, &active(session()), &signed_out(LOGIN * 1_000 + 500));
    assert_eq!(late, Err(Refusal::Ended(Ended::SignedOutEverywhere)), "before it expired");
    assert_eq!(decided(LOGIN + 86_400, &active(session()), &listing(&[])), EXPIRED, "before it was evicted");
}

#[test]
fn a_name_of_another_making_says_nothing_of_the_time() {
    let foreign = SessionId::parse("018bcfe5-6800-4000-8000-000000000000").unwrap();
    let session = active(Session { id: foreign, created_at: LOGIN + 50, ..session() });
    is_over(
        &session,
        &User { signed_out_at_ms: Some(LOGIN * 1_000 + 50_000), ..listing(&[]) },
        Ended::SignedOutEverywhere,
    );
    is_over(
        &session,
        &User { signed_out_at_ms: Some(LOGIN * 1_000 + 49_999), ..listing(&[]) },
        Ended::Evicted,
    );
}

#[test]
fn the_first_check_is_written_and_then_one_each_interval() {
    let first = RULES.renewed(&session(), LOGIN + 1).unwrap();
    assert_eq!((first.last_seen_at, first.expires_at), (Some(LOGIN + 1), LOGIN + 86_401));
    assert_eq!(RULES.renewed(&first, LOGIN + 3_600), None);
    let renewed = RULES.renewed(&first, LOGIN + 3_601).unwrap();
    assert_eq!((renewed.last_seen_at, renewed.expires_at), (Some(LOGIN + 3_601), LOGIN + 90_001));
}

#[test]
fn never_renews_past_the_absolute_end_and_still_notes_that_it_was_seen() {
    let late = Session { last_seen_at: Some(LOGIN + 80_000), expires_at: LOGIN + 166_400, ..session() };
    let renewed = RULES.renewed(&late, LOGIN + 160_000).unwrap();
    assert_eq!(renewed.expires_at, LOGIN + 172_800);
    let last = RULES.renewed(&renewed, LOGIN + 170_000).unwrap();
    assert_eq!((last.last_seen_at, last.expires_at), (Some(LOGIN + 170_000), LOGIN + 172_800));
}

#[test]
fn the_client_is_told_when_to_ask_next() {
    assert_eq!(RULES.check_after(&session()), LOGIN + 60);
    let seen = Session { last_seen_at: Some(LOGIN + 70), ..session() };
    assert_eq!(RULES.check_after(&seen), LOGIN + 70 + 3_600);
    let last = Session { last_seen_at: Some(LOGIN + 172_000), expires_at: LOGIN + 172_800, ..session() };
    assert_eq!(RULES.check_after(&last), LOGIN + 172_800);
    let short = Rules { idle_seconds: 900, ..RULES };
    assert_eq!(short.check_after(&Session { last_seen_at: Some(LOGIN), ..session() }), LOGIN + 900);
}

/// The log's word for each refusal: operators' queries and alarms name them (docs/operations.md).
#[test]
fn every_refusal_has_its_word() {
    assert_eq!(
        [Refusal::Unknown, Refusal::Damaged(Record::User, "live")].map(Refusal::as_str),
        ["unknown", "damaged"]
    );
    let words = [
        "expired",
        "logged_out",
        "ended_by_user",
        "ended_by_operator",
        "signed_out_everywhere",
        "replaced",
        "evicted",
        "deleted",
        "blocked",
        "ticket_reused",
    ];
    assert_eq!(Ended::ALL.map(|reason| Refusal::Ended(reason).as_str()), words);
    assert_eq!(Ended::ALL.map(|reason| Refusal::PageEnded(reason).as_str()), words);
    assert_eq!(Ended::ALL.map(Some), words.map(Ended::parse));
    assert_eq!(Ended::parse("revoked"), None);
}

proptest! {
    #[test]
    fn no_clock_makes_it_panic_or_live_longer(now: i64) {
        let accepted = decided(now, &active(session()), &user()).is_ok();
        prop_assert_eq!(accepted, now < LOGIN + 86_400);
        if let Some(renewed) = RULES.renewed(&session(), now) {
            prop_assert!(renewed.expires_at <= renewed.absolute_expires_at);
        }
    }

    #[test]
    fn no_rule_lets_a_session_live_longer_than_it_was_promised(
        idle in 900..604_800_i64, absolute in 3_600..259_200_i64, seen in proptest::option::of(0..90_000_i64),
    ) {
        let rules = Rules { idle_seconds: idle, absolute_seconds: absolute, renew_after_seconds: 300, page_seconds: 7_200 };
        let session = Session { last_seen_at: seen.map(|at| LOGIN + at), ..session() };
        prop_assert!(rules.ends_at(&session) <= session.expires_at);
        prop_assert!(rules.ends_at(&session) <= LOGIN + absolute);
        prop_assert!(rules.ends_at(&session) <= session.seen_at() + idle);
        prop_assert!(rules.check_after(&session) <= rules.ends_at(&session));
    }
}
