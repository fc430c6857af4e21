//! The embedded DynamoDB, reached directly where a test looks at a record or changes one.

use dynoxide::{Database, DynoxideError};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// Both tables, empty.
pub(crate) fn tables() -> Database {
    let database = Database::memory().expect("memory can be had");
    for (table, keys) in [("users", &["user_id"][..]), ("sessions", &["pk", "sk"])] {
        let schema = keys.iter().zip(["HASH", "RANGE"]);
        let schema: Vec<_> =
            schema.map(|(name, role)| json!({"AttributeName": name, "KeyType": role})).collect();
        let attributes = keys.iter().map(|name| json!({"AttributeName": name, "AttributeType": "S"}));
        let create = json!({"TableName": table, "BillingMode": "PAY_PER_REQUEST", "KeySchema": schema,
            "AttributeDefinitions": attributes.collect::<Vec<_>>()});
        run(&create, |request| database.create_table(request));
    }
    database
}

/// Executes one request on the database, past every socket.
pub(crate) fn run<Q: DeserializeOwned, A: Serialize>(
    request: &Value,
    operation: impl FnOnce(Q) -> Result<A, DynoxideError>,
) -> Value {
    let request = serde_json::from_value(request.clone()).expect("what DynamoDB reads");
    let answer = operation(request).unwrap_or_else(|error| panic!("{}", error.to_json()));
    serde_json::to_value(answer).expect("answers are plain")
}
