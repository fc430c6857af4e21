//! No answer gives back more than eight characters of a body in a row, whatever the body is: the real
//! functions, with WeChat simulated, which does quote what it is sent.

use std::collections::HashSet;

use base64::{Engine, engine::general_purpose::STANDARD};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use wxsession::http::{Code, Problem, response::shown};

use crate::support::{APP, REQUEST_ID, User, World, event};

const MOST_ECHOED: usize = 8;
const ROUTES: [&str; 4] = ["/login", "/open-data/decrypt", "/open-data/verify", "/phone-number"];

struct Stage {
    runtime: Runtime,
    world: World,
    user: User,
    /// Everything that answers say of themselves.
    known: HashSet<Vec<u8>>,
}

impl Stage {
    fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let world = runtime.block_on(World::start());
        let user = runtime.block_on(world.user(APP));
        let problems = Code::ALL.map(|code| shown(&Problem::new(code).response(REQUEST_ID, 0)).to_string());
        let valid =
            [true, false].map(|valid| json!({"body": json!({"valid": valid}).to_string()}).to_string());
        let known =
            problems.iter().chain(&valid).flat_map(|text| windows(text)).map(<[u8]>::to_vec).collect();
        Self { runtime, world, user, known }
    }

    fn answer(&self, route: &str, body: &str) -> String {
        let request = event("POST", route, Some(body), &self.user.context);
        self.runtime.block_on(self.world.answer(route, &request))
    }

    /// Checks `answers`, which are given a body and the real answer to it.
    fn check(&self, answers: fn(&str, String) -> String) -> Result<(), String> {
        let config = Config { failure_persistence: None, ..Config::default() };
        let asked = TestRunner::new(config).run(&(0..ROUTES.len(), bodies()), |(route, body)| {
            let answer = answers(&body, self.answer(ROUTES[route], &body));
            let new: HashSet<&[u8]> =
                windows(&answer).filter(|window| !self.known.contains(*window)).collect();
            let echoed = windows(&body).find(|window| new.contains(window));
            let echoed = echoed.map(String::from_utf8_lossy);
            prop_assert!(echoed.is_none(), "{} gives back {:?}: {}", ROUTES[route], echoed, answer);
            let answer: Value = serde_json::from_str(&answer).expect("an answer is JSON");
            prop_assert!(answer["statusCode"].as_u64().is_some_and(|status| status < 500), "{}", answer);
            Ok(())
        });
        asked.map_err(|error| error.to_string())
    }
}

fn windows(text: &str) -> impl Iterator<Item = &[u8]> {
    text.as_bytes().windows(MOST_ECHOED + 1)
}

/// Bodies that get far, and bodies that do not.
fn bodies() -> impl Strategy<Value = String> {
    let text = || prop_oneof!["[!-~]{9,140}", any::<String>(), "[ -~]{9,60}"];
    let base64 = || proptest::collection::vec(any::<u8>(), 0..64).prop_map(|bytes| STANDARD.encode(bytes));
    let blocks = proptest::collection::vec(any::<[u8; 16]>(), 1..4)
        .prop_map(|blocks| STANDARD.encode(blocks.concat()));
    let iv = any::<[u8; 16]>().prop_map(|iv| STANDARD.encode(iv));
    let object = |value: Value| value.to_string();
    prop_oneof![
        text(),
        text().prop_map(move |code| object(json!({"code": code}))),
        (text(), text()).prop_map(move |(code, app)| object(json!({"code": code, "app_id": app}))),
        text().prop_map(move |code| object(json!({"code": code, "app_id": APP}))),
        (text(), text()).prop_map(move |(name, value)| object(json!({"code": "c", name: value}))),
        (blocks, iv).prop_map(move |(data, iv)| object(json!({"encrypted_data": data, "iv": iv}))),
        (base64(), text()).prop_map(move |(data, iv)| object(json!({"encrypted_data": data, "iv": iv}))),
        (text(), "[0-9a-f]{40}")
            .prop_map(move |(raw, sign)| object(json!({"raw_data": raw, "signature": sign}))),
        (text(), text()).prop_map(move |(raw, sign)| object(json!({"raw_data": raw, "signature": sign}))),
    ]
}

#[test]
fn no_answer_gives_back_more_than_eight_characters_of_the_body() {
    assert_eq!(Stage::new().check(|_, answer| answer), Ok(()));
}

#[test]
fn the_property_refutes_an_answer_that_quotes_nine() {
    let stage = Stage::new();
    let quoting = stage.check(|body, answer| {
        let nine: String = body.chars().take(9).collect();
        answer.replacen("about:blank", &format!("about:{nine}"), 1)
    });
    assert!(quoting.is_err_and(|error| error.contains("gives back")));
}
