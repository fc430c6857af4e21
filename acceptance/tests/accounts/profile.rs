//! Roles, claims and the external id are in force at the next request.

use serde_json::{Value, json};

use crate::support::{Person, START, Stage};

/// The context that the function behind the authorizer gets.
async fn context(stage: &Stage, token: &str) -> Value {
    let event = json!({"type": "TOKEN", "authorizationToken": format!("Bearer {token}"),
        "methodArn": "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/v1/GET/me"});
    stage.invoke("authorizer", &event.to_string()).await["context"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_there_at_the_next_request_and_gone_at_the_one_after_it_was_taken() {
    let stage = Stage::open().await;
    let person = Person::new("oSTAFF");
    let (token, _) = stage.log_in(&person).await;
    let reply = stage.call("GET", "/staff", &token).await;
    assert_eq!((reply.status, reply.code()), (403, "role_missing"));
    assert_eq!(
        stage.done("set_roles", &person, json!({"version": 0, "roles": ["staff", "editor"]})).await,
        json!({"version": 1})
    );
    assert_eq!(stage.status("GET", "/staff", &token).await, 200);
    stage.done("set_roles", &person, json!({"version": 1, "roles": []})).await;
    assert_eq!(stage.status("GET", "/staff", &token).await, 403);
    assert_eq!(stage.status("GET", "/session", &token).await, 200, "the session is as good as before");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_set_is_handed_on_as_it_is_and_told_back_with_its_types() {
    let stage = Stage::open().await;
    let person = Person::new("oCLAIMS");
    let (token, _) = stage.log_in(&person).await;
    let none = context(&stage, &token).await;
    for absent in ["roles", "external_id"] {
        assert!(none.get(absent).is_none(), "{none}");
    }
    assert_eq!(none["auth_time"], START.to_string());
    let claims = json!({"tier": "gold \"1\" \\ 研发", "level": 3, "rate": -0.25, "beta": false});
    stage.done("set_claims", &person, json!({"version": 0, "claims": claims})).await;
    stage.done("set_external_id", &person, json!({"version": 1, "external_id": "crm:4711"})).await;
    stage.done("set_roles", &person, json!({"version": 2, "roles": ["b", "a", "b"]})).await;
    let account = stage.done("get", &person, json!({})).await;
    let told = ["roles", "claims", "external_id", "version"].map(|name| account[name].clone());
    assert_eq!(told, [json!(["a", "b"]), claims, json!("crm:4711"), json!(3)]);
    let handed_on = context(&stage, &token).await;
    for (name, value) in [
        ("roles", "a b"),
        ("external_id", "crm:4711"),
        ("claim_tier", "gold \"1\" \\ 研发"),
        ("claim_level", "3"),
        ("claim_rate", "-0.25"),
        ("claim_beta", "false"),
    ] {
        assert_eq!(handed_on[name], value, "{handed_on}");
    }
    stage.done("set_external_id", &person, json!({"version": 3, "external_id": null})).await;
    stage.done("set_claims", &person, json!({"version": 4, "claims": {}})).await;
    let handed_on = context(&stage, &token).await;
    assert!(handed_on.get("external_id").is_none() && handed_on.get("claim_tier").is_none(), "{handed_on}");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_of_the_login_stays_that_of_the_session() {
    let stage = Stage::open().await;
    let person = Person::new("oAUTHTIME");
    let (old, _) = stage.log_in(&person).await;
    stage.service.clock.advance(7_200);
    let (new, _) = stage.log_in(&person).await;
    assert_eq!(stage.status("GET", "/session", &old).await, 200);
    assert_eq!(context(&stage, &old).await["auth_time"], START.to_string());
    assert_eq!(context(&stage, &new).await["auth_time"], (START + 7_200).to_string());
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_changes_on_one_version_one_is_made() {
    let stage = Stage::open().await;
    let person = Person::new("oRACE");
    stage.log_in(&person).await;
    let change = |role: String| {
        let (stage, person) = (&stage, &person);
        async move {
            let request = json!({"version": 0, "roles": [role], "user_id": person.user_id});
            stage.ask("set_roles", request).await
        }
    };
    let answers = futures_util::future::join_all((0..8).map(|i| change(format!("role{i}")))).await;
    let made = answers.iter().filter(|answer| answer["result"]["version"] == 1).count();
    let refused = json!({"error": {"code": "version_conflict", "version": 1}});
    assert_eq!((made, answers.iter().filter(|answer| **answer == refused).count()), (1, 7), "{answers:?}");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_never_logged_in_has_no_roles() {
    let stage = Stage::open().await;
    let person = Person::new("oNEVER");
    let roles = json!({"version": 0, "roles": ["staff"]});
    assert_eq!(stage.refused("set_roles", &person, roles.clone()).await, "not_found");
    stage.done("block", &person, json!({"reason": "spam"})).await;
    assert_eq!(stage.refused("set_roles", &person, roles).await, "not_found");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_and_claims_that_cannot_be_read_let_nobody_pass() {
    let stage = Stage::open().await;
    for (attribute, value) in [
        ("roles", json!({"S": "admin,staff"})),
        ("roles", json!({"SS": ["staff"]})),
        ("claims", json!({"S": "{\"tier\":\"gold\"}"})),
        ("claims", json!({"S": "sub=1:x"})),
        ("external_id", json!({"S": "a b"})),
    ] {
        let person = Person::new("oDAMAGED");
        let (token, _) = stage.log_in(&person).await;
        stage.damage(&person, attribute, &value);
        assert_eq!(stage.status("GET", "/me", &token).await, 401, "{attribute}: {value}");
        assert_eq!(stage.refused("get", &person, json!({})).await, "record_damaged", "{attribute}: {value}");
        let remove = json!({"TableName": "UsersTable", "Key": {"user_id": {"S": person.user_id}}});
        stage.service.dynamodb.items().delete(remove).expect("the table lets it go");
    }
    assert!(
        stage
            .lines()
            .iter()
            .any(|line| line["operator"]["cause"].as_str().is_some_and(|cause| cause.contains("roles")))
    );
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_lost_only_the_openid_is_damaged_and_not_that_of_nobody() {
    let stage = Stage::open().await;
    let person = Person::new("oNAMELESS");
    let (token, _) = stage.log_in(&person).await;
    let loss = json!({"TableName": "UsersTable", "Key": {"user_id": {"S": person.user_id}}, "UpdateExpression": "REMOVE openid"});
    stage.service.dynamodb.items().update(loss).expect("the table takes it");
    for action in ["get", "erase", "end_sessions"] {
        assert_eq!(stage.refused(action, &person, json!({})).await, "record_damaged", "{action}");
    }
    assert_eq!(stage.status("GET", "/me", &token).await, 401);
    stage.close().await;
}
