//! A service with a clock that stands still, a phone, and WeChat's sender.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use acceptance::leaks::scanned_into;
use local::service::Service;
use operator::http_client::{HttpClient, Reply};
use serde_json::{Value, json};
use wechat_simulator::{DEFAULT_APP, PushAnswer, PushFormat, PushMode, PushOrder, PushSettings};
use wxsession::{Clock, UserId};

pub(crate) const START: i64 = 1_700_000_000;
pub(crate) const APP: &str = DEFAULT_APP.0;
/// An erasure takes milliseconds; a machine under load takes longer.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Stage {
    pub(crate) service: Service,
    pub(crate) client: HttpClient,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Stage {
    pub(crate) async fn open() -> Self {
        Self::with(&[]).await
    }

    /// With other values of the template's parameters.
    pub(crate) async fn with(parameters: &[(&str, &str)]) -> Self {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let mut settings = scanned_into(Clock::stopped(START), Arc::clone(&lines));
        let changed = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        settings.parameters.extend(changed);
        let service = Service::start(&settings).await.expect("the local service starts on free ports");
        Self { client: HttpClient::new(&service.url), service, lines }
    }

    pub(crate) async fn close(self) {
        self.service.stop().await;
    }

    pub(crate) async fn log_in(&self, openid: &str) -> String {
        let code = self.service.simulator.mint_code(APP, Some(openid));
        let login = self.client.request("POST", "/login").json(&json!({ "code": code }));
        let reply = login.send().await.expect("an answer");
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.body["token"].as_str().expect("as documented").to_owned()
    }

    pub(crate) async fn session(&self, token: &str) -> Reply {
        self.client.request("GET", "/session").bearer(token).send().await.expect("an answer")
    }

    /// Sends one, with one answer.
    pub(crate) async fn push(&self, order: &PushOrder) -> PushAnswer {
        let answers = self.service.simulator.push(order).await.expect("message push is set up");
        let [answer] = answers.try_into().expect("one answer");
        answer
    }

    /// The same, taken.
    pub(crate) async fn taken(&self, order: &PushOrder) {
        let answer = self.push(order).await;
        assert!(answer.is_success(), "{answer:?}");
    }

    /// The code of what is answered.
    pub(crate) async fn refused(&self, order: &PushOrder) -> (u16, String) {
        let PushAnswer { status, body } = self.push(order).await;
        let body: Value = serde_json::from_str(&body).expect("a problem");
        (status.expect("an answer"), body["code"].as_str().expect("a problem has a code").to_owned())
    }

    /// Another form or mode of messages from now on.
    pub(crate) fn speaks(&self, format: PushFormat, mode: PushMode) {
        self.service.simulator.set_push(PushSettings { format, mode, ..self.push_settings() });
    }

    /// What the service set up.
    pub(crate) fn push_settings(&self) -> PushSettings {
        let (token, key) = wechat_simulator::DEFAULT_PUSH;
        PushSettings {
            app_id: APP.to_owned(),
            url: format!("{}/wechat/push/{APP}", self.service.url),
            token: token.to_owned(),
            encoding_aes_key: key.to_owned(),
            format: PushFormat::Json,
            mode: PushMode::Secure,
        }
    }

    /// The messages that are stored.
    pub(crate) fn stored(&self) -> Vec<Value> {
        let query = json!({"TableName": "SessionsTable", "KeyConditionExpression": "pk = :p",
            "ExpressionAttributeValues": {":p": {"S": format!("push#{APP}")}}});
        self.service.dynamodb.items().query(query).expect("the table can be asked")
    }

    /// What came of them, once all are done and said to be: the log follows the table.
    pub(crate) async fn settled(&self) -> Vec<String> {
        let outcome = |item: &Value| item["outcome"]["S"].as_str().map(str::to_owned);
        let settled = async {
            loop {
                let outcomes: Option<Vec<_>> = self.stored().iter().map(outcome).collect();
                match outcomes {
                    Some(mut outcomes) if self.audits("push_carried_out").len() >= outcomes.len() => {
                        outcomes.sort();
                        return outcomes;
                    }
                    _ => tokio::time::sleep(Duration::from_millis(10)).await,
                }
            }
        };
        tokio::time::timeout(PATIENCE, settled).await.expect("messages are carried out")
    }

    /// The record of a user, as DynamoDB has it.
    pub(crate) fn record(&self, openid: &str) -> Option<Value> {
        let query = json!({"TableName": "UsersTable", "KeyConditionExpression": "user_id = :u",
            "ExpressionAttributeValues": {":u": {"S": UserId::of(APP, openid).to_string()}}});
        self.service.dynamodb.items().query(query).expect("the table can be asked").pop()
    }

    pub(crate) fn is_known(&self, openid: &str) -> bool {
        self.record(openid).is_some_and(|record| record.get("openid").is_some())
    }

    /// Every line logged so far, as JSON.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let lines = self.lines.lock().expect("no panic while logging").clone();
        lines.iter().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
    }

    /// Audit events of this name.
    pub(crate) fn audits(&self, event: &str) -> Vec<Value> {
        self.lines().into_iter().filter(|line| line["audit"] == event).collect()
    }

    /// The latest request line of a function.
    pub(crate) fn line(&self, function: &str) -> Value {
        let lines = self.lines();
        let mut ours =
            lines.into_iter().filter(|line| line["function"] == function && line["message"] == "request");
        ours.next_back().expect("the function has served")
    }
}
