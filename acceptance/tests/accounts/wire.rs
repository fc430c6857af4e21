//! Requests that cannot be done, faults, and who is told what.

use aws_emulator::dynamodb::Fault;
use serde_json::{Value, json};

use crate::support::{ACTOR, Person, START, Stage};

/// One good request for each action, about `person`.
fn every_action(person: &Person) -> Vec<(&'static str, Value)> {
    let user = &person.user_id;
    vec![
        ("get", json!({"user_id": user})),
        ("find_by_openid", json!({"app_id": wechat_simulator::DEFAULT_APP.0, "openid": person.openid})),
        ("find_by_unionid", json!({"unionid": "oUNION"})),
        ("find_by_external_id", json!({"external_id": "crm:4711"})),
        ("set_roles", json!({"user_id": user, "version": 0, "roles": ["staff"]})),
        ("set_claims", json!({"user_id": user, "version": 1, "claims": {"tier": "gold"}})),
        ("set_external_id", json!({"user_id": user, "version": 2, "external_id": "crm:4711"})),
        ("list_sessions", json!({"user_id": user})),
        ("end_sessions", json!({"user_id": user})),
        ("block", json!({"user_id": user, "reason": "spam"})),
        ("block", json!({"user_id": user, "reason": "spam", "until": START + 60})),
        ("unblock", json!({"user_id": user})),
        ("erase", json!({"user_id": user})),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_is_one_audit_event_with_its_actor_and_its_outcome() {
    let stage = Stage::open().await;
    let person = Person::new("oAUDITED");
    let (_, session) = stage.log_in(&person).await;
    let end = json!({"user_id": person.user_id, "session_id": session});
    let mut asked = vec![("end_session", end)];
    asked.extend(every_action(&person));
    for (action, request) in &asked {
        let answer = stage.ask(action, request.clone()).await;
        assert!(answer["result"].is_object(), "{action}: {answer}");
    }
    stage.refused("get", &person, json!({})).await;
    stage.ask("get", json!({"user_id": "nobody"})).await;
    let events: Vec<Value> =
        stage.lines().into_iter().filter(|line| line["audit"] == "account_control").collect();
    assert_eq!(events.len(), asked.len() + 2);
    for ((action, _), event) in asked.iter().zip(&events) {
        assert_eq!(
            (&event["action"], &event["actor"], &event["outcome"]),
            (&json!(action), &json!(ACTOR), &json!("ok"))
        );
        let by_name = ["find_by_unionid", "find_by_external_id"].contains(action);
        assert_eq!(event["user_id"] == person.user_id, !by_name, "{event}");
        // Nothing of what was set, and no name of the user.
        let known = [
            "timestamp",
            "level",
            "message",
            "function",
            "audit",
            "request_id",
            "user_id",
            "action",
            "actor",
            "outcome",
            "reason",
            "until",
            "ended_session_id",
        ];
        assert!(
            event.as_object().expect("an object").keys().all(|name| known.contains(&name.as_str())),
            "{event}"
        );
    }
    let blocks: Vec<_> = events.iter().filter(|event| event["action"] == "block").collect();
    assert_eq!(blocks.iter().map(|event| &event["reason"]).collect::<Vec<_>>(), ["spam", "spam"]);
    // What was blocked can be blocked again from these, for as long: docs/operations.md.
    assert_eq!([blocks[0].get("until"), blocks[1].get("until")], [None, Some(&json!(START + 60))]);
    let last: Vec<_> = events[asked.len()..].iter().map(|event| event["outcome"].as_str()).collect();
    assert_eq!(last, [Some("not_found"), Some("invalid_request")]);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_is_answered_with_a_word_and_quotes_nothing() {
    let stage = Stage::open().await;
    let user = "12bbf084-f063-861b-9b20-51bba2f93072";
    let with = |change: Value| {
        let mut request = json!({"action": "get", "actor": "ops", "user_id": user});
        for (name, value) in change.as_object().expect("an object") {
            request[name] = value.clone();
        }
        request.to_string()
    };
    for (event, reason) in [
        (with(json!({"user_id": "canary"})), "user_id_form"),
        (with(json!({"canary": 1})), "request_form"),
        (with(json!({"action": "canary"})), "request_form"),
        (with(json!({"actor": "canary\n"})), "actor_form"),
        (with(json!({"actor": ["canary"]})), "request_form"),
        (with(json!({"action": "block", "reason": "Canary!"})), "reason_form"),
        (with(json!({"action": "block", "reason": "canary", "until": 1})), "until_form"),
        (with(json!({"action": "set_claims", "version": 0, "claims": {"canary": null}})), "claim_value"),
        (with(json!({"action": "set_claims", "version": 0, "claims": {"canary": "\u{0}"}})), "claim_value"),
        (with(json!({"action": "set_claims", "version": 0, "claims": {"canary": 1e300}})), "claim_number"),
        (with(json!({"action": "set_roles", "version": 0, "roles": ["canary canary"]})), "role_form"),
        ("\"canary\"".to_owned(), "request_form"),
        ("[\"get\",\"canary\"]".to_owned(), "request_form"),
        ("7".to_owned(), "request_form"),
        ("null".to_owned(), "request_form"),
        // What the gateway of another stack would send.
        (
            json!({"httpMethod": "POST", "path": "/canary", "body": with(json!({}))}).to_string(),
            "request_form",
        ),
    ] {
        let answer = stage.invoke("accounts", &event).await;
        assert_eq!(answer, json!({"error": {"code": "invalid_request", "reason": reason}}), "{event}");
    }
    let said = stage.lines().iter().map(Value::to_string).collect::<String>();
    assert!(!said.contains("canary") && !said.contains("Canary"), "{said}");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_the_text_shows_is_refused() {
    let stage = Stage::open().await;
    let person = Person::new("oTWICE");
    let (token, _) = stage.log_in(&person).await;
    let user = &person.user_id;
    for (text, reason) in [
        (format!(r#"{{"action":"get","action":"erase","actor":"ops","user_id":"{user}"}}"#), "request_form"),
        (format!(r#"{{"action":"erase","actor":"a","actor":"b","user_id":"{user}"}}"#), "request_form"),
        (format!(r#"{{"action":"erase","actor":"\ud800","user_id":"{user}"}}"#), "request_form"),
        (
            format!(
                r#"{{"action":"set_claims","actor":"ops","user_id":"{user}","version":0,"claims":{{"a":1,"a":2}}}}"#
            ),
            "claim_twice",
        ),
    ] {
        let answer = stage.invoke("accounts", &text).await;
        assert_eq!(answer, json!({"error": {"code": "invalid_request", "reason": reason}}), "{text}");
    }
    assert_eq!(stage.status("GET", "/me", &token).await, 200);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_do_not_answer_are_told_as_such_and_change_nothing() {
    let stage = Stage::open().await;
    let person = Person::new("oFAULT");
    let (token, session) = stage.log_in(&person).await;
    let mut asked = every_action(&person);
    asked.push(("end_session", json!({"user_id": person.user_id, "session_id": session})));
    let record = stage.record(&person);
    for fault in [Fault::Throttle { times: None }, Fault::InternalError { times: None }] {
        stage.service.dynamodb.proxy().inject(fault).await;
        for (action, request) in &asked {
            let answer = stage.ask(action, request.clone()).await;
            assert_eq!(answer, json!({"error": {"code": "store_unavailable"}}), "{action}");
        }
        stage.service.dynamodb.proxy().clear().await;
        assert_eq!(stage.record(&person), record);
    }
    assert_eq!(stage.status("GET", "/me", &token).await, 200);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_whose_first_answer_is_lost_is_done_once_and_told_as_done() {
    let stage = Stage::open().await;
    let person = Person::new("oLOST");
    stage.log_in(&person).await;
    for (action, request) in
        every_action(&person).into_iter().filter(|(action, _)| !action.starts_with("find"))
    {
        let writes: &[&str] = &["UpdateItem", "PutItem"];
        stage.service.dynamodb.proxy().inject_on(writes, Fault::AnswerLost { times: Some(1) }).await;
        let answer = stage.ask(action, request).await;
        stage.service.dynamodb.proxy().clear().await;
        assert!(answer["result"].is_object(), "{action}: {answer}");
        assert_ne!(answer["result"]["ended"], false, "{action}");
        assert_ne!(answer["result"]["was_blocked"], false, "{action}");
        if action == "set_external_id" {
            assert_eq!(stage.done("get", &person, json!({})).await["version"], 3);
        }
    }
    stage.close().await;
}
