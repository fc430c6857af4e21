//! `docs/doctor.md` and its Chinese page show what the command prints.

use operator::lang::Lang;
use regex_lite::Regex;
use wechat_simulator::DEFAULT_APP;

use crate::{
    exit_codes::{doctor, text},
    support::{APP, Stack},
};

const DOCUMENT: &str = include_str!("../../../docs/doctor.md");
const CHINESE: &str = include_str!("../../../docs/zh/doctor.md");

fn block(document: &'static str, begin: &str) -> &'static str {
    document.split(begin).nth(1).and_then(|rest| rest.split("\n```").next()).expect("the document has it")
}

/// Without what differs from run to run.
fn settled(text: &str) -> String {
    let changing = Regex::new(r"rid [0-9a-f-]{26}|differ by \d s|相差 \d 秒").expect("a pattern");
    changing.replace_all(text.trim(), "…").into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_is_a_real_one() {
    let stack = Stack::deployed().await;
    let from = Some("203.0.113.9".to_owned());
    assert!(stack.service.simulator.set_ip_whitelist(APP, Some(Vec::new()), from));
    stack.recreate("SessionsTable", &[("pk", "HASH", "S"), ("sk", "RANGE", "S")], None).await;
    let report = stack.everything().await;
    for (document, lang) in [(DOCUMENT, Lang::En), (CHINESE, Lang::Zh)] {
        assert_eq!(settled(block(document, "```text\n")), settled(&report.text(lang)));
    }
}

/// Every check has its row, so that a line can be looked up.
#[tokio::test(flavor = "multi_thread")]
async fn every_check_is_in_the_table() {
    let stack = Stack::deployed().await;
    for finding in stack.everything().await.findings {
        let family = finding.check.replace("users", "*").replace("sessions", "*");
        let is_there = |name: &str| DOCUMENT.contains(&format!("`{name}`"));
        assert!(is_there(&family) || is_there(finding.check), "{family}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_against_the_local_service_works() {
    let stack = Stack::deployed().await;
    let command = block(DOCUMENT, "```sh\nWECHAT_APP_ID=").replace("\\\n", " ");
    let (variables, arguments) = command.split_once("doctor").expect("the command");
    assert!(variables.contains(DEFAULT_APP.0) && variables.contains(DEFAULT_APP.1), "{variables}");
    let arguments = arguments.replace("http://127.0.0.1:3000", &stack.service.url);
    let arguments = arguments.replace("http://127.0.0.1:3001", &stack.service.wechat_url);
    let arguments: Vec<_> = arguments.split_whitespace().collect();
    let mut stack = stack;
    stack.env = [("WECHAT_APP_ID", DEFAULT_APP.0), ("WECHAT_APP_SECRET", DEFAULT_APP.1)]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    let done = doctor(&stack, &arguments);
    assert_eq!(done.status.code(), Some(0), "{}{}", text(&done.stdout), text(&done.stderr));
    assert!(text(&done.stdout).ends_with("\n5 ok, 0 warn, 0 FAIL, 4 skipped\n"), "{}", text(&done.stdout));
}
