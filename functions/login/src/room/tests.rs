use wxsession::{
    Random, UserId,
    session::{Device, Session},
};

use super::*;

const NOW: i64 = 1_800_000_000;
const RULES: Rules = Rules {
    idle_seconds: 86_400,
    absolute_seconds: 172_800,
    renew_after_seconds: 3_600,
    page_seconds: 7_200,
};

fn hash(byte: u8) -> TokenHash {
    TokenHash::from_bytes([byte; 32])
}

fn install(byte: u8) -> Option<Install> {
    Install::new(&format!("install-{byte:08}"))
}

fn listed(hashes: impl IntoIterator<Item = u8>) -> Vec<Entry> {
    hashes.into_iter().map(|byte| Entry { hash: hash(byte), install: install(byte) }).collect()
}

fn room(hashes: impl IntoIterator<Item = u8>) -> Room {
    Room::of(listed(hashes).into_iter(), Newcomer::default())
}

fn staying(room: &Room) -> Vec<u8> {
    room.staying.iter().map(|entry| entry.hash.as_bytes()[0]).collect()
}

fn record(created_at: i64, last_seen_at: Option<i64>) -> SessionRecord {
    SessionRecord::Active(Session {
        id: SessionId::generate(created_at * 1_000, Random::system().bytes()),
        user_id: UserId::of("wx0123456789abcdef", "o"),
        app_id: "wx0123456789abcdef".to_owned(),
        created_at,
        last_seen_at,
        expires_at: created_at + 86_400,
        absolute_expires_at: created_at + 172_800,
        device: Device::default(),
        parent: None,
        children: Vec::new(),
    })
}

/// Who stays of `records`, numbered from one, when one more comes.
fn stay(cap: usize, records: &[Option<SessionRecord>]) -> Vec<u8> {
    let numbers = 1..=u8::try_from(records.len()).unwrap();
    let mut room = room(numbers.clone());
    let asked = room.asks_for(cap);
    let read = numbers.zip(records).filter_map(|(number, record)| Some((hash(number), Ok(record.clone()?))));
    let read: Vec<_> = read.filter(|(hash, _)| asked.contains(hash)).collect();
    room.make(cap, &Standings::of(&asked, &read, &RULES, NOW));
    staying(&room)
}

#[test]
fn the_presented_session_and_that_of_the_same_install_are_replaced() {
    let newcomer = Newcomer { presented: Some(hash(1)), install: install(3) };
    let room = Room::of(listed(1..=4).into_iter(), newcomer);
    assert_eq!(staying(&room), [2, 4]);
    assert_eq!(room.replaced, [hash(1), hash(3)]);
}

#[test]
fn an_unknown_install_replaces_nobody() {
    let nameless = [1, 2].map(|byte| Entry { hash: hash(byte), install: None });
    let room = Room::of(nameless.into_iter(), Newcomer::default());
    assert_eq!((staying(&room), room.replaced), (vec![1, 2], vec![]));
}

#[test]
fn nothing_is_read_while_there_is_room() {
    assert_eq!(room(1..=4).asks_for(5), []);
    assert_eq!(room([]).asks_for(1), []);
}

#[test]
fn never_more_than_the_cap_is_read() {
    for cap in 1..=50 {
        for listed in 0..=50 {
            let mut room = room(1..=listed);
            let read = room.asks_for(cap);
            assert!(read.len() <= cap, "{} of {listed} under a cap of {cap}", read.len());
            room.make(cap, &Standings::of(&read, &[], &RULES, NOW));
            assert!(room.staying.len() < cap, "{listed} under a cap of {cap}");
        }
    }
    assert_eq!(room(1..=8).asks_for(3), [hash(6), hash(7), hash(8)], "after a lowered cap the newest");
}

#[test]
fn dead_ones_go_first_and_all_of_them() {
    let seen = |at: i64| Some(record(NOW - 7_200, Some(NOW - at)));
    let ended = SessionRecord::Ended { reason: wxsession::session::Ended::LoggedOut, session: None };
    let expired = Some(record(NOW - 86_400, None));
    assert_eq!(stay(5, &[seen(9), Some(ended), seen(5), expired, None]), [1, 3]);
}

#[test]
fn then_those_that_were_never_used_the_oldest_first() {
    let unused = |at: i64| Some(record(NOW - at, None));
    let seen = |at: i64| Some(record(NOW - 7_200, Some(NOW - at)));
    assert_eq!(stay(4, &[seen(7_000), unused(60), seen(5), unused(3)]), [1, 3, 4]);
    assert_eq!(stay(3, &[unused(9), unused(6), unused(3)]), [2, 3]);
}

#[test]
fn then_the_least_recently_seen() {
    let seen = |at: i64| Some(record(NOW - 7_200, Some(NOW - at)));
    assert_eq!(stay(3, &[seen(5), seen(7_000), seen(9)]), [1, 3]);
    assert_eq!(stay(2, &[seen(5), seen(9)]), [1]);
}

#[test]
fn a_login_of_this_moment_counts_as_never_used() {
    let mut room = room(1..=3);
    let known = [(hash(1), Ok(record(NOW - 7_200, Some(NOW - 5))))];
    let standings = Standings::of(&[hash(1)], &known, &RULES, NOW);
    room.make(2, &standings);
    assert_eq!(staying(&room), [1]);
    assert_eq!(room.evicted, [None, None], "their names were not read");
}

#[test]
fn who_was_evicted_is_named_where_it_was_read() {
    let records = [record(NOW - 60, Some(NOW - 30)), record(NOW - 60, Some(NOW - 20))];
    let names = records.clone().map(|record| record.session().map(|session| session.id));
    let mut room = room(1..=2);
    let asked = room.asks_for(2);
    let read = [(hash(1), Ok(records[0].clone())), (hash(2), Ok(records[1].clone()))];
    room.make(2, &Standings::of(&asked, &read, &RULES, NOW));
    assert_eq!(room.evicted, [names[0]]);
}
