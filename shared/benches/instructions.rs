//! What a request costs besides the SDK and the network, in instructions: see `counted`.

mod counted;

use std::{hint::black_box, io};

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use counted::Case;
use wxsession::{
    Clock, Random, SessionId, UserId,
    account::Profile,
    live::{Entry, Live},
    session::{Ended, Rules, Session, SessionRecord, decide},
    store::{Found, SessionKey, item::Item},
    telemetry::{Level, Log},
    token::{Realm, SessionToken, TokenHash},
    user::{Person, StoredKeys, User},
};

const APP: &str = "wx0123456789abcdef";
const OPENID: &str = "oGZUI0egBJY1zhBYw2KhdUfwVJJE";
const UNIONID: &str = "o6_bmasdasdsad6_2sgVt7hMZOPfL";
const SESSION: &str = "0190a5c0-5d00-7abc-8def-0123456789ab";
const RULES: Rules = Rules {
    idle_seconds: 86_400,
    absolute_seconds: 172_800,
    renew_after_seconds: 3_600,
    page_seconds: 7_200,
};
/// A user with so many sessions is not unusual.
const LISTED: u8 = 5;
const NOW: i64 = 1_700_000_000;

fn main() -> io::Result<()> {
    let mut cases = token_cases();
    cases.extend(session_cases());
    cases.push(("log_line", Box::new(log_line())));
    counted::run(&cases)
}

fn user() -> UserId {
    UserId::of(APP, OPENID)
}

fn token_cases() -> Vec<Case<'static>> {
    let text = SessionToken::generate(user(), &Random::system()).expose().to_string();
    let again = text.clone();
    let (realm, other) = (realm(), realm());
    vec![
        (
            "token_parse_and_hash",
            Box::new(move || {
                let token = SessionToken::parse(black_box(&text)).expect("generated above");
                black_box(token.hash(&realm));
            }),
        ),
        (
            "slowed_token_parse_and_hash",
            Box::new(move || {
                let token = SessionToken::parse(black_box(&again)).expect("generated above");
                black_box(token.hash(&other));
                black_box(token.hash(&other));
            }),
        ),
    ]
}

fn realm() -> Realm {
    Realm::new("1").expect("one digit is a realm")
}

fn session_cases() -> Vec<Case<'static>> {
    let (session_item, user_item) = (session_item(), user_item());
    let items = (session_item.clone(), user_item.clone());
    vec![
        ("decide", Box::new(every_decision())),
        (
            "item_decode",
            Box::new(move || {
                let (session, user) = black_box((session_item.clone(), user_item.clone()));
                black_box(Found::of(key(), Some(session), Some(user)));
            }),
        ),
        (
            "slowed_item_decode",
            Box::new(move || {
                // A copy of the record that nobody needs.
                black_box(items.0.clone());
                let (session, user) = black_box(items.clone());
                black_box(Found::of(key(), Some(session), Some(user)));
            }),
        ),
    ]
}

/// All the ways a decision can end, so that none of them becomes dear unseen.
fn every_decision() -> impl Fn() {
    let good = session();
    let active = |session: Session| Some(SessionRecord::Active(session));
    let ended = SessionRecord::Ended { reason: Ended::LoggedOut, session: Some(good.clone()) };
    let idle = Session { expires_at: NOW, ..good.clone() };
    let old = Session { absolute_expires_at: NOW, ..good.clone() };
    let listed = || Some(user_record(LISTED));
    let asked = vec![
        (None, listed()),
        (Some(ended), listed()),
        (active(good.clone()), None),
        (active(good.clone()), Some(user_record(LISTED - 1))),
        (active(idle), listed()),
        (active(old), listed()),
        (active(good), listed()),
    ];
    move || {
        for (session, user) in &asked {
            let _ = black_box(decide(black_box(NOW), &RULES, &hash(LISTED), session.as_ref(), user.as_ref()));
        }
    }
}

fn hash(byte: u8) -> TokenHash {
    TokenHash::from_bytes([byte; 32])
}

/// The last one in the list.
fn key() -> SessionKey {
    SessionKey { user: user(), hash: hash(LISTED) }
}

fn live(sessions: u8) -> Live {
    let entries: Vec<Entry> = (1..=sessions).map(|byte| Entry { hash: hash(byte), install: None }).collect();
    Live::new(&entries, &Random::system())
}

fn user_record(sessions: u8) -> User {
    let person = Person {
        app_id: APP.to_owned(),
        openid: OPENID.to_owned(),
        unionid: Some(UNIONID.to_owned()),
        created_at_ms: NOW * 1_000,
        last_login_at: None,
        profile: Profile::default(),
        version: 0,
    };
    User {
        live: live(sessions),
        person: Some(person),
        signed_out_at_ms: None,
        block: None,
        keys: StoredKeys::default(),
    }
}

fn session() -> Session {
    Session {
        id: SessionId::parse(SESSION).expect("a UUID"),
        user_id: user(),
        app_id: APP.to_owned(),
        created_at: NOW,
        last_seen_at: Some(NOW),
        expires_at: NOW + 86_400,
        absolute_expires_at: NOW + 172_800,
        device: wxsession::session::Device::default(),
        parent: None,
        children: Vec::new(),
    }
}

fn session_item() -> Item {
    let texts = [("pk", user().to_string()), ("sk", hash(LISTED).sort_key())];
    let mut item: Item = texts.map(|(name, text)| (name.to_owned(), AttributeValue::S(text))).into();
    for (name, text) in [("session_id", SESSION), ("app_id", APP), ("state", "active")] {
        item.insert(name.to_owned(), AttributeValue::S(text.to_owned()));
    }
    for (name, number) in [
        ("v", 1),
        ("created_at", NOW),
        ("last_seen_at", NOW),
        ("expires_at", NOW + 86_400),
        ("absolute_expires_at", NOW + 172_800),
        ("ttl", NOW + 259_200),
    ] {
        item.insert(name.to_owned(), AttributeValue::N(number.to_string()));
    }
    item
}

/// What the authorizer reads of a user.
fn user_item() -> Item {
    let texts = [("user_id", user().to_string()), ("app_id", APP.to_owned())];
    let mut item: Item = texts.map(|(name, text)| (name.to_owned(), AttributeValue::S(text))).into();
    for (name, text) in [("openid", OPENID), ("unionid", UNIONID)] {
        item.insert(name.to_owned(), AttributeValue::S(text.to_owned()));
    }
    item.insert("created_at".to_owned(), AttributeValue::N(format!("{NOW}.123")));
    item.insert("live".to_owned(), AttributeValue::B(Blob::new(live(LISTED).bytes())));
    item
}

/// The line of an allowed request, as the authorizer fills it, to standard output.
fn log_line() -> impl Fn() {
    let log = Log::stdout("authorizer", Level::Info, Clock::system());
    let user = user().to_string();
    move || {
        let mut line = log.request(black_box("c6af9ac6-7b61-11e6-9a41-93e8deadbeef"));
        line.put("flavour", "rest_token");
        line.put("user_id", user.as_str());
        line.put("session_id", SESSION);
        line.put("app_id", APP);
        line.put("store_ms", 1.234);
        line.end("allow");
    }
}
