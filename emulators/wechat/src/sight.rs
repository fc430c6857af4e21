//! What can be seen of this WeChat from outside.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Simulator;
use super::world::{Call, Calls, Fault, Knobs, Quotas};

impl Simulator {
    /// The latest 10,000 calls, oldest first. The control plane's own are not among them.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.wechat().calls.latest()
    }

    /// How often the path was called, faults included.
    #[must_use]
    pub fn call_count(&self, path: &str) -> u64 {
        self.wechat().calls.counts().get(path).copied().unwrap_or(0)
    }

    /// How often the path was processed with this result (0: success), whether or not the answer arrived.
    #[must_use]
    pub fn errcode_count(&self, path: &str, errcode: i64) -> u64 {
        self.wechat().calls.errcodes().get(&(path.to_owned(), errcode)).copied().unwrap_or(0)
    }

    /// Forgets users, spent codes, the list of calls and what counts against a limit, as if WeChat had been set up
    /// anew. Codes that wait to be used stay good. Keeps the simulator small under a load of logins.
    pub fn forget_logins(&self) {
        let mut wechat = self.wechat();
        wechat.people.forget();
        wechat.calls.forget_latest();
        wechat.quotas = Quotas::documented();
    }

    /// Forgets all calls and counters.
    pub fn forget_calls(&self) {
        self.wechat().calls = Calls::default();
    }

    /// The faults that wait.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        self.wechat().faults.all().to_vec()
    }

    /// How WeChat behaves now.
    #[must_use]
    pub fn knobs(&self) -> Knobs {
        self.wechat().knobs.clone()
    }

    /// What a server stored for the user with `/wxa/set_user_storage`.
    #[must_use]
    pub fn user_storage(&self, app_id: &str, openid: &str) -> BTreeMap<String, String> {
        let user = (app_id.to_owned(), openid.to_owned());
        self.wechat().people.users.get(&user).map(|user| user.storage.clone()).unwrap_or_default()
    }

    /// The latest 10,000 secrets that this WeChat handed out, each with its name: for tests that look for leaks.
    #[must_use]
    pub fn secrets(&self) -> Vec<(&'static str, String)> {
        self.wechat().mint.secrets()
    }

    /// Who is known and what happened, without any secret.
    #[must_use]
    pub fn overview(&self) -> Value {
        let (wechat, now) = (self.wechat(), self.now());
        let users = wechat.people.users.iter().map(|((app_id, openid), user)| {
            let key = user.session_key.as_ref();
            json!({
                "app_id": app_id, "openid": openid, "unionid": user.unionid, "blocked": user.blocked,
                "session_key_issued_at": key.map(|key| key.issued_at),
                "session_key_expires_at": key.map(|key| key.expires_at),
            })
        });
        let counts = wechat.calls.counts().iter().map(|(path, count)| (path.clone(), (*count).into()));
        let results = wechat
            .calls
            .errcodes()
            .iter()
            .map(|((path, errcode), count)| json!({ "path": path, "errcode": errcode, "count": count }));
        json!({
            "now": now,
            "apps": wechat.console.apps.keys().collect::<Vec<_>>(),
            "users": users.collect::<Vec<_>>(),
            "codes": { "known": wechat.people.codes.len(), "unused": wechat.people.codes.values().filter(|code| !code.used).count() },
            "calls": counts.collect::<Map<_, _>>(),
            "processed": results.collect::<Vec<_>>(),
            "faults": wechat.faults.all(),
        })
    }
}
