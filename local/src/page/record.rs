//! The user's records as they are stored, without what is secret in them.

use aws_emulator::dynamodb::Error;
use axum::{
    Json,
    extract::{Query, State},
    http::StatusCode,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use sam_template::Table;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use wxsession::{live::Live, token::TokenHash};

use super::{Page, Refusal, phone::Person};

/// How much of a hash is shown.
const SHOWN_CHARACTERS: usize = 8;

/// The user record and every session of the user, the newest first.
pub(super) async fn show(
    State(page): State<Page>,
    Query(person): Query<Person>,
) -> Result<Json<Value>, Refusal> {
    let user = person.user_id()?.to_string();
    let sessions = page.find("pk", &user)?;
    let record = page.find("user_id", &user)?.into_iter().next();
    let live = record.as_ref().and_then(live_of);
    let is_live = |item: &&Value| {
        let hash = item["sk"]["S"].as_str().and_then(TokenHash::from_sort_key);
        live.as_ref().zip(hash).is_some_and(|(live, hash)| live.contains(&hash))
    };
    let listed: Vec<&Value> = sessions.iter().filter(is_live).map(|item| &item["session_id"]["S"]).collect();
    let listed = json!(listed);
    let mut sessions: Vec<Value> = sessions.iter().map(shown).collect();
    sessions.sort_by(|one, other| other["session_id"].as_str().cmp(&one["session_id"].as_str()));
    let user = record.as_ref().map(shown);
    Ok(Json(json!({ "now": page.shared.clock.now(), "user": user, "sessions": sessions, "listed": listed })))
}

/// The list of the user's live sessions.
fn live_of(record: &Value) -> Option<Live> {
    let bytes = BASE64_STANDARD.decode(record["live"]["B"].as_str()?).ok()?;
    Live::from_stored(bytes, Vec::new())
}

#[derive(Deserialize)]
pub(super) struct ToExpire {
    #[serde(flatten)]
    person: Person,
    session_id: String,
}

/// Ends the idle time of a session a second ago, as if nobody had used it.
pub(super) async fn expire(
    State(page): State<Page>,
    Json(wanted): Json<ToExpire>,
) -> Result<Json<Value>, Refusal> {
    let user = wanted.person.user_id()?.to_string();
    let sessions = page.find("pk", &user)?;
    let Some(session) = sessions.iter().find(|item| item["session_id"]["S"] == wanted.session_id) else {
        return Err(Refusal(StatusCode::NOT_FOUND, "this user has no such session".to_owned()));
    };
    let table = page.table("pk").ok_or_else(no_table)?;
    page.shared.items.update(json!({
        "TableName": table.name,
        "Key": { "pk": session["pk"], "sk": session["sk"] },
        "UpdateExpression": "SET expires_at = :past",
        "ExpressionAttributeValues": { ":past": { "N": (page.shared.clock.now() - 1).to_string() } },
    }))?;
    Ok(Json(json!({ "expired": wanted.session_id })))
}

fn no_table() -> Refusal {
    Refusal(StatusCode::NOT_FOUND, "the template has no such table".to_owned())
}

impl Page {
    fn table(&self, hash_key: &str) -> Option<&Table> {
        self.shared.tables.iter().find(|table| table.hash_key.name == hash_key)
    }

    /// Everything under this partition key, in the table that has a partition key of this name.
    fn find(&self, hash_key: &str, value: &str) -> Result<Vec<Value>, Error> {
        let Some(table) = self.table(hash_key) else { return Ok(Vec::new()) };
        self.shared.items.query(json!({
            "TableName": table.name,
            "KeyConditionExpression": "#key = :value",
            "ExpressionAttributeNames": { "#key": hash_key },
            "ExpressionAttributeValues": { ":value": { "S": value } },
        }))
    }
}

/// An item as plain JSON: secrets hidden, hashes shortened, bytes counted.
fn shown(item: &Value) -> Value {
    let members = item.as_object().into_iter().flatten().map(|(name, value)| {
        let value = match (name.as_str(), value["S"].as_str(), value["N"].as_str(), value["B"].as_str()) {
            ("openid" | "unionid", ..) => "…".into(),
            ("sk", Some(hash), ..) => shortened(hash).into(),
            (_, Some(text), ..) => text.into(),
            (_, _, Some(number), _) => number.parse::<i64>().map_or_else(|_| number.into(), Value::from),
            (_, _, _, Some(base64)) => format!("{} bytes", base64.trim_end_matches('=').len() * 3 / 4).into(),
            _ => "…".into(),
        };
        (name.clone(), value)
    });
    Value::Object(members.collect::<Map<_, _>>())
}

fn shortened(text: &str) -> String {
    text.chars().take(SHOWN_CHARACTERS).chain(['…']).collect()
}
