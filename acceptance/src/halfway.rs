//! A logout that was cut off.

use aws_emulator::dynamodb::Items;
use serde_json::json;

/// Puts the tombstone of a logout into the record of a user's session, and goes no further: the sessions of its pages
/// stay good.
///
/// # Panics
///
/// When there is no such session.
pub fn log_out(tables: &Items, user_id: &str, session_id: &str) {
    let query = json!({"TableName": "SessionsTable", "KeyConditionExpression": "pk = :u",
        "FilterExpression": "session_id = :s",
        "ExpressionAttributeValues": {":u": {"S": user_id}, ":s": {"S": session_id}}});
    let found = tables.query(query).expect("the table can be asked").pop();
    let record = found.expect("the session is on record");
    let update = json!({"TableName": "SessionsTable", "Key": {"pk": record["pk"], "sk": record["sk"]},
        "UpdateExpression": "SET #s = :e, ended_reason = :r, ended_at = :n",
        "ExpressionAttributeNames": {"#s": "state"},
        "ExpressionAttributeValues": {":e": {"S": "ended"}, ":r": {"S": "logged_out"}, ":n": record["created_at"]}});
    tables.update(update).expect("the table takes it");
}
