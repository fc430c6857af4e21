//! Secrets that must not be seen, in the forms they are likely to take.

use base64::{Engine, engine::general_purpose::STANDARD};
use wechat_simulator::DEFAULT_PUSH;

use crate::user::User;

pub(crate) const APP_SECRET: &str = "9f8e7d6c5b4a39281706f5e4d3c2b1a0";
pub(crate) const RING_KEY: &str = "ring-key-canary-of-forty-characters-0123";
/// Credentials of the role, as Lambda puts them into the environment.
pub(crate) const ENVIRONMENT: [(&str, &str); 3] = [
    ("AWS_ACCESS_KEY_ID", "AKIDCANARY0123456789"),
    ("AWS_SECRET_ACCESS_KEY", "role-secret-canary/0123456789+abcdefghij"),
    ("AWS_SESSION_TOKEN", "role-session-token-canary-fedcba-zyxwvuts"),
];

/// A secret and everything that would give it away.
struct Canary {
    name: &'static str,
    forms: Vec<String>,
}

impl Canary {
    fn new(name: &'static str, secret: &str) -> Self {
        let hex = secret.bytes().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        let url = secret.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        let ends = [&secret[..secret.len().min(16)], &secret[secret.len().saturating_sub(12)..]];
        let mut forms = vec![secret.to_owned(), STANDARD.encode(secret), hex, url];
        forms.extend(ends.map(str::to_owned));
        Self { name, forms }
    }
}

/// The secrets of one cell.
pub(crate) struct Canaries(Vec<Canary>);

impl Canaries {
    pub(crate) fn of(user: &User) -> Self {
        let mut all = vec![
            // Its first characters, prefix and user, are in no way secret on their own; the rest is.
            Canary::new("token", &user.token[user.token.len() - 48..]),
            Canary::new("openid", &user.openid),
            Canary::new("session_key", &user.session_key),
            Canary::new("AppSecret", APP_SECRET),
            Canary::new("key ring", RING_KEY),
            Canary::new("push Token", DEFAULT_PUSH.0),
            Canary::new("EncodingAESKey", DEFAULT_PUSH.1),
            Canary::new("role secret", ENVIRONMENT[1].1),
            Canary::new("role session token", ENVIRONMENT[2].1),
        ];
        let codes = user.codes.lock();
        all.extend(codes.iter().map(|code| Canary::new("js_code", code)));
        let tickets = user.presented.lock();
        all.extend(tickets.iter().map(|ticket| Canary::new("ticket", ticket)));
        Self(all)
    }

    /// Which secrets are in the text.
    pub(crate) fn in_text(&self, text: &str) -> Vec<&'static str> {
        let is_in = |canary: &&Canary| canary.forms.iter().any(|form| text.contains(form.as_str()));
        self.0.iter().filter(is_in).map(|canary| canary.name).collect()
    }
}
