//! The page of the web-view: what is served from its origin, and what its session may do.

use acceptance::leaks::scanned;
use local::{service::Service, settings::Settings};
use operator::http_client::{HttpClient, Reply};
use serde_json::{Value, json};
use wxsession::Clock;

use super::support::Stage;

const FILES: [&str; 5] = ["/", "/page.css", "/page.js", "/wxsession-ticket.js", "/wxsession-page.js"];

async fn stage() -> (Stage, String) {
    let settings = Settings { web_view_port: Some(0), ..scanned(Clock::shifted()) };
    let service = Service::start(&settings).await.expect("it starts");
    let origin = service.web_view.clone().expect("a page is served");
    let client = HttpClient::new(&service.url);
    (Stage { service, client }, origin)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_has_an_origin_of_its_own_and_is_shown_by_the_phone_alone() {
    let (stage, origin) = stage().await;
    let gateway = stage.service.url.clone();
    let site = HttpClient::new(&origin);
    for path in FILES {
        let reply = site.request("GET", path).send().await.expect("an answer");
        assert_eq!(reply.status, 200, "{path}");
        let policy = &reply.headers["content-security-policy"];
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"), "{policy}");
        assert!(policy.contains(&format!("connect-src {gateway};")) && !policy.contains('*'), "{policy}");
        assert!(policy.contains(&format!("frame-ancestors {gateway} ")), "{policy}");
        for inline in ["<style", "style=\"", "onclick", "<script>", "innerHTML", "eval("] {
            assert!(!reply.text.contains(inline), "{path}: {inline}");
        }
    }
    assert_eq!(site.request("GET", "/nothing").send().await.expect("an answer").status, 404);
    let library = site.request("GET", "/wxsession-page.js").send().await.expect("an answer").text;
    assert_eq!(library, include_str!("../../../miniprogram/browser/wxsession-page.js"));
    assert_eq!(stage.get("/_page/state").await.body["page"], json!(origin));
    let policy = &stage.get("/").await.headers["content-security-policy"];
    assert!(policy.ends_with(&format!("; frame-src {origin}")), "{policy:?}");
    stage.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_page_nothing_may_be_framed_and_no_ticket_is_made() {
    let stage = Stage::open().await;
    assert_eq!(stage.get("/_page/state").await.body["page"], json!(null));
    assert!(!format!("{:?}", stage.get("/").await.headers).contains("frame-src"));
    let token = stage.login().await.body["token"].as_str().expect("a token").to_owned();
    let asked = stage.client.request("POST", "/tickets").bearer(&token);
    let reply = asked.json(&json!({"audience": "http://127.0.0.1:3002"})).send().await.expect("an answer");
    assert_eq!((reply.status, reply.code()), (404, "not_enabled"));
    stage.service.stop().await;
}

/// The page's call, as a browser sends it.
async fn of_page(
    stage: &Stage,
    origin: &str,
    call: (&str, &str),
    token: Option<&str>,
    body: Option<&Value>,
) -> Reply {
    let mut request = stage.client.request(call.0, call.1).header("Origin", origin);
    if let Some(token) = token {
        request = request.bearer(token);
    }
    if let Some(body) = body {
        request = request.json(body);
    }
    request.send().await.expect("an answer")
}

fn readable(reply: &Reply, origin: &str) -> bool {
    reply.headers.get("access-control-allow-origin").is_some_and(|allowed| allowed == origin)
}

async fn redeemed(stage: &Stage, origin: &str, token: &str) -> (Value, Reply) {
    let asked = stage.client.request("POST", "/tickets").bearer(token).json(&json!({"audience": origin}));
    let made = asked.send().await.expect("an answer");
    assert_eq!(made.status, 200, "{}", made.text);
    let body = json!({"ticket": made.body["ticket"], "audience": origin});
    let reply = of_page(stage, origin, ("POST", "/tickets/redeem"), None, Some(&body)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    (body, reply)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_becomes_a_session_that_the_page_can_read_and_that_ends_with_the_mini_programs() {
    let (stage, origin) = stage().await;
    let token = stage.login().await.body["token"].as_str().expect("a token").to_owned();
    let (_, reply) = redeemed(&stage, &origin, &token).await;
    assert!(readable(&reply, &origin), "{:?}", reply.headers);
    let child = reply.body["token"].as_str().expect("a token").to_owned();
    for (call, status) in [(("GET", "/session"), 200), (("GET", "/me"), 200), (("DELETE", "/me"), 403)] {
        let reply = of_page(&stage, &origin, call, Some(&child), None).await;
        assert_eq!(reply.status, status, "{call:?} {}", reply.text);
        assert!(call == ("DELETE", "/me") || readable(&reply, &origin), "{call:?} {:?}", reply.headers);
    }
    assert_eq!(stage.call("DELETE", "/session", &token).await.status, 204);
    for call in [("GET", "/session"), ("GET", "/me")] {
        let reply = of_page(&stage, &origin, call, Some(&child), None).await;
        assert_eq!((reply.status, reply.code()), (401, "session_invalid"), "{call:?}");
        assert!(readable(&reply, &origin), "{call:?}: a browser would call it offline");
    }
    stage.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_that_comes_a_second_time_ends_the_page_s_session_and_not_the_mini_programs() {
    let (stage, origin) = stage().await;
    let mut watcher = stage.watch().await;
    let token = stage.login().await.body["token"].as_str().expect("a token").to_owned();
    let (body, reply) = redeemed(&stage, &origin, &token).await;
    let child = reply.body["token"].as_str().expect("a token").to_owned();
    let again = of_page(&stage, &origin, ("POST", "/tickets/redeem"), None, Some(&body)).await;
    assert_eq!((again.status, again.code(), readable(&again, &origin)), (409, "ticket_invalid", true));
    assert_eq!(stage.call("GET", "/me", &child).await.status, 401);
    assert_eq!(stage.call("GET", "/me", &token).await.status, 200);
    stage.call("GET", "/nowhere", &token).await;
    let shown = watcher.until("GET /nowhere").await.to_owned();
    let ticket = body["ticket"].as_str().expect("a ticket");
    assert!(shown.contains(&ticket[..8]) && !shown.contains(&ticket[..9]), "{shown}");
    assert!(shown.contains(&format!("\"origin\":\"{origin}\"")), "{shown}");
    stage.service.stop().await;
}
