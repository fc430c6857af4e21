//! While WeChat, the secrets or the tables do not answer, nothing is known: `unavailable`, whatever is asked.

use aws_emulator::{dynamodb::Fault as Tables, secrets_manager::Fault as Secrets};
use serde_json::{Value, json};
use wechat_simulator::{Fault, FaultKind};

use crate::support::{Person, Stage, call, goods};

/// Each action, and whether it asks WeChat and the Users table.
fn actions() -> Vec<(&'static str, Value, bool, bool)> {
    let mut checked = goods("order_00000002");
    checked["check_session_key"] = true.into();
    let balance = call("query_user_balance", &json!({"user_ip": "127.0.0.1"}));
    vec![
        ("phone_number", json!({"code": "0123456789abcdef"}), true, true),
        ("access_token", json!({}), true, false),
        ("sign_virtual_payment", goods("order_00000001"), false, true),
        ("sign_virtual_payment", checked, true, true),
        ("sign_xpay", balance, false, true),
        ("sign_user_storage", json!({"kv_list": [{"key": "k", "value": "v"}]}), false, true),
    ]
}

async fn refused(stage: &Stage, person: &Person, action: &str, more: &Value) -> String {
    let about = Some(person).filter(|_| action != "access_token");
    stage.refused(action, about, more.clone()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wechat_that_does_not_answer_is_told_as_such_and_only_where_it_is_asked() {
    let stage = Stage::open().await;
    let person = stage.person("oFAULTS").await;
    for kind in [
        json!({"kind": "http_status", "status": 502}),
        json!({"kind": "close_after_processing"}),
        json!({"kind": "truncated_json"}),
        json!({"kind": "html"}),
        json!({"kind": "errcode", "errcode": -1}),
    ] {
        let kind: FaultKind = serde_json::from_value(kind).expect("a fault of the simulator");
        stage.wechat().inject(Fault::always(kind.clone()));
        for (action, more, asks_wechat, _) in actions() {
            if asks_wechat {
                let told = refused(&stage, &person, action, &more).await;
                assert_eq!(told, "unavailable wechat", "{action} {kind:?}");
            } else {
                stage.done(action, Some(&person), more).await;
            }
        }
        stage.wechat().clear_faults();
    }
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_operator_must_mend_is_told_from_what_passes() {
    let stage = Stage::open().await;
    let person = stage.person("oFAULTS").await;
    for (errcode, told) in [
        (40_125, "misconfigured"),
        (40_164, "misconfigured"),
        (45_011, "rate_limited"),
        (45_009, "unavailable wechat"),
    ] {
        let kind = serde_json::from_value(json!({"kind": "errcode", "errcode": errcode}));
        stage.wechat().inject(Fault::always(kind.expect("a fault of the simulator")));
        for action in ["phone_number", "access_token"] {
            let more = if action == "phone_number" { json!({"code": "0123456789abcdef"}) } else { json!({}) };
            assert_eq!(refused(&stage, &person, action, &more).await, told, "{errcode}");
        }
        stage.wechat().clear_faults();
    }
    stage.close().await;
}

/// What WeChat says of a login's code, or of a signature, where there is none.
#[tokio::test(flavor = "multi_thread")]
async fn an_errcode_that_belongs_to_another_call_is_no_answer_of_wechats() {
    let stage = Stage::open().await;
    let person = stage.person("oFAULTS").await;
    let mut checked = goods("order_00000002");
    checked["check_session_key"] = true.into();
    let asked = [
        (
            "access_token",
            "/cgi-bin/stable_token",
            None,
            json!({}),
            &[40_029, 41_008, 40_163, 40_226, 87_007, 87_009][..],
        ),
        (
            "sign_virtual_payment",
            "/wxa/checksession",
            Some(&person),
            checked,
            &[40_029, 41_008, 40_163, 40_226],
        ),
    ];
    for (action, path, person, more, errcodes) in asked {
        for errcode in errcodes {
            let kind = serde_json::from_value(json!({"kind": "errcode", "errcode": errcode}));
            stage.wechat().inject(Fault::always(kind.expect("a fault of the simulator")).on(path));
            let told = stage.refused(action, person, more.clone()).await;
            assert_eq!(told, "unavailable wechat", "{action} {errcode}");
            stage.wechat().clear_faults();
            stage.clock.advance(31);
        }
    }
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_do_not_answer_are_told_as_such_and_only_where_they_are_asked() {
    let stage = Stage::open().await;
    let person = stage.person("oFAULTS").await;
    for fault in [Tables::Throttle { times: None }, Tables::InternalError { times: None }] {
        stage.service.dynamodb.proxy().inject(fault).await;
        for (action, more, _, asks_table) in actions() {
            if asks_table {
                assert_eq!(refused(&stage, &person, action, &more).await, "unavailable tables", "{action}");
            } else {
                stage.done(action, None, more).await;
            }
        }
        stage.service.dynamodb.proxy().clear().await;
    }
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_that_do_not_answer_are_told_as_such_until_there_is_a_last_good_value() {
    for (fault, told) in [(Secrets::Down, "unavailable secrets"), (Secrets::Denied, "misconfigured")] {
        let stage = Stage::open().await;
        let person = stage.person("oFAULTS").await;
        stage.service.secrets.set_fault(fault);
        for (action, more, ..) in actions() {
            assert_eq!(refused(&stage, &person, action, &more).await, told, "{action}");
        }
        stage.service.secrets.set_fault(Secrets::None);
        stage.clock.advance(61);
        stage.done("sign_virtual_payment", Some(&person), goods("order_00000003")).await;
        stage.service.secrets.set_fault(fault);
        stage.clock.advance(301);
        stage.done("sign_virtual_payment", Some(&person), goods("order_00000004")).await;
        stage.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_cannot_be_read_is_for_the_operator() {
    let stage = Stage::open().await;
    let person = stage.person("oDAMAGED").await;
    let update = json!({"TableName": "UsersTable", "Key": {"user_id": {"S": person.user_id}},
        "UpdateExpression": "SET blocked = :junk", "ExpressionAttributeValues": {":junk": {"S": "no map"}}});
    stage.service.dynamodb.items().update(update).expect("the table takes it");
    let told = stage.refused("sign_virtual_payment", Some(&person), goods("order_00000001")).await;
    assert_eq!(told, "record_damaged");
    assert!(stage.lines().iter().any(|line| line["function"] == "wechat" && line["operator"].is_object()));
    stage.close().await;
}
