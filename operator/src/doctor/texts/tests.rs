use std::collections::HashMap;

use wxsession::{config, env::EnvError};
use wxsession_wechat::api::{Meaning, Wechat, meaning_of};

use super::*;
use crate::text::tests::is_chinese;

#[test]
fn every_mistake_of_ours_that_wechat_names_is_there_in_chinese() {
    let mut known = 0;
    for errcode in -1_000..100_000 {
        let is_ours = matches!(
            meaning_of("/cgi-bin/stable_token", errcode),
            Meaning::Misconfigured(..) | Meaning::Defect(..)
        );
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
        wxsession_wechat::WechatSettings::read(&env("STORE_SESSION_KEY", "x")).unwrap_err(),
        Wechat::new("x").err().unwrap(),
    ];
    for error in errors {
        let EnvError::Malformed(name, expected) = error else { panic!("{error}") };
        let chinese = expected_in_chinese(&expected);
        assert!(chinese != expected && !chinese.is_ascii(), "{name}: {chinese}");
    }
}
