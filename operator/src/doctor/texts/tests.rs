use std::collections::{BTreeSet, HashMap};

use wxsession::{
    config,
    env::EnvError,
    wechat::{Meaning, Wechat, meaning_of},
};

use super::*;

fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// The names in braces, without the braces of JSON.
fn placeholders(text: &str) -> BTreeSet<&str> {
    let names = text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
    names.filter(|name| name.bytes().all(|byte| byte.is_ascii_lowercase())).collect()
}

#[test]
fn every_text_is_there_in_both_languages_with_the_same_placeholders() {
    assert!(ALL.len() > 60, "{}", ALL.len());
    for (name, text) in ALL {
        for (en, zh) in [Some((text.en, text.zh)), text.fix].into_iter().flatten() {
            assert!(!en.is_empty() && !is_chinese(en), "{name}: {en}");
            // One that is all value is filled in each language.
            assert!(is_chinese(zh) || zh == "{fix}", "{name}: {zh}");
            assert_eq!(placeholders(en), placeholders(zh), "{name}");
        }
    }
}

#[test]
fn every_mistake_of_ours_that_wechat_names_is_there_in_chinese() {
    let mut known = 0;
    for errcode in -1_000..100_000 {
        let is_ours = matches!(meaning_of(errcode), Meaning::Misconfigured(..) | Meaning::Defect(..));
        let chinese = meaning_in_chinese(errcode);
        assert_eq!(is_ours, chinese.is_some(), "{errcode}");
        if let Some((cause, fix)) = chinese {
            assert!(is_chinese(cause) && is_chinese(fix), "{errcode}");
            known += 1;
        }
    }
    assert!(known >= 20, "{known}");
}

#[test]
fn every_range_of_the_settings_is_there_in_chinese() {
    let env = |name: &str, value: &str| HashMap::from([(name.to_owned(), value.to_owned())]);
    let errors = [
        config::rules(&env("IDLE_SECONDS", "x")).unwrap_err(),
        config::max_sessions(&env("MAX_SESSIONS_PER_USER", "x")).unwrap_err(),
        config::realm(&env("REALM", " ")).unwrap_err(),
        config::open_data_max_age(&env("OPEN_DATA_MAX_AGE_SECONDS", "1")).unwrap_err(),
        config::log_level(&env("LOG_LEVEL", "x")).unwrap_err(),
        config::WechatSettings::read(&env("STORE_SESSION_KEY", "x")).unwrap_err(),
        Wechat::new("x").err().unwrap(),
    ];
    for error in errors {
        let EnvError::Malformed(name, expected) = error else { panic!("{error}") };
        let chinese = expected_in_chinese(&expected);
        assert!(chinese != expected && !chinese.is_ascii(), "{name}: {chinese}");
    }
}
