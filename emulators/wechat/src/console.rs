//! What an administrator does in WeChat's console, and what can be seen from there.

use serde_json::{Map, Value, json};

use super::Simulator;
use super::component::Component;
use super::state::App;

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
        wechat.hands_out("AppSecret", secret);
        drop(wechat);
        self.app(app_id, |app| secret.clone_into(&mut app.secret))
    }

    /// Freezes or thaws the AppSecret. False when there is no such Mini Program.
    #[must_use]
    pub fn freeze_secret(&self, app_id: &str, frozen: bool) -> bool {
        self.app(app_id, |app| app.secret_frozen = frozen)
    }

    fn app(&self, app_id: &str, change: impl FnOnce(&mut App)) -> bool {
        self.wechat().apps.get_mut(app_id).map(change).is_some()
    }

    /// Sets up the third-party platform.
    pub fn set_component(&self, component: Component) {
        self.wechat().component = Some(component);
    }

    /// The latest 10,000 secrets that this WeChat handed out, each with its name: for tests that look for leaks.
    #[must_use]
    pub fn secrets(&self) -> Vec<(&'static str, String)> {
        self.wechat().secrets.iter().cloned().collect()
    }

    /// Who is known and what happened, without any secret.
    #[must_use]
    pub fn overview(&self) -> Value {
        let (wechat, now) = (self.wechat(), self.now());
        let users = wechat.users.iter().map(|((app_id, openid), user)| {
            let key = user.session_key.as_ref();
            json!({
                "app_id": app_id, "openid": openid, "unionid": user.unionid, "blocked": user.blocked,
                "session_key_issued_at": key.map(|key| key.issued_at),
                "session_key_expires_at": key.map(|key| key.expires_at),
            })
        });
        let counts = wechat.call_counts.iter().map(|(path, count)| (path.clone(), (*count).into()));
        let results = wechat
            .errcode_counts
            .iter()
            .map(|((path, errcode), count)| json!({ "path": path, "errcode": errcode, "count": count }));
        json!({
            "now": now,
            "apps": wechat.apps.keys().collect::<Vec<_>>(),
            "users": users.collect::<Vec<_>>(),
            "codes": { "known": wechat.codes.len(), "unused": wechat.codes.values().filter(|code| !code.used).count() },
            "calls": counts.collect::<Map<_, _>>(),
            "processed": results.collect::<Vec<_>>(),
            "faults": wechat.faults,
        })
    }
}
