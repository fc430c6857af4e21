//! Settings, each checked: [`facts::settings`] has them. A bad value stops start-up and names itself: a mistake must not
//! weaken the service silently.

use facts::settings;

use crate::{
    env::{EnvError, Source},
    page::PageOrigin,
    session::Rules,
    telemetry::{Level, Reporting, SourceAddress},
    token::Realm,
};

/// The two tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tables {
    /// Of users.
    pub users: String,
    /// Of sessions.
    pub sessions: String,
}

impl Tables {
    /// Reads both names.
    ///
    /// # Errors
    ///
    /// [`EnvError`] naming the variable.
    pub fn read(env: &impl Source) -> Result<Self, EnvError> {
        Ok(Self {
            users: env.given(&settings::USERS_TABLE)?,
            sessions: env.given(&settings::SESSIONS_TABLE)?,
        })
    }
}

/// The part of every token's hash.
///
/// # Errors
///
/// [`EnvError`] naming the variable.
pub fn realm(env: &impl Source) -> Result<Realm, EnvError> {
    let text = env.text_or_default(&settings::REALM).unwrap_or_default();
    Realm::new(&text).ok_or_else(|| {
        EnvError::Malformed(settings::REALM.name, "1 to 64 characters of A-Z a-z 0-9 . _ -".to_owned())
    })
}

/// The rules of sessions. Values that do not fit each other are
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
        (settings::IDLE_SECONDS.name, set.idle_seconds, used.idle_seconds),
        (settings::RENEW_AFTER_SECONDS.name, set.renew_after_seconds, used.renew_after_seconds),
    ]
    .into_iter()
    .filter(|(_, set, used)| set != used)
    .map(|(name, set, used)| Adjusted { name, set, used })
    .collect()
}

fn rules_as_set(env: &impl Source) -> Result<Rules, EnvError> {
    Ok(Rules {
        absolute_seconds: env.number(&settings::ABSOLUTE_SECONDS)?,
        idle_seconds: env.number(&settings::IDLE_SECONDS)?,
        renew_after_seconds: env.number(&settings::RENEW_AFTER_SECONDS)?,
        page_seconds: env.number(&settings::PAGE_SESSION_SECONDS)?,
    })
}

/// A session is idle no longer than it lives, and is renewed at least once before it would be idle.
fn fitting(set: Rules) -> Rules {
    let idle_seconds = set.idle_seconds.min(set.absolute_seconds);
    Rules { idle_seconds, renew_after_seconds: set.renew_after_seconds.min(idle_seconds / 2), ..set }
}

/// How many sessions a user may hold.
///
/// # Errors
///
/// [`EnvError`] naming the variable.
pub fn max_sessions(env: &impl Source) -> Result<usize, EnvError> {
    Ok(usize::try_from(env.number(&settings::MAX_SESSIONS_PER_USER)?).expect("of its range"))
}

/// Whose pages may have sessions; `None`: nobody's.
///
/// # Errors
///
/// [`EnvError`] naming the variable.
pub fn page_origin(env: &impl Source) -> Result<Option<PageOrigin>, EnvError> {
    let text = env.text_or_default(&settings::PAGE_ORIGIN).filter(|text| !text.is_empty());
    let origin = text.map(|text| PageOrigin::new(&text).ok_or(()));
    origin.transpose().map_err(|()| {
        let expected = "empty, or an https origin in lower case without a path (http for loopback)";
        EnvError::Malformed(settings::PAGE_ORIGIN.name, expected.to_owned())
    })
}

/// How old the watermark of open data may be; `None`: of any age.
///
/// # Errors
///
/// [`EnvError`] naming the variable.
pub fn open_data_max_age(env: &impl Source) -> Result<Option<u32>, EnvError> {
    let seconds = env.number_or_none(&settings::OPEN_DATA_MAX_AGE_SECONDS)?;
    Ok(seconds.map(|seconds| u32::try_from(seconds).expect("of its range")))
}

