//! Every fault, seen from a client, and the calls the proxy counted.

use std::time::{Duration, Instant};

use aws_emulator::dynamodb::{Call, Fault};
use serde_json::json;

use super::harness::{Store, batch_get, get, item};

#[tokio::test]
async fn requests_pass_when_there_is_no_fault() {
    let store = Store::start().await;
    let a = item("a", &json!({ "N": "1" }));
    assert_eq!(store.put(a.clone()).await.unwrap(), (200, json!({})));
    assert_eq!(store.call("GetItem", get("a")).await.unwrap(), (200, json!({ "Item": a })));
}

#[tokio::test]
async fn refuse_closes_the_port_until_it_is_cleared() {
    let store = Store::start().await;
    store.dynamodb.proxy().inject(Fault::Refuse).await;
    assert!(store.call("GetItem", get("a")).await.unwrap_err().is_connect());
    assert_eq!(store.dynamodb.proxy().calls(), []);
    store.dynamodb.proxy().clear().await;
    assert_eq!(store.call("GetItem", get("a")).await.unwrap(), (200, json!({})));
}

#[tokio::test]
async fn refuse_for_one_operation_closes_its_connection_and_lets_others_pass() {
    let store = Store::start().await;
    store.dynamodb.proxy().inject_on(&["PutItem"], Fault::Refuse).await;
    let error = store.put(item("a", &json!({ "N": "1" }))).await.unwrap_err();
    assert!(!error.is_connect(), "{error}");
    assert_eq!(
        store.call("GetItem", get("a")).await.unwrap(),
        (200, json!({})),
        "it never reached the engine"
    );
}

#[tokio::test]
async fn silent_never_answers_and_lets_go_when_it_is_cleared() {
    let store = Store::start().await;
    store.dynamodb.proxy().inject(Fault::Silent).await;
    let waiting = store.call("GetItem", get("a"));
    let waiting = tokio::time::timeout(Duration::from_millis(300), waiting).await;
    assert!(waiting.is_err(), "{waiting:?}");
    let (answer, ()) = tokio::join!(store.call("GetItem", get("a")), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        store.dynamodb.proxy().clear().await;
    });
    assert!(!answer.unwrap_err().is_connect());
}

#[tokio::test]
async fn slow_answers_later() {
    let store = Store::start().await;
    store.dynamodb.proxy().inject(Fault::Slow { milliseconds: 200 }).await;
    let started = Instant::now();
    assert_eq!(store.call("GetItem", get("a")).await.unwrap().0, 200);
    assert!(started.elapsed() >= Duration::from_millis(200), "{:?}", started.elapsed());
}

#[tokio::test]
async fn throttle_and_internal_error_answer_so_many_times() {
    let store = Store::start().await;
    for (fault, status, kind) in [
        (Fault::Throttle { times: Some(2) }, 400, "com.amazonaws.dynamodb.v20120810#ThrottlingException"),
        (
            Fault::InternalError { times: Some(2) },
            500,
            "com.amazonaws.dynamodb.v20120810#InternalServerError",
        ),
    ] {
        store.dynamodb.proxy().inject(fault).await;
        for _ in 0..2 {
            let (actual, body) = store.call("GetItem", get("a")).await.unwrap();
            assert_eq!((actual, &body["__type"]), (status, &json!(kind)));
        }
        assert_eq!(store.call("GetItem", get("a")).await.unwrap().0, 200);
        assert_eq!(store.dynamodb.proxy().fault(), Fault::Off);
    }
}

#[tokio::test]
async fn a_fault_without_a_number_stays() {
    let store = Store::start().await;
    store.dynamodb.proxy().inject(Fault::Throttle { times: None }).await;
    for _ in 0..5 {
        assert_eq!(store.call("GetItem", get("a")).await.unwrap().0, 400);
    }
}

#[tokio::test]
async fn an_answer_can_be_without_responses() {
    let store = Store::start().await;
    store.dynamodb.proxy().inject(Fault::NoResponses).await;
    let (status, body) = store.call("BatchGetItem", batch_get()).await.unwrap();
    assert_eq!((status, body), (200, json!({ "UnprocessedKeys": {} })));
}

#[tokio::test]
async fn unprocessed_keys_come_back_for_ever() {
    let store = Store::start().await;
    store.dynamodb.proxy().inject(Fault::UnprocessedKeys).await;
    for _ in 0..3 {
        let (status, body) = store.call("BatchGetItem", batch_get()).await.unwrap();
        let expected = json!({ "Responses": {}, "UnprocessedKeys": batch_get()["RequestItems"] });
        assert_eq!((status, body), (200, expected));
    }
    assert_eq!(
        store.put(item("a", &json!({ "N": "1" }))).await.unwrap().0,
        200,
        "only BatchGetItem is affected"
    );
}

#[tokio::test]
async fn a_lost_answer_leaves_the_write_behind() {
    let store = Store::start().await;
    store.dynamodb.proxy().inject_on(&["PutItem"], Fault::AnswerLost { times: Some(1) }).await;
    assert!(!store.put(item("a", &json!({ "N": "1" }))).await.unwrap_err().is_connect());
    assert_eq!(store.stored().await, ["a"]);
    assert_eq!(store.put(item("b", &json!({ "N": "1" }))).await.unwrap().0, 200);
}

#[tokio::test]
async fn expired_credentials_are_refused_as_aws_does() {
    let store = Store::start().await;
    store.dynamodb.proxy().inject(Fault::ExpiredCredentials).await;
    let (status, body) = store.call("GetItem", get("a")).await.unwrap();
    assert_eq!((status, &body["__type"]), (400, &json!("com.amazon.coral.service#ExpiredTokenException")));
}

#[tokio::test]
async fn counts_every_call_with_its_tables() {
    let store = Store::start().await;
    let call = |operation: &str, tables: &[&str], is_consistent| Call {
        operation: operation.to_owned(),
        tables: tables.iter().map(|table| (*table).to_owned()).collect(),
        is_consistent,
    };
    store.call("BatchGetItem", batch_get()).await.unwrap();
    store.put(item("a", &json!({ "N": "1" }))).await.unwrap();
    let put = json!({ "Put": { "TableName": "Users", "Item": { "pk": { "S": "user" } } } });
    let update = json!({ "Delete": { "TableName": "Sessions", "Key": { "pk": { "S": "user" }, "sk": { "S": "a" } } } });
    store.call("TransactWriteItems", json!({ "TransactItems": [put, update] })).await.unwrap();
    store.dynamodb.proxy().inject(Fault::Throttle { times: Some(1) }).await;
    store.call("GetItem", get("a")).await.unwrap();
    let expected = [
        call("BatchGetItem", &["Sessions", "Users"], true),
        call("PutItem", &["Sessions"], false),
        call("TransactWriteItems", &["Sessions", "Users"], false),
        call("GetItem", &["Sessions"], true),
    ];
    assert_eq!(store.dynamodb.proxy().calls(), expected);
    store.dynamodb.proxy().forget_calls();
    assert_eq!(store.dynamodb.proxy().calls(), []);
}
