//! Where the local service can be reached, and from where it cannot.

use acceptance::leaks::scanned;
use local::{service::Service, settings::Settings};
use operator::http_client::HttpClient;
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
