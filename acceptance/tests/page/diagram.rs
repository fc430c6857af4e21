//! The arrows: the right ones, in order, and nothing secret in them.

use serde_json::json;

use super::support::{PERSON, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn a_login_and_a_protected_call_are_drawn_in_order() {
    let stage = Stage::open().await;
    let mut watcher = stage.watch().await;
    let login = stage.login().await;
    let token = login.body["token"].as_str().expect("a token");
    assert_eq!(stage.call("GET", "/me", token).await.status, 200);
    watcher.until("\"MeFunction\"").await;
    watcher.until("\"has_unionid\"").await;
    let expected = [
        "phone>wechat wx.login()",
        "wechat>phone ",
        "phone>gateway POST /login",
        "gateway>function LoginFunction",
        "function>wechat GET /sns/jscode2session",
        "wechat>function 200",
        "function>dynamodb GetItem Users",
        "dynamodb>function 200 GetItem",
        "function>dynamodb PutItem Sessions",
        "dynamodb>function 200 PutItem",
        "function>dynamodb UpdateItem Users",
        "dynamodb>function 200 UpdateItem",
        "function>gateway answer",
        "gateway>phone 200",
        "phone>gateway GET /me",
        "gateway>authorizer AuthorizerFunction",
        "authorizer>dynamodb BatchGetItem Sessions, Users",
        "dynamodb>authorizer 200 BatchGetItem",
        "authorizer>gateway Allow",
        "gateway>function MeFunction",
        "function>gateway answer",
        "gateway>phone 200",
    ];
    assert_eq!(watcher.drawn(), expected);
    let arrows = watcher.arrows();
    assert!(arrows.iter().all(|arrow| arrow["is_guess"] == false && arrow["request"].is_string()));
    let timed = arrows.iter().filter(|arrow| arrow["kind"] != "call" && arrow["from"] != "wechat");
    assert!(timed.clone().count() >= 8);
    assert!(timed.into_iter().all(|arrow| arrow["duration_ms"].as_f64().is_some_and(|ms| ms > 0.0)));
    stage.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_secret_is_in_the_events_the_record_or_the_state() {
    let stage = Stage::open().await;
    let mut watcher = stage.watch().await;
    let code = stage.code().await;
    let login = stage.post("/login", &json!({ "code": code })).await;
    let token = login.body["token"].as_str().expect("a token").to_owned();
    let info = stage.post("/_page/wx/user-info", &json!({ "person": PERSON })).await.body;
    let sealed = json!({ "encrypted_data": info["encryptedData"], "iv": info["iv"] });
    let phone = stage.post("/_page/wx/phone-number", &json!({ "person": PERSON })).await.body;
    for (path, body) in [("/open-data/decrypt", &sealed), ("/phone-number", &phone)] {
        let request = stage.client.request("POST", path).bearer(&token).json(body);
        assert_eq!(request.send().await.expect("an answer").status, 200, "{path}");
    }
    stage.call("GET", "/nowhere", &token).await;
    let mut shown = watcher.until("GET /nowhere").await.to_owned();
    shown += &stage.record().await.to_string();
    shown += &stage.get("/_page/state").await.text;
    assert!(shown.contains(&token[..8]), "{shown}");
    let users = stage.service.simulator.overview();
    let openid = users["users"][0]["openid"].as_str().expect("one user");
    let session_key = stage.service.simulator.session_key(wechat_simulator::DEFAULT_APP.0, openid);
    let secrets = [
        &token[..9],
        &code[..8],
        &openid[..8],
        &session_key.expect("a session_key")[..8],
        &info["iv"].as_str().expect("an iv")[..8],
        &phone["code"].as_str().expect("a code")[..8],
        "13800000",
        wechat_simulator::DEFAULT_APP.1,
    ];
    for secret in secrets {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    stage.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_and_a_dead_table_are_told_apart() {
    let stage = Stage::open().await;
    let login = stage.login().await;
    let token = login.body["token"].as_str().expect("a token").to_owned();
    assert_eq!(stage.call("DELETE", "/session", &token).await.status, 204);
    let mut watcher = stage.watch().await;
    assert_eq!(stage.call("GET", "/me", &token).await.status, 401);
    watcher.until("session_invalid").await;
    assert!(watcher.drawn().contains(&"authorizer>gateway Deny".to_owned()), "{:?}", watcher.drawn());

    stage.post("/_page/faults", &json!({ "dynamodb": "down" })).await;
    assert_eq!(stage.call("GET", "/me", &token).await.status, 503);
    watcher.until("gateway>phone 503".split(' ').next_back().expect("a status")).await;
    watcher.until("cannot tell").await;
    let drawn = watcher.drawn();
    let tries = drawn
        .iter()
        .filter(|arrow| **arrow == "dynamodb>authorizer 500 InternalServerError BatchGetItem")
        .count();
    assert_eq!(tries, 3, "the SDK tries three times: {drawn:?}");
    let failures = watcher.arrows().iter().filter(|arrow| arrow["kind"] == "failure").count();
    assert!(failures >= 6, "{drawn:?}");
    stage.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_belong_to_several_requests_is_marked_as_a_guess() {
    let stage = Stage::open().await;
    let login = stage.login().await;
    let token = login.body["token"].as_str().expect("a token").to_owned();
    stage.service.dynamodb.proxy().inject(aws_emulator::dynamodb::Fault::Slow { milliseconds: 100 }).await;
    let mut watcher = stage.watch().await;
    let both = tokio::join!(stage.call("GET", "/me", &token), stage.call("GET", "/me", &token));
    assert_eq!((both.0.status, both.1.status), (200, 200));
    stage.call("GET", "/nowhere", &token).await;
    watcher.until("GET /nowhere").await;
    let arrows = watcher.arrows();
    let guesses = arrows.iter().filter(|arrow| arrow["is_guess"] == true).count();
    assert!(guesses >= 2, "{:?}", watcher.drawn());
    stage.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_page_does_not_keep_the_service_from_stopping() {
    let stage = Stage::open().await;
    let mut watcher = stage.watch().await;
    let started = std::time::Instant::now();
    stage.service.stop().await;
    assert!(started.elapsed().as_millis() < 1500, "{:?}", started.elapsed());
    assert!(watcher.ends().await);
}
