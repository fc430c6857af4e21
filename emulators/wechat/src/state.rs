//! What WeChat knows.

use std::collections::{BTreeMap, VecDeque};

use super::calls::Call;
use super::component::Component;
use super::encrypt_key::EncryptKey;
use super::faults::Fault;
use super::ids::Ids;
use super::knobs::Knobs;
use super::quota::Quotas;
use super::session_key::SessionKey;
use super::tokens::Tokens;

/// So many of the secrets handed out are remembered.
const SECRETS_KEPT: usize = 10_000;

/// The whole simulated WeChat, behind one lock.
pub(super) struct WeChat {
    pub(super) apps: BTreeMap<String, App>,
    /// By appid and openid. Users of a Mini Program that is not ours exist too: their codes are refused, not unknown.
    pub(super) users: BTreeMap<(String, String), User>,
    pub(super) codes: BTreeMap<String, Code>,
    pub(super) tokens: Tokens,
    /// Hash of a minted phone message → when it was minted and for which Mini Program.
    pub(super) phone_messages: BTreeMap<String, (i64, String)>,
    pub(super) component: Option<Component>,
    pub(super) quotas: Quotas,
    pub(super) knobs: Knobs,
    pub(super) faults: Vec<Fault>,
    pub(super) calls: VecDeque<Call>,
    pub(super) call_counts: BTreeMap<String, u64>,
    pub(super) errcode_counts: BTreeMap<(String, i64), u64>,
    pub(super) ids: Ids,
    /// What was handed out and must not be seen again anywhere, each with its name.
    pub(super) secrets: VecDeque<(&'static str, String)>,
}

/// A Mini Program in WeChat's console.
pub(super) struct App {
    pub(super) secret: String,
    pub(super) secret_frozen: bool,
    /// `None`: the whitelist is off, as it is by default.
    pub(super) ip_whitelist: Option<Vec<String>>,
    /// Stands in for the caller's real address.
    pub(super) caller_ip: Option<String>,
}

/// One person in one Mini Program.
#[derive(Default)]
pub(super) struct User {
    pub(super) unionid: Option<String>,
    /// Refused by WeChat's risk control.
    pub(super) blocked: bool,
    pub(super) session_key: Option<SessionKey>,
    /// Oldest first.
    pub(super) encrypt_keys: Vec<EncryptKey>,
    pub(super) openpid: Option<String>,
}

/// A one-time code that the WeChat client handed out.
pub(super) struct Code {
    pub(super) app_id: String,
    pub(super) openid: String,
    pub(super) expires_at: i64,
    pub(super) used: bool,
    pub(super) kind: CodeKind,
}

/// Which call on the client made the code. One kind is never good for another.
pub(super) enum CodeKind {
    /// `wx.login`
    Login,
    /// The phone number button.
    Phone { country_code: String, pure_phone_number: String },
    /// `wx.pluginLogin`
    Plugin,
}

impl WeChat {
    pub(super) fn new(apps: Vec<(String, String)>, seed: u64) -> Self {
        let secrets = apps.iter().map(|(_, secret)| ("AppSecret", secret.clone())).collect();
        let app = |secret| App { secret, secret_frozen: false, ip_whitelist: None, caller_ip: None };
        Self {
            apps: apps.into_iter().map(|(app_id, secret)| (app_id, app(secret))).collect(),
            users: BTreeMap::new(),
            codes: BTreeMap::new(),
            tokens: Tokens::default(),
            phone_messages: BTreeMap::new(),
            component: None,
            quotas: Quotas::documented(),
            knobs: Knobs::default(),
            faults: Vec::new(),
            calls: VecDeque::new(),
            call_counts: BTreeMap::new(),
            errcode_counts: BTreeMap::new(),
            ids: Ids::new(seed),
            secrets,
        }
    }

    /// Remembers a secret that leaves from here, for those who look for it elsewhere.
    pub(super) fn hands_out(&mut self, name: &'static str, text: &str) {
        if self.secrets.len() == SECRETS_KEPT {
            self.secrets.pop_front();
        }
        self.secrets.push_back((name, text.to_owned()));
    }

    /// The user, registered on first sight.
    pub(super) fn user(&mut self, app_id: &str, openid: &str) -> &mut User {
        if !self.users.contains_key(&(app_id.to_owned(), openid.to_owned())) {
            self.hands_out("openid", openid);
        }
        self.users.entry((app_id.to_owned(), openid.to_owned())).or_default()
    }

    /// A code that is known, made by the right kind of call and in time; used or not.
    pub(super) fn live_code(&mut self, code: &str, now: i64) -> Option<&mut Code> {
        self.codes.get_mut(code).filter(|code| now < code.expires_at)
    }

    /// Keeps a long-running simulator small: codes that ended an hour ago are as good as unknown.
    pub(super) fn add_code(&mut self, text: String, code: Code, now: i64) {
        self.codes.retain(|_, old| now < old.expires_at.saturating_add(3600));
        self.codes.insert(text, code);
    }
}
