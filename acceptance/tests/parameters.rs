//! Every combination of parameters that `template.yaml` admits runs: a deployment that `CloudFormation` calls complete
//! must not leave a function behind that refuses to start.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use local::{functions, service::TEMPLATE};
use proptest::{
    prelude::*,
    sample::select,
    string::string_regex,
    test_runner::{TestCaseError, TestRunner},
};
use sam_template::Template;
use wxsession::{Clock, config, telemetry::Log};

/// A parameter and what the template says of it, line by line: `Type`, `Default`, `MinValue` and so on.
type Declared = (String, HashMap<String, String>);

fn declared() -> Vec<Declared> {
    let section = TEMPLATE.split("\nParameters:\n").nth(1).expect("it has parameters");
    let section = section.split("\nRules:\n").next().expect("rules follow them");
    let mut found: Vec<Declared> = Vec::new();
    for line in section.lines() {
        let (indent, text) = (line.len() - line.trim_start().len(), line.trim());
        match (indent, text.split_once(':')) {
            (2, Some((name, ""))) => found.push((name.to_owned(), HashMap::new())),
            (4, Some((key, value))) => {
                let (_, said) = found.last_mut().expect("a name stands before what is said of it");
                said.insert(key.to_owned(), value.trim().to_owned());
            }
            _ => {}
        }
    }
    found
}

fn unquoted(text: &str) -> String {
    text.trim().trim_matches('\'').to_owned()
}

/// Everything that a parameter may be. A number without a maximum is tried up to what Lambda and the gateway could mean.
fn admitted(said: &HashMap<String, String>) -> BoxedStrategy<String> {
    if let Some(values) = said.get("AllowedValues") {
        let values = values.trim_matches(['[', ']']).split(',').map(unquoted);
        return select(values.collect::<Vec<_>>()).boxed();
    }
    if said["Type"] == "Number" {
        let bound = |key: &str| said.get(key).map(|text| text.parse::<i64>().expect("a number"));
        let (least, most) = (bound("MinValue").unwrap_or(0), bound("MaxValue").unwrap_or(100_000));
        return prop_oneof![3 => least..=most, 1 => Just(least), 1 => Just(most)]
            .prop_map(|number| number.to_string())
            .boxed();
    }
    let pattern = said.get("AllowedPattern").expect("a text has a pattern");
    let pattern = pattern.trim_start_matches('^').trim_end_matches('$');
    string_regex(pattern).expect("a pattern that can be played backwards").boxed()
}

/// Whether every function starts with these parameters.
fn starts(parameters: &BTreeMap<String, String>) -> Result<(), String> {
    let template = Template::parse_with(TEMPLATE, parameters).map_err(|error| error.to_string())?;
    for function in template.functions() {
        let env: HashMap<_, _> = function.environment.clone().into_iter().collect();
        config::reporting(&env).map_err(|error| format!("{}: {error}", function.binary))?;
    }
    let credentials =
        [("AWS_REGION", "us-east-1"), ("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b")];
    let more: HashMap<_, _> =
        credentials.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let clock = Clock::system();
    let new_log: functions::NewLog =
        Arc::new(|name, level| Log::stdout(name, level, Clock::system()).kept(Arc::default()));
    let built = functions::all(&template, &more, &clock, &new_log).map_err(|error| error.to_string())?;
    assert!(built.len() >= 5, "only {} functions were built", built.len());
    Ok(())
}

fn every_combination(declared: Vec<Declared>) -> Result<(), String> {
    let (names, strategies): (Vec<_>, Vec<_>) =
        declared.into_iter().map(|(name, said)| (name, admitted(&said))).unzip();
    let config = ProptestConfig { failure_persistence: None, cases: 40, ..ProptestConfig::default() };
    let tried = TestRunner::new(config).run(&strategies, |values| {
        starts(&names.iter().cloned().zip(values).collect()).map_err(TestCaseError::fail)
    });
    tried.map_err(|error| error.to_string())
}

#[tokio::test]
async fn every_combination_of_parameters_that_the_template_admits_starts() {
    let declared = declared();
    assert!(declared.len() >= 30, "{}", declared.len());
    assert_eq!(every_combination(declared), Ok(()));
}

#[tokio::test]
async fn a_range_or_a_pattern_that_is_too_wide_would_be_noticed() {
    for (parameter, key, wide) in [
        ("IdleSeconds", "MinValue", "1"),
        ("WechatApiBaseUrl", "AllowedPattern", "^https?://[a-z0-9.-]+(:[0-9]{1,5})?$"),
    ] {
        let mut declared = declared();
        let (_, said) = declared.iter_mut().find(|(name, _)| name == parameter).expect("it is there");
        said.insert(key.to_owned(), wide.to_owned());
        assert!(every_combination(declared).is_err(), "{parameter}");
    }
}
