//! A running local service with a clock that stands still.

use std::sync::{Arc, Mutex};

use acceptance::leaks::scanned_into;
use aws_emulator::dynamodb::Call;
use local::{service::Service, settings::Settings};
use operator::{
    conversation::Target,
    http_client::{HttpClient, Reply},
};
use serde_json::Value;
use wxsession::Clock;

pub(crate) const START: i64 = 1_700_000_000;

pub(crate) struct Stage {
    pub(crate) service: Service,
    pub(crate) target: Target,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Stage {
    pub(crate) async fn open() -> Self {
        Self::with(|settings| settings).await
    }

    pub(crate) async fn with(change: impl FnOnce(Settings) -> Settings) -> Self {
        Self::at(Clock::stopped(START), change).await
    }

    /// With a clock that runs: sessions of one second are told apart.
    pub(crate) async fn running() -> Self {
        Self::at(Clock::shifted(), |settings| settings).await
    }

    async fn at(clock: Clock, change: impl FnOnce(Settings) -> Settings) -> Self {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let settings = change(scanned_into(clock, Arc::clone(&lines)));
        let service = Service::start(&settings).await.expect("the local service starts on free ports");
        let wechat = HttpClient::new(&service.wechat_url);
        let target = Target::simulated(HttpClient::new(&service.url), wechat);
        Self { service, target, lines }
    }

    pub(crate) async fn close(self) {
        self.service.stop().await;
    }

    /// Every line logged so far, as JSON.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let lines = self.lines.lock().expect("no panic while logging").clone();
        lines.iter().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
    }

    /// The lines of audit events with this name.
    pub(crate) fn audits(&self, event: &str) -> usize {
        self.lines().iter().filter(|line| line["audit"] == event).count()
    }

    /// The one operator line so far.
    pub(crate) fn operator(&self) -> Value {
        let mut found: Vec<Value> =
            self.lines().into_iter().filter_map(|line| line.get("operator").cloned()).collect();
        assert_eq!(found.len(), 1, "one operator line: {found:?}");
        found.remove(0)
    }

    /// Does something and gives the DynamoDB calls it took.
    pub(crate) async fn counted<T>(&self, work: impl Future<Output = T>) -> (T, Vec<Call>) {
        let before = self.service.dynamodb.proxy().calls().len();
        let done = work.await;
        (done, self.service.dynamodb.proxy().calls().split_off(before))
    }

    pub(crate) async fn login(&self, openid: Option<&str>) -> String {
        self.target.log_in(openid).await.expect("a login").token
    }

    pub(crate) async fn call(&self, method: &str, path: &str, token: &str) -> Reply {
        self.target.call(method, path, token).await.expect("an answer")
    }

    /// Asserts the status and the problem code; `""` for an answer that is no problem.
    #[track_caller]
    pub(crate) fn is(reply: &Reply, status: u16, code: &str) {
        assert_eq!((reply.status, reply.code()), (status, code), "{}", reply.text);
    }
}
