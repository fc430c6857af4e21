//! Ten thousand events as nobody sends them, made of those in `events/`, through the doors of the running service: nothing
//! panics, no answer is a 5xx, and nobody is let in. Nobody is logged in, so whoever is let in was let in without a session.

use std::{fs, path::PathBuf};

use acceptance::leaks::scanned;
use local::service::Service;
use operator::http_client::HttpClient;
use serde_json::{Map, Value, json};
use wxsession::{Clock, Random};

const EVENTS: usize = 10_000;

/// Numbers from one seed, so that a failure can be had again.
struct Dice(Random);

impl Dice {
    fn below(&self, most: usize) -> usize {
        let number = u64::from_be_bytes(self.0.bytes());
        usize::try_from(number % u64::try_from(most.max(1)).expect("it fits")).expect("it fits")
    }

    fn one_of<'a, T>(&self, values: &'a [T]) -> &'a T {
        &values[self.below(values.len())]
    }
}

fn oddities() -> Vec<Value> {
    let mut odd = vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(9_007_199_254_740_993_u64),
        json!([]),
        json!({}),
        json!([null]),
        json!({"": {"": []}}),
        json!("x".repeat(70_000)),
    ];
    let texts = [
        "",
        " ",
        "\u{0}",
        "\r\nSet-Cookie: a=b",
        "é",
        "\u{feff}",
        "/",
        "//",
        "..",
        "/%00",
        "{}",
        "[",
        "a b",
        "\"<>",
        ":::",
        "[::1",
        "Bearer ",
        "Bearer a, Bearer b",
        "GET",
        "get",
        "HEAD",
        "OPTIONS",
        "$default",
        "ANY /{proxy+}",
        "/session",
        "/login",
        "2.0",
        "1.0",
        "REQUEST",
        "TOKEN",
        "TRUE",
        "%%%",
        "YQ==",
        "application/json, text/plain",
        "arn:aws:execute-api:r:1:a/b/c",
        "018bcfe5-6800-7000-8000-000000000000",
        "99999999999999999999",
    ];
    odd.extend(texts.map(Value::from));
    odd
}

/// The places of an event: from its root to each of its values.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| places(value, &format!("{at}/{}", escaped(name)), found));
        }
        Value::Array(values) => {
            values
                .iter()
                .enumerate()
                .for_each(|(place, value)| places(value, &format!("{at}/{place}"), found));
        }
        _ => {}
    }
}

fn mutate(event: &mut Value, dice: &Dice, odd: &[Value]) {
    let mut found = Vec::new();
    places(event, "", &mut found);
    let place = dice.one_of::<String>(&found);
    let Some(place) = event.pointer_mut(place) else { return };
    match (dice.below(5), place) {
        // A member goes, is renamed, or is there twice in another spelling.
        (0, Value::Object(members)) => rename(members, dice, |_| None),
        (1, Value::Object(members)) => rename(members, dice, |name| Some(name.to_uppercase())),
        (2, Value::Object(members)) => {
            let (name, value) = (dice.one_of(odd).to_string(), dice.one_of(odd).clone());
            members.insert(name, value);
        }
        // A text gets something into it, or loses its end.
        (3, Value::String(text)) => {
            let at = text.char_indices().map(|(at, _)| at).nth(dice.below(text.chars().count())).unwrap_or(0);
            match dice.one_of(odd) {
                Value::String(odd) => text.insert_str(at, odd),
                _ => text.truncate(at),
            }
        }
        (_, place) => *place = dice.one_of(odd).clone(),
    }
}

fn rename(members: &mut Map<String, Value>, dice: &Dice, renamed: impl Fn(&str) -> Option<String>) {
    let names: Vec<String> = members.keys().cloned().collect();
    if names.is_empty() {
        return;
    }
    let name = dice.one_of(&names);
    if let Some((new, value)) = renamed(name).zip(members.remove(name)) {
        members.insert(new, value);
    }
}

/// The events with the functions that serve them.
fn samples() -> Vec<(&'static str, Value)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../events");
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("events").map(|file| file.expect("a file").path()).collect();
    files.sort();
    let functions = ["authorizer", "check-session", "login", "open-data", "sessions", "me"];
    let event = |path: &PathBuf| {
        let name = path.file_name()?.to_str()?.strip_suffix(".json")?.to_owned();
        let function = functions.into_iter().find(|function| name.starts_with(function))?;
        Some((function, serde_json::from_slice(&fs::read(path).ok()?).ok()?))
    };
    files.iter().filter_map(event).collect()
}

#[track_caller]
fn lets_nobody_in(function: &str, failed: bool, answer: &Value, event: &Value) {
    if function == "authorizer" {
        let effect = &answer["policyDocument"]["Statement"][0]["Effect"];
        assert!(effect != "Allow" && answer["isAuthorized"] != true, "{answer} to {event}");
        assert!(failed || effect == "Deny" || answer["isAuthorized"] == false, "{answer} to {event}");
    } else {
        let status = answer["statusCode"].as_u64();
        assert!(!failed && status.is_some_and(|status| status < 500), "{function}: {answer} to {event}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_mutated_events_make_nothing_fail_and_let_nobody_in() {
    let service = Service::start(&scanned(Clock::system())).await.expect("it starts");
    let client = HttpClient::new(&service.url);
    let (dice, odd, samples) = (Dice(Random::seeded(20_261_128)), oddities(), samples());
    assert!(samples.len() > 25, "the events are found");
    for _ in 0..EVENTS {
        let (function, event) = dice.one_of(&samples);
        let mut event = event.clone();
        for _ in 0..=dice.below(3) {
            mutate(&mut event, &dice, &odd);
        }
        let path = format!("/2015-03-31/functions/{function}/invocations");
        let invoked = client.request("POST", &path).text("application/json", event.to_string());
        let reply = invoked.send().await.expect("an answer");
        let failed = reply.headers.contains_key("x-amz-function-error");
        lets_nobody_in(function, failed, &reply.body, &event);
    }
    service.stop().await;
}
