//! What the page's buttons do.

use serde_json::{Value, json};

use super::support::{PERSON, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_shown_and_can_be_switched_off() {
    let stage = Stage::open().await;
    let fine = stage.get("/_page/state").await.body;
    assert_eq!((&fine["wechat"], &fine["dynamodb"]), (&json!("fine"), &json!("fine")));
    for (wechat, status) in [("busy", 503), ("garbage", 503), ("slow", 200), ("fine", 200)] {
        let shown = stage.post("/_page/faults", &json!({ "wechat": wechat })).await.body;
        assert_eq!(shown["wechat"], wechat);
        let code = stage.code().await;
        let login = stage.post("/login", &json!({ "code": code })).await;
        assert!(
            login.status == status || (wechat == "garbage" && login.status == 502),
            "{wechat}: {}",
            login.text
        );
    }
    let shown = stage.post("/_page/faults", &json!({ "dynamodb": "down" })).await.body;
    assert_eq!((&shown["wechat"], &shown["dynamodb"]), (&json!("fine"), &json!("down")));
    let code = stage.code().await;
    assert_eq!(stage.post("/login", &json!({ "code": code })).await.status, 503);
    stage.post("/_page/faults", &json!({ "dynamodb": "fine", "wechat": "busy" })).await;
    let reset = stage.post("/_page/reset", &json!({})).await.body;
    assert_eq!((&reset["wechat"], &reset["dynamodb"]), (&json!("fine"), &json!("fine")));
    stage.login().await;
    for unknown in [json!({ "wechat": "other" }), json!({ "dynamodb": "gone" }), json!({ "aws": "down" })] {
        assert_eq!(stage.post("/_page/faults", &unknown).await.status, 422, "{unknown}");
    }
    stage.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_of_somebody_else_is_not_called_one_of_ours() {
    let stage = Stage::open().await;
    let simulator = &stage.service.simulator;
    simulator.inject(wechat_simulator::Fault::once(wechat_simulator::FaultKind::Silent));
    stage.service.dynamodb.proxy().inject(aws_emulator::dynamodb::Fault::UnprocessedKeys).await;
    let shown = stage.get("/_page/state").await.body;
    assert_eq!((&shown["wechat"], &shown["dynamodb"]), (&json!("other"), &json!("other")));
    stage.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_is_the_stored_one_without_its_secrets() {
    let stage = Stage::open().await;
    assert_eq!(stage.record().await["sessions"], json!([]));
    let login = stage.login().await.body;
    let record = stage.record().await;
    let session = &record["sessions"][0];
    assert_eq!(session["session_id"], login["session"]["id"]);
    assert_eq!(session["expires_at"], login["expires_at"]);
    assert_eq!(session["state"], "active");
    assert_eq!((&session["openid"], &record["user"]["openid"]), (&json!(null), &json!("…")));
    assert_eq!(record["listed"], json!([session["session_id"]]), "the user's list names it");
    assert_eq!(session["sk"].as_str().map(|hash| hash.chars().count()), Some(9));
    assert!(record["user"]["session_key"].as_str().is_some_and(|key| key.ends_with(" bytes")), "{record}");
    stage.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn expiring_ends_the_named_session_only() {
    let stage = Stage::open().await;
    let (first, second) = (stage.login().await.body, stage.login().await.body);
    let wanted = json!({ "person": PERSON, "session_id": first["session"]["id"] });
    assert_eq!(stage.post("/_page/expire", &wanted).await.status, 200);
    let status = async |login: &Value| {
        let token = login["token"].as_str().expect("a token").to_owned();
        stage.call("GET", "/me", &token).await.status
    };
    assert_eq!((status(&first).await, status(&second).await), (401, 200));
    let other = json!({ "person": "person-0002", "session_id": second["session"]["id"] });
    assert_eq!(stage.post("/_page/expire", &other).await.status, 404);
    assert_eq!(status(&second).await, 200);
    stage.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_moves_for_everybody_and_comes_back() {
    let stage = Stage::open().await;
    let login = stage.login().await.body;
    let token = login["token"].as_str().expect("a token").to_owned();
    let moved = stage.post("/_page/clock", &json!({ "seconds": 86_400 })).await.body;
    assert_eq!(moved["clock_offset_seconds"], 86_400);
    assert_eq!(stage.call("GET", "/me", &token).await.status, 401);
    let back = stage.post("/_page/clock", &json!({ "seconds": -86_400 })).await.body;
    assert_eq!(back["clock_offset_seconds"], 0);
    for seconds in [i64::MAX, i64::MIN] {
        assert_eq!(stage.post("/_page/clock", &json!({ "seconds": seconds })).await.status, 400);
    }
    stage.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotated_session_key_makes_the_stored_one_stale() {
    let stage = Stage::open().await;
    let login = stage.login().await.body;
    let token = login["token"].as_str().expect("a token").to_owned();
    let valid = async || stage.call("GET", "/session-key", &token).await.body["valid"].clone();
    assert_eq!(valid().await, true);
    assert_eq!(stage.post("/_page/rotate", &json!({ "person": PERSON })).await.status, 200);
    assert_eq!(valid().await, false);
    stage.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_closes_the_wechat_account_is_gone() {
    let stage = Stage::open().await;
    let login = stage.login().await.body;
    let token = login["token"].as_str().expect("a token").to_owned();
    let closed = stage.post("/_page/cancel", &json!({ "person": PERSON })).await.body;
    assert_eq!(closed, json!({ "is_taken": true }));
    let gone = async {
        while stage.call("GET", "/session", &token).await.status != 401 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), gone).await.expect("the account is erased");
    stage.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_what_the_bus_was_told_and_nothing_secret() {
    let stage = Stage::with_a_bus().await;
    assert_eq!(stage.get("/_page/told").await.body, json!({ "events": [] }));
    let login = stage.login().await.body;
    stage.post("/_page/cancel", &json!({ "person": PERSON })).await;
    let kinds = ["user.created", "user.erased", "user.logged_in", "wechat.pushed"];
    let all = async {
        loop {
            let told = stage.get("/_page/told").await;
            let events = told.body["events"].as_array().cloned().unwrap_or_default();
            if kinds.iter().all(|kind| events.iter().any(|event| event["kind"] == *kind)) {
                return (events, told.text);
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let (events, text) =
        tokio::time::timeout(std::time::Duration::from_secs(20), all).await.expect("they are told");
    let logged_in = events.iter().find(|event| event["kind"] == "user.logged_in").expect("it is there");
    assert_eq!(logged_in["detail"]["session_id"], login["session"]["id"]);
    let token = login["token"].as_str().expect("a token");
    assert!(!text.contains(token) && !text.to_ascii_lowercase().contains("openid"), "{text}");
    stage.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_a_name_and_nothing_else() {
    let stage = Stage::open().await;
    for person in ["", "short", "with spaces", "../../etc", &"x".repeat(65)] {
        let reply = stage.post("/_page/wx/login", &json!({ "person": person })).await;
        assert_eq!(reply.status, 400, "{person}");
    }
    assert_eq!(stage.post("/_page/wx/scanCode", &json!({ "person": PERSON })).await.status, 404);
    stage.service.stop().await;
}
