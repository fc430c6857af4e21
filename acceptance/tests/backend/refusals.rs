//! Who and what is refused: every refusal is an `error` with a code of its own, and signs nothing.

use serde_json::{Value, json};
use wechat_simulator::{DEFAULT_APP, SECOND_APP};

use crate::support::{APP, Person, Stage, call, goods};

async fn control(stage: &Stage, action: &str, person: &Person, more: Value) {
    let mut request = json!({"action": action, "actor": "ops", "user_id": person.user_id});
    request.as_object_mut().expect("an object").extend(more.as_object().expect("members").clone());
    let answer = stage.invoke("accounts", &request).await;
    assert!(answer["result"].is_object(), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_signed_for_who_is_blocked_but_a_refund() {
    let stage = Stage::open().await;
    let person = stage.person("oBLOCKED").await;
    control(&stage, "block", &person, json!({"reason": "fraud"})).await;
    let pay = json!({"user_ip": "127.0.0.1", "amount": 1, "order_id": "coins_0001", "remark": "",
        "payitem": [{"productid": "hat", "unit_price": 1, "quantity": 1}]});
    for (action, more) in [
        ("sign_virtual_payment", goods("order_00000001")),
        ("sign_xpay", call("currency_pay", &pay)),
        ("sign_user_storage", json!({"kv_list": [{"key": "k", "value": "v"}]})),
        ("phone_number", json!({"code": "0123456789abcdef"})),
    ] {
        assert_eq!(stage.refused(action, Some(&person), more).await, "user_blocked", "{action}");
    }
    let refund = json!({"order_id": "order_00000001", "refund_order_id": "refund-01", "left_fee": 1, "refund_fee": 1,
        "refund_reason": 0, "req_from": 3});
    stage.done("sign_xpay", Some(&person), call("refund_order", &refund)).await;
    control(&stage, "unblock", &person, json!({})).await;
    stage.done("sign_virtual_payment", Some(&person), goods("order_00000001")).await;
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_erased_never_was_or_is_of_another_mini_program_is_unknown() {
    let stage = Stage::open().await;
    let erased = stage.person("oERASED").await;
    control(&stage, "erase", &erased, json!({})).await;
    let stranger = Person { user_id: "12bbf084-f063-861b-9b20-51bba2f93072".to_owned(), ..erased.clone() };
    for person in [&erased, &stranger] {
        let refused = stage.refused("sign_virtual_payment", Some(person), goods("order_00000001")).await;
        assert_eq!(refused, "user_unknown");
    }
    let person = stage.person("oOF-ONE").await;
    let mut elsewhere = goods("order_00000001");
    elsewhere["app_id"] = SECOND_APP.0.into();
    let refused = stage.refused("sign_virtual_payment", Some(&person), elsewhere.clone()).await;
    assert_eq!(refused, "app_unknown");
    stage.service.secrets.put(
        "AppsSecret",
        &json!({(APP): DEFAULT_APP.1, (SECOND_APP.0): {"secret": SECOND_APP.1, "virtual_payment": {"app_key": "of-the-other", "offer_id": "1"}}}),
    );
    stage.clock.advance(301);
    let refused = stage.refused("sign_virtual_payment", Some(&person), elsewhere).await;
    assert_eq!(refused, "user_unknown");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_apps_secret_lacks_is_named() {
    let stage = Stage::open().await;
    let person = stage.person("oLACKS").await;
    let key = "an-app-key-of-a-test";
    let sandbox = |number: &str| {
        let mut sandbox = goods(number);
        sandbox["payment"]["env"] = 1.into();
        sandbox
    };
    for (entry, request, refused) in [
        (json!(DEFAULT_APP.1), goods("order_00000001"), "not_configured no_virtual_payment"),
        (
            json!({"secret": DEFAULT_APP.1, "virtual_payment": {"app_key": key}}),
            goods("order_00000001"),
            "not_configured no_offer_id",
        ),
        (
            json!({"secret": DEFAULT_APP.1, "virtual_payment": {"app_key": key, "offer_id": "1"}}),
            sandbox("order_00000001"),
            "not_configured no_sandbox_app_key",
        ),
    ] {
        stage.service.secrets.put("AppsSecret", &json!({ (APP): entry }));
        stage.clock.advance(301);
        assert_eq!(stage.refused("sign_virtual_payment", Some(&person), request).await, refused);
    }
    stage.close().await;
}

/// A slip in one part of the entry is no reason to keep anybody from logging in.
#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_cannot_be_read_stops_what_needs_it_and_nothing_else() {
    for entry in [
        json!({"secret": DEFAULT_APP.1, "virtual_payment": {"app_key": "canary-app-key", "offer": "1"}}),
        json!({"secret": DEFAULT_APP.1, "virtual_paymnet": {"app_key": "canary-app-key"}}),
    ] {
        let stage = Stage::open().await;
        stage.service.secrets.put("AppsSecret", &json!({ (APP): entry }));
        // From the first request of every function on, and the AppSecret is good.
        let person = stage.person("oPART").await;
        stage.done("access_token", None, json!({})).await;
        let balance = call("query_user_balance", &json!({"user_ip": "127.0.0.1"}));
        for (action, more) in [("sign_virtual_payment", goods("order_00000001")), ("sign_xpay", balance)] {
            assert_eq!(stage.refused(action, Some(&person), more).await, "misconfigured", "{action}");
        }
        let lines = stage.lines();
        let told = |line: &&Value| {
            line["operator"]["cause"].as_str().is_some_and(|cause| cause.contains(&format!("{APP} (")))
        };
        assert!(lines.iter().any(|line| line["function"] == "login" && told(&line)), "{lines:?}");
        assert!(!lines.iter().any(|line| line.to_string().contains("canary")));
        stage.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_just_put_into_the_apps_secret_is_seen_before_anything_is_refused_for_want_of_it() {
    let stage = Stage::open().await;
    let person = stage.person("oJUST").await;
    let payment = json!({"app_key": "an-app-key-of-a-test", "offer_id": "1"});
    stage.service.secrets.put("AppsSecret", &json!({(APP): DEFAULT_APP.1}));
    stage.clock.advance(301);
    let refused = stage.refused("sign_virtual_payment", Some(&person), goods("order_00000001")).await;
    assert_eq!(refused, "not_configured no_virtual_payment");
    let second = json!({"secret": SECOND_APP.1, "virtual_payment": payment});
    let first = json!({"secret": DEFAULT_APP.1, "virtual_payment": payment});
    stage.service.secrets.put("AppsSecret", &json!({(APP): first, (SECOND_APP.0): second}));
    stage.clock.advance(10);
    stage.done("sign_virtual_payment", Some(&person), goods("order_00000001")).await;
    stage.service.secrets.put("AppsSecret", &json!({(APP): first, "wx1111111111111111": second}));
    stage.clock.advance(10);
    let told = json!({"app_id": "wx1111111111111111", "call": {"name": "notify_provide_goods", "env": 0, "order_id": "o1"}});
    stage.done("sign_xpay", None, told).await;
    stage.close().await;
}

/// Of a user who logged in before there was a vault, and of a deployment that has none.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_the_user_logs_in_and_without_a_vault_nobody_can() {
    let stage = Stage::open().await;
    let person = stage.person("oNO-KEY").await;
    let update = json!({"TableName": "UsersTable", "Key": {"user_id": {"S": person.user_id}},
        "UpdateExpression": "REMOVE session_key, session_key_fingerprint"});
    stage.service.dynamodb.items().update(update).expect("the table takes it");
    let refused = stage.refused("sign_virtual_payment", Some(&person), goods("order_00000001")).await;
    assert_eq!(refused, "session_key_stale");
    stage.close().await;
    let stage = Stage::with(&[("StoreSessionKey", "false")]).await;
    let person = stage.person("oNO-VAULT").await;
    let refused = stage.refused("sign_virtual_payment", Some(&person), goods("order_00000001")).await;
    assert_eq!(refused, "not_configured no_vault");
    // What needs no session_key is signed all the same.
    let query = call("query_order", &json!({"order_id": "order_00000001"}));
    stage.done("sign_xpay", Some(&person), query).await;
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_answered_with_a_word_and_quotes_nothing() {
    let stage = Stage::open().await;
    let person = stage.person("oWORDS").await;
    let with = |name: &str, value: Value| {
        let mut request = goods("order_00000001");
        request["payment"][name] = value;
        request
    };
    for (request, reason) in [
        (with("env", json!(7)), "env_form"),
        (with("out_trade_no", json!("_canary01")), "out_trade_no_form"),
        (with("canary", json!(1)), "request_form"),
        (json!({"sign_data": "canary"}), "request_form"),
    ] {
        let refused = stage.refused("sign_virtual_payment", Some(&person), request).await;
        assert_eq!(refused, format!("invalid_request {reason}"));
    }
    let said = stage.lines().iter().map(Value::to_string).collect::<String>();
    assert!(!said.contains("canary"), "{said}");
    stage.close().await;
}
