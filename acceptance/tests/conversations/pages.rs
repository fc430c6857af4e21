//! A page in a web-view, from the Mini Program's ticket to the end of its session, through the gateway.

use operator::http_client::Reply;
use serde_json::{Value, json};

use crate::support::Stage;

const PAGE: &str = "https://m.example.com";

async fn with_pages() -> Stage {
    Stage::with(|mut settings| {
        settings.parameters.insert("PageOrigin".to_owned(), PAGE.to_owned());
        settings
    })
    .await
}

impl Stage {
    async fn ticket(&self, token: &str) -> String {
        let made = self.target.service.request("POST", "/tickets").bearer(token);
        let made = made.json(&json!({"audience": PAGE})).send().await.expect("an answer");
        Self::is(&made, 200, "");
        made.body["ticket"].as_str().expect("a ticket").to_owned()
    }

    async fn redeem(&self, ticket: &str, origin: &str) -> Reply {
        let redeem = self.target.service.request("POST", "/tickets/redeem").header("Origin", origin);
        redeem.json(&json!({"ticket": ticket, "audience": PAGE})).send().await.expect("an answer")
    }

    async fn page(&self, token: &str) -> String {
        let redeemed = self.redeem(&self.ticket(token).await, PAGE).await;
        Self::is(&redeemed, 200, "");
        redeemed.body["token"].as_str().expect("a token").to_owned()
    }

    /// A browser asks from the page.
    async fn asks(&self, method: &str, path: &str, token: &str) -> Reply {
        let request = self.target.service.request(method, path).bearer(token).header("Origin", PAGE);
        request.send().await.expect("an answer")
    }
}

