//! Designs that do not hold: those that other session stores have, and each piece of ours left out. A variant changes what
//! the real functions send to the engine, or read from it, and nothing else.

use std::sync::Arc;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};

use crate::{
    engine::{Call, Dump, Reply, SESSIONS, USERS},
    model::client::Answered,
};

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
    /// Whether a session's record is a tombstone is not looked at.
    TombstoneIgnored,
    /// Whether the user's list names the session is not looked at.
    MembershipIgnored,
    /// The same for a child and its parent.
    ParentIgnored,
    /// A logout leaves the session's children alone.
    ChildrenLeft,
    /// A redemption names the page whatever has become of its parent.
    NamedByNobody,
    /// The same whatever has become of the other pages that the parent names.
    UnconditionalName,
    /// A page that had to go gets its tombstone after the list forgot it.
    EvictionLate,
    /// It gets none.
    EvictionLeft,
    /// A redemption uses the ticket whatever has become of it.
    UnconditionalTicket,
    /// A ticket that comes a second time is refused, and that is all.
    ReuseLeft,
    /// A login writes the list whatever has become of it.
    UnconditionalList,
    /// A login that was overtaken puts the sessions back that it read at first.
    StaleRetry,
    /// The list has no mark.
    NoMarks,
    /// A sign-out writes the list whatever has become of it.
    UnconditionalSignOut,
    /// A block keeps the list, and whoever decides does not look at the block.
    BlockKeepsList,
    /// Lifting a block writes whatever has become of it.
    UnconditionalUnblock,
    /// An erasure writes whatever has become of the account.
    UnconditionalErasure,
    /// An erasure leaves nothing.
    NoHusk,
}

impl Variant {
    /// The tables before the first step.
    pub(crate) fn start(self, tables: &Dump) -> Dump {
        let mut tables = tables.clone();
        if self == Self::NoMarks {
            tables.values_mut().filter_map(|item| item.get_mut("live")).for_each(without_mark);
        }
        tables
    }

    /// What is sent instead of `call` by a client that has had these answers.
    pub(crate) fn sent(self, call: &Call, read: &[Arc<Answered>]) -> Call {
        match self {
            Self::UnconditionalRenewal | Self::DeleteNoTombstone if is_renewal(call) => unconditional(call),
            Self::WholeRecordRenewal if is_renewal(call) => whole_record(call, read),
            Self::DeleteNoTombstone if is_tombstone(call) => deleted(call),
            Self::ChildrenLeft if is_end_of_page(call, "logged_out") => nothing(call),
            Self::EvictionLate | Self::EvictionLeft if is_end_of_page(call, "evicted") => nothing(call),
            Self::EvictionLate if call.operation == "PutItem" && call.body.contains("audience") => {
                left_undone(read).unwrap_or_else(|| call.clone())
            }
            Self::ReuseLeft if is_end_of_page(call, "ticket_reused") => nothing(call),
            Self::NamedByNobody if is_name(call) => without(call, "#state = :active AND "),
            Self::UnconditionalName if is_name(call) => whatever_is_named(call),
            Self::UnconditionalTicket if is_use(call) => without(call, "attribute_not_exists(child) AND "),
            Self::UnconditionalList if is_list(call) => unconditional(call),
            Self::StaleRetry if is_list(call) => stale(call, read),
            Self::NoMarks if call.is_write() && call.is_of(USERS) => unmarked(call),
            Self::UnconditionalSignOut if sets(call, "signed_out_at") => unconditional(call),
            Self::BlockKeepsList if sets(call, "blocked") => kept(call),
            Self::UnconditionalUnblock if removes(call, "blocked") => unconditional(call),
            Self::UnconditionalErasure if is_erasure(call) => unconditional(call),
            Self::NoHusk if is_erasure(call) => gone(call),
            _ => call.clone(),
        }
    }

