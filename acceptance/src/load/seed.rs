//! Filling the tables with what logins would have left there.
//!
//! A session's record is made by the code that login uses. A user's record is the result of an update, so one real
//! login is the model: each of its attributes is put in anew for each user. An attribute that is not known here is an
//! error, so the records cannot fall behind what login writes.

use std::time::Instant;

use aws_emulator::dynamodb::Error;
use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use local::service::{RING_SECRET, Service};
use operator::http_client::HttpClient;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use wechat_simulator::DEFAULT_APP;
use wxsession::{
    Secret,
    live::{Entry, Live},
    session::Session,
    store::{item::Item, sessions::to_item},
    token::Realm,
    user::SealedKey,
};
use wxsession_wechat::{
    secrets::SecretValue as _,
    vault::{KeyRing, Owner},
};

use super::{
    Progress,
    population::{Member, Population, random_of},
};

/// Records written in one transaction.
const BATCH: u32 = 10_000;
const USERS: &str = "UsersTable";
const SESSIONS: &str = "SessionsTable";

/// Fills the tables of `service`.
pub(super) async fn fill(
    service: &Service,
    population: &Population,
    progress: &Progress,
) -> Result<(), String> {
    let attributes = model(service).await?;
    let ring = service.secrets.text(RING_SECRET).ok_or("there is no key ring")?;
    let ring = KeyRing::read(&ring).map_err(|_| "the key ring cannot be read")?;
    let realm = realm().ok_or("the realm is not a valid one")?;
    let items = service.dynamodb.items();
    let started = Instant::now();
    let mut writing = tokio::task::spawn_blocking(|| Ok(()));
    for from in (0..population.size).step_by(BATCH as usize) {
        let to = population.size.min(from.saturating_add(BATCH));
        let (mut users, mut sessions) = (Vec::new(), Vec::new());
        for number in from..to {
            let member = population.member(number);
            sessions.push(to_item(&member.token.hash(&realm), &member.session));
            users.push(user_item(&attributes, number, &member, &realm, &ring)?);
        }
        // One batch is written while the next one is made.
        written(writing).await?;
        let items = items.clone();
        writing = tokio::task::spawn_blocking(move || {
            items.import(USERS, users)?;
            items.import(SESSIONS, sessions)
        });
        tell(progress, started, to, population.size);
    }
    written(writing).await
}

/// The template's default.
pub(super) fn realm() -> Option<Realm> {
    Realm::new("1")
}

async fn written(writing: JoinHandle<Result<(), Error>>) -> Result<(), String> {
    writing.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
}

fn tell(progress: &Progress, started: Instant, done: u32, all: u32) {
    if done.is_multiple_of(100_000) || done == all {
        let rate = f64::from(done) / started.elapsed().as_secs_f64().max(0.001);
        let left = f64::from(all - done) / rate;
        progress(&format!("seeded {done} of {all} sessions and their users, {rate:.0}/s, {left:.0} s left"));
    }
}

/// The attributes of a user's record, as a real login writes them.
async fn model(service: &Service) -> Result<Vec<String>, String> {
    let code = service.simulator.mint_code(DEFAULT_APP.0, None);
    let login = HttpClient::new(&service.url).request("POST", "/login").json(&json!({ "code": code }));
    let reply = login.send().await?;
    let user =
        reply.body["user"]["id"].as_str().ok_or_else(|| format!("a login failed: {}", reply.status))?;
    let found = service.dynamodb.items().query(json!({
        "TableName": USERS,
        "KeyConditionExpression": "user_id = :user",
        "ExpressionAttributeValues": { ":user": { "S": user } },
    }));
    let found = found.map_err(|error| error.to_string())?;
    let record = found.first().and_then(Value::as_object).ok_or("a login left no record of its user")?;
    Ok(record.keys().cloned().collect())
}

fn user_item(
    attributes: &[String],
    number: u32,
    member: &Member,
    realm: &Realm,
    ring: &KeyRing,
) -> Result<Item, String> {
    let session = &member.session;
    let owner = Owner { user_id: session.user_id, app_id: &session.app_id };
    let random = random_of(number, 3);
    let session_key = Secret::new(STANDARD.encode(random.bytes::<16>()));
    let key = ring.for_storage(owner, &session_key, session.created_at, &random);
    let entry = Entry { hash: member.token.hash(realm), install: None };
    let live = Live::new(&[entry], &random).of_realm(Some(realm.tag()));
    let record = Record { session, openid: Population::openid(number), live, key };
    attributes
        .iter()
        .map(|name| {
            let value = attribute(name, &record);
            let value = value.ok_or_else(|| format!("login writes {name}, and the seed does not know it"))?;
            Ok((name.clone(), value))
        })
        .collect()
}

/// What a user's record is made of.
struct Record<'a> {
    session: &'a Session,
    openid: String,
    live: Live,
    key: SealedKey,
}

fn attribute(name: &str, record: &Record<'_>) -> Option<AttributeValue> {
    let Record { session, openid, live, key } = record;
    let bytes = |bytes: &[u8]| AttributeValue::B(Blob::new(bytes));
    Some(match name {
        "user_id" => AttributeValue::S(session.user_id.to_string()),
        "app_id" => AttributeValue::S(session.app_id.clone()),
        "openid" => AttributeValue::S(openid.clone()),
        "created_at" | "last_login_at" => AttributeValue::N(session.created_at.to_string()),
        "live" => bytes(live.bytes()),
        "installs" => bytes(live.installs()),
        "realm" => bytes(&live.realm()?),
        "session_key" | "session_key_previous" => bytes(&key.sealed),
        "session_key_at" | "session_key_previous_at" => AttributeValue::N(key.obtained_at.to_string()),
        "session_key_kid" => AttributeValue::S(key.kid.clone()),
        "session_key_fingerprint" => bytes(&key.fingerprint),
        _ => return None,
    })
}
