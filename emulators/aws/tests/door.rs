//! DynamoDB, Secrets Manager and EventBridge, and a web site that the developer has open in a browser.

use std::sync::Arc;
use std::time::Duration;

use aws_emulator::dynamodb::{EmbeddedDynamoDb, Options};
use aws_emulator::event_bridge::EventBridge;
use aws_emulator::secrets_manager::SecretsManager;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

const LIST: &str = "DynamoDB_20120810.ListTables";
const DATE: &str = "20261122T063000Z";
const SIGNATURE: &str = "AWS4-HMAC-SHA256 Credential=a/20261122/us-east-1/dynamodb/aws4_request, \
                         SignedHeaders=host, Signature=0";

async fn dynamodb() -> EmbeddedDynamoDb {
    let options = Options { port: 0, fault_port: 0, data: None, clock: Arc::new(|| 0), sweeps: false };
    EmbeddedDynamoDb::start(options, &[]).await.expect("it starts")
}

fn client() -> Client<HttpConnector, Body> {
    Client::builder(TokioExecutor::new()).build_http()
}

/// A call as the AWS CLI makes it, with these headers besides.
async fn call(
    client: &Client<HttpConnector, Body>,
    endpoint: &str,
    target: &str,
    body: &Value,
    more: &[(&'static str, &str)],
) -> Result<(u16, HeaderMap, Value), Error> {
    let mut request = Request::post(endpoint).body(Body::from(body.to_string())).expect("a request");
    let usual = [
        ("x-amz-target", target),
        ("content-type", "application/x-amz-json-1.0"),
        ("x-amz-date", DATE),
        ("authorization", SIGNATURE),
    ];
    for (name, value) in usual.iter().chain(more) {
        request.headers_mut().insert(*name, value.parse().expect("a header"));
    }
    let (parts, body) = client.request(request).await?.into_parts();
    let body = to_bytes(Body::new(body), usize::MAX).await.expect("a whole body");
    Ok((parts.status.as_u16(), parts.headers, serde_json::from_slice(&body).unwrap_or_default()))
}

#[tokio::test]
async fn tables_secrets_and_buses_are_not_for_other_web_sites() {
    let dynamodb = dynamodb().await;
    let secrets = SecretsManager::start(0).await.expect("a free port");
    secrets.put("AppsSecret", &json!({ "wx1": "an AppSecret" }));
    let bus = EventBridge::start(0).await.expect("a free port");
    bus.create_bus("default");
    let client = client();
    let describe = ("AWSEvents.DescribeEventBus", json!({}));
    let list = (LIST, json!({}));
    let get = ("secretsmanager.GetSecretValue", json!({ "SecretId": "AppsSecret" }));
    for (endpoint, (target, body)) in [
        (dynamodb.direct_endpoint(), &list),
        (dynamodb.endpoint(), &list),
        (secrets.endpoint().to_owned(), &get),
        (bus.endpoint().to_owned(), &describe),
    ] {
        assert_eq!(call(&client, &endpoint, target, body, &[]).await.expect("an answer").0, 200, "{target}");
        assert_eq!(
            call(&client, &endpoint, target, body, &[("origin", &endpoint)]).await.expect("an answer").0,
            200,
            "{target}"
        );
        for web_site in [
            &[("host", "evil.example")][..],
            &[("host", "evil.example"), ("origin", "http://evil.example")],
            &[("origin", "http://evil.example")],
            &[("origin", "null"), ("content-type", "text/plain")],
        ] {
            let refused = call(&client, &endpoint, target, body, web_site).await;
            let (status, headers, answer) = refused.expect("an answer");
            let told = format!("{web_site:?} {headers:?} {answer}");
            assert_eq!(status, 403, "{told}");
            assert!(answer["__type"].as_str().is_some_and(|kind| kind.ends_with("AccessDeniedException")));
            assert!(!told.contains("access-control") && !told.contains("an AppSecret"), "{told}");
        }
    }
    assert_eq!(dynamodb.proxy().calls().len(), 2, "a call that is refused does not count");
    assert_eq!((secrets.calls(), bus.calls()), (2, 2), "nor there");
    dynamodb.stop().await;
}

#[tokio::test]
async fn a_bus_that_is_not_there_takes_events_as_it_does_at_aws_and_loses_them() {
    let event_bridge = EventBridge::start(0).await.expect("a free port");
    let client = client();
    let ask = async |operation: &str, body: Value| {
        let target = format!("AWSEvents.{operation}");
        call(&client, event_bridge.endpoint(), &target, &body, &[]).await.expect("an answer")
    };
    assert_eq!(ask("DescribeEventBus", json!({})).await.0, 200, "every account has one");
    let entry = json!({"EventBusName": "b", "Source": "s", "DetailType": "t", "Detail": "{}"});
    for kept in [0, 1] {
        let (status, _, answer) = ask("PutEvents", json!({"Entries": [entry]})).await;
        assert_eq!((status, &answer["FailedEntryCount"]), (200, &json!(0)), "{answer}");
        assert!(answer["Entries"][0]["EventId"].is_string(), "{answer}");
        assert_eq!(event_bridge.events().len(), kept);
        let (status, _, answer) = ask("DescribeEventBus", json!({"Name": "b"})).await;
        if kept == 0 {
            assert_eq!((status, &answer["__type"]), (400, &json!("ResourceNotFoundException")));
        } else {
            assert_eq!((status, &answer["Name"]), (200, &json!("b")));
        }
        event_bridge.create_bus("b");
    }
}

/// The engine's own server would tell every web site everything: no port may lead to it.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn no_port_of_the_process_leads_past_that() {
    let dynamodb = dynamodb().await;
    // Keeps its connections, and the engine what belongs to them.
    let client = client();
    for endpoint in [dynamodb.direct_endpoint(), dynamodb.endpoint()] {
        let listed = call(&client, &endpoint, LIST, &json!({}), &[]).await;
        assert_eq!(listed.expect("an answer").0, 200);
    }
    let ports = listening();
    assert!(ports.len() >= 4, "the two, and what the engine has behind them: {ports:?}");
    for port in ports {
        let endpoint = format!("http://127.0.0.1:{port}");
        let origin = [("origin", "http://evil.example")];
        let asked = call(&client, &endpoint, LIST, &Value::Null, &origin);
        let answer = tokio::time::timeout(Duration::from_millis(300), asked).await;
        let leads_past = matches!(&answer, Ok(Ok((status, ..))) if *status != 403);
        assert!(!leads_past, "{answer:?}");
    }
    dynamodb.stop().await;
}

/// Where this process listens.
#[cfg(target_os = "linux")]
fn listening() -> Vec<u16> {
    let sockets: Vec<String> = std::fs::read_dir("/proc/self/fd")
        .expect("it is ours")
        .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .filter_map(|link| Some(link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
        .collect();
    let table = std::fs::read_to_string("/proc/self/net/tcp").expect("a table of sockets");
    let listening = table.lines().skip(1).filter_map(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let is_ours = columns[3] == "0A" && sockets.iter().any(|socket| *socket == columns[9]);
        let port = u16::from_str_radix(columns[1].split(':').nth(1)?, 16).ok()?;
        is_ours.then_some(port)
    });
    listening.collect()
}