/// The bus that is told what happened, if there is one.
///
/// # Errors
///
/// [`EnvError`] naming the variable.
pub fn event_bus(env: &impl Source) -> Result<Option<String>, EnvError> {
    let Some(name) = env.text(settings::EVENT_BUS_NAME.name) else { return Ok(None) };
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if name.len() > 256 || !name.bytes().all(fits) {
        let allowed = "1 to 256 characters of A-Z a-z 0-9 . _ -, or nothing";
        return Err(EnvError::Malformed(settings::EVENT_BUS_NAME.name, allowed.to_owned()));
    }
    Ok(Some(name))
}

/// The least level of the lines that are written.
///
/// # Errors
///
/// [`EnvError`] naming the variable.
pub fn log_level(env: &impl Source) -> Result<Level, EnvError> {
    env.word(&settings::LOG_LEVEL)
        .map(|word| Level::parse(word).expect("every word of the setting is a level"))
}

/// Whose metrics are sent, and which: those of `local` where no stack says its name.
///
/// # Errors
///
/// [`EnvError`] naming the variable.
pub fn reporting(env: &impl Source) -> Result<Reporting, EnvError> {
    let stack = env.text(settings::STACK_NAME.name).unwrap_or_else(|| "local".to_owned());
    Ok(Reporting::new(&stack, env.word(&settings::METRICS)? == "full"))
}

/// The Mini Program of a login that names none.
pub fn default_app(env: &impl Source) -> Option<String> {
    env.text_or_default(&settings::WECHAT_APP_ID)
}

/// How much of the client's address is written.
///
/// # Errors
///
/// [`EnvError`] naming the variable.
pub fn source_address(env: &impl Source) -> Result<SourceAddress, EnvError> {
    let word = env.word(&settings::SOURCE_ADDRESS)?;
    Ok(SourceAddress::parse(word).expect("every word of the setting is a rule"))
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
            Rules {
                idle_seconds: 86_400,
                absolute_seconds: 172_800,
                renew_after_seconds: 3_600,
                page_seconds: 7_200
            }
        );
        assert_eq!(max_sessions(&env(&[])), Ok(5));
        assert_eq!(realm(&env(&[])).unwrap(), Realm::new("1").unwrap());
        assert_eq!(open_data_max_age(&env(&[])), Ok(Some(86_400)));
        assert_eq!(page_origin(&env(&[])), Ok(None));
    }

    #[test]
    fn a_fraction_that_cloudformation_lets_through_stops_no_function() {
        let rules = rules(&env(&[("IDLE_SECONDS", "3600.5"), ("RENEW_AFTER_SECONDS", "300.0")])).unwrap();
        assert_eq!((rules.idle_seconds, rules.renew_after_seconds), (3_600, 300));
        for bad in ["899.9", "3600.5.1", "3600.-5", ".5", "3600,5", "36e2"] {
            let refused = super::rules(&env(&[("IDLE_SECONDS", bad)]));
            says(refused, "IDLE_SECONDS must be a whole number from 900 to 604800");
        }
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
        for bad in ["*", "https://m.example.com/", "http://m.example.com", "https://M.example.com"] {
            says(
                page_origin(&env(&[("PAGE_ORIGIN", bad)])),
                "PAGE_ORIGIN must be empty, or an https origin in lower case without a path (http for loopback)",
            );
        }
        for bad in ["299", "43201", "2h"] {
            says(
                rules(&env(&[("PAGE_SESSION_SECONDS", bad)])),
                "PAGE_SESSION_SECONDS must be a whole number from 300 to 43200",
            );
        }
        says(log_level(&env(&[("LOG_LEVEL", "trace")])), "LOG_LEVEL must be debug, info, warn or error");
        says(reporting(&env(&[("METRICS", "many")])), "METRICS must be few or full");
    }

    #[test]
    fn there_is_one_page_origin_or_none() {
        assert_eq!(page_origin(&env(&[("PAGE_ORIGIN", "")])), Ok(None));
        let origin = page_origin(&env(&[("PAGE_ORIGIN", "https://m.example.com")])).unwrap();
        assert_eq!(origin, PageOrigin::new("https://m.example.com"));
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
}
