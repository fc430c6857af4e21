//! The access token of each Mini Program, kept until shortly before its end.
//!
//! It comes from `stable_token` in normal mode, where every caller gets the same token with its remaining
//! seconds, so environments need not know of each other. `force_refresh` kills the token of all the
//! others at once and may be used twenty times a day; it is never sent.
//! <https://developers.weixin.qq.com/miniprogram/dev/server/API/mp-access-token/api_getstableaccesstoken>

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use serde_json::{Map, Value, json};
use wxsession::{Clock, Secret};

use crate::{
    CallError,
    api::{Call, Wechat, WechatError},
    secrets::{Apps, CachedSecret},
};

/// In its last 300 seconds WeChat replaces a token and lets the old one live to its end. Asking a
/// minute later than that is sure to get the new one, whatever the two clocks differ.
const RENEW_BEFORE_SECONDS: i64 = 240;
/// The longest life that WeChat documents.
const MOST_SECONDS: i64 = 7_200;
/// When WeChat gave a token again that it had refused, it is not asked within this time for another.
const GIVEN_AGAIN_SECONDS: i64 = 30;
/// WeChat asks to reserve 512 characters at least.
const MOST_CHARACTERS: usize = 2_048;
/// WeChat does not accept the AppSecret.
const WRONG_APP_SECRET: i64 = 40125;

/// An access token. No `Debug` of its text, like every [`Secret`].
#[derive(Debug)]
pub struct AccessToken {
    text: Secret,
    fetched_at: i64,
    seconds: i64,
    fresh_seconds: i64,
    /// WeChat gave it again when another was asked for.
    is_given_again: bool,
}

impl AccessToken {
    /// The text itself. Whoever calls this answers for where it goes.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.text.expose()
    }

    pub(crate) fn secret(&self) -> &Secret {
        &self.text
    }

    /// The first second in which WeChat may not take it any more.
    #[must_use]
    pub fn expires_at(&self) -> i64 {
        self.fetched_at.saturating_add(self.seconds)
    }

    fn is_fresh(&self, now: i64) -> bool {
        (0..self.fresh_seconds).contains(&now.saturating_sub(self.fetched_at))
    }

    /// Whether asking for another one now would only get it again.
    fn is_the_only_one(&self, now: i64) -> bool {
        self.is_given_again && (0..GIVEN_AGAIN_SECONDS).contains(&now.saturating_sub(self.fetched_at))
    }

    fn read(mut answer: Map<String, Value>, fetched_at: i64) -> Result<Self, WechatError> {
        let text = match answer.remove("access_token") {
            Some(Value::String(text)) => Secret::new(text),
            _ => return Err(WechatError::Shape("access_token")),
        };
        let fits = (1..=MOST_CHARACTERS).contains(&text.expose().len())
            && text.expose().bytes().all(|byte| byte.is_ascii_graphic());
        if !fits {
            return Err(WechatError::Shape("access_token"));
        }
        let seconds = answer.get("expires_in").and_then(Value::as_i64).filter(|seconds| *seconds > 0);
        let seconds = seconds.ok_or(WechatError::Shape("expires_in"))?.min(MOST_SECONDS);
        // One that is near its end already, or lives shorter than WeChat promises, is used for a while too.
        let fresh_seconds = (seconds - RENEW_BEFORE_SECONDS).max(seconds / 2);
        Ok(Self { text, fetched_at, seconds, fresh_seconds, is_given_again: false })
    }
}

/// The access tokens of this deployment's Mini Programs.
pub(crate) struct AccessTokens {
    wechat: Wechat,
    apps: Arc<CachedSecret<Apps>>,
    clock: Clock,
    slots: Mutex<BTreeMap<String, Arc<Slot>>>,
}

type Outcome = Result<Arc<AccessToken>, CallError>;

/// The token of one Mini Program. The lock is held while one is fetched, so that only one call at a
/// time asks WeChat.
#[derive(Default)]
struct Slot {
    last: tokio::sync::Mutex<Option<Outcome>>,
    fetches: AtomicU64,
}

impl AccessTokens {
    pub(crate) fn new(wechat: Wechat, apps: Arc<CachedSecret<Apps>>, clock: Clock) -> Self {
        Self { wechat, apps, clock, slots: Mutex::default() }
    }

