//! Events that no gateway sends, with secrets where something else is expected: a console, a script or a mistaken
//! integration may. What the function reports goes to whoever invoked it.

use serde_json::{Value, json};

use crate::{
    deployment::{Deployment, keep_answer},
    traffic::User,
};

const FUNCTIONS: [&str; 11] = [
    "accounts",
    "authorizer",
    "check-session",
    "erasures",
    "events",
    "login",
    "me",
    "open-data",
    "push",
    "sessions",
    "wechat",
];

fn events(user: &User) -> Vec<String> {
    let User { token, code, openid, .. } = user;
    let bearer = format!("Bearer {token}");
    let wrong: Vec<Value> = vec![
        json!(bearer),
        json!([token, openid]),
        json!({"headers": bearer}),
        json!({"headers": {"Authorization": {"value": bearer}}}),
        json!({"headers": {"Authorization": [bearer]}}),
        json!({"multiValueHeaders": {"Authorization": bearer}}),
        json!({"multiValueHeaders": {(token.clone()): 7}}),
        json!({"httpMethod": {(code.clone()): 1}}),
        json!({"body": {"code": code}}),
        json!({"body": [code]}),
        json!({"isBase64Encoded": code}),
        json!({"requestContext": openid}),
        json!({"requestContext": {"requestId": {"openid": openid}}}),
        json!({"requestContext": {"requestId": [openid]}}),
        json!({"pathParameters": token}),
        json!({"type": {"TOKEN": token}}),
        json!({"type": "TOKEN", "authorizationToken": [bearer]}),
        json!({"type": "TOKEN", "authorizationToken": bearer, "methodArn": {(token.clone()): 0}}),
        json!({"type": "TOKEN", "authorizationToken": bearer, "methodArn": token}),
        json!({"type": token, "version": openid, "methodArn": code}),
        json!({"type": "REQUEST", "version": token, "headers": {"authorization": bearer}}),
    ];
    let torn = format!("{{\"headers\":{{\"authorization\":\"{bearer}\"");
    wrong.iter().map(Value::to_string).chain([torn, bearer, String::new()]).collect()
}

impl Deployment {
    /// Sends them straight to the functions, past the gateway. Gives the number of events.
    pub(crate) async fn wrong_events(&self) -> usize {
        let user = self.log_in(None).await;
        let events = events(&user);
        for name in FUNCTIONS {
            let mut refused = 0;
            for event in &events {
                let answer = self.function(name).invoke(event.as_bytes()).await;
                // Account control answers what it cannot read, as long as it is JSON; the HTTP functions refuse it.
                let told = String::from_utf8_lossy(&answer.body);
                let is_told = told.contains("\"invalid_request\"") || told.contains("\"statusCode\":4");
                refused += usize::from(answer.is_error || is_told);
                keep_answer(&mut self.record(), name, &answer);
                self.record().keep(acceptance::leaks::Sink::Answer, name, answer.body.as_ref());
            }
            assert!(refused > 5, "{name} refuses what it cannot read: {refused}");
        }
        events.len()
    }
}
