//! A table of its own for every test, and a client that speaks `DynamoDB`'s JSON without the SDK, so that no retry
//! hides what the proxy did.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use aws_emulator::dynamodb::{EmbeddedDynamoDb, Options};
use axum::body::{Body, to_bytes};
use axum::http::Request;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::TokioExecutor;
use sam_template::{Table, Template};
use serde_json::{Value, json};

pub(super) const NOW: i64 = 1_795_329_000;

const TEMPLATE: &str = r"
Resources:
  Sessions:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}, {AttributeName: sk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}, {AttributeName: sk, KeyType: RANGE}]
      TimeToLiveSpecification: {AttributeName: ttl, Enabled: true}
  Users:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
";

pub(super) fn tables() -> Vec<Table> {
    Template::parse(TEMPLATE).expect("the template is valid").tables().to_vec()
}

pub(super) struct Store {
    pub(super) dynamodb: EmbeddedDynamoDb,
    now: Arc<AtomicI64>,
}

impl Store {
    pub(super) async fn start() -> Self {
        Self::start_on(None, false).await
    }

    pub(super) async fn start_on(data: Option<PathBuf>, sweeps: bool) -> Self {
        let now = Arc::new(AtomicI64::new(NOW));
        let clock = Arc::clone(&now);
        let clock = Arc::new(move || clock.load(Ordering::Relaxed));
        let options = Options { port: 0, fault_port: 0, data, clock, sweeps };
        let dynamodb = EmbeddedDynamoDb::start(options, &tables()).await.expect("it starts");
        Self { dynamodb, now }
    }

    pub(super) fn advance(&self, seconds: i64) {
        self.now.fetch_add(seconds, Ordering::Relaxed);
    }

    /// One request through the proxy; the error is a connection that failed or closed.
    pub(super) async fn call(&self, operation: &str, request: Value) -> Result<(u16, Value), Error> {
        call(&self.dynamodb.endpoint(), operation, request).await
    }

    /// One request past the proxy.
    pub(super) async fn direct(&self, operation: &str, request: Value) -> Value {
        let answer = call(&self.dynamodb.direct_endpoint(), operation, request).await;
        answer.expect("the engine answers").1
    }

    pub(super) async fn put(&self, item: Value) -> Result<(u16, Value), Error> {
        self.call("PutItem", json!({ "TableName": "Sessions", "Item": item })).await
    }

    /// Sort keys that are in the sessions table, past the proxy.
    pub(super) async fn stored(&self) -> Vec<String> {
        let answer = self.direct("Scan", json!({ "TableName": "Sessions" })).await;
        let items = answer["Items"].as_array().expect("a scan has items").iter();
        let mut keys: Vec<_> =
            items.map(|item| item["sk"]["S"].as_str().unwrap_or_default().to_owned()).collect();
        keys.sort();
        keys
    }
}

pub(super) fn item(sk: &str, ttl: &Value) -> Value {
    json!({ "pk": { "S": "user" }, "sk": { "S": sk }, "ttl": ttl })
}

pub(super) fn get(sk: &str) -> Value {
    json!({ "TableName": "Sessions", "Key": { "pk": { "S": "user" }, "sk": { "S": sk } }, "ConsistentRead": true })
}

pub(super) fn batch_get() -> Value {
    json!({ "RequestItems": {
        "Sessions": { "Keys": [{ "pk": { "S": "user" }, "sk": { "S": "a" } }], "ConsistentRead": true },
        "Users": { "Keys": [{ "pk": { "S": "user" } }], "ConsistentRead": true },
    } })
}

async fn call(endpoint: &str, operation: &str, request: Value) -> Result<(u16, Value), Error> {
    let request = Request::post(endpoint)
        .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-date", "20261122T063000Z")
        .header("authorization", "AWS4-HMAC-SHA256 Credential=a/20261122/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
        .body(Body::from(request.to_string()))
        .expect("a valid request");
    // Without a pool each call opens a connection of its own, as the first call of a fresh function does.
    let client = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build_http::<Body>();
    let answer = tokio::time::timeout(Duration::from_secs(20), client.request(request));
    let answer = answer.await.expect("no test waits this long")?;
    let status = answer.status().as_u16();
    let body = to_bytes(Body::new(answer.into_body()), usize::MAX).await.expect("a whole body");
    Ok((status, serde_json::from_slice(&body).expect("the body is JSON")))
}
