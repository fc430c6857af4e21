//! What somebody who holds this WeChat in the hand changes: as its administrators, its users' phones or fate.

use std::sync::atomic::Ordering;

use super::Simulator;
use super::world::{App, Component, Fault, Knobs, Quota, SessionKey, WeChat};

/// Whatever is added to a time within it, no sum overflows.
const CENTURY_SECONDS: u64 = 100 * 366 * 86_400;

impl Simulator {
    /// Turns the IP whitelist on (or, with `None`, off). `caller_ip` stands in for the caller's real address.
    /// False when there is no such Mini Program.
    #[must_use]
    pub fn set_ip_whitelist(
        &self,
        app_id: &str,
        allowed: Option<Vec<String>>,
        caller_ip: Option<String>,
    ) -> bool {
        self.app(app_id, |app| {
            app.ip_whitelist = allowed;
            app.caller_ip = caller_ip;
        })
    }

    /// Replaces the AppSecret; the old one stops working at once, as do all access tokens.
    /// False when there is no such Mini Program.
    #[must_use]
    pub fn reset_secret(&self, app_id: &str, secret: &str) -> bool {
        let mut wechat = self.wechat();
        wechat.tokens.retire_all(app_id, self.now());
        wechat.mint.remember("AppSecret", secret);
        drop(wechat);
        self.app(app_id, |app| secret.clone_into(&mut app.secret))
    }

    /// Freezes or thaws the AppSecret. False when there is no such Mini Program.
    #[must_use]
    pub fn freeze_secret(&self, app_id: &str, frozen: bool) -> bool {
        self.app(app_id, |app| app.secret_frozen = frozen)
    }

    fn app(&self, app_id: &str, change: impl FnOnce(&mut App)) -> bool {
        self.wechat().console.apps.get_mut(app_id).map(change).is_some()
    }

    /// Sets up the third-party platform.
    pub fn set_component(&self, component: Component) {
        self.wechat().console.component = Some(component);
    }

    /// The user's valid `session_key`, as WeChat holds it: for tests that look for leaks.
    #[must_use]
    pub fn session_key(&self, app_id: &str, openid: &str) -> Option<String> {
        self.wechat().people.live_key(app_id, openid, self.now()).map(|key| key.text.clone())
    }

    /// Sets the user's `session_key` to a known one, for published test vectors.
    pub fn set_session_key(&self, app_id: &str, openid: &str, text: &str) {
        let (mut wechat, now) = (self.wechat(), self.now());
        let expires_at = now + wechat.knobs.key_ttl_seconds;
        let text = text.to_owned();
        wechat.set_key(app_id, openid, SessionKey { text, issued_at: now, expires_at });
    }

    /// Replaces the user's `session_key` behind everybody's back, as a data pre-fetch does.
    pub fn rotate_session_key(&self, app_id: &str, openid: &str) {
        let (mut wechat, now) = (self.wechat(), self.now());
        let expires_at = now + wechat.knobs.key_ttl_seconds;
        wechat.replace_key(app_id, openid, now, expires_at);
    }

    /// Ends the user's `session_key` now.
    pub fn expire_session_key(&self, app_id: &str, openid: &str) {
        let (mut wechat, now) = (self.wechat(), self.now());
        if let Some(key) = &mut wechat.user(app_id, openid).session_key {
            key.expires_at = now;
        }
    }

    /// Lets WeChat's risk control refuse the user from now on, or accept them again.
    pub fn block_user(&self, app_id: &str, openid: &str, blocked: bool) {
        self.wechat().user(app_id, openid).blocked = blocked;
    }

    /// Limits how often each Mini Program may call the path from now on.
    pub fn set_quota(&self, path: &str, quota: Quota) {
        self.wechat().quotas.limit(path, quota);
    }

    /// Adds a fault behind those that wait already. One with a count of 0 does nothing.
    pub fn inject(&self, fault: Fault) {
        self.wechat().faults.add(fault);
    }

    /// From now on nothing goes wrong.
    pub fn clear_faults(&self) {
        self.wechat().faults.clear();
    }

    /// Moves WeChat's time on, or back. False, and nothing done, for a time in another century.
    #[must_use]
    pub fn move_clock(&self, seconds: i64) -> bool {
        let moved = self.moved.load(Ordering::Relaxed).saturating_add(seconds);
        let is_near = moved.unsigned_abs() <= CENTURY_SECONDS;
        if is_near {
            self.moved.store(moved, Ordering::Relaxed);
        }
        is_near
    }

    /// Forgets everything but the time: WeChat is as it was set up. What it makes from now on is new all the same, so
    /// that a service under test does not meet an old openid again.
    pub fn reset(&self) {
        let mut wechat = self.wechat();
        let mint = wechat.mint.renewed();
        *wechat = WeChat::new(&self.apps, mint);
    }

    /// Changes how WeChat behaves from now on.
    pub fn set_knobs(&self, knobs: Knobs) {
        self.wechat().knobs = knobs;
    }
}