    /// The token to use now. With `refused`, another one than that: only when the kept one is still
    /// the refused one is it dropped and WeChat asked, so that many refusals of one token are one
    /// fetch. WeChat may answer with the refused one again; then it is not asked for a while.
    pub(crate) async fn token(&self, app_id: &str, refused: Option<&Secret>) -> Outcome {
        let slot = self.slot(app_id);
        let fetches = slot.fetches.load(Ordering::Acquire);
        let mut last = slot.last.lock().await;
        if let Some(Ok(kept)) = &*last
            && kept.is_fresh(self.clock.now())
            && (refused.is_none_or(|refused| *refused != kept.text) || kept.is_the_only_one(self.clock.now()))
        {
            return Ok(kept.clone());
        }
        // Fetched while this call waited for the lock: what came of it, good or bad, is the answer here too.
        if let Some(outcome) = &*last
            && slot.fetches.load(Ordering::Acquire) != fetches
        {
            return outcome.clone();
        }
        let outcome = self.fetch(app_id).await.map(|token| {
            let is_given_again = refused.is_some_and(|refused| *refused == token.text);
            AccessToken { is_given_again, ..token }
        });
        let outcome = outcome.map(Arc::new);
        *last = Some(outcome.clone());
        slot.fetches.fetch_add(1, Ordering::Release);
        outcome
    }

    fn slot(&self, app_id: &str) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.entry(app_id.to_owned()).or_default().clone()
    }

    /// An AppSecret that was reset is fetched again, once.
    async fn fetch(&self, app_id: &str) -> Result<AccessToken, CallError> {
        let apps = self.apps.value().await?;
        let (_, app) = apps.get(app_id)?.ok_or(CallError::NoApp)?;
        let first = self.stable_token(app_id, &app.secret).await;
        if !matches!(first, Err(WechatError::Refused { errcode: WRONG_APP_SECRET, .. })) {
            return Ok(first?);
        }
        let Some(newer) = self.apps.newer_than(&apps).await else { return Ok(first?) };
        match newer.get(app_id)?.filter(|(_, fresh)| fresh.secret != app.secret) {
            Some((_, fresh)) => Ok(self.stable_token(app_id, &fresh.secret).await?),
            None => Ok(first?),
        }
    }

    async fn stable_token(&self, app_id: &str, app_secret: &Secret) -> Result<AccessToken, WechatError> {
        let body = json!({"grant_type": "client_credential", "appid": app_id, "secret": app_secret.expose()});
        let asked_at = self.clock.now();
        let call = Call { path: "/cgi-bin/stable_token", query: &[], body: Some(&body) };
        AccessToken::read(self.wechat.call(&call).await?, asked_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(answer: Value) -> Result<AccessToken, WechatError> {
        let Value::Object(answer) = answer else { panic!("an object") };
        AccessToken::read(answer, 1_000)
    }

    #[track_caller]
    fn is_fresh_for(seconds: i64, expires_in: i64) {
        let token = read(json!({"access_token": "t", "expires_in": expires_in})).unwrap();
        assert!(token.is_fresh(1_000) && token.is_fresh(1_000 + seconds - 1), "{expires_in}");
        assert!(!token.is_fresh(1_000 + seconds), "{expires_in}");
        assert!(!token.is_fresh(999), "the clock was put back");
    }

    #[test]
    fn a_token_is_used_until_four_minutes_before_its_end() {
        is_fresh_for(6_960, 7_200);
        is_fresh_for(240, 480);
        is_fresh_for(6_960, 90_000);
    }

    #[test]
    fn a_token_ends_when_wechat_says_counted_from_before_it_was_asked() {
        let read = read(json!({"access_token": "t", "expires_in": 7_200})).unwrap();
        assert_eq!(read.expires_at(), 8_200);
    }

    #[test]
    fn a_token_near_its_end_is_used_for_half_of_what_is_left() {
        is_fresh_for(150, 300);
        is_fresh_for(50, 100);
    }

    #[test]
    fn refuses_answers_without_a_token_or_its_life() {
        for (answer, lacks) in [
            (json!({"expires_in": 7200}), "access_token"),
            (json!({"access_token": "", "expires_in": 7200}), "access_token"),
            (json!({"access_token": 7, "expires_in": 7200}), "access_token"),
            (json!({"access_token": "a b", "expires_in": 7200}), "access_token"),
            (json!({"access_token": "x".repeat(2_049), "expires_in": 7200}), "access_token"),
            (json!({"access_token": "t"}), "expires_in"),
            (json!({"access_token": "t", "expires_in": 0}), "expires_in"),
            (json!({"access_token": "t", "expires_in": "7200"}), "expires_in"),
        ] {
            assert_eq!(read(answer).unwrap_err(), WechatError::Shape(lacks));
        }
    }

    #[test]
    fn debug_prints_nothing_of_the_text() {
        let token = read(json!({"access_token": "48_TApaCu", "expires_in": 7200})).unwrap();
        assert!(!format!("{token:?}").contains("48_"));
    }
}