    /// What the function is given instead of what was read.
    pub(crate) fn read(self, read: &Value) -> Reply {
        let mut read = read.clone();
        let session = read["Responses"][SESSIONS][0].clone();
        let user = &mut read["Responses"][USERS][0];
        let hash = session["sk"]["S"].as_str().and_then(|hash| URL_SAFE_NO_PAD.decode(hash).ok());
        let parent = session["parent"]["B"].as_str().and_then(|hash| STANDARD.decode(hash).ok());
        let listed = match self {
            Self::MembershipIgnored => parent.or(hash),
            Self::ParentIgnored => parent,
            _ => None,
        };
        if let Some(hash) = listed.filter(|_| !user.is_null()) {
            let mut live = bytes(&user["live"]);
            live.extend(hash);
            user["live"] = binary(&live);
        }
        if let (Self::BlockKeepsList, Some(user)) = (self, user.as_object_mut()) {
            user.remove("blocked");
        }
        if self == Self::TombstoneIgnored && !session.is_null() {
            read["Responses"][SESSIONS][0]["state"] = json!({"S": "active"});
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

fn is_end_of_page(call: &Call, reason: &str) -> bool {
    is_tombstone(call)
        && call.body.contains("attribute_not_exists(pk) OR")
        && call.value()["ExpressionAttributeValues"][":reason"]["S"] == reason
}

/// The naming of a page on its parent's record.
fn is_name(call: &Call) -> bool {
    call.operation == "UpdateItem" && expression(call).starts_with("SET children")
}

/// A ticket becomes a page's.
fn is_use(call: &Call) -> bool {
    call.operation == "UpdateItem" && expression(call).starts_with("SET child ")
}

/// A call that changes nothing, in a write's place.
fn nothing(call: &Call) -> Call {
    Call::new("GetItem", &json!({"TableName": SESSIONS, "Key": call.value()["Key"]}))
}

/// The end of the oldest page that [`nothing`] was sent for.
fn left_undone(read: &[Arc<Answered>]) -> Option<Call> {
    let left = read.iter().map(|had| &had.waiting.call).find(|call| is_end_of_page(call, "evicted"))?;
    Some(left.clone())
}

/// The same write without a part of its condition.
fn without(call: &Call, part: &str) -> Call {
    let mut body = call.value();
    let condition = body["ConditionExpression"].as_str().unwrap_or_default().replace(part, "");
    let mut words = format!("{condition} {}", expression(call));
    words.push(' ');
    body["ConditionExpression"] = condition.into();
    for map in ["ExpressionAttributeNames", "ExpressionAttributeValues"] {
        let Some(places) = body.get_mut(map).and_then(Value::as_object_mut) else { continue };
        places
            .retain(|place, _| words.contains(&format!("{place} ")) || words.contains(&format!("{place},")));
        if places.is_empty() {
            body.as_object_mut().expect("a request is an object").remove(map);
        }
    }
    Call::new(&call.operation, &body)
}

fn whatever_is_named(call: &Call) -> Call {
    let call = without(call, " AND children = :read");
    without(&call, " AND attribute_not_exists(children)")
}

/// A login's.
fn is_list(call: &Call) -> bool {
    call.operation == "UpdateItem" && expression(call).contains("last_login_at")
}

fn is_erasure(call: &Call) -> bool {
    call.operation == "PutItem" && call.is_of(USERS)
}

/// By a placeholder.
fn placeholder(call: &Call, name: &str) -> Option<String> {
    let body = call.value();
    let names = body["ExpressionAttributeNames"].as_object()?;
    names.iter().find(|(_, known)| *known == name).map(|(place, _)| place.clone())
}

fn sets(call: &Call, name: &str) -> bool {
    call.operation == "UpdateItem" && placeholder(call, name).is_some_and(|place| place.starts_with("#s"))
}

fn removes(call: &Call, name: &str) -> bool {
    call.operation == "UpdateItem" && placeholder(call, name).is_some_and(|place| place.starts_with("#r"))
}

fn expression(call: &Call) -> String {
    call.value()["UpdateExpression"].as_str().unwrap_or_default().to_owned()
}

/// The same write without its condition. `DynamoDB` refuses what an expression does not use.
fn unconditional(call: &Call) -> Call {
    let mut body = call.value();
    let update = expression(call);
    let all = body.as_object_mut().expect("a request is an object");
    for name in ["ConditionExpression", "ReturnValuesOnConditionCheckFailure"] {
        all.remove(name);
    }
    for map in ["ExpressionAttributeNames", "ExpressionAttributeValues"] {
        let Some(places) = all.get_mut(map).and_then(Value::as_object_mut) else { continue };
        let words: Vec<&str> = update.split(|c: char| !c.is_alphanumeric() && !"#:_".contains(c)).collect();
        places.retain(|place, _| words.contains(&place.as_str()));
        if places.is_empty() {
            all.remove(map);
        }
    }
    Call::new(&call.operation, &body)
}

fn deleted(call: &Call) -> Call {
    let body = call.value();
    Call::new("DeleteItem", &json!({"TableName": body["TableName"], "Key": body["Key"]}))
}

/// An erasure that deletes, under the same condition.
fn gone(call: &Call) -> Call {
    let mut body = call.value();
    body["Key"] = json!({"user_id": body["Item"]["user_id"]});
    body.as_object_mut().expect("a request is an object").remove("Item");
    Call::new("DeleteItem", &body)
}

/// A block with the list as it was read.
fn kept(call: &Call) -> Call {
    let mut body = call.value();
    if let Some(place) = placeholder(call, "live") {
        let read = body["ExpressionAttributeValues"][":read"].clone();
        body["ExpressionAttributeValues"][place.replace("#s", ":s")] = read;
    }
    Call::new("UpdateItem", &body)
}

/// The list with the sessions in front that were there at the client's first read.
fn stale(call: &Call, read: &[Arc<Answered>]) -> Call {
    let mut body = call.value();
    let first = read.iter().find(|had| had.waiting.call.operation == "GetItem");
    let first: Value =
        first.map(|had| serde_json::from_str(&had.reply.body).expect("JSON")).unwrap_or_default();
    let (new, old) = (bytes(&body["ExpressionAttributeValues"][":live"]), bytes(&first["Item"]["live"]));
    let mut live = new[..8].to_vec();
    for hash in old.get(8..).unwrap_or_default().chunks(32).chain(new[8..].chunks(32)) {
        if !live[8..].chunks(32).any(|known| known == hash) {
            live.extend(hash);
        }
    }
    body["ExpressionAttributeValues"][":live"] = binary(&live);
    Call::new("UpdateItem", &body)
}

fn unmarked(call: &Call) -> Call {
    let mut body = call.value();
    let place = placeholder(call, "live").map_or(":live".to_owned(), |place| place.replace("#s", ":s"));
    let values = "/ExpressionAttributeValues/";
    for pointer in ["/Item/live".to_owned(), format!("{values}:read"), format!("{values}{place}")] {
        body.pointer_mut(&pointer).into_iter().for_each(without_mark);
    }
    Call::new(&call.operation, &body)
}

fn without_mark(live: &mut Value) {
    let mut bytes = bytes(live);
    if let Some(mark) = bytes.first_chunk_mut::<8>() {
        *mark = [0; 8];
        *live = binary(&bytes);
    }
}

fn bytes(value: &Value) -> Vec<u8> {
    value["B"].as_str().and_then(|text| STANDARD.decode(text).ok()).unwrap_or_default()
}

fn binary(bytes: &[u8]) -> Value {
    json!({"B": STANDARD.encode(bytes)})
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
