//! What the store asks of `DynamoDB`, request by request, and what it makes of every answer. What a table does with the
//! requests is in `acceptance/tests/store_contract.rs`; here are the answers that a healthy table never gives.

mod children;
mod failures;
mod find;
mod list;
mod profile;
mod read;
mod records;
mod session_keys;
mod sessions;
mod settle;
mod users;

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
};

use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

use super::{Record, StoreError};
use crate::{
    aws::{Account, Budget},
    ids::{SessionId, UserId},
    live::{Entry, Live},
    random::Random,
    session::{Device, Session},
    store::SessionKey,
    token::{Realm, SessionToken, TokenHash},
};

const NOW: i64 = 1_795_329_000;
const APP: &str = "wx0123456789abcdef";
const OPENID: &str = "oTEST0000000000000000000001A";
const SESSION_ID: &str = "019aa9c3-7c00-7000-8000-000000000001";
/// A list with the mark `12345678` and no session, as it stands in a table.
const EMPTY: &str = "MTIzNDU2Nzg=";

/// What comes back for a request.
#[derive(Clone, Debug)]
enum Answer {
    /// A status and a body.
    Says(u16, String),
    /// Nothing: the connection failed so.
    Breaks(fn() -> ConnectorError),
    /// A status, and a body that cannot be read to its end.
    Cut,
}

/// A `DynamoDB` that gives prepared answers, one per request, and keeps what it was asked.
#[derive(Clone, Debug, Default)]
struct Script {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    asked: Arc<Mutex<Vec<(String, Value)>>>,
    /// Takes every request and never answers.
    is_silent: bool,
}

impl HttpConnector for Script {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let body = request.body().bytes().and_then(|bytes| serde_json::from_slice(bytes).ok());
        let asked = (operation, body.unwrap_or_default());
        self.asked.lock().expect("no test panics while it holds this").push(asked);
        if self.is_silent {
            return HttpConnectorFuture::new(std::future::pending());
        }
        let answer = self.answers.lock().expect("no test panics while it holds this").pop_front();
        let answer = answer.expect("an answer is prepared for every request");
        HttpConnectorFuture::ready(match answer {
            Answer::Breaks(error) => Err(error()),
            Answer::Cut => Ok(HttpResponse::new(200.try_into().expect("a status of HTTP"), SdkBody::taken())),
            Answer::Says(status, body) => {
                Ok(HttpResponse::new(status.try_into().expect("a status of HTTP"), SdkBody::from(body)))
            }
        })
    }
}

impl Script {
    /// Answers 200 with each of `bodies` in turn.
    fn of<const N: usize>(bodies: [Value; N]) -> Self {
        Self::default().then(bodies.map(|body| Answer::Says(200, body.to_string())))
    }

    fn then<const N: usize>(self, answers: [Answer; N]) -> Self {
        self.answers.lock().expect("nothing runs yet").extend(answers);
        self
    }

    fn client(&self) -> Client {
        let env: HashMap<String, String> =
            [("AWS_REGION", "us-east-1"), ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into();
        let connector = SharedHttpConnector::new(self.clone());
        let account = Account::read(&env).expect("all settings are given");
        account.over(http_client_fn(move |_, _| connector.clone())).dynamodb(Budget::WRITE)
    }

    /// What was asked, in order; every prepared answer must have been used.
    #[track_caller]
    fn asked(&self) -> Vec<(String, Value)> {
        assert!(self.answers.lock().unwrap().is_empty(), "an answer was not asked for");
        self.asked.lock().unwrap().clone()
    }

    /// The one request.
    #[track_caller]
    fn asked_once(&self, operation: &str) -> Value {
        let mut asked = self.asked();
        assert_eq!(asked.len(), 1, "{asked:?}");
        assert_eq!(asked[0].0, operation);
        asked.remove(0).1
    }
}

/// `DynamoDB`'s refusal of a condition, with the item as it is when there is one.
fn condition_failed(item: Option<Value>) -> Answer {
    failed("ConditionalCheckFailedException", &item.map_or(json!({}), |item| json!({"Item": item})))
}

fn failed(code: &str, more: &Value) -> Answer {
    let mut body = json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": "m"});
    body.as_object_mut().expect("it is one").extend(more.as_object().cloned().unwrap_or_default());
    Answer::Says(400, body.to_string())
}

/// A failure that is no answer to a condition; the SDK does not try again.
fn refused() -> Answer {
    failed("ResourceNotFoundException", &json!({}))
}

#[track_caller]
fn is_refused<T: std::fmt::Debug>(result: Result<T, StoreError>, operation: &'static str) {
    let (error, kind) = (result.unwrap_err(), "ResourceNotFoundException".to_owned());
    assert!(!error.is_damage(), "the table did not answer");
    assert_eq!(error, StoreError::new(operation, kind));
}

fn user() -> UserId {
    UserId::of(APP, OPENID)
}

fn token() -> SessionToken {
    SessionToken::generate(user(), &Random::system())
}

fn realm() -> Realm {
    Realm::new("1").expect("a realm of one digit is allowed")
}

fn session_key(token: &SessionToken) -> SessionKey {
    SessionKey::of(token, &realm())
}

fn a_key() -> SessionKey {
    session_key(&token())
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// The list with the mark `12345678` and these sessions.
fn live(hashes: &[TokenHash]) -> Vec<u8> {
    let mut bytes = b"12345678".to_vec();
    for hash in hashes {
        bytes.extend_from_slice(hash.as_bytes());
    }
    bytes
}

fn session() -> Session {
    Session {
        id: SessionId::parse(SESSION_ID).expect("it is one"),
        user_id: user(),
        app_id: APP.to_owned(),
        created_at: NOW,
        last_seen_at: Some(NOW + 60),
        expires_at: NOW + 3_600,
        absolute_expires_at: NOW + 7_200,
        device: Device::default(),
        parent: None,
        children: Vec::new(),
    }
}

/// The record of [`session`], written by hand.
fn record(hash: &TokenHash) -> Value {
    json!({
        "pk": {"S": user().to_string()}, "sk": {"S": hash.sort_key()}, "v": {"N": "1"},
        "session_id": {"S": SESSION_ID}, "app_id": {"S": APP}, "created_at": {"N": "1795329000"},
        "last_seen_at": {"N": "1795329060"}, "expires_at": {"N": "1795332600"},
        "absolute_expires_at": {"N": "1795336200"}, "state": {"S": "active"}, "ttl": {"N": "1795422600"},
    })
}

/// The record of [`user`] with these live sessions, written by hand.
fn user_record(hashes: &[TokenHash]) -> Value {
    json!({
        "user_id": {"S": user().to_string()}, "live": {"B": base64(&live(hashes))}, "app_id": {"S": APP},
        "openid": {"S": OPENID}, "created_at": {"N": "1795329000.5"}, "last_login_at": {"N": "1795329000"},
    })
}

/// `record` with `name` set, or taken out where `value` is null.
fn with(mut record: Value, name: &str, value: Value) -> Value {
    let attributes = record.as_object_mut().expect("a record is an object");
    if value.is_null() {
        attributes.remove(name)
    } else {
        attributes.insert(name.to_owned(), value)
    };
    record
}
