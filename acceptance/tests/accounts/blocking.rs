//! Nobody who is blocked passes anywhere, from the next request on.

use serde_json::{Value, json};

use crate::support::{Person, START, Stage};

/// Every route that wants a session, but for the logout: a session that has ended is logged out.
const ROUTES: [(&str, &str); 12] = [
    ("GET", "/session"),
    ("GET", "/me"),
    ("GET", "/staff"),
    ("GET", "/sessions"),
    ("DELETE", "/sessions"),
    ("DELETE", "/sessions/018bcfe5-6800-7000-8000-000000000000"),
    ("DELETE", "/me"),
    ("POST", "/open-data/decrypt"),
    ("POST", "/open-data/verify"),
    ("GET", "/session-key"),
    ("POST", "/session-key/reset"),
    ("POST", "/phone-number"),
];

const FLAVOURS: [&str; 6] = ["rest-token", "rest-request", "http-1.0", "http-2.0", "websocket", "appsync"];

/// What each flavour of the authorizer says of a token.
async fn flavours(stage: &Stage, token: &str) -> Vec<String> {
    let mut said = Vec::new();
    for flavour in FLAVOURS {
        let file = format!("{}/../events/authorizer-{flavour}.json", env!("CARGO_MANIFEST_DIR"));
        let event = std::fs::read_to_string(file).expect("a recorded event");
        let known = "wxs_ErvwhPBjhhubIFG7ovkwcgABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f3EAkZi";
        assert!(event.contains(known), "{flavour}");
        let answer = stage.invoke("authorizer", &event.replace(known, token)).await;
        let effect = &answer["policyDocument"]["Statement"][0]["Effect"];
        said.push(effect.as_str().map_or_else(|| answer["isAuthorized"].to_string(), str::to_owned));
    }
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_moment_a_block_is_answered_every_route_and_every_flavour_refuses() {
    let stage = Stage::open().await;
    let person = Person::new("oBLOCKED");
    let ((one, _), (two, _)) = (stage.log_in(&person).await, stage.log_in(&person).await);
    let allowed = ["Allow", "Allow", "Allow", "true", "Allow", "true"];
    assert_eq!(flavours(&stage, &one).await, allowed);
    let blocked = stage.done("block", &person, json!({"reason": "spam"})).await;
    assert_eq!(blocked, json!({"blocked": {"since": START, "reason": "spam"}}));
    let refused = ["Deny", "Deny", "Deny", "false", "Deny", "false"];
    for token in [&one, &two] {
        assert_eq!(flavours(&stage, token).await, refused);
        for (method, path) in ROUTES {
            let reply = stage.call(method, path, token).await;
            assert_eq!(
                (reply.status, reply.code()),
                (401, "session_invalid"),
                "{method} {path}: {}",
                reply.text
            );
        }
    }
    assert_eq!(stage.call("GET", "/session", &one).await.body["ended"], "blocked");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_login_of_a_blocked_user_trades_the_code_and_leaves_no_session() {
    let stage = Stage::open().await;
    let person = Person::new("oBLOCKED");
    stage.log_in(&person).await;
    stage.done("block", &person, json!({"reason": "spam", "until": START + 60})).await;
    let (before, record) = (stage.sessions(&person), stage.record(&person));
    let code = stage.service.simulator.mint_code(wechat_simulator::DEFAULT_APP.0, Some(&person.openid));
    let ask = || stage.client.request("POST", "/login").json(&json!({"code": code})).send();
    let reply = ask().await.expect("an answer");
    assert_eq!((reply.status, reply.code()), (403, "user_blocked"), "{}", reply.text);
    assert_eq!(reply.body["until"], START + 60);
    assert!(
        reply.body.get("reason").is_none() && !reply.text.contains("spam"),
        "the user never sees the reason"
    );
    assert!(!reply.headers.contains_key("www-authenticate"));
    assert_eq!(ask().await.expect("an answer").code(), "login_code_used");
    assert_eq!((stage.sessions(&person), stage.record(&person)), (before, record), "nothing was written");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_without_end_names_none() {
    let stage = Stage::open().await;
    let person = Person::new("oBLOCKED");
    stage.done("block", &person, json!({"reason": "spam", "until": null})).await;
    let reply = stage.post_login(&person, json!({})).await;
    assert_eq!((reply.status, reply.code()), (403, "user_blocked"));
    assert!(reply.body.get("until").is_none(), "{}", reply.text);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unblocking_revives_no_session_and_lets_the_user_log_in() {
    let stage = Stage::open().await;
    let person = Person::new("oBLOCKED");
    let (token, _) = stage.log_in(&person).await;
    stage.done("block", &person, json!({"reason": "spam"})).await;
    assert_eq!(stage.done("unblock", &person, json!({})).await, json!({"was_blocked": true}));
    assert_eq!(stage.done("unblock", &person, json!({})).await, json!({"was_blocked": false}));
    assert_eq!(stage.status("GET", "/me", &token).await, 401);
    let (fresh, _) = stage.log_in(&person).await;
    assert_eq!(stage.status("GET", "/me", &fresh).await, 200);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_ends_in_its_second_and_revives_nothing() {
    let stage = Stage::open().await;
    let person = Person::new("oBLOCKED");
    let (old, _) = stage.log_in(&person).await;
    stage.done("block", &person, json!({"reason": "cooling_down", "until": START + 60})).await;
    stage.service.clock.set(START + 59);
    assert_eq!(stage.post_login(&person, json!({})).await.code(), "user_blocked");
    stage.service.clock.set(START + 60);
    let (token, _) = stage.log_in(&person).await;
    assert_eq!(stage.status("GET", "/me", &token).await, 200);
    assert_eq!(stage.status("GET", "/me", &old).await, 401);
    // It is on record still, and blocks nobody; lifting it costs the user nothing.
    let account = stage.done("get", &person, json!({})).await;
    assert_eq!(account["blocked"]["until"], START + 60);
    stage.done("unblock", &person, json!({})).await;
    assert_eq!(stage.status("GET", "/me", &token).await, 200);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_never_seen_can_be_blocked() {
    let stage = Stage::open().await;
    let person = Person::new("oNEVER");
    let find = json!({"app_id": wechat_simulator::DEFAULT_APP.0, "openid": person.openid});
    let found = stage.ask("find_by_openid", find.clone()).await;
    assert_eq!(
        found["result"],
        json!({"users": [{"user_id": person.user_id, "exists": false}], "truncated": false})
    );
    stage.done("block", &person, json!({"reason": "fraud_ring"})).await;
    let account = stage.done("get", &person, json!({})).await;
    let nobody = json!({"user_id": person.user_id, "blocked": {"since": START, "reason": "fraud_ring"}, "roles": [],
        "claims": {}, "version": 0, "sessions": 0});
    assert_eq!(account, nobody);
    assert_eq!(stage.post_login(&person, json!({})).await.code(), "user_blocked");
    assert_eq!(stage.sessions(&person), 0);
    stage.done("unblock", &person, json!({})).await;
    let reply = stage.post_login(&person, json!({})).await;
    assert_eq!((reply.status, &reply.body["user"]["is_new"]), (200, &Value::Bool(true)), "{}", reply.text);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_block_takes_the_place_of_an_earlier_one() {
    let stage = Stage::open().await;
    let person = Person::new("oBLOCKED");
    stage.done("block", &person, json!({"reason": "spam", "until": START + 60})).await;
    stage.service.clock.advance(30);
    stage.done("block", &person, json!({"reason": "fraud"})).await;
    let account = stage.done("get", &person, json!({})).await;
    assert_eq!(account["blocked"], json!({"since": START + 30, "reason": "fraud"}));
    stage.service.clock.advance(3_600);
    assert_eq!(stage.post_login(&person, json!({})).await.code(), "user_blocked");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_that_cannot_be_read_lets_nobody_in() {
    let stage = Stage::open().await;
    for damaged in [json!({"S": "no"}), json!({"BOOL": false}), json!({"M": {}}), json!({"NULL": true})] {
        let person = Person::new("oDAMAGED");
        let (token, _) = stage.log_in(&person).await;
        stage.damage(&person, "blocked", &damaged);
        assert_eq!(stage.status("GET", "/me", &token).await, 401, "{damaged}");
        let reply = stage.post_login(&person, json!({})).await;
        assert_eq!((reply.status, reply.code()), (503, "store_unavailable"), "{damaged}");
        assert_eq!(stage.refused("get", &person, json!({})).await, "record_damaged");
        let remove = json!({"TableName": "UsersTable", "Key": {"user_id": {"S": person.user_id}}});
        stage.service.dynamodb.items().delete(remove).expect("the table lets it go");
    }
    stage.close().await;
}
