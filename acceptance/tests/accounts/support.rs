//! A service with a clock that stands still, a phone and a backend.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use acceptance::leaks::scanned_into;
use local::service::Service;
use operator::http_client::{HttpClient, Reply};
use serde_json::{Value, json};
use wechat_simulator::{DEFAULT_APP, NewCode};
use wxsession::{Clock, UserId};

pub(crate) const START: i64 = 1_700_000_000;
/// Where the pages are, in a service that has any.
pub(crate) const PAGE: &str = "https://m.example.com";
pub(crate) const ACTOR: &str = "王芳 (support)";

pub(crate) struct Stage {
    pub(crate) service: Service,
    pub(crate) client: HttpClient,
    lines: Arc<Mutex<Vec<String>>>,
}

/// Who uses the phone.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) openid: String,
    pub(crate) user_id: String,
}

impl Person {
    pub(crate) fn new(openid: &str) -> Self {
        let user_id = UserId::of(DEFAULT_APP.0, openid).to_string();
        Self { openid: openid.to_owned(), user_id }
    }
}

impl Stage {
    pub(crate) async fn open() -> Self {
        Self::at(Clock::stopped(START), &[]).await
    }

    /// With other values of the template's parameters.
    pub(crate) async fn at(clock: Clock, parameters: &[(&str, &str)]) -> Self {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let mut settings = scanned_into(clock, Arc::clone(&lines));
        let changed = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        settings.parameters.extend(changed.collect::<BTreeMap<_, _>>());
        let service = Service::start(&settings).await.expect("the local service starts on free ports");
        Self { client: HttpClient::new(&service.url), service, lines }
    }

    pub(crate) async fn close(self) {
        self.service.stop().await;
    }

    /// Presses the login button.
    pub(crate) async fn post_login(&self, person: &Person, more: Value) -> Reply {
        let code = self.service.simulator.mint_code(DEFAULT_APP.0, Some(&person.openid));
        let mut body = json!({"code": code});
        body.as_object_mut().expect("it is one").extend(more.as_object().cloned().unwrap_or_default());
        self.client.request("POST", "/login").json(&body).send().await.expect("an answer")
    }

    /// Logs in and gives the token and the session's id.
    pub(crate) async fn log_in(&self, person: &Person) -> (String, String) {
        let reply = self.post_login(person, json!({})).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let text = |value: &Value| value.as_str().expect("as documented").to_owned();
        (text(&reply.body["token"]), text(&reply.body["session"]["id"]))
    }

    /// Opens a page in the Mini Program's web-view and gives the token and the id of its session.
    pub(crate) async fn page(&self, token: &str) -> (String, String) {
        let audience = json!({"audience": PAGE});
        let made = self.client.request("POST", "/tickets").bearer(token).json(&audience);
        let made = made.send().await.expect("an answer").body;
        let body = json!({"ticket": made["ticket"], "audience": PAGE});
        let redeemed = self.client.request("POST", "/tickets/redeem").json(&body);
        let redeemed = redeemed.send().await.expect("an answer");
        assert_eq!(redeemed.status, 200, "{}", redeemed.text);
        let text = |value: &Value| value.as_str().expect("as documented").to_owned();
        (text(&redeemed.body["token"]), text(&redeemed.body["session"]["id"]))
    }

    /// Has WeChat know a unionid of the person.
    pub(crate) fn bind(&self, person: &Person, unionid: &str) {
        drop(self.service.simulator.mint(NewCode {
            openid: Some(person.openid.clone()),
            unionid: Some(unionid.to_owned()),
            app_id: DEFAULT_APP.0.to_owned(),
            ..NewCode::default()
        }));
    }

    pub(crate) async fn call(&self, method: &str, path: &str, token: &str) -> Reply {
        self.client.request(method, path).bearer(token).send().await.expect("an answer")
    }

    pub(crate) async fn status(&self, method: &str, path: &str, token: &str) -> u16 {
        self.call(method, path, token).await.status
    }

    /// What a function answers to an event. Never an error of Lambda's.
    pub(crate) async fn invoke(&self, function: &str, event: &str) -> Value {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        let invoked = self.client.request("POST", &path).text("application/json", event);
        let reply = invoked.send().await.expect("an answer");
        assert!(!reply.headers.contains_key("x-amz-function-error"), "{function}: {}", reply.text);
        reply.body
    }

    /// What `accounts` answers.
    pub(crate) async fn ask(&self, action: &str, mut request: Value) -> Value {
        request["action"] = action.into();
        request["actor"] = ACTOR.into();
        self.invoke("accounts", &request.to_string()).await
    }

    /// The same about a person, done.
    pub(crate) async fn done(&self, action: &str, person: &Person, mut more: Value) -> Value {
        more["user_id"] = person.user_id.as_str().into();
        let answer = self.ask(action, more).await;
        assert!(answer["result"].is_object() && answer.get("error").is_none(), "{action}: {answer}");
        answer["result"].clone()
    }

    /// The same, refused: the code.
    pub(crate) async fn refused(&self, action: &str, person: &Person, mut more: Value) -> String {
        more["user_id"] = person.user_id.as_str().into();
        let answer = self.ask(action, more).await;
        assert!(answer.get("result").is_none(), "{action}: {answer}");
        answer["error"]["code"].as_str().expect("an error has a code").to_owned()
    }

    /// The record of a person, as DynamoDB has it.
    pub(crate) fn record(&self, person: &Person) -> Option<Value> {
        let query = json!({"TableName": "UsersTable", "KeyConditionExpression": "user_id = :u",
            "ExpressionAttributeValues": {":u": {"S": person.user_id}}});
        self.service.dynamodb.items().query(query).expect("the table can be asked").pop()
    }

    /// How many records of sessions there are of a person.
    pub(crate) fn sessions(&self, person: &Person) -> usize {
        let query = json!({"TableName": "SessionsTable", "KeyConditionExpression": "pk = :u",
            "ExpressionAttributeValues": {":u": {"S": person.user_id}}});
        self.service.dynamodb.items().query(query).expect("the table can be asked").len()
    }

    /// Puts something else into an attribute of a person's record.
    pub(crate) fn damage(&self, person: &Person, attribute: &str, value: &Value) {
        let update = json!({"TableName": "UsersTable", "Key": {"user_id": {"S": person.user_id}},
            "UpdateExpression": "SET #a = :v", "ExpressionAttributeNames": {"#a": attribute},
            "ExpressionAttributeValues": {":v": value}});
        self.service.dynamodb.items().update(update).expect("the table takes it");
    }

    /// Every line logged so far, as JSON.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let lines = self.lines.lock().expect("no panic while logging").clone();
        lines.iter().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
    }
}
