//! One request, and whether its answer is right.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use operator::http_client::{HttpClient, Reply};
use parking_lot::{Mutex, MutexGuard};
use serde_json::{Value, json};
use wechat_simulator::{DEFAULT_APP, NewCode, Simulator};
use wxsession::{UserId, token::SessionToken};

use super::{
    Stage,
    plan::Mix,
    population::{Heard, Population, SMALL},
    tally::{Class, Tally},
};

/// Of a hundred checks and authorized calls, this many come with a forged token.
const FORGED_PERCENT: u64 = 1;
/// A seeded user logs in at most this often again: one more, and the session that was seeded would be ended.
const LOGINS_PER_USER: u32 = 4;
/// Tokens of logins wait here to be used once.
const FRESH_KEPT: usize = 1024;

/// Everyone who sends requests.
pub(super) struct Crew {
    client: HttpClient,
    simulator: Simulator,
    population: Arc<Population>,
    mix: Mix,
    /// Only sessions that will not come due for renewal, equally many of them, and only users who never logged in
    /// before: the same work whatever the size of the tables.
    is_steady: bool,
    tally: Mutex<Tally>,
    fresh: Mutex<VecDeque<Expected>>,
    logins: AtomicU32,
}

/// A token, and what must be said about it.
struct Expected {
    token: String,
    user_id: String,
    session_id: String,
    /// The number of the member, when the session is a seeded one.
    number: Option<u32>,
}

impl Crew {
    pub(super) fn new(stage: &Stage, mix: Mix, is_steady: bool, logins_before: u32) -> Self {
        Self {
            client: HttpClient::new(&stage.service.url),
            simulator: stage.service.simulator.clone(),
            population: Arc::clone(&stage.population),
            mix,
            is_steady,
            tally: Mutex::default(),
            fresh: Mutex::default(),
            logins: AtomicU32::new(logins_before),
        }
    }

    pub(super) fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock()
    }

    /// Logins so far, those of earlier crews included.
    pub(super) fn logins(&self) -> u32 {
        self.logins.load(Ordering::Relaxed)
    }

    /// How many of the first `logins` logins were of users who had not logged in before.
    pub(super) fn newcomers(&self, logins: u32) -> u32 {
        if self.is_steady { logins } else { logins.saturating_sub(self.returning()) }
    }

    fn returning(&self) -> u32 {
        self.population.size.saturating_mul(LOGINS_PER_USER)
    }

    /// Sends the request with this number; the same number is the same request.
    pub(super) async fn ask(&self, ticket: u64) -> (Class, Result<(), String>) {
        let draw = scattered(ticket);
        let number = if self.is_steady {
            self.population.rested(self.population.one_of(SMALL, draw >> 32))
        } else {
            self.population.one_of(self.population.size, draw >> 32)
        };
        let is_forged = (draw >> 16) % 100 < FORGED_PERCENT;
        match self.mix.class(draw % 100) {
            Class::Check if is_forged => (Class::ForgedCheck, self.forged("/session", number).await),
            Class::Authorize if is_forged => (Class::ForgedAuthorize, self.forged("/me", number).await),
            Class::Check => (Class::Check, self.check(self.expected(number)).await),
            Class::Authorize => (Class::Authorize, self.authorize(self.expected(number)).await),
            _ => (Class::Login, self.login().await),
        }
    }

    /// The token of a login that nobody has used yet, or a seeded one.
    fn expected(&self, number: u32) -> Expected {
        if let Some(fresh) = self.fresh().pop_front() {
            return fresh;
        }
        let member = self.population.member(number);
        Expected {
            token: member.token.expose().to_string(),
            user_id: member.session.user_id.to_string(),
            session_id: member.session.id.to_string(),
            number: Some(number),
        }
    }

    async fn check(&self, expected: Expected) -> Result<(), String> {
        let reply = self.client.request("GET", "/session").bearer(&expected.token).send().await?;
        is(&reply, 200)?;
        same(&reply.body["user"]["id"], &expected.user_id, "user")?;
        same(&reply.body["session"]["id"], &expected.session_id, "session")?;
        let expires_at = reply.body["session"]["expires_at"].as_i64().ok_or("no expiry")?;
        match expected.number.map(|number| self.population.heard(number, expires_at)) {
            Some(Heard::Renewed) => self.tally().renewals += 1,
            Some(Heard::RenewedTooSoon) => return Err("renewed twice within the hour".to_owned()),
            Some(Heard::AsBefore) | None => {}
        }
        Ok(())
    }

    async fn authorize(&self, expected: Expected) -> Result<(), String> {
        let reply = self.client.request("GET", "/me").bearer(&expected.token).send().await?;
        is(&reply, 200)?;
        same(&reply.body["user_id"], &expected.user_id, "user")?;
        same(&reply.body["session_id"], &expected.session_id, "session")?;
        same(&reply.body["app_id"], DEFAULT_APP.0, "Mini Program")
    }

    async fn forged(&self, path: &str, number: u32) -> Result<(), String> {
        let token = Population::forged(number).expose().to_string();
        let reply = self.client.request("GET", path).bearer(&token).send().await?;
        if (reply.status, reply.code()) == (401, "session_invalid") { Ok(()) } else { is(&reply, 401) }
    }

    async fn login(&self) -> Result<(), String> {
        let nth = self.logins.fetch_add(1, Ordering::Relaxed);
        let is_new = self.is_steady || nth >= self.returning();
        // A stride that shares no factor with a round number of users visits each before any twice.
        let number =
            if is_new { self.population.size + nth } else { nth.wrapping_mul(7_919) % self.population.size };
        let openid = Some(Population::openid(number));
        let new = NewCode { app_id: DEFAULT_APP.0.to_owned(), openid, ..NewCode::default() };
        let code = self.simulator.mint(new).code;
        let reply = self.client.request("POST", "/login").json(&json!({ "code": code })).send().await?;
        is(&reply, 200)?;
        let user_id = Population::user_id(number);
        same(&reply.body["user"]["id"], &user_id.to_string(), "user")?;
        if reply.body["user"]["is_new"] != is_new {
            return Err("wrong about whether the user is new".to_owned());
        }
        self.keep(&reply.body, user_id)
    }

    /// Keeps the token of a login, so that it is used once.
    fn keep(&self, body: &Value, user_id: UserId) -> Result<(), String> {
        let token = body["token"].as_str().ok_or("no token")?;
        let parsed = SessionToken::parse(token).map_err(|error| error.to_string())?;
        if parsed.user_id() != user_id {
            return Err("another user's token".to_owned());
        }
        let session_id = body["session"]["id"].as_str().ok_or("no session")?.to_owned();
        let mut fresh = self.fresh();
        if fresh.len() < FRESH_KEPT {
            let token = token.to_owned();
            fresh.push_back(Expected { token, user_id: user_id.to_string(), session_id, number: None });
        }
        Ok(())
    }

    fn fresh(&self) -> MutexGuard<'_, VecDeque<Expected>> {
        self.fresh.lock()
    }
}

fn is(reply: &Reply, status: u16) -> Result<(), String> {
    if reply.status == status && status == 200 {
        return Ok(());
    }
    Err(format!("{} {}, not {status}", reply.status, reply.code()).replace(" ,", ","))
}

fn same(value: &Value, expected: &str, what: &str) -> Result<(), String> {
    if *value == *expected { Ok(()) } else { Err(format!("wrong answer: another {what}")) }
}

/// `SplitMix64`: numbers in a row come out without any order.
fn scattered(number: u64) -> u64 {
    let mut z = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
