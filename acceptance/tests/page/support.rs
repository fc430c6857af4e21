//! A running service, a person with a phone, and somebody who reads the diagram's events.

use std::time::Duration;

use acceptance::leaks::scanned;
use local::{service::Service, settings::Settings};
use operator::http_client::{HttpClient, Reply};
use serde_json::{Value, json};
use wxsession::Clock;

pub(crate) const PERSON: &str = "person-0001";

pub(crate) struct Stage {
    pub(crate) service: Service,
    pub(crate) client: HttpClient,
}

impl Stage {
    pub(crate) async fn open() -> Self {
        Self::with(scanned(Clock::shifted())).await
    }

    /// With a bus, as `cargo run -p local` has one.
    pub(crate) async fn with_a_bus() -> Self {
        let parameters = [("EventBusName".to_owned(), "local".to_owned())].into();
        Self::with(Settings { parameters, ..scanned(Clock::shifted()) }).await
    }

    async fn with(settings: Settings) -> Self {
        let service = Service::start(&settings).await.expect("it starts");
        let client = HttpClient::new(&service.url);
        Self { service, client }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.client.request("GET", path).send().await.expect("an answer")
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.client.request("POST", path).json(body).send().await.expect("an answer")
    }

    pub(crate) async fn call(&self, method: &str, path: &str, token: &str) -> Reply {
        self.client.request(method, path).bearer(token).send().await.expect("an answer")
    }

    /// The person's code, as the page's `wx.login` gets it.
    pub(crate) async fn code(&self) -> String {
        let reply = self.post("/_page/wx/login", &json!({ "person": PERSON })).await;
        reply.body["code"].as_str().expect("a code").to_owned()
    }

    pub(crate) async fn login(&self) -> Reply {
        let code = self.code().await;
        let reply = self.post("/login", &json!({ "code": code })).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply
    }

    pub(crate) async fn record(&self) -> Value {
        self.get(&format!("/_page/record?person={PERSON}")).await.body
    }

    /// Starts to read the events; the first is there when this returns.
    pub(crate) async fn watch(&self) -> Watcher {
        let url = format!("{}/_page/events", self.service.url);
        let request = reqwest::Client::builder().tls_backend_preconfigured(wxsession::aws::tls_config());
        let request = request.no_proxy().build().expect("fixed settings").get(url);
        let response = request.send().await.expect("the events");
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut watcher = Watcher { response, text: String::new() };
        watcher.until("event: hello").await;
        watcher
    }
}

pub(crate) struct Watcher {
    response: reqwest::Response,
    text: String,
}

impl Watcher {
    /// Reads on until `text` was among it.
    pub(crate) async fn until(&mut self, text: &str) -> &str {
        while !self.text.contains(text) {
            let more = tokio::time::timeout(Duration::from_secs(10), self.response.chunk()).await;
            let more = more.unwrap_or_else(|_| panic!("no `{text}` in {}", self.text));
            self.text += &String::from_utf8_lossy(&more.expect("bytes").expect("the stream goes on"));
        }
        &self.text
    }

    /// The arrows so far.
    pub(crate) fn arrows(&self) -> Vec<Value> {
        let lines = self.text.lines().filter_map(|line| line.strip_prefix("data: {"));
        lines.map(|line| serde_json::from_str(&format!("{{{line}")).expect("an arrow is JSON")).collect()
    }

    /// The arrows so far, each as `from>to text`.
    pub(crate) fn drawn(&self) -> Vec<String> {
        let part = |arrow: &Value, name: &str| arrow[name].as_str().unwrap_or_default().to_owned();
        let arrows = self.arrows();
        let lines = arrows
            .iter()
            .map(|arrow| format!("{}>{} {}", part(arrow, "from"), part(arrow, "to"), part(arrow, "text")));
        lines.collect()
    }

    /// Whether the stream has ended.
    pub(crate) async fn ends(&mut self) -> bool {
        let rest = async { while let Ok(Some(_)) = self.response.chunk().await {} };
        tokio::time::timeout(Duration::from_secs(5), rest).await.is_ok()
    }
}
