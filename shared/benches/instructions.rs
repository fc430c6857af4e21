//! What a request costs besides the SDK and the network, in instructions: see `counted`.

mod counted;

use std::{hint::black_box, io};

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use counted::Case;
use wxsession::{
    Clock, Random, Secret, SessionId, UserId,
    secrets::SecretValue as _,
    session::{Generation, Session, State, decide},
    store::{Found, item::Item},
    telemetry::{Level, Log},
    token::{Realm, SessionToken},
    vault::{KeyRing, Owner},
};

const APP: &str = "wx0123456789abcdef";
const OPENID: &str = "oGZUI0egBJY1zhBYw2KhdUfwVJJE";
const UNIONID: &str = "o6_bmasdasdsad6_2sgVt7hMZOPfL";
const SESSION: &str = "0190a5c0-5d00-7abc-8def-0123456789ab";
const GENERATION: Generation = Generation([1, 2, 3, 4, 5, 6, 7, 8]);
const NOW: i64 = 1_700_000_000;

fn main() -> io::Result<()> {
    let mut cases = token_cases();
    cases.extend(session_cases());
    cases.extend(vault_cases());
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
                black_box(Found::of(black_box(Some(&session_item)), black_box(Some(&user_item))));
            }),
        ),
        (
            "slowed_item_decode",
            Box::new(move || {
                // A copy of the record that nobody needs.
                let session = black_box(items.0.clone());
                black_box(Found::of(Some(&session), black_box(Some(&items.1))));
            }),
        ),
    ]
}

/// All the ways a decision can end, so that none of them becomes dear unseen.
fn every_decision() -> impl Fn() {
    let good = session();
    let revoked = Session { state: State::Revoked, ..good.clone() };
    let idle = Session { expires_at: NOW, ..good.clone() };
    let old = Session { absolute_expires_at: NOW, ..good.clone() };
    let newer = Generation([0; 8]);
    let asked = vec![
        (None, Some(GENERATION)),
        (Some(revoked), Some(GENERATION)),
        (Some(good.clone()), None),
        (Some(good.clone()), Some(newer)),
        (Some(idle), Some(GENERATION)),
        (Some(old), Some(GENERATION)),
        (Some(good), Some(GENERATION)),
    ];
    move || {
        for (session, generation) in &asked {
            let _ = black_box(decide(black_box(NOW), black_box(session.as_ref()), *generation));
        }
    }
}

fn session() -> Session {
    Session {
        id: SessionId::parse(SESSION).expect("a UUID"),
        user_id: user(),
        generation: GENERATION,
        app_id: APP.to_owned(),
        openid: Some(OPENID.to_owned()),
        unionid: Some(UNIONID.to_owned()),
        created_at: NOW,
        last_seen_at: NOW,
        expires_at: NOW + 86_400,
        absolute_expires_at: NOW + 172_800,
        state: State::Active,
    }
}

fn session_item() -> Item {
    let texts =
        [("pk", user().to_string()), ("sk", "1i_DQtZrQKChZb4RClEdnA8zkAr0YtJjds5t1W_1SY8".to_owned())];
    let mut item: Item = texts.map(|(name, text)| (name.to_owned(), AttributeValue::S(text))).into();
    for (name, text) in [
        ("session_id", SESSION),
        ("app_id", APP),
        ("openid", OPENID),
        ("unionid", UNIONID),
        ("state", "active"),
    ] {
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
    item.insert("generation".to_owned(), AttributeValue::B(Blob::new(GENERATION.0)));
    item
}

fn user_item() -> Item {
    Item::from([
        ("user_id".to_owned(), AttributeValue::S(user().to_string())),
        ("generation".to_owned(), AttributeValue::B(Blob::new(GENERATION.0))),
    ])
}

fn vault_cases() -> Vec<Case<'static>> {
    let owner = Owner { user_id: user(), app_id: APP };
    let session_key = Secret::new("tiihtNczf5v6AKRyjwEUhQ==");
    let random = Random::system();
    let sealed = ring().seal(owner, &session_key, &random);
    let (sealing, opening) = (ring(), ring());
    vec![
        (
            "vault_seal",
            Box::new(move || drop(black_box(sealing.seal(black_box(owner), &session_key, &random)))),
        ),
        (
            "vault_open",
            Box::new(move || {
                drop(black_box(opening.open(black_box(owner), &sealed).expect("sealed above")));
            }),
        ),
    ]
}

fn ring() -> KeyRing {
    let text = r#"{"current": "k2", "k1": "0123456789abcdefghijklmnopqrstuvwxyz", "k2": "zyxwvutsrqponmlkjihgfedcba9876543210"}"#;
    KeyRing::read(text).expect("the documented form")
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
