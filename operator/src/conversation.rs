//! One suite of conversations, for every place where the service runs: the local service in tests,
//! and a deployed stack by its base URL.
//!
//! A conversation knows only what a client knows: URLs, a way to get a fresh `js_code` (the WeChat
//! simulator), and what the documents promise.

mod login;
mod open_data;
mod refusals;
mod sessions;
mod steps;

use std::{
    future::Future,
    pin::Pin,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::http_client::{HttpClient, Reply};

pub use steps::{expect, expect_code};

/// The Mini Programs of the simulator.
pub(crate) const SIMULATED: [&str; 2] = ["wx0123456789abcdef", "wxfedcba9876543210"];

/// Where to talk.
#[derive(Clone, Debug)]
pub struct Target {
    /// The service.
    pub service: HttpClient,
    /// The WeChat simulator that the service uses, if it uses one.
    pub wechat: Option<HttpClient>,
    /// A code of `wx.login()`, where the service asks the real WeChat.
    pub code: Option<String>,
    /// The Mini Program.
    pub app_id: String,
    /// The Mini Program, where a login must name it because the service serves several.
    pub named_app: Option<String>,
    /// Another one that the service does not serve.
    pub foreign_app_id: String,
    /// What stands in front of the service.
    pub gateway: Gateway,
}

impl Target {
    /// A service with a simulator of ours, each with the Mini Program that it is set up for.
    #[must_use]
    pub fn simulated(service: HttpClient, wechat: HttpClient) -> Self {
        Self {
            service,
            wechat: Some(wechat),
            code: None,
            app_id: SIMULATED[0].to_owned(),
            named_app: None,
            foreign_app_id: SIMULATED[1].to_owned(),
            gateway: Gateway::Rest,
        }
    }
}

/// A kind of API Gateway. They refuse differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gateway {
    /// A REST API: refusals are in our form.
    Rest,
    /// An HTTP API: its own words for what its authorizer refuses, and for a route that it does not have.
    Http,
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

impl LoggedIn {
    fn of(reply: Reply) -> Result<Self, String> {
        expect(&reply, 200)?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let token = text(&reply.body["token"]).ok_or("a login answers a token")?;
        let session_id = text(&reply.body["session"]["id"]).ok_or("a login answers a session id")?;
        Ok(Self { token, session_id, reply })
    }
}

/// What a conversation cannot be had without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Anything but the service.
    Nothing,
    /// A code of the real WeChat, which somebody types in.
    Code,
    /// The simulator, for any number of users and codes.
    Simulator,
}

/// One conversation.
#[derive(Clone, Copy)]
pub struct Conversation {
    needs: Needs,
    /// English and Chinese; a sentence.
    name: (&'static str, &'static str),
    steps: fn(Target) -> Steps,
}

impl Conversation {
    /// Has it, if it can be had.
    pub async fn had_with(&self, target: &Target) -> Outcome {
        let started = Instant::now();
        let skipped = (!target.has(self.needs)).then_some(self.needs);
        let failure = if skipped.is_some() { None } else { (self.steps)(target.clone()).await.err() };
        let (name, name_zh) = self.name;
        Outcome { name, name_zh, failure, skipped, took: started.elapsed() }
    }
}

type Steps = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// What became of one conversation.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Its name in English.
    pub name: &'static str,
    /// Its name in Chinese.
    pub name_zh: &'static str,
    /// Why it failed.
    pub failure: Option<String>,
    /// What it was not had for want of.
    pub skipped: Option<Needs>,
    /// How long it took.
    pub took: Duration,
}

/// Every conversation, in the order they are had.
#[must_use]
pub fn all() -> Vec<Conversation> {
    [refusals::ALL, login::ALL, sessions::ALL, open_data::ALL].concat()
}

/// Has every conversation that can be had with the target, tells `told` of each, and says what became of all.
pub async fn run_with(target: &Target, mut told: impl FnMut(&Outcome)) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for conversation in all() {
        let outcome = conversation.had_with(target).await;
        told(&outcome);
        outcomes.push(outcome);
    }
    outcomes
}

/// The same, and nobody is told.
pub async fn run(target: &Target) -> Vec<Outcome> {
    run_with(target, |_| {}).await
}

impl Target {
    fn has(&self, needs: Needs) -> bool {
        match needs {
            Needs::Nothing => true,
            Needs::Code => self.code.is_some(),
            Needs::Simulator => self.wechat.is_some(),
        }
    }

    /// What the simulator does when it is told to.
    ///
    /// # Errors
    ///
    /// When there is no simulator, or no answer came back.
    pub async fn control(&self, what: &str, wanted: &Value) -> Result<Reply, String> {
        let wechat = self.wechat.as_ref().ok_or("no simulator")?;
        wechat.request("POST", &format!("/_control/{what}")).json(wanted).send().await
    }

    /// The answer is the 401 of this code; behind an HTTP API, on a route with an authorizer, what it answers instead.
    fn refused(&self, reply: &Reply, path: &str, code: &str) -> Result<(), String> {
        if self.gateway == Gateway::Rest || path == "/session" {
            return expect_code(reply, 401, code);
        }
        let words = if code == "credentials_missing" { (401, "Unauthorized") } else { (403, "Forbidden") };
        if (reply.status, reply.body["message"].as_str()) == (words.0, Some(words.1)) {
            return Ok(());
        }
        Err(format!("expected {} {}, got {} {}", words.0, words.1, reply.status, reply.text))
    }

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
        let minted = self.control("codes", &wanted).await?;
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
        LoggedIn::of(self.post_login(&code).await?)
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
