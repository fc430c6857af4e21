//! What the load puts into the tables is what logins write.

use std::collections::BTreeMap;

use operator::http_client::HttpClient;
use serde_json::{Value, json};
use wechat_simulator::DEFAULT_APP;

use crate::support::Trial;

/// Each attribute's name and type; for bytes also how many.
fn shape(record: &Value) -> BTreeMap<String, String> {
    let members = record.as_object().expect("an item is an object");
    let kind = |value: &Value| {
        let (kind, value) = value.as_object().and_then(|typed| typed.iter().next()).expect("one type");
        let bytes = value.as_str().filter(|_| kind == "B").map(str::len);
        format!("{kind} {}", bytes.map(|bytes| bytes.to_string()).unwrap_or_default())
    };
    members.iter().map(|(name, value)| (name.clone(), kind(value))).collect()
}

fn find(trial: &Trial, table: &str, key: &str, user: &str) -> Value {
    let found = trial.stage.service.dynamodb.items().query(json!({
        "TableName": table,
        "KeyConditionExpression": format!("{key} = :user"),
        "ExpressionAttributeValues": { ":user": { "S": user } },
    }));
    found.expect("the table is there").pop().expect("the user is there")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seeded_record_has_every_attribute_that_login_writes() {
    let trial = Trial::open(3).await;
    let service = &trial.stage.service;
    let code = service.simulator.mint_code(DEFAULT_APP.0, None);
    let login = HttpClient::new(&service.url).request("POST", "/login").json(&json!({ "code": code }));
    let reply = login.send().await.expect("an answer");
    let real = reply.body["user"]["id"].as_str().expect("a login").to_owned();
    // A seeded session has been seen.
    let token = reply.body["token"].as_str().expect("a login");
    let check = HttpClient::new(&service.url).request("GET", "/session").bearer(token).send().await;
    assert_eq!(check.expect("an answer").status, 200);
    let (seeded, _) = trial.stage.keys().next().expect("three were seeded");
    for (table, key) in [("UsersTable", "user_id"), ("SessionsTable", "pk")] {
        let (seeded, real) = (find(&trial, table, key, &seeded), find(&trial, table, key, &real));
        assert_eq!(shape(&seeded), shape(&real), "{table}");
    }
    trial.close().await;
}
