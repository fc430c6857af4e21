//! What stays of whom.

use serde_json::{Value, json};
use wechat_simulator::DEFAULT_APP;

use crate::support::{Person, START, Stage};

fn names(record: &Value) -> Vec<&str> {
    record.as_object().expect("a record").keys().map(String::as_str).collect()
}

async fn known(stage: &Stage) -> (Person, String) {
    let person = Person::new("oERASED");
    stage.bind(&person, "oUNIONERASED");
    let (token, _) = stage.log_in(&person).await;
    stage.done("set_roles", &person, json!({"version": 0, "roles": ["staff"]})).await;
    stage.done("set_claims", &person, json!({"version": 1, "claims": {"tier": "gold"}})).await;
    stage.done("set_external_id", &person, json!({"version": 2, "external_id": "crm:4711"})).await;
    (person, token)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_erased_user_nothing_stays_but_a_nameless_list_for_a_day() {
    let stage = Stage::open().await;
    let (person, token) = known(&stage).await;
    assert_eq!(stage.done("erase", &person, json!({})).await, json!({"ended": true}));
    assert_eq!(stage.done("erase", &person, json!({})).await, json!({"ended": false}));
    // After a restore this is how the operator knows whom to erase again: docs/operations.md.
    let lines = stage.lines();
    let deleted: Vec<_> = lines.iter().filter(|line| line["audit"] == "user_deleted").collect();
    let [deleted] = deleted[..] else { panic!("once: {deleted:?}") };
    assert_eq!((&deleted["user_id"], &deleted["function"]), (&json!(person.user_id), &json!("accounts")));
    assert_eq!(stage.call("GET", "/session", &token).await.body["ended"], "deleted");
    let record = stage.record(&person).expect("it stays for a day");
    assert_eq!(names(&record), ["live", "ttl", "user_id"]);
    for action in ["get", "list_sessions"] {
        assert_eq!(stage.refused(action, &person, json!({})).await, "not_found", "{action}");
    }
    let roles = json!({"version": 0, "roles": ["staff"]});
    assert_eq!(stage.refused("set_roles", &person, roles).await, "not_found");
    let by_openid = json!({"app_id": DEFAULT_APP.0, "openid": person.openid});
    assert_eq!(stage.ask("find_by_openid", by_openid).await["result"]["users"][0]["exists"], false);
    for (action, request) in [
        ("find_by_unionid", json!({"unionid": "oUNIONERASED"})),
        ("find_by_external_id", json!({"external_id": "crm:4711"})),
    ] {
        assert_eq!(stage.ask(action, request).await["result"]["users"], json!([]), "{action}");
    }
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_began_at_the_time_that_is_given_or_later_stays() {
    let stage = Stage::open().await;
    let (person, token) = known(&stage).await;
    for before in [START - 1, START] {
        let answer = stage.done("erase", &person, json!({"created_before": before})).await;
        assert_eq!(answer, json!({"ended": false, "newer": true}), "{before}");
    }
    assert_eq!(stage.status("GET", "/me", &token).await, 200);
    let before = json!({"created_before": START + 1});
    assert_eq!(stage.done("erase", &person, before.clone()).await, json!({"ended": true}));
    assert_eq!(stage.status("GET", "/me", &token).await, 401);
    assert_eq!(stage.done("erase", &person, before.clone()).await, json!({"ended": false}));
    assert_eq!(stage.done("erase", &Person::new("oNOBODY"), before).await, json!({"ended": false}));
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_after_an_erasure_has_no_roles_and_starts_anew() {
    let stage = Stage::open().await;
    let (person, old) = known(&stage).await;
    stage.done("erase", &person, json!({})).await;
    let reply = stage.post_login(&person, json!({})).await;
    assert_eq!((reply.status, &reply.body["user"]["is_new"]), (200, &Value::Bool(true)));
    let account = stage.done("get", &person, json!({})).await;
    assert_eq!(
        (&account["roles"], &account["claims"], &account["version"]),
        (&json!([]), &json!({}), &json!(0))
    );
    assert!(account.get("external_id").is_none());
    // Of two accounts of one person, one after the other, each counts its changes: the time tells them apart.
    let former = account["created_at"].as_i64().expect("a time") - 1;
    let roles = json!({"version": 0, "created_at": former, "roles": ["staff"]});
    assert_eq!(stage.refused("set_roles", &person, roles).await, "version_conflict");
    let roles = json!({"version": 0, "created_at": account["created_at"], "roles": ["staff"]});
    assert_eq!(stage.done("set_roles", &person, roles).await, json!({"version": 1}));
    assert_eq!(stage.status("GET", "/me", &old).await, 401);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_blocked_user_the_block_stays_and_nothing_else() {
    let stage = Stage::open().await;
    let (person, _) = known(&stage).await;
    stage.done("block", &person, json!({"reason": "fraud"})).await;
    assert_eq!(stage.done("erase", &person, json!({})).await, json!({"ended": true}));
    let record = stage.record(&person).expect("the block is kept");
    assert_eq!(names(&record), ["blocked", "live", "user_id"]);
    let account = stage.done("get", &person, json!({})).await;
    assert_eq!(account["blocked"], json!({"since": START, "reason": "fraud"}));
    assert!(account.get("openid").is_none() && account.get("unionid").is_none());
    stage.service.clock.advance(400 * 86_400);
    stage.service.dynamodb.sweep().expect("a sweep");
    assert_eq!(
        stage.post_login(&person, json!({})).await.code(),
        "user_blocked",
        "erasing is no way around a block"
    );
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_with_an_end_outlives_the_account_until_then() {
    let stage = Stage::open().await;
    let (person, _) = known(&stage).await;
    stage.done("block", &person, json!({"reason": "fraud", "until": START + 10 * 86_400})).await;
    stage.done("erase", &person, json!({})).await;
    stage.service.clock.set(START + 9 * 86_400);
    stage.service.dynamodb.sweep().expect("a sweep");
    assert_eq!(stage.post_login(&person, json!({})).await.code(), "user_blocked");
    stage.service.clock.set(START + 11 * 86_400);
    stage.service.dynamodb.sweep().expect("a sweep");
    assert_eq!(stage.record(&person), None, "then it goes, too");
    assert_eq!(stage.post_login(&person, json!({})).await.status, 200);
    stage.close().await;
}
