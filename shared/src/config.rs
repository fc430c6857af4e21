//! Settings, each with its range. A bad value stops start-up and names itself: a mistake must not
//! weaken the service silently.

use crate::{
    env::{EnvError, Source},
    session::Rules,
    telemetry::{Level, Reporting, SourceAddress},
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

/// Reads `IDLE_SECONDS`, `ABSOLUTE_SECONDS` and `RENEW_AFTER_SECONDS`. Values that do not fit each other are
/// made to fit, never refused: each is in its range, so `CloudFormation` let them through, and a function that
/// does not start would take all logins down after a green deployment. [`adjusted`] says what was changed.
///
/// # Errors
///
/// [`EnvError`] naming the variable.
pub fn rules(env: &impl Source) -> Result<Rules, EnvError> {
    rules_as_set(env).map(fitting)
}

/// A setting that is used with another value than the one it was given, because of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Adjusted {
    /// The variable.
    pub name: &'static str,
    /// Its value.
    pub set: i64,
    /// What is used in its place.
    pub used: i64,
}

/// What [`rules`] changed, to be warned of once.
#[must_use]
pub fn adjusted(env: &impl Source) -> Vec<Adjusted> {
    let Ok(set) = rules_as_set(env) else { return Vec::new() };
    let used = fitting(set);
    [
        Adjusted { name: "IDLE_SECONDS", set: set.idle_seconds, used: used.idle_seconds },
        Adjusted {
            name: "RENEW_AFTER_SECONDS",
            set: set.renew_after_seconds,
            used: used.renew_after_seconds,
        },
    ]
    .into_iter()
    .filter(|one| one.set != one.used)
    .collect()
}

fn rules_as_set(env: &impl Source) -> Result<Rules, EnvError> {
    Ok(Rules {
        // Below three days, the life commonly reported for WeChat's own session:
        // https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/login.html
        absolute_seconds: env.number_or("ABSOLUTE_SECONDS", 172_800, 3_600..=259_200)?,
        idle_seconds: env.number_or("IDLE_SECONDS", 86_400, 900..=604_800)?,
        renew_after_seconds: env.number_or("RENEW_AFTER_SECONDS", 3_600, 300..=86_400)?,
    })
}

