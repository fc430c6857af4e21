//! Listing and ending sessions, and what a person recognises them by.

use acceptance::halfway;
use serde_json::{Value, json};
use wxsession::Clock;

use crate::support::{PAGE, Person, START, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_shown_with_the_phone_that_it_is_on() {
    let stage = Stage::open().await;
    let person = Person::new("oPHONES");
    let device = json!({"platform": "ios", "model": "iPhone 15 <Pro>", "wechat_version": "8.0.50"});
    let reply = stage.post_login(&person, json!({"device": device})).await;
    let (token, id) =
        (reply.body["token"].as_str().expect("a token").to_owned(), &reply.body["session"]["id"]);
    stage.service.clock.advance(10);
    stage.log_in(&person).await;
    let told = stage.call("GET", "/sessions", &token).await.body["sessions"].clone();
    assert_eq!(told[1]["id"], *id);
    assert_eq!((&told[0]["device"], &told[1]["device"]), (&json!({}), &device));
    let listed = stage.done("list_sessions", &person, json!({})).await["sessions"].clone();
    assert_eq!(
        listed[1],
        json!({"id": id, "created_at": START, "expires_at": START + 86_400, "device": device, "children": []})
    );
    assert_eq!(stage.status("GET", "/session", &token).await, 200);
    let listed = stage.done("list_sessions", &person, json!({})).await["sessions"].clone();
    assert_eq!(listed[1]["last_seen_at"], START + 10);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odd_phone_logs_in_and_a_device_of_another_form_is_a_bug() {
    let stage = Stage::open().await;
    let person = Person::new("oODD");
    let long = "机".repeat(400);
    let odd = [
        (json!({"device": {"model": long}}), json!({"model": "机".repeat(21)})),
        (
            json!({"device": {"model": "a\u{0}\n\u{7f}b", "platform": " ", "wechat_version": ""}}),
            json!({"model": "ab"}),
        ),
        (json!({"device": {"model": null}}), json!({})),
        (json!({"device": {}}), json!({})),
        (json!({"device": null}), json!({})),
    ];
    for (sent, kept) in odd {
        let reply = stage.post_login(&person, sent.clone()).await;
        assert_eq!(reply.status, 200, "{sent}: {}", reply.text);
        let token = reply.body["token"].as_str().expect("a token");
        let told = stage.call("GET", "/sessions", token).await.body;
        let current =
            told["sessions"].as_array().into_iter().flatten().find(|session| session["current"] == true);
        assert_eq!(current.expect("it is listed")["device"], kept, "{sent}");
    }
    for sent in [
        json!("iPhone"),
        json!(["ios"]),
        json!(7),
        json!({"model": 7}),
        json!({"brand": "x"}),
        json!({"model": {}}),
    ] {
        let reply = stage.post_login(&person, json!({"device": sent})).await;
        assert_eq!((reply.status, reply.code()), (400, "malformed_request"), "{sent}");
    }
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_ends_one_session_or_all() {
    let stage = Stage::open().await;
    let person = Person::new("oENDED");
    let ((one, first), (two, _)) = (stage.log_in(&person).await, stage.log_in(&person).await);
    let end = json!({"session_id": first});
    assert_eq!(stage.done("end_session", &person, end.clone()).await, json!({"ended": true}));
    assert_eq!(stage.done("end_session", &person, end.clone()).await, json!({"ended": false}));
    let reply = stage.call("GET", "/session", &one).await;
    assert_eq!((reply.status, &reply.body["ended"]), (401, &json!("ended_by_operator")));
    assert_eq!(stage.status("GET", "/me", &two).await, 200);
    assert_eq!(stage.refused("end_session", &Person::new("oOTHER"), end).await, "not_found");
    let nobody = json!({"session_id": "018bcfe5-6800-7000-8000-000000000000"});
    assert_eq!(stage.refused("end_session", &person, nobody).await, "not_found");
    assert_eq!(stage.done("end_sessions", &person, json!({})).await, json!({"ended": true}));
    assert_eq!(stage.status("GET", "/me", &two).await, 401);
    let listed = stage.done("list_sessions", &person, json!({})).await;
    assert_eq!(listed["sessions"], Value::Array(Vec::new()));
    assert_eq!(stage.done("end_sessions", &Person::new("oOTHER"), json!({})).await, json!({"ended": false}));
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_sees_the_sessions_of_pages_and_ends_one_by_its_id() {
    let stage = Stage::at(Clock::stopped(START), &[("PageOrigin", PAGE)]).await;
    let person = Person::new("oPAGES");
    let (parent, parent_id) = stage.log_in(&person).await;
    stage.service.clock.advance(10);
    let ((older, older_id), (newer, newer_id)) = (stage.page(&parent).await, stage.page(&parent).await);
    let child =
        |id: &str| json!({"id": id, "created_at": START + 10, "expires_at": START + 7_210, "audience": PAGE});
    let children = async || {
        let listed = stage.done("list_sessions", &person, json!({})).await["sessions"].clone();
        assert_eq!((listed.as_array().map(Vec::len), &listed[0]["id"]), (Some(1), &json!(parent_id)));
        listed[0]["children"].clone()
    };
    let mut both = [child(&older_id), child(&newer_id)];
    both.sort_by_key(|child| std::cmp::Reverse(child["id"].to_string()));
    assert_eq!(children().await, json!(both));
    let end = json!({"session_id": older_id});
    assert_eq!(stage.refused("end_session", &Person::new("oOTHER"), end.clone()).await, "not_found");
    assert_eq!(stage.done("end_session", &person, end.clone()).await, json!({"ended": true}));
    assert_eq!(stage.done("end_session", &person, end).await, json!({"ended": false}));
    let reply = stage.call("GET", "/session", &older).await;
    assert_eq!((reply.status, &reply.body["ended"]), (401, &json!("ended_by_operator")));
    assert_eq!(stage.status("GET", "/session", &newer).await, 200);
    let mut seen = child(&newer_id);
    seen["last_seen_at"] = json!(START + 10);
    assert_eq!(children().await, json!([seen]));
    assert_eq!(
        stage.done("end_session", &person, json!({"session_id": parent_id})).await,
        json!({"ended": true})
    );
    assert_eq!(stage.status("GET", "/me", &newer).await, 401);
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_sees_a_page_that_a_logout_left_alive_and_ends_it() {
    let stage = Stage::at(Clock::stopped(START), &[("PageOrigin", PAGE)]).await;
    let person = Person::new("oLEFT");
    let (parent, parent_id) = stage.log_in(&person).await;
    stage.service.clock.advance(10);
    let (page, page_id) = stage.page(&parent).await;
    stage.service.clock.advance(10);
    let (_, other_id) = stage.log_in(&person).await;
    halfway::log_out(&stage.service.dynamodb.items(), &person.user_id, &parent_id);
    assert_eq!(stage.status("GET", "/session", &parent).await, 401);
    let listed = stage.done("list_sessions", &person, json!({})).await["sessions"].clone();
    let of_page = json!({"id": page_id, "created_at": START + 10, "expires_at": START + 7_210, "device": {},
        "children": [], "audience": PAGE});
    assert_eq!((listed.as_array().map(Vec::len), &listed[0]["id"]), (Some(2), &json!(other_id)));
    assert_eq!(listed[1], of_page);
    let end = json!({"session_id": page_id});
    assert_eq!(stage.done("end_session", &person, end).await, json!({"ended": true}));
    assert_eq!(stage.status("GET", "/session", &page).await, 401);
    stage.close().await;
}
