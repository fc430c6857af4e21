//! What the tables hold.

use std::{collections::HashMap, sync::OnceLock};

use serde_json::{Value, json};
use wxsession::token::{Realm, SessionToken};

use crate::{base64, broken, token_parse::spell};

/// The time at which everything is decided.
pub const NOW: i64 = 1_700_000_000;

/// How the session of a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    /// Good: the only one that is allowed.
    Good,
    /// Not in the table: a right checksum and nothing behind it.
    Unknown,
    /// A tombstone.
    Revoked,
    /// Its end is now.
    Expired,
    /// Signed out everywhere: not in the user's list.
    Unlisted,
    /// The user's record is gone.
    UserGone,
    /// The record cannot be read.
    Damaged,
    /// The table does not answer.
    Unread,
}

const ALL: [Record; 8] = [
    Record::Good,
    Record::Unknown,
    Record::Revoked,
    Record::Expired,
    Record::Unlisted,
    Record::UserGone,
    Record::Damaged,
    Record::Unread,
];

/// The tokens, each with the state of its session.
pub fn all() -> impl Iterator<Item = (&'static str, Record)> {
    static TOKENS: OnceLock<Vec<String>> = OnceLock::new();
    let tokens = TOKENS.get_or_init(|| {
        let raw = |number: u8| {
            let mut raw = [number; 48];
            raw[..16].fill(0x12);
            raw
        };
        (1..=8).map(|number| spell(&raw(number))).collect()
    });
    tokens.iter().map(String::as_str).zip(ALL)
}

/// The state behind a text that is a token; `None` when it is not one.
pub(super) fn record_of(text: &str) -> Option<Record> {
    let known = all().find(|(token, _)| *token == text).map(|(_, record)| record);
    known.or_else(|| SessionToken::parse(text).ok().map(|_| Record::Unknown))
}

/// DynamoDB's answer.
pub(super) fn answer(operation: &str, input: &Value) -> (u16, Value) {
    static BY_HASH: OnceLock<HashMap<String, Record>> = OnceLock::new();
    let by_hash = BY_HASH.get_or_init(|| {
        let realm = Realm::new("1").expect("a realm");
        let hash = |token: &str| {
            let token = SessionToken::parse(token).expect("a token");
            token.hash(&realm).sort_key()
        };
        all().map(|(token, record)| (hash(token), record)).collect()
    });
    assert_eq!(operation, "BatchGetItem", "the authorizer reads and does nothing else");
    for table in ["users", "sessions"] {
        assert_eq!(input["RequestItems"][table]["ConsistentRead"], true, "reads are strong");
    }
    let key = &input["RequestItems"]["sessions"]["Keys"][0];
    let record =
        key["sk"]["S"].as_str().and_then(|hash| by_hash.get(hash)).copied().unwrap_or(Record::Unknown);
    let record = if broken::is("allows_the_unknown") { Record::Good } else { record };
    if record == Record::Unread {
        return (400, json!({"__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"}));
    }
    let session = if record == Record::Unknown { vec![] } else { vec![session(record, key)] };
    let user = user(record, key);
    let users = if record == Record::UserGone { vec![] } else { vec![user] };
    (200, json!({"Responses": {"sessions": session, "users": users}, "UnprocessedKeys": {}}))
}

fn session(record: Record, key: &Value) -> Value {
    let number = |number: i64| json!({"N": number.to_string()});
    let state = if record == Record::Revoked { "ended" } else { "active" };
    let end = if record == Record::Expired { NOW } else { NOW + 1 };
    let version = if record == Record::Damaged { 2 } else { 1 };
    json!({"pk": key["pk"], "sk": key["sk"], "v": number(version), "session_id": {"S": "018bcfe5-6800-7000-8000-000000000000"},
        "app_id": {"S": "wx0123456789abcdef"}, "created_at": number(NOW - 10), "last_seen_at": number(NOW - 10),
        "expires_at": number(end), "absolute_expires_at": number(NOW + 100), "state": {"S": state},
        "ended_reason": {"S": "logged_out"}})
}

/// The user's record: the mark, and the session's hash where it is listed.
fn user(record: Record, key: &Value) -> Value {
    let mut live = b"the mark".to_vec();
    if record != Record::Unlisted {
        let hash = key["sk"]["S"].as_str().and_then(|text| base64::decode(&format!("{text}="), base64::URL));
        live.extend(hash.expect("a sort key is base64url"));
    }
    json!({"user_id": key["pk"], "live": {"B": base64::encode(&live, base64::STANDARD)},
        "app_id": {"S": "wx0123456789abcdef"}, "openid": {"S": "oTEST"}, "created_at": {"N": (NOW - 100).to_string()}})
}