/// A session is idle no longer than it lives, and is renewed at least once before it would be idle.
fn fitting(set: Rules) -> Rules {
    let idle_seconds = set.idle_seconds.min(set.absolute_seconds);
    Rules { idle_seconds, renew_after_seconds: set.renew_after_seconds.min(idle_seconds / 2), ..set }
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

/// Reads `OPEN_DATA_MAX_AGE_SECONDS`, default a day: how old the watermark of open data may be. `None` for 0,
/// which takes data of any age.
///
/// # Errors
///
/// [`EnvError`] naming the variable.
pub fn open_data_max_age(env: &impl Source) -> Result<Option<u32>, EnvError> {
    let Some(text) = env.text("OPEN_DATA_MAX_AGE_SECONDS") else { return Ok(Some(86_400)) };
    match text.parse() {
        Ok(0) => Ok(None),
        Ok(seconds) if (60..=259_200).contains(&seconds) => Ok(Some(seconds)),
        _ => Err(EnvError::Malformed(
            "OPEN_DATA_MAX_AGE_SECONDS",
            "0, or a whole number from 60 to 259200".to_owned(),
        )),
    }
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

/// Reads `STACK_NAME`, default `local`, and `METRICS`: `few` (the default) or `full`.
///
/// # Errors
///
/// [`EnvError`] naming the variable.
pub fn reporting(env: &impl Source) -> Result<Reporting, EnvError> {
    let stack = env.text("STACK_NAME").unwrap_or_else(|| "local".to_owned());
    let metrics = env.text("METRICS").unwrap_or_else(|| "few".to_owned());
    match metrics.as_str() {
        "few" => Ok(Reporting::new(&stack, false)),
        "full" => Ok(Reporting::new(&stack, true)),
        _ => Err(EnvError::Malformed("METRICS", "few or full".to_owned())),
    }
}

/// Reads `WECHAT_APP_ID`: the Mini Program of a login that names none.
pub fn default_app(env: &impl Source) -> Option<String> {
    env.text("WECHAT_APP_ID")
}

/// Reads `SOURCE_ADDRESS`: `full`, `truncated` (the default) or `off`.
///
/// # Errors
///
/// [`EnvError`] naming the variable.
pub fn source_address(env: &impl Source) -> Result<SourceAddress, EnvError> {
    let text = env.text("SOURCE_ADDRESS").unwrap_or_else(|| "truncated".to_owned());
    SourceAddress::parse(&text)
        .ok_or_else(|| EnvError::Malformed("SOURCE_ADDRESS", "full, truncated or off".to_owned()))
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

    use proptest::prelude::*;

    use super::*;
    use crate::property::{Checked, check, holds, refuted};

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
        assert_eq!(open_data_max_age(&env(&[])), Ok(Some(86_400)));
    }

    #[test]
    fn a_bad_value_names_itself_and_is_not_printed() {
        says(Tables::read(&env(&[("USERS_TABLE", "u")])), "SESSIONS_TABLE is not set");
        says(
            rules(&env(&[("IDLE_SECONDS", "60")])),
            "IDLE_SECONDS must be a whole number from 900 to 604800",
        );
        says(
            max_sessions(&env(&[("MAX_SESSIONS_PER_USER", "0")])),
            "MAX_SESSIONS_PER_USER must be a whole number from 1 to 50",
        );
        says(realm(&env(&[("REALM", "a b")])), "REALM must be 1 to 64 characters of A-Z a-z 0-9 . _ -");
        for bad in ["59", "1", "-1", "259201", "a day"] {
            says(
                open_data_max_age(&env(&[("OPEN_DATA_MAX_AGE_SECONDS", bad)])),
                "OPEN_DATA_MAX_AGE_SECONDS must be 0, or a whole number from 60 to 259200",
            );
        }
        says(log_level(&env(&[("LOG_LEVEL", "trace")])), "LOG_LEVEL must be debug, info, warn or error");
        says(reporting(&env(&[("METRICS", "many")])), "METRICS must be few or full");
        says(
            WechatSettings::read(&env(&[("STORE_SESSION_KEY", "yes")])),
            "STORE_SESSION_KEY must be true or false",
        );
    }

    #[track_caller]
    fn derives(name: &str, value: i64, idle: i64, absolute: i64, renew: i64, changed: &[&str]) {
        let env = env(&[(name, &value.to_string())]);
        let rules = rules(&env).unwrap();
        assert_eq!(
            (rules.idle_seconds, rules.absolute_seconds, rules.renew_after_seconds),
            (idle, absolute, renew)
        );
        let found: Vec<_> = adjusted(&env).into_iter().map(|one| one.name).collect();
        assert_eq!(found, changed, "{name} {value}");
    }

    #[test]
    fn a_value_that_does_not_fit_the_others_is_made_to_fit_and_named() {
        derives("IDLE_SECONDS", 900, 900, 172_800, 450, &["RENEW_AFTER_SECONDS"]);
        derives("IDLE_SECONDS", 3_600, 3_600, 172_800, 1_800, &["RENEW_AFTER_SECONDS"]);
        derives("IDLE_SECONDS", 604_800, 172_800, 172_800, 3_600, &["IDLE_SECONDS"]);
        derives("ABSOLUTE_SECONDS", 43_200, 43_200, 43_200, 3_600, &["IDLE_SECONDS"]);
        derives("RENEW_AFTER_SECONDS", 86_400, 86_400, 172_800, 43_200, &["RENEW_AFTER_SECONDS"]);
        derives("RENEW_AFTER_SECONDS", 43_200, 86_400, 172_800, 43_200, &[]);
    }

    type Reads = fn(&HashMap<String, String>) -> Result<Rules, EnvError>;

    /// Over all that the template admits: it runs, by rules that fit each other, and changes nothing that fitted.
    fn everything_admitted_runs(reads: Reads) -> Checked {
        check((900..=604_800_i64, 3_600..=259_200_i64, 300..=86_400_i64), |(idle, absolute, renew)| {
            let [idle_text, absolute_text, renew_text] =
                [idle, absolute, renew].map(|number| number.to_string());
            let env = env(&[
                ("IDLE_SECONDS", &idle_text),
                ("ABSOLUTE_SECONDS", &absolute_text),
                ("RENEW_AFTER_SECONDS", &renew_text),
            ]);
            let rules = reads(&env).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(rules.absolute_seconds, absolute);
            prop_assert!(
                rules.idle_seconds <= absolute && rules.renew_after_seconds * 2 <= rules.idle_seconds
            );
            prop_assert!(rules.renew_after_seconds >= 300, "a client is never told to ask more often");
            prop_assert!(rules.idle_seconds == idle || idle > absolute);
            prop_assert!(rules.renew_after_seconds == renew || renew * 2 > rules.idle_seconds);
            let changed =
                usize::from(rules.idle_seconds != idle) + usize::from(rules.renew_after_seconds != renew);
            prop_assert_eq!(adjusted(&env).len(), changed);
            Ok(())
        })
    }

    #[test]
    fn every_combination_that_the_template_admits_runs() {
        holds(&everything_admitted_runs(rules));
    }

    #[test]
    fn the_property_of_the_rules_refutes_a_refusal_to_start_and_values_taken_as_they_are() {
        refuted(&everything_admitted_runs(|env| {
            rules(env).and_then(|rules| match adjusted(env).first() {
                Some(one) => Err(EnvError::Malformed(one.name, "less".to_owned())),
                None => Ok(rules),
            })
        }));
        refuted(&everything_admitted_runs(rules_as_set));
    }

    #[test]
    fn the_age_of_open_data_may_be_a_minute_three_days_or_any() {
        for (text, seconds) in [("60", Some(60)), ("259200", Some(259_200)), ("0", None)] {
            assert_eq!(open_data_max_age(&env(&[("OPEN_DATA_MAX_AGE_SECONDS", text)])), Ok(seconds));
        }
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
