//! The embedded DynamoDB called directly: one request body in, one answer out, no socket between. It
//! evaluates the real condition expressions, and its tables can be dumped and put back.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use dynoxide::{Database, DynoxideError};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use wxsession::store::item::Item;

pub(crate) const USERS: &str = "users";
pub(crate) const SESSIONS: &str = "sessions";

/// One request of the SDK. The body is a `Value` printed with its names in order, because the SDK
/// writes them in any order.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Call {
    pub(crate) operation: String,
    pub(crate) body: String,
}

impl Call {
    pub(crate) fn new(operation: &str, body: &Value) -> Self {
        Self { operation: operation.to_owned(), body: body.to_string() }
    }

    pub(crate) fn is_write(&self) -> bool {
        ["PutItem", "UpdateItem", "DeleteItem"].contains(&self.operation.as_str())
    }

    pub(crate) fn is_of(&self, table: &str) -> bool {
        self.body.contains(&format!("\"TableName\":\"{table}\""))
    }

    pub(crate) fn value(&self) -> Value {
        serde_json::from_str(&self.body).expect("made of a JSON value")
    }
}

/// The engine's answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// Both tables: (table, key) to item.
pub(crate) type Dump = BTreeMap<(String, String), Value>;

/// Two empty tables in memory. Clones share them.
#[derive(Clone)]
pub(crate) struct Engine {
    database: Database,
}

impl Engine {
    pub(crate) fn new() -> Self {
        let engine = Self { database: Database::memory().expect("memory can be had") };
        engine.create(USERS, &["user_id"]);
        engine.create(SESSIONS, &["pk", "sk"]);
        engine
    }

    pub(crate) fn database(&self) -> Database {
        self.database.clone()
    }

    fn create(&self, table: &str, keys: &[&str]) {
        let roles = ["HASH", "RANGE"];
        let schema: Vec<Value> = keys
            .iter()
            .zip(roles)
            .map(|(name, role)| json!({"AttributeName": name, "KeyType": role}))
            .collect();
        let attributes: Vec<Value> =
            keys.iter().map(|name| json!({"AttributeName": name, "AttributeType": "S"})).collect();
        let body = json!({"TableName": table, "BillingMode": "PAY_PER_REQUEST", "KeySchema": schema,
            "AttributeDefinitions": attributes});
        let reply = self.execute(&Call::new("CreateTable", &body));
        assert_eq!(reply.status, 200, "{}", reply.body);
    }

    /// Executes one call, atomically.
    pub(crate) fn execute(&self, call: &Call) -> Reply {
        let (database, body) = (&self.database, &call.body);
        let outcome = match call.operation.as_str() {
            "CreateTable" => run(body, |request| database.create_table(request)),
            "PutItem" => run(body, |request| database.put_item(request)),
            "GetItem" => run(body, |request| database.get_item(request)),
            "UpdateItem" => run(body, |request| database.update_item(request)),
            "DeleteItem" => run(body, |request| database.delete_item(request)),
            "Query" => run(body, |request| database.query(request)),
            "BatchGetItem" => run(body, |request| database.batch_get_item(request)),
            "Scan" => run(body, |request| database.scan(request)),
            other => panic!("the functions do not call {other}"),
        };
        outcome.unwrap_or_else(|error| Reply { status: error.status_code(), body: error.to_json() })
    }

    /// Puts one item in.
    pub(crate) fn import(&self, table: &str, item: &Value) {
        self.write("PutItem", &json!({"TableName": table, "Item": item}));
    }

    /// How many items there are in a table of any size.
    pub(crate) fn count(&self, table: &str) -> usize {
        let mut counted = 0;
        let mut from = Value::Null;
        loop {
            let mut scan = json!({"TableName": table, "Select": "COUNT"});
            if !from.is_null() {
                scan["ExclusiveStartKey"] = from;
            }
            let page = self.execute(&Call::new("Scan", &scan));
            let page: Value = serde_json::from_str(&page.body).expect("the engine answers JSON");
            counted += page["Count"].as_u64().and_then(|count| usize::try_from(count).ok()).expect("a count");
            from = page["LastEvaluatedKey"].clone();
            if from.is_null() {
                return counted;
            }
        }
    }

    /// Everything there is.
    pub(crate) fn dump(&self) -> Dump {
        let mut dump = Dump::new();
        for table in [USERS, SESSIONS] {
            let reply = self.execute(&Call::new("Scan", &json!({"TableName": table})));
            let scanned: Value = serde_json::from_str(&reply.body).expect("the engine answers JSON");
            assert!(scanned.get("LastEvaluatedKey").is_none(), "a table of one page");
            for item in scanned["Items"].as_array().expect("a scan has items") {
                dump.insert((table.to_owned(), key(table, item).to_string()), item.clone());
            }
        }
        dump
    }

    /// Takes items out and puts others in.
    pub(crate) fn restore(&self, out: &Dump, back: &Dump) {
        for (table, key) in out.keys().filter(|place| !back.contains_key(*place)) {
            let key: Value = serde_json::from_str(key).expect("printed by dump");
            self.write("DeleteItem", &json!({"TableName": table, "Key": key}));
        }
        for ((table, _), item) in back {
            self.write("PutItem", &json!({"TableName": table, "Item": item}));
        }
    }

    fn write(&self, operation: &str, body: &Value) {
        let reply = self.execute(&Call::new(operation, body));
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
}

/// An item of the SDK as JSON.
pub(crate) fn json(item: &Item) -> Value {
    let value = |value: &AttributeValue| match value {
        AttributeValue::S(text) => json!({"S": text}),
        AttributeValue::N(digits) => json!({"N": digits}),
        AttributeValue::B(bytes) => json!({"B": STANDARD.encode(bytes)}),
        other => panic!("no record of a session has {other:?}"),
    };
    item.iter().map(|(name, attribute)| (name.clone(), value(attribute))).collect()
}

fn key(table: &str, item: &Value) -> Value {
    let names: &[&str] = if table == USERS { &["user_id"] } else { &["pk", "sk"] };
    names
        .iter()
        .map(|name| ((*name).to_owned(), item[name].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn run<Q: DeserializeOwned, A: Serialize>(
    body: &str,
    operation: impl FnOnce(Q) -> Result<A, DynoxideError>,
) -> Result<Reply, DynoxideError> {
    let request = serde_json::from_str(body).expect("the SDK writes what DynamoDB reads");
    let answer = operation(request)?;
    // As a `Value`, so that equal answers are equal text: items are maps in any order.
    Ok(Reply { status: 200, body: serde_json::to_value(&answer).expect("answers are plain").to_string() })
}
