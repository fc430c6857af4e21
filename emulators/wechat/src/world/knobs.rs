//! How this WeChat behaves where the real one varies or does not say.

use serde::{Deserialize, Serialize};

/// WeChat changed the form over the years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestId {
    /// `rid: 6129ee10-272863a4-64d75414`
    Rid,
    /// `hints: [ req_id: uhJDVZyFe-YZguHA ]`
    Hints,
}

/// Behaviour that tests may change. The defaults are WeChat's documented or observed ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Knobs {
    /// How long a fresh code stays good.
    pub code_ttl_seconds: i64,
    /// Logins closer together than this keep the `session_key`.
    pub min_rotation_interval_seconds: i64,
    /// How long a `session_key` lives after the user's last use of the Mini Program.
    pub key_ttl_seconds: i64,
    /// Every login replaces the `session_key`.
    pub always_rotate: bool,
    /// The `session_key` changes when the client obtains a code, before the server trades it.
    pub rotate_on_code: bool,
    /// `countryCode` is a number, as in WeChat's sample, instead of the documented string.
    pub numeric_country_code: bool,
    /// What a phone code of another user than the `openid` in the body is refused with. WeChat does not say.
    pub refuses_others_phone_code_with: i64,
    /// How errors name the call.
    pub request_id: RequestId,
    /// Calls of code2Session per user and minute before 45011.
    pub logins_per_user_per_minute: u64,
    /// Resets of one user's `session_key` per minute before 45011.
    pub resets_per_user_per_minute: u64,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            code_ttl_seconds: 300,
            min_rotation_interval_seconds: 600,
            key_ttl_seconds: 3 * 24 * 3600,
            always_rotate: false,
            rotate_on_code: false,
            numeric_country_code: false,
            refuses_others_phone_code_with: 40003,
            request_id: RequestId::Rid,
            logins_per_user_per_minute: 100,
            // WeChat only says that frequent resets of one user are refused.
            resets_per_user_per_minute: 5,
        }
    }
}
