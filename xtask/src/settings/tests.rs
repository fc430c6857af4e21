use facts::settings::{IDLE_SECONDS, OPEN_DATA_MAX_AGE_SECONDS};

use super::*;

const GROUPS: &str = "\
      - Label: {default: WeChat}
        Parameters: [WechatAppSecret]
      - Label: {default: Session rules}
        Parameters: [AuthorizerCacheSeconds, IdleSeconds, LogLevel]
      - Label: {default: Running it}
        Parameters: [Architecture]
";

#[test]
fn every_parameter_of_a_setting_is_put_into_its_group_once_and_the_others_stay() {
    let text = grouped(GROUPS).unwrap();
    assert!(text.contains("        Parameters: [AuthorizerCacheSeconds, IdleSeconds, Realm, "), "{text}");
    assert!(text.contains("        Parameters: [WechatAppSecret, WechatAppId, "), "{text}");
    assert_eq!(text.matches("IdleSeconds").count(), 1);
    assert_eq!(grouped(&text).unwrap(), text);
    let said = grouped(&GROUPS.replace("Running it", "Running")).unwrap_err();
    assert_eq!(said, "template.yaml: a setting names a group of parameters that is not there");
}

#[test]
fn a_variable_is_in_the_environment_of_who_reads_it_and_once_only() {
    for setting in ALL.iter().filter(|setting| value(setting).is_some()) {
        let line = format!("{}: {}", setting.name, value(setting).unwrap());
        let everywhere = environment("every function").unwrap().contains(&line);
        for function in Function::ALL {
            let own = environment(function.name()).unwrap().contains(&line);
            assert_eq!(own || everywhere, setting.readers.contains(function), "{line} {function:?}");
            assert!(!(own && everywhere), "{line}");
        }
    }
    assert_eq!(environment("nobody"), None);
}

/// `^(0|[6-9][0-9]|…)$` as far as it is used here.
fn admits(pattern: &str, text: &str) -> bool {
    let inner = pattern.strip_prefix("^(").and_then(|rest| rest.strip_suffix(")$")).unwrap();
    inner.split('|').any(|choice| fits(choice, text))
}

fn fits(choice: &str, text: &str) -> bool {
    let Some(first) = choice.chars().next() else { return text.is_empty() };
    let (class, rest) = match choice.strip_prefix('[') {
        Some(open) => open.split_once(']').unwrap(),
        None => choice.split_at(first.len_utf8()),
    };
    let is_in = |digit: char| match class.split_once('-') {
        Some((from, to)) => (from.parse::<char>().unwrap()..=to.parse().unwrap()).contains(&digit),
        None => class.contains(digit),
    };
    let (least, most, rest) = match rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        Some((range, rest)) => {
            let (least, most) = range.split_once(',').unwrap_or((range, range));
            (least.parse().unwrap(), most.parse().unwrap(), rest)
        }
        None => (1, 1, rest),
    };
    (least..=most).any(|count: usize| {
        text.len() >= count && text[..count].chars().all(is_in) && fits(rest, &text[count..])
    })
}

#[test]
fn the_pattern_of_a_number_or_none_admits_its_range_and_0() {
    let range = OPEN_DATA_MAX_AGE_SECONDS.kind;
    let (least, most) = (range.number.least, range.number.most);
    for number in (0..2_000).chain((0..most + 50_000).step_by(997)).chain(most - 1_200..most + 1_200) {
        let fits = number == 0 || (least..=most).contains(&number);
        assert_eq!(admits(range.pattern, &number.to_string()), fits, "{number}");
    }
}

#[test]
fn what_is_no_plain_text_in_yaml_is_quoted_or_folded() {
    assert_eq!(scalar("off"), "'off'");
    assert_eq!(scalar("1"), "'1'");
    assert_eq!(scalar("info"), "info");
    for text in ["No", "how long:", "- one", "? one", "one # two", "~"] {
        assert_eq!(scalar(text), format!("'{text}'"));
    }
    assert_eq!(member("Description", "few: a. full: b", 0), ["Description: >-", "  few: a. full: b"]);
    let idle = ALL.iter().find(|setting| setting.name == IDLE_SECONDS.name).unwrap();
    assert_eq!(declared("IdleSeconds", idle)[0..3], ["IdleSeconds:", "  Type: Number", "  Default: 86400"]);
}