fn shown_to(reply: &Reply) -> Option<&str> {
    reply.headers.get("access-control-allow-origin").map(String::as_str)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_gets_a_session_of_its_own_and_loses_it_with_the_mini_programs() {
    let stage = with_pages().await;
    let token = stage.login(None).await;
    let ticket = stage.ticket(&token).await;
    let elsewhere = stage.redeem(&ticket, "https://n.example.com").await;
    Stage::is(&elsewhere, 409, "ticket_invalid");
    assert_eq!(shown_to(&elsewhere), None);
    let redeemed = stage.redeem(&ticket, PAGE).await;
    Stage::is(&redeemed, 200, "");
    assert_eq!(shown_to(&redeemed), Some(PAGE));
    let page = redeemed.body["token"].as_str().expect("a token").to_owned();
    for path in ["/session", "/sessions"] {
        let reply = stage.asks("GET", path, &page).await;
        Stage::is(&reply, 200, "");
        assert_eq!(shown_to(&reply), Some(PAGE), "{path}");
    }
    let listed = stage.call("GET", "/sessions", &token).await.body;
    assert_eq!(listed["sessions"][0]["children"][0]["audience"], PAGE);
    assert_eq!(listed["sessions"].as_array().map(Vec::len), Some(1));
    Stage::is(&stage.call("GET", "/me", &page).await, 200, "");
    Stage::is(&stage.call("DELETE", "/session", &token).await, 204, "");
    let ended = stage.asks("GET", "/session", &page).await;
    Stage::is(&ended, 401, "session_invalid");
    assert_eq!((shown_to(&ended), &ended.body["ended"]), (Some(PAGE), &json!("logged_out")));
    let refused = stage.asks("GET", "/sessions", &page).await;
    Stage::is(&refused, 401, "session_invalid");
    assert_eq!((shown_to(&refused), &refused.body["ended"]), (Some(PAGE), &Value::Null), "the gateway's own");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_needs_the_mini_program_is_done_for_a_page() {
    let stage = with_pages().await;
    let token = stage.login(None).await;
    let page = stage.page(&token).await;
    for (method, path) in [
        ("POST", "/tickets"),
        ("POST", "/open-data/decrypt"),
        ("POST", "/open-data/verify"),
        ("GET", "/session-key"),
        ("POST", "/session-key/reset"),
        ("POST", "/phone-number"),
        ("DELETE", "/me"),
    ] {
        let (reply, calls) = stage.counted(stage.asks(method, path, &page)).await;
        Stage::is(&reply, 403, "not_for_child");
        assert_eq!(shown_to(&reply), Some(PAGE), "{method} {path}: the page can read it");
        assert_eq!(calls.len(), 1, "{method} {path}: the authorizer's read alone");
    }
    for token in [&token, &page] {
        Stage::is(&stage.call("GET", "/me", token).await, 200, "");
    }
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_costs_the_authorizer_one_read_and_no_write() {
    let stage = with_pages().await;
    let page = stage.page(&stage.login(None).await).await;
    let (reply, calls) = stage.counted(stage.call("GET", "/me", &page)).await;
    Stage::is(&reply, 200, "");
    assert!(calls.len() == 1 && calls[0].operation == "BatchGetItem" && calls[0].is_consistent, "{calls:?}");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_that_comes_twice_ends_the_page_and_leaves_an_event() {
    let stage = with_pages().await;
    let token = stage.login(None).await;
    let ticket = stage.ticket(&token).await;
    let page = stage.redeem(&ticket, PAGE).await.body["token"].as_str().expect("a token").to_owned();
    for _ in 0..2 {
        Stage::is(&stage.redeem(&ticket, PAGE).await, 409, "ticket_invalid");
    }
    let ended = stage.call("GET", "/session", &page).await;
    assert_eq!((ended.status, &ended.body["ended"]), (401, &json!("ticket_reused")));
    Stage::is(&stage.call("GET", "/me", &token).await, 200, "");
    let events = ["ticket_made", "ticket_redeemed", "ticket_reused", "authn_login_fail"];
    assert_eq!(events.map(|event| stage.audits(event)), [1, 1, 2, 0]);
    let ended = stage.lines().into_iter().filter(|line| line["audit"] == "ticket_reused");
    let ended: Vec<_> = ended.map(|line| line["ended_session_id"].is_string()).collect();
    assert_eq!(ended, [true, false], "each time, and whom it ended when it did");
    stage.close().await;
}

/// Pages go on asking for a while, as they do not know: no sign of a thief.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_asks_after_its_end_rings_no_alarm_and_is_told_why() {
    let stage = with_pages().await;
    for reason in ["logged_out", "ended_by_user", "signed_out_everywhere", "ticket_reused", "its own logout"]
    {
        let token = stage.login(None).await;
        let ticket = stage.ticket(&token).await;
        let page = stage.redeem(&ticket, PAGE).await.body["token"].as_str().expect("a token").to_owned();
        let id = stage.call("GET", "/session", &token).await.body["session"]["id"].clone();
        let ended = match reason {
            "logged_out" => stage.call("DELETE", "/session", &token).await,
            "ended_by_user" => {
                stage.call("DELETE", &format!("/sessions/{}", id.as_str().expect("an id")), &page).await
            }
            "signed_out_everywhere" => stage.call("DELETE", "/sessions", &page).await,
            "ticket_reused" => stage.redeem(&ticket, PAGE).await,
            _ => stage.call("DELETE", "/session", &page).await,
        };
        assert!([204, 409].contains(&ended.status), "{reason}: {}", ended.text);
        for _ in 0..10 {
            let told = stage.asks("GET", "/session", &page).await;
            Stage::is(&told, 401, "session_invalid");
            let word = if reason == "its own logout" { "logged_out" } else { reason };
            assert_eq!(told.body["ended"], word);
            Stage::is(&stage.asks("GET", "/me", &page).await, 401, "session_invalid");
        }
        assert_eq!(stage.audits("session_use_after_logout"), 0, "{reason}");
    }
    let is_counted = |line: &Value| line["session_use_after_logout"] == 1;
    assert!(!stage.lines().iter().any(is_counted), "nor does the metric count it");
    let token = stage.login(None).await;
    Stage::is(&stage.call("DELETE", "/session", &token).await, 204, "");
    Stage::is(&stage.call("GET", "/session", &token).await, 401, "session_invalid");
    assert_eq!(stage.audits("session_use_after_logout"), 1, "the Mini Program's own token does");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_page_origin_there_are_no_tickets() {
    let stage = Stage::with(|mut settings| {
        settings.parameters.insert("PageOrigin".to_owned(), String::new());
        settings
    })
    .await;
    let token = stage.login(None).await;
    let made = stage.target.service.request("POST", "/tickets").bearer(&token).header("Origin", PAGE);
    let made = made.json(&json!({"audience": PAGE})).send().await.expect("an answer");
    Stage::is(&made, 404, "not_enabled");
    let reply = stage.asks("GET", "/session", &token).await;
    Stage::is(&reply, 200, "");
    assert_eq!((shown_to(&reply), reply.headers.get("vary")), (None, None));
    stage.close().await;
}
