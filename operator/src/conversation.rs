//! One suite of conversations, for every place where the service runs: the local service in tests,
//! and a deployed stack by its base URL.
//!
//! A conversation knows only what a client knows: URLs, a way to get a fresh `js_code` (the WeChat
//! simulator), and what the documents promise.

mod login;
mod open_data;
mod sessions;
mod steps;

use std::{future::Future, pin::Pin};

use serde_json::{Value, json};

use crate::http_client::{HttpClient, Reply};

pub use steps::{expect, expect_code};

/// Where to talk.
#[derive(Clone, Debug)]
pub struct Target {
    /// The service.
    pub service: HttpClient,
    /// The WeChat simulator that the service uses.
    pub wechat: HttpClient,
    /// The Mini Program.
    pub app_id: String,
    /// Another one that the service does not serve.
    pub foreign_app_id: String,
}

/// A logged-in user.
#[derive(Clone, Debug)]
pub struct LoggedIn {
    /// The session token.
    pub token: String,
    /// The session's public id.
    pub session_id: String,
    /// The whole answer of the login.
    pub reply: Reply,
}

/// What became of one conversation.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Its name, a sentence.
    pub name: &'static str,
    /// Why it failed.
    pub failure: Option<String>,
}

type Steps = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;
type Conversation = (&'static str, fn(Target) -> Steps);

/// Every conversation, in the order they are had.
#[must_use]
pub fn all() -> Vec<Conversation> {
    [login::ALL, sessions::ALL, open_data::ALL].concat()
}

/// Has every conversation and says what became of each.
pub async fn run(target: &Target) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for (name, conversation) in all() {
        let failure = conversation(target.clone()).await.err();
        outcomes.push(Outcome { name, failure });
    }
    outcomes
}

impl Target {
    /// A fresh code, as `wx.login()` gives one, of a new user or of `openid`.
    ///
    /// # Errors
    ///
    /// When the simulator does not give one.
    pub async fn js_code(&self, app_id: &str, openid: Option<&str>) -> Result<(String, String), String> {
        let mut wanted = json!({"app_id": app_id});
        if let Some(openid) = openid {
            wanted["openid"] = openid.into();
        }
        let minted = self.wechat.request("POST", "/_control/codes").json(&wanted).send().await?;
        let text = |name: &str| minted.body[name].as_str().map(str::to_owned);
        text("code").zip(text("openid")).ok_or_else(|| format!("the simulator gave no code: {}", minted.text))
    }

    /// Sends a code to `POST /login`.
    ///
    /// # Errors
    ///
    /// When no answer came back.
    pub async fn post_login(&self, code: &str) -> Result<Reply, String> {
        self.service.request("POST", "/login").json(&json!({"code": code})).send().await
    }

    /// Logs a new user in, or `openid`.
    ///
    /// # Errors
    ///
    /// When the login is refused or its answer is not as documented.
    pub async fn log_in(&self, openid: Option<&str>) -> Result<LoggedIn, String> {
        let (code, _) = self.js_code(&self.app_id, openid).await?;
        let reply = self.post_login(&code).await?;
        expect(&reply, 200)?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let token = text(&reply.body["token"]).ok_or("a login answers a token")?;
        let session_id = text(&reply.body["session"]["id"]).ok_or("a login answers a session id")?;
        Ok(LoggedIn { token, session_id, reply })
    }

    /// A request with a token and nothing else.
    ///
    /// # Errors
    ///
    /// When no answer came back.
    pub async fn call(&self, method: &str, path: &str, token: &str) -> Result<Reply, String> {
        self.service.request(method, path).bearer(token).send().await
    }
}
