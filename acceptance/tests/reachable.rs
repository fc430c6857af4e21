//! Where the local service can be reached, and from where it cannot.

use acceptance::leaks::scanned;
use local::{service::Service, settings::Settings};
use operator::http_client::HttpClient;
use serde_json::json;
use wechat_simulator::DEFAULT_APP;
use wxsession::Clock;

async fn at(host: Option<&str>) -> Service {
    let host = host.map(|host| host.parse().expect("an address"));
    Service::start(&Settings { host, ..scanned(Clock::system()) }).await.expect("free ports")
}

async fn answers(url: &str, address: &str, path: &str) -> Option<u16> {
    let url = url.replace("127.0.0.1", address);
    HttpClient::new(&url).request("GET", path).send().await.ok().map(|reply| reply.status)
}

#[tokio::test(flavor = "multi_thread")]
async fn only_loopback_reaches_it_unless_another_address_is_named() {
    let service = at(None).await;
    assert_eq!(answers(&service.url, "127.0.0.1", "/session").await, Some(401));
    assert_eq!(answers(&service.url, "127.0.0.2", "/session").await, None);
    assert_eq!(answers(&service.wechat_url, "127.0.0.2", "/_control/state").await, None);
    service.stop().await;
}

// Elsewhere 127.0.0.2 is no address of the machine.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_reaches_gateway_and_wechat_at_the_address_that_is_named_and_the_page_stays_here() {
    for host in ["127.0.0.2", "0.0.0.0"] {
        let service = at(Some(host)).await;
        for address in ["127.0.0.1", "127.0.0.2"] {
            assert_eq!(answers(&service.url, address, "/session").await, Some(401), "{host} {address}");
            assert_eq!(
                answers(&service.wechat_url, address, "/_control/state").await,
                Some(200),
                "{host} {address}"
            );
        }
        assert_eq!(answers(&service.url, "127.0.0.1", "/_page/state").await, Some(200), "{host}");
        assert_eq!(answers(&service.url, "127.0.0.2", "/_page/state").await, Some(403), "{host}");
        let tables = service.dynamodb.direct_endpoint();
        assert_eq!(answers(&tables, "127.0.0.2", "/").await, None, "{host}: the tables stay here");
        service.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_of_another_machine_is_a_mistake_that_is_named() {
    let settings = Settings { host: "192.0.2.1".parse().ok(), ..scanned(Clock::system()) };
    let error = Service::start(&settings).await.err().expect("it is not ours").to_string();
    assert!(error.contains("cannot listen on 192.0.2.1, port "), "{error}");
    assert!(error.ends_with("Choose an address of this machine with --host"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_a_matter_of_its_own_option() {
    let service = at(None).await;
    let taken = service.url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let settings = Settings { wechat_port: taken, ..scanned(Clock::system()) };
    let error = Service::start(&settings).await.err().expect("it is taken").to_string();
    assert!(error.ends_with("Choose another one with --wechat-port"), "{error}");
    service.stop().await;
}

// Elsewhere 127.0.0.2 is no address of the machine.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_container_reaches_tables_and_secrets_at_the_address_that_is_named_when_that_is_wanted() {
    let host = Some("127.0.0.2".parse().expect("an address"));
    let settings = Settings { host, containers: true, ..scanned(Clock::system()) };
    let service = Service::start(&settings).await.expect("free ports");
    for endpoint in [&service.dynamodb.direct_endpoint(), service.secrets.endpoint()] {
        let there = answers(endpoint, "127.0.0.2", "/").await;
        assert!(there.is_some() && there == answers(endpoint, "127.0.0.1", "/").await, "{endpoint}");
    }
    service.stop().await;
}

/// What an operator may do, or holds secrets, with the answer that an operator gets.
fn for_operators(service: &Service, user: &str) -> [(String, &'static str, String, &'static str, u16); 5] {
    let erase = json!({"action": "erase", "actor": "me", "user_id": user}).to_string();
    let code = json!({"app_id": DEFAULT_APP.0}).to_string();
    let secret = r#"{"SecretId":"AppsSecret"}"#.to_owned();
    let at = |url: &str, path: &str| format!("{url}{path}");
    [
        // The type that curl sends by itself.
        (
            at(&service.url, "/2015-03-31/functions/accounts/invocations"),
            "",
            erase,
            "application/x-www-form-urlencoded",
            200,
        ),
        (at(&service.wechat_url, "/_control/codes"), "", code, "application/json", 200),
        (
            at(service.secrets.endpoint(), "/"),
            "secretsmanager.GetSecretValue",
            secret,
            "application/x-amz-json-1.1",
            200,
        ),
        // The engine, which wants to see a signature.
        (
            at(&service.dynamodb.direct_endpoint(), "/"),
            "DynamoDB_20120810.ListTables",
            "{}".into(),
            "application/x-amz-json-1.0",
            400,
        ),
        (
            at(&service.url, "/_page/wx/login"),
            "",
            r#"{"person":"person-0001"}"#.into(),
            "application/json",
            200,
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_web_site_in_the_browser_reaches_what_is_for_operators_or_holds_secrets() {
    let service = at(None).await;
    let code = service.simulator.mint_code(DEFAULT_APP.0, None);
    let login = HttpClient::new(&service.url).request("POST", "/login").json(&json!({"code": code}));
    let user = login.send().await.expect("an answer").body["user"]["id"].as_str().expect("a user").to_owned();
    let web_sites: [&[(&str, &str)]; 5] = [
        // A simple request, which no browser asks for first.
        &[("Origin", "http://evil.example"), ("Content-Type", "text/plain")],
        // A sandboxed frame, or a page without a referrer.
        &[("Origin", "null")],
        // What another program of this machine serves.
        &[("Origin", "http://127.0.0.1:5173")],
        // A name of its own that leads to 127.0.0.1.
        &[("Host", "evil.example:3000"), ("Origin", "http://evil.example:3000")],
        &[("Host", "evil.example:3000")],
    ];
    for (url, target, body, kind, good) in for_operators(&service, &user) {
        let sent = async |method: &str, more: &[(&str, &str)]| {
            let kind = more.iter().find(|(name, _)| *name == "Content-Type").map_or(kind, |(_, kind)| kind);
            let request = HttpClient::new(&url).request(method, "").text(kind, body.as_str());
            let mut request = request.header("X-Amz-Target", target);
            for (name, value) in more.iter().filter(|(name, _)| *name != "Content-Type") {
                request = request.header(name, value);
            }
            request.send().await.expect("an answer")
        };
        for web_site in web_sites {
            let reply = sent("POST", web_site).await;
            assert_eq!(reply.status, 403, "{url} {web_site:?} {}", reply.text);
            let asked_first = sent("OPTIONS", web_site).await;
            for reply in [reply, asked_first] {
                let allows = reply.headers.keys().any(|name| name.starts_with("access-control-"));
                assert!(!allows, "{url} {web_site:?} {:?}", reply.headers);
            }
        }
        // Last, because it erases.
        assert_eq!(sent("POST", &[]).await.status, good, "{url}");
    }
    service.stop().await;
}
