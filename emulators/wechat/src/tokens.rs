//! Access tokens: `GET /cgi-bin/token` and `POST /cgi-bin/stable_token`, two families that do not touch each other.

use std::collections::BTreeMap;

use serde_json::Value;

use super::answer::{Fields, Refusal, fields};
use super::login::require;
use super::request::Request;
use super::state::WeChat;

const LIFETIME_SECONDS: i64 = 7200;
/// Old and new token work side by side for this long.
const OVERLAP_SECONDS: i64 = 300;
const FORCE_INTERVAL_SECONDS: i64 = 30;
const FORCES_PER_DAY: u64 = 20;

/// All tokens ever issued, and which of them is the newest.
#[derive(Default)]
pub(super) struct Tokens {
    issued: BTreeMap<String, Token>,
    newest: BTreeMap<(String, Family), String>,
    last_force: BTreeMap<String, i64>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    Classic,
    Stable,
}

struct Token {
    app_id: String,
    expires_at: i64,
    /// Set when a newer token replaced this one.
    dies_at: Option<i64>,
}

/// Every call mints a token and retires the one before: processes that refresh on their own chase each other.
pub(super) fn token(wechat: &mut WeChat, request: &Request) -> Result<Fields, Refusal> {
    let app_id = request.param("appid");
    wechat.check_caller_ip(app_id, request)?;
    // The documented answer to a wrong secret is 40001 here and 40125 at stable_token.
    wechat.check_token_caller(app_id, request.param("secret"), request.param("grant_type"), 40001)?;
    wechat.quotas.spend(app_id, &request.path, request.now)?;
    Ok(wechat.new_token(app_id, Family::Classic, request.now, OVERLAP_SECONDS))
}

/// Normal mode answers the same token with its remaining seconds; `force_refresh` kills it at once.
pub(super) fn stable_token(wechat: &mut WeChat, request: &Request) -> Result<Fields, Refusal> {
    let body = request.json().ok_or(47001)?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let (app_id, now) = (text("appid"), request.now);
    wechat.check_caller_ip(app_id, request)?;
    wechat.check_token_caller(app_id, text("secret"), text("grant_type"), 40125)?;
    wechat.quotas.spend(app_id, &request.path, now)?;
    let force = body.get("force_refresh").and_then(Value::as_bool).unwrap_or(false);
    if force && wechat.tokens.force_is_far_enough(app_id, now) {
        wechat.quotas.spend_day(app_id, "force_refresh", FORCES_PER_DAY, now)?;
        wechat.tokens.last_force.insert(app_id.to_owned(), now);
        return Ok(wechat.new_token(app_id, Family::Stable, now, 0));
    }
    // In its last five minutes a token is replaced, so that no answer has less than that left.
    match wechat.tokens.remaining(app_id, Family::Stable, now) {
        Some((token, seconds)) if seconds >= OVERLAP_SECONDS => Ok(success(token, seconds)),
        _ => Ok(wechat.new_token(app_id, Family::Stable, now, OVERLAP_SECONDS)),
    }
}

impl WeChat {
    /// The Mini Program the call's access token belongs to.
    pub(super) fn check_access_token(&self, request: &Request) -> Result<String, Refusal> {
        let text = request.param("access_token");
        require(text, 41001)?;
        // WeChat does not say where 40014 ends and 40001 begins; here: not even shaped like a token.
        let shaped = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if text.len() < 20 || !text.chars().all(shaped) {
            return Err(40014.into());
        }
        let token = self.tokens.issued.get(text).ok_or(40001)?;
        if request.now >= token.expires_at {
            return Err(42001.into());
        }
        if token.dies_at.is_some_and(|dies_at| request.now >= dies_at) {
            return Err(40001.into());
        }
        Ok(token.app_id.clone())
    }

    fn check_token_caller(
        &self,
        app_id: &str,
        secret: &str,
        grant_type: &str,
        wrong_secret: i64,
    ) -> Result<(), Refusal> {
        require(app_id, 41002)?;
        require(secret, 41004)?;
        if !self.secret_is_right(app_id, secret)? {
            return Err(wrong_secret.into());
        }
        if grant_type == "client_credential" { Ok(()) } else { Err(40002.into()) }
    }

    fn new_token(&mut self, app_id: &str, family: Family, now: i64, overlap_seconds: i64) -> Fields {
        let text = self.ids.access_token();
        self.hands_out("access token", &text);
        let token = Token { app_id: app_id.to_owned(), expires_at: now + LIFETIME_SECONDS, dies_at: None };
        let newest = self.tokens.newest.insert((app_id.to_owned(), family), text.clone());
        if let Some(old) = newest.and_then(|old| self.tokens.issued.get_mut(&old)) {
            old.retire(now, overlap_seconds);
        }
        // A token that expired a day ago could as well never have been: 40001 instead of 42001.
        self.tokens.issued.retain(|_, old| now < old.expires_at + 86400);
        self.tokens.issued.insert(text.clone(), token);
        success(text, LIFETIME_SECONDS)
    }
}

impl Token {
    fn retire(&mut self, now: i64, overlap_seconds: i64) {
        let alive = now < self.expires_at;
        self.dies_at = Some(now + overlap_seconds);
        if alive {
            self.expires_at = self.expires_at.max(now + overlap_seconds);
        }
    }
}

impl Tokens {
    fn remaining(&self, app_id: &str, family: Family, now: i64) -> Option<(String, i64)> {
        let text = self.newest.get(&(app_id.to_owned(), family))?;
        let token = self.issued.get(text)?;
        Some((text.clone(), token.expires_at - now))
    }

    /// Closer calls refresh nothing.
    fn force_is_far_enough(&self, app_id: &str, now: i64) -> bool {
        self.last_force.get(app_id).is_none_or(|last| now - last >= FORCE_INTERVAL_SECONDS)
    }

    /// Ends every token at once, as a reset of the AppSecret does.
    pub(super) fn retire_all(&mut self, app_id: &str, now: i64) {
        self.issued
            .values_mut()
            .filter(|token| token.app_id == app_id)
            .for_each(|token| token.retire(now, 0));
        self.newest.retain(|(owner, _), _| owner != app_id);
    }
}

fn success(token: String, expires_in: i64) -> Fields {
    fields([("access_token", token.into()), ("expires_in", expires_in.into())])
}
