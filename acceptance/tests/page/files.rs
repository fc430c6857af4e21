//! What is served, and to whom.

use super::support::Stage;

const FILES: [&str; 15] = [
    "/",
    "/_page/page.css",
    "/_page/diagram.css",
    "/_page/page.js",
    "/_page/phone.js",
    "/_page/diagram.js",
    "/_page/faults.js",
    "/_page/reading.js",
    "/_page/record.js",
    "/_page/told.js",
    "/_page/wx_shim.js",
    "/_page/web_view.js",
    "/_page/words.js",
    "/_page/wxsession.mjs",
    "/_page/icon.svg",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_file_is_served_with_a_policy_that_allows_nothing_from_elsewhere() {
    let stage = Stage::open().await;
    for path in FILES {
        let reply = stage.get(path).await;
        assert_eq!(reply.status, 200, "{path}");
        assert!(reply.text.len() > 200, "{path} is empty");
        let policy = &reply.headers["content-security-policy"];
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"), "{policy}");
        assert_eq!(reply.headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(reply.headers["cache-control"], "no-store", "{path}");
    }
    stage.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_file_names_another_place_or_has_script_in_its_markup() {
    let stage = Stage::open().await;
    for path in FILES {
        let text = stage.get(path).await.text.replace("http://www.w3.org/2000/svg", "");
        // The library's errors show what a URL looks like.
        let text = text.replace("https://api.example.com", "").replace("https://files.example.com", "");
        assert!(!text.contains("http://") && !text.contains("https://"), "{path} names another place");
        assert!(!text.contains("innerHTML") && !text.contains("eval("), "{path} makes markup of text");
    }
    let index = stage.get("/").await.text;
    for inline in ["<style", "style=\"", "onclick", "<script>"] {
        assert!(!index.contains(inline), "{inline}");
    }
    stage.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_library_is_the_one_of_the_mini_program() {
    let stage = Stage::open().await;
    let served = stage.get("/_page/wxsession.mjs").await.text;
    assert!(served.contains(include_str!("../../../miniprogram/demo/lib/wxsession.js")), "{served}");
    stage.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_else_goes_to_the_gateway() {
    let stage = Stage::open().await;
    for (method, path) in [("POST", "/"), ("GET", "/nowhere"), ("GET", "/_pages"), ("GET", "/favicon.ico")] {
        let reply = stage.client.request(method, path).send().await.expect("an answer");
        assert_eq!((reply.status, reply.code()), (404, "not_found"), "{method} {path}");
        assert!(reply.headers.contains_key("x-amzn-requestid"), "{method} {path}");
    }
    for path in ["/_page/", "/_page/nothing", "/_page/a/b", "/_page/..%2fpage.rs"] {
        let reply = stage.get(path).await;
        assert_eq!(reply.status, 404, "{path}");
        assert!(!reply.headers.contains_key("x-amzn-requestid"), "{path}");
    }
    stage.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_site_in_the_same_browser_can_do_nothing() {
    let stage = Stage::open().await;
    // A name of its own that leads to 127.0.0.1.
    let rebound = stage.client.request("GET", "/_page/state").header("Host", "evil.example:3000");
    assert_eq!(rebound.send().await.expect("an answer").status, 403);
    // What a form may send without asking first.
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
        let form = stage.client.request("POST", "/_page/faults").text(content_type, r#"{"dynamodb":"down"}"#);
        assert_eq!(form.send().await.expect("an answer").status, 415, "{content_type}");
    }
    let reset = stage.client.request("POST", "/_page/reset").text("text/plain", "{}");
    assert_eq!(reset.send().await.expect("an answer").status, 415);
    let shown = stage.get("/_page/state").await;
    assert_eq!(shown.body["dynamodb"], "fine");
    assert!(!shown.headers.contains_key("access-control-allow-origin"));
    stage.service.stop().await;
}
