//! Designs that other session stores have and that do not hold. Each changes what the real functions
//! send to the engine, or read from it, and nothing else.

use std::sync::Arc;

use crate::{
    engine::{Call, Reply, SESSIONS, USERS},
    model::client::Answered,
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variant {
    /// The design as it is.
    Ours,
    /// A renewal writes whatever has become of the session.
    UnconditionalRenewal,
    /// A renewal puts the whole record back as it was read.
    WholeRecordRenewal,
    /// Logout deletes, and a renewal writes whatever has become of the session.
    DeleteNoTombstone,
    /// Whether the user's list names the session is not looked at.
    MembershipIgnored,
}

impl Variant {
    /// What is sent instead of `call` by a client that has had these answers.
    pub(crate) fn sent(self, call: &Call, read: &[Arc<Answered>]) -> Call {
        match self {
            Self::UnconditionalRenewal | Self::DeleteNoTombstone if is_renewal(call) => unconditional(call),
            Self::WholeRecordRenewal if is_renewal(call) => whole_record(call, read),
            Self::DeleteNoTombstone if is_tombstone(call) => {
                let body = call.value();
                Call::new("DeleteItem", &json!({"TableName": body["TableName"], "Key": body["Key"]}))
            }
            _ => call.clone(),
        }
    }

    /// What the function is given instead of what was read.
    pub(crate) fn read(self, read: &Value) -> Reply {
        let mut read = read.clone();
        if self == Self::MembershipIgnored {
            let hash = read["Responses"][SESSIONS][0]["sk"]["S"].as_str().map(str::to_owned);
            let user = &mut read["Responses"][USERS][0];
            if let Some(hash) = hash.filter(|_| !user.is_null()) {
                let hash = URL_SAFE_NO_PAD.decode(hash).expect("a sort key");
                user["live"] = json!({"B": STANDARD.encode([b"12345678".as_slice(), &hash].concat())});
            }
        }
        Reply { status: 200, body: read.to_string() }
    }
}

fn is_renewal(call: &Call) -> bool {
    call.operation == "UpdateItem" && expression(call).starts_with("SET last_seen_at")
}

fn is_tombstone(call: &Call) -> bool {
    call.operation == "UpdateItem" && expression(call).contains("ended_reason")
}

fn expression(call: &Call) -> String {
    call.value()["UpdateExpression"].as_str().unwrap_or_default().to_owned()
}

fn unconditional(call: &Call) -> Call {
    let mut body = call.value();
    let all = body.as_object_mut().expect("a request is an object");
    for name in ["ConditionExpression", "ExpressionAttributeNames", "ReturnValuesOnConditionCheckFailure"] {
        all.remove(name);
    }
    let values = body["ExpressionAttributeValues"].as_object_mut().expect("it has values");
    values.retain(|name, _| name == ":seen" || name == ":expires");
    Call::new("UpdateItem", &body)
}

fn whole_record(call: &Call, read: &[Arc<Answered>]) -> Call {
    let body = call.value();
    let items = read.iter().map(|had| serde_json::from_str::<Value>(&had.reply.body).expect("JSON"));
    let mut item = items
        .map(|answer| answer["Responses"][SESSIONS][0].clone())
        .rfind(|item| !item.is_null())
        .expect("the session was read before it is renewed");
    item["last_seen_at"] = body["ExpressionAttributeValues"][":seen"].clone();
    item["expires_at"] = body["ExpressionAttributeValues"][":expires"].clone();
    Call::new("PutItem", &json!({"TableName": SESSIONS, "Item": item}))
}
