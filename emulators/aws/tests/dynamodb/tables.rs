//! Tables, time to live, and data that outlives the process.

use std::time::Duration;

use aws_emulator::dynamodb::{EmbeddedDynamoDb, Error, Options};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::harness::{NOW, Store, get, item, tables};

fn number(value: i64) -> Value {
    json!({ "N": value.to_string() })
}

#[tokio::test]
async fn has_the_templates_tables_with_ttl() {
    let store = Store::start().await;
    let described = store.direct("DescribeTable", json!({ "TableName": "Sessions" })).await;
    let expected = json!([
        { "AttributeName": "pk", "KeyType": "HASH" },
        { "AttributeName": "sk", "KeyType": "RANGE" },
    ]);
    assert_eq!(described["Table"]["KeySchema"], expected);
    let ttl = store.direct("DescribeTimeToLive", json!({ "TableName": "Sessions" })).await;
    let expected = json!({ "TimeToLiveStatus": "ENABLED", "AttributeName": "ttl" });
    assert_eq!(ttl["TimeToLiveDescription"], expected);
    let ttl = store.direct("DescribeTimeToLive", json!({ "TableName": "Users" })).await;
    assert_eq!(ttl["TimeToLiveDescription"], json!({ "TimeToLiveStatus": "DISABLED" }));
}

#[tokio::test]
async fn a_sweep_deletes_what_expired_by_our_clock_and_nothing_else() {
    let store = Store::start().await;
    for (name, ttl) in [
        ("past", number(NOW - 1)),
        ("now", number(NOW)),
        ("later", number(NOW + 100)),
        ("text", json!({ "S": (NOW - 1).to_string() })),
        ("ancient", number(NOW - 6 * 365 * 86_400)),
        ("milliseconds", number(NOW * 1000)),
    ] {
        store.put(item(name, &ttl)).await.unwrap();
    }
    assert_eq!(store.dynamodb.sweep().unwrap(), 1);
    assert_eq!(store.stored().await, ["ancient", "later", "milliseconds", "now", "text"]);
    store.advance(101);
    assert_eq!(store.dynamodb.sweep().unwrap(), 2);
    assert_eq!(store.stored().await, ["ancient", "milliseconds", "text"]);
    assert_eq!(store.dynamodb.sweep().unwrap(), 0);
}

#[tokio::test]
async fn an_expired_item_stays_readable_while_sweeping_is_off_and_goes_when_it_is_on() {
    let store = Store::start().await;
    store.put(item("a", &number(NOW - 1))).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(store.call("GetItem", get("a")).await.unwrap().1["Item"]["sk"]["S"], "a");
    store.dynamodb.set_sweeping(true);
    for _ in 0..50 {
        if store.stored().await.is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the item is still there after five seconds");
}

#[tokio::test]
async fn a_data_file_keeps_the_items_and_follows_our_clock() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("data.db");
    let store = Store::start_on(Some(file.clone()), false).await;
    store.put(item("a", &number(NOW + 10))).await.unwrap();
    store.dynamodb.stop().await;
    let store = Store::start_on(Some(file), false).await;
    assert_eq!(store.stored().await, ["a"]);
    assert_eq!(store.dynamodb.sweep().unwrap(), 0);
    store.advance(11);
    assert_eq!(store.dynamodb.sweep().unwrap(), 1);
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port();
    let clock = std::sync::Arc::new(|| NOW);
    let options = Options { port, fault_port: 0, data: None, clock, sweeps: false };
    let Err(error) = EmbeddedDynamoDb::start(options, &tables()).await else { panic!("the port was taken") };
    assert!(matches!(error, Error::Listen { port: named, .. } if named == port));
    assert!(
        error.to_string().starts_with(&format!("DynamoDB cannot listen on 127.0.0.1:{port}: ")),
        "{error}"
    );
}
