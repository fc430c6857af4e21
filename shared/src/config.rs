//! Settings, each with its range. A bad value stops start-up and names itself: a mistake must not
//! weaken the service silently.

use crate::{
    env::{EnvError, Source},
    session::Rules,
    telemetry::Level,
    token::Realm,
};

/// The two tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tables {
    /// `USERS_TABLE`
    pub users: String,
    /// `SESSIONS_TABLE`
    pub sessions: String,
}

impl Tables {
    /// Reads both names.
    ///
    /// # Errors
    ///
    /// [`EnvError`] naming the variable.
    pub fn read(env: &impl Source) -> Result<Self, EnvError> {
        Ok(Self { users: env.required("USERS_TABLE")?, sessions: env.required("SESSIONS_TABLE")? })
    }
}

/// Reads `REALM`, default `1`.
///
/// # Errors
///
/// [`EnvError`] naming the variable.
pub fn realm(env: &impl Source) -> Result<Realm, EnvError> {
    let text = env.text("REALM").unwrap_or_else(|| "1".to_owned());
    Realm::new(&text)
        .ok_or_else(|| EnvError::Malformed("REALM", "1 to 64 characters of A-Z a-z 0-9 . _ -".to_owned()))
}

/// Reads `IDLE_SECONDS`, `ABSOLUTE_SECONDS` and `RENEW_AFTER_SECONDS`.
///
/// # Errors
///
/// [`EnvError`] naming the variable; also when the three do not fit each other.
pub fn rules(env: &impl Source) -> Result<Rules, EnvError> {
    // Below three days, the life commonly reported for WeChat's own session:
    // https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/login.html
    let absolute_seconds = env.number_or("ABSOLUTE_SECONDS", 172_800, 3_600..=259_200)?;
    let idle_seconds = env.number_or("IDLE_SECONDS", 86_400, 900..=604_800)?;
    let renew_after_seconds = env.number_or("RENEW_AFTER_SECONDS", 3_600, 300..=86_400)?;
    if idle_seconds > absolute_seconds {
        return Err(EnvError::Malformed("IDLE_SECONDS", "at most ABSOLUTE_SECONDS".to_owned()));
    }
    if renew_after_seconds >= idle_seconds {
        return Err(EnvError::Malformed("RENEW_AFTER_SECONDS", "less than IDLE_SECONDS".to_owned()));
    }
    Ok(Rules { idle_seconds, absolute_seconds, renew_after_seconds })
}

/// Reads `MAX_SESSIONS_PER_USER`, default 5.
///
/// # Errors
///
/// [`EnvError`] naming the variable.
pub fn max_sessions(env: &impl Source) -> Result<usize, EnvError> {
    let most = env.number_or("MAX_SESSIONS_PER_USER", 5, 1..=50)?;
    Ok(usize::try_from(most).unwrap_or(5))
}

/// Reads `LOG_LEVEL`: `debug`, `info` (the default), `warn` or `error`.
///
/// # Errors
///
/// [`EnvError`] naming the variable.
pub fn log_level(env: &impl Source) -> Result<Level, EnvError> {
    let text = env.text("LOG_LEVEL").unwrap_or_else(|| "info".to_owned());
    Level::parse(&text)
        .ok_or_else(|| EnvError::Malformed("LOG_LEVEL", "debug, info, warn or error".to_owned()))
}

/// Settings of what talks to WeChat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WechatSettings {
    /// `WECHAT_APPS_SECRET_ID`
    pub apps_secret_id: String,
    /// `SESSION_KEY_RING_SECRET_ID`; `None` when `STORE_SESSION_KEY` is `false`.
    pub key_ring_secret_id: Option<String>,
    /// `WECHAT_API_BASE_URL`
    pub base_url: String,
}

impl WechatSettings {
    /// Reads all of them.
    ///
    /// # Errors
    ///
    /// [`EnvError`] naming the variable.
    pub fn read(env: &impl Source) -> Result<Self, EnvError> {
        let store = env.flag_or("STORE_SESSION_KEY", true)?;
        let ring = if store { Some(env.required("SESSION_KEY_RING_SECRET_ID")?) } else { None };
        Ok(Self {
            apps_secret_id: env.required("WECHAT_APPS_SECRET_ID")?,
            key_ring_secret_id: ring,
            base_url: env
                .text("WECHAT_API_BASE_URL")
                // https://developers.weixin.qq.com/miniprogram/dev/server/API/user-login/api_code2session
                .unwrap_or_else(|| "https://api.weixin.qq.com".to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn env(pairs: &[(&str, &str)]) -> HashMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[track_caller]
    fn says<T: std::fmt::Debug>(result: Result<T, EnvError>, message: &str) {
        assert_eq!(result.unwrap_err().to_string(), message);
    }

    #[test]
    fn defaults_are_the_documented_ones() {
        let rules = rules(&env(&[])).unwrap();
        assert_eq!(
            rules,
            Rules { idle_seconds: 86_400, absolute_seconds: 172_800, renew_after_seconds: 3_600 }
        );
        assert_eq!(max_sessions(&env(&[])), Ok(5));
        assert_eq!(realm(&env(&[])).unwrap(), Realm::new("1").unwrap());
    }

    #[test]
    fn a_bad_value_names_itself_and_is_not_printed() {
        says(Tables::read(&env(&[("USERS_TABLE", "u")])), "SESSIONS_TABLE is not set");
        says(
            rules(&env(&[("IDLE_SECONDS", "60")])),
            "IDLE_SECONDS must be a whole number from 900 to 604800",
        );
        says(
            rules(&env(&[("IDLE_SECONDS", "86400"), ("ABSOLUTE_SECONDS", "3600")])),
            "IDLE_SECONDS must be at most ABSOLUTE_SECONDS",
        );
        says(
            rules(&env(&[("IDLE_SECONDS", "900"), ("RENEW_AFTER_SECONDS", "900")])),
            "RENEW_AFTER_SECONDS must be less than IDLE_SECONDS",
        );
        says(
            max_sessions(&env(&[("MAX_SESSIONS_PER_USER", "0")])),
            "MAX_SESSIONS_PER_USER must be a whole number from 1 to 50",
        );
        says(realm(&env(&[("REALM", "a b")])), "REALM must be 1 to 64 characters of A-Z a-z 0-9 . _ -");
        says(log_level(&env(&[("LOG_LEVEL", "trace")])), "LOG_LEVEL must be debug, info, warn or error");
        says(
            WechatSettings::read(&env(&[("STORE_SESSION_KEY", "yes")])),
            "STORE_SESSION_KEY must be true or false",
        );
    }

    #[test]
    fn without_a_vault_no_key_ring_is_asked_for() {
        let settings = [("STORE_SESSION_KEY", "false"), ("WECHAT_APPS_SECRET_ID", "apps")];
        let read = WechatSettings::read(&env(&settings)).unwrap();
        assert_eq!(read.key_ring_secret_id, None);
        assert_eq!(read.base_url, "https://api.weixin.qq.com");
        says(WechatSettings::read(&env(&settings[1..])), "SESSION_KEY_RING_SECRET_ID is not set");
    }
}
