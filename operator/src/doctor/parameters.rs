//! Every setting in its range, read by the same code as in the functions.

use std::collections::BTreeSet;

use facts::settings;
use wxsession::{
    config,
    env::{EnvError, Source as _},
};
use wxsession_wechat::{WechatSettings, api::Wechat};

use super::{
    Args,
    environment::{Function, NAMES, Settings},
    report::{Finding, Report},
    texts::{self, PARAMETER_ABSENT, PARAMETER_ADJUSTED, PARAMETER_BAD, PARAMETERS_NONE, PARAMETERS_OK},
};
use crate::{
    settings::{parameter_of, ranged},
    surroundings::Variables,
};

const CHECK: &str = "parameters";

pub(super) fn check(args: &Args, settings: &Settings, report: &mut Report) {
    let before = report.findings.len();
    let mut said = BTreeSet::new();
    for function in &settings.functions {
        for (name, expected) in malformed(function) {
            if said.insert((name, expected.clone())) {
                report.add(bad(function, name, &expected));
            }
        }
    }
    for name in absent(settings) {
        report.add(Finding::fail(CHECK, PARAMETER_ABSENT).with("name", &name));
    }
    if report.findings.len() > before {
        return;
    }
    // The functions that read these have them from the same parameters.
    for one in config::adjusted(&settings.all) {
        report.add(
            Finding::warn(CHECK, PARAMETER_ADJUSTED)
                .with("name", one.name)
                .with("set", &one.set)
                .with("used", &one.used)
                .with("parameter", &parameter_of(one.name).unwrap_or_default()),
        );
    }
    let names = ranged().map(|setting| setting.name).chain(NAMES);
    // An address that was typed as an option is none of the deployment's settings.
    let is_typed = |name: &str| args.wechat_endpoint.is_some() && name == settings::WECHAT_API_BASE_URL.name;
    let count = names.filter(|name| settings.is_set(name) && !is_typed(name)).count();
    report.add(if count == 0 {
        Finding::skipped(CHECK, PARAMETERS_NONE)
    } else {
        Finding::ok(CHECK, PARAMETERS_OK).with("count", &count)
    });
}

fn bad(function: &Function, name: &str, expected: &str) -> Finding {
    let place = if function.name.is_empty() { String::new() } else { format!("{}: ", function.name) };
    Finding::fail(CHECK, PARAMETER_BAD)
        .with("place", &place)
        .with("name", &name)
        .with("parameter", &parameter_of(name).unwrap_or_default())
        .with_words("expected", expected, texts::expected_in_chinese(expected))
}

/// The readers stop at the first bad value, so each one that is found is taken out and the rest read again.
fn malformed(function: &Function) -> Vec<(&'static str, String)> {
    let mut env = function.env.clone();
    let mut found: Vec<(&'static str, String)> = Vec::new();
    for read in READERS {
        while let Err(EnvError::Malformed(name, expected)) = read(&env) {
            // Gone already: what is left is its default, which does not fit another setting.
            if env.remove(name).is_none() {
                break;
            }
            found.push((name, expected));
        }
    }
    found
}

type Reader = fn(&Variables) -> Result<(), EnvError>;

const READERS: [Reader; 11] = [
    |env| config::realm(env).map(drop),
    |env| config::rules(env).map(drop),
    |env| config::max_sessions(env).map(drop),
    |env| config::page_origin(env).map(drop),
    |env| config::open_data_max_age(env).map(drop),
    |env| config::event_bus(env).map(drop),
    |env| config::log_level(env).map(drop),
    |env| config::reporting(env).map(drop),
    |env| config::source_address(env).map(drop),
    |env| WechatSettings::read(env).map(drop),
    |env| env.text(settings::WECHAT_API_BASE_URL.name).map_or(Ok(()), |url| Wechat::new(&url).map(drop)),
];

fn absent(set: &Settings) -> Vec<&'static str> {
    if !NAMES.iter().any(|name| set.is_set(name)) {
        return Vec::new();
    }
    let has_no_vault = set.all.get(settings::STORE_SESSION_KEY.name).is_some_and(|stored| stored == "false");
    let is_needed = |name: &&str| !(has_no_vault && *name == settings::SESSION_KEY_RING_SECRET_ID.name);
    NAMES.into_iter().filter(is_needed).filter(|name| !set.is_set(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn finds(env: &[(&str, &str)], names: &[&str]) {
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let found = malformed(&Function { name: String::new(), env });
        assert_eq!(found.iter().map(|(name, _)| *name).collect::<Vec<_>>(), names);
    }

    #[test]
    fn every_bad_value_is_named_and_each_once() {
        finds(&[], &[]);
        finds(&[("IDLE_SECONDS", "60"), ("ABSOLUTE_SECONDS", "x")], &["ABSOLUTE_SECONDS", "IDLE_SECONDS"]);
        finds(
            &[("REALM", "a b"), ("LOG_LEVEL", "loud"), ("MAX_SESSIONS_PER_USER", "0")],
            &["REALM", "MAX_SESSIONS_PER_USER", "LOG_LEVEL"],
        );
        finds(&[("OPEN_DATA_MAX_AGE_SECONDS", "59")], &["OPEN_DATA_MAX_AGE_SECONDS"]);
        finds(&[("PAGE_ORIGIN", "https://m.example.com/")], &["PAGE_ORIGIN"]);
        finds(&[("PAGE_SESSION_SECONDS", "60")], &["PAGE_SESSION_SECONDS"]);
        finds(&[("STORE_SESSION_KEY", "yes")], &["STORE_SESSION_KEY"]);
        finds(&[("WECHAT_API_BASE_URL", "http://api.weixin.qq.com")], &["WECHAT_API_BASE_URL"]);
    }

    #[test]
    fn every_setting_that_can_be_wrong_is_read() {
        for setting in ranged() {
            finds(&[(setting.name, "no: such value!")], &[setting.name]);
        }
    }

    #[test]
    fn values_that_do_not_fit_each_other_are_not_bad_values() {
        finds(&[("IDLE_SECONDS", "86400"), ("ABSOLUTE_SECONDS", "3600")], &[]);
        finds(&[("IDLE_SECONDS", "900"), ("RENEW_AFTER_SECONDS", "900")], &[]);
    }
}
