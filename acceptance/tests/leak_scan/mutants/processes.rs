//! Functions that install a log subscriber, panic, or print their environment.

use std::process::Command;

use acceptance::leaks::{Record, Sink};
use serde_json::{Value, json};
use wechat_simulator::DEFAULT_APP;

use super::{Lab, Pattern};
use crate::{
    deployment::{environment, keep, keep_answer, template},
    function,
    leaky_function::{MODE, TEST},
    traffic::ATTEMPTS,
};

/// A run of a leaky function: mode, name of the pattern, and what it leaks.
type Run = (&'static str, &'static str, &'static [(&'static str, Sink)]);

const LOGINS: [Run; 2] = [
    (
        "subscriber",
        "a subscriber at TRACE: the runtime prints the event",
        &[("js_code", Sink::Stdout), ("token", Sink::Stdout)],
    ),
    ("sdk", "a subscriber at TRACE for the SDK: it prints the item", &[("openid", Sink::Stdout)]),
];

const PANICS: [Run; 3] = [
    (
        "panic",
        "a panic's message, by the default hook and the runtime",
        &[("session_key", Sink::Stderr), ("session_key", Sink::FunctionError)],
    ),
    (
        "environment",
        "the environment, printed at start",
        &[("AWS secret key", Sink::Stderr), ("AWS session token", Sink::Stderr)],
    ),
    ("edge", "the same panic at the edge of our functions", &[]),
];

const WRONG_EVENTS: [Run; 2] = [
    ("event", "the runtime's own error for an event of another shape", &[("token", Sink::FunctionError)]),
    ("edge", "the same event at the edge of our functions", &[]),
];

impl Lab {
    async fn run(&self, mode: &str, event: &Value) -> Record {
        let template = template();
        let login = template.function("login").expect("a function of the template");
        let mut environment = environment(&self.service, &login.environment, "debug");
        environment.insert(MODE.to_owned(), mode.to_owned());
        let mut command = Command::new(std::env::current_exe().expect("this test runs"));
        command.args(["--exact", TEST, "--nocapture"]);
        let function = function::start(command, environment).await;
        let answer = function.invoke(event.to_string().as_bytes()).await;
        let mut record = Record::default();
        keep_answer(&mut record, mode, &answer);
        if !answer.is_error {
            // The answer to a login holds its token, as it must.
            record.keep(Sink::LoginAnswer, mode, answer.body.as_ref());
        }
        keep(&mut record, mode, &function.stop());
        record
    }

    pub(super) async fn of_processes(&mut self) {
        let bearer = format!("Bearer {}", self.token);
        let login = || {
            let code = self.service.simulator.mint_code(DEFAULT_APP.0, Some(&self.openid));
            let body = json!({"code": code}).to_string();
            json!({"resource": "/login", "httpMethod": "POST", "body": body, "headers": {"Authorization": bearer}})
        };
        let key = json!({"headers": {"Authorization": self.session_key}});
        let wrong = json!({"headers": bearer});
        let alone = crate::ALONE.lock().await;
        let mut runs = Vec::new();
        for run in LOGINS {
            // A login that meets a time limit on a busy machine gets no item that could be printed.
            let mut record = self.run(run.0, &login()).await;
            for _ in 1..ATTEMPTS {
                if record.tokens().is_empty() {
                    record = self.run(run.0, &login()).await;
                }
            }
            assert!(!record.tokens().is_empty(), "{}: nobody was logged in", run.1);
            runs.push((run, record));
        }
        for (run, event) in
            PANICS.map(|run| (run, &key)).into_iter().chain(WRONG_EVENTS.map(|run| (run, &wrong)))
        {
            runs.push((run, self.run(run.0, event).await));
        }
        drop(alone);
        for ((_, name, leaks), record) in runs {
            if leaks.is_empty() {
                self.patterns.push(Pattern { name, leaks: None, record });
                continue;
            }
            for leak in leaks {
                self.patterns.push(Pattern { name, leaks: Some(*leak), record: record.clone() });
            }
        }
    }
}
