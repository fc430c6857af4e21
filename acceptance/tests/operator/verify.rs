//! The conversations, as the operator has them.

use std::process::Output;

use serde_json::json;

use crate::{
    cloudformation,
    exit_codes::{said, text, wxsession},
    support::{APP, Stack},
};

#[track_caller]
fn ends(done: &Output, code: i32, sum: &str) -> String {
    let report = text(&done.stdout);
    assert_eq!(done.status.code(), Some(code), "{}", said(done));
    assert!(report.contains(sum), "{sum:?} in {report}");
    assert!(!report.contains("wxs_A") && !text(&done.stderr).contains("wxs_"), "{}", said(done));
    report
}

#[tokio::test(flavor = "multi_thread")]
async fn the_local_service_holds_every_conversation() {
    let mut stack = Stack::deployed().await;
    stack.env.clear();
    let report =
        ends(&wxsession(&stack, &["verify", "--local", &stack.service.url]), 0, "20 ok, 0 failed, 1 skipped");
    assert!(report.starts_with("### wxsession 0.1.0: conversations"), "{report}");
    assert!(
        report.contains("| API Gateway | REST |") && report.contains("| WeChat | simulator |"),
        "{report}"
    );
    let chinese = ["verify", "--local", &stack.service.url, "--lang", "zh"];
    let report = ends(&wxsession(&stack, &chinese), 0, "20 项通过，0 项失败，1 项跳过");
    assert!(report.contains("| code 只能用一次，其他小程序的 code 不能用 | ok |"), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_is_talked_to_by_its_name_and_the_simulator_that_is_given() {
    let mut stack = Stack::deployed().await;
    let endpoint = cloudformation::of(&stack, &[("ApiRootResourceId", "root")]).await;
    stack.set("AWS_ENDPOINT_URL_CLOUDFORMATION", &endpoint);
    let words = ["verify", "--stack", cloudformation::NAME, "--wechat-url", &stack.service.wechat_url];
    let report = ends(&wxsession(&stack, &words), 0, "20 ok, 0 failed, 1 skipped");
    assert!(report.contains("| Stack | login-backend |"), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_real_wechat_one_code_makes_one_whole_login() {
    let stack = Stack::deployed().await;
    let without = ["verify", "--url", &stack.service.url];
    let report = ends(&wxsession(&stack, &without), 0, "3 ok, 0 failed, 18 skipped");
    assert!(report.contains("skipped: needs --code") && report.contains("| WeChat | real |"), "{report}");
    let code = stack.service.simulator.mint_code(APP, None);
    let with = ["verify", "--url", &stack.service.url, "--code", &code];
    let report = ends(&wxsession(&stack, &with), 0, "4 ok, 0 failed, 17 skipped");
    assert!(!report.contains(&code), "{report}");
    // The same code is of no use a second time, and the report says what came instead.
    let report = ends(&wxsession(&stack, &with), 1, "3 ok, 1 failed, 17 skipped");
    assert!(report.contains("**FAILED**") && report.contains("login_code_used"), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_of_several_mini_programs_is_told_which() {
    let stack = Stack::deployed().await;
    let apps = json!({APP: wechat_simulator::DEFAULT_APP.1, "wx00000000000000aa": "0123456789abcdef0123456789abcdef"});
    stack.service.secrets.put("AppsSecret", &apps);
    let code = stack.service.simulator.mint_code(APP, None);
    let words = ["verify", "--url", &stack.service.url, "--code", &code, "--app-id", APP];
    ends(&wxsession(&stack, &words), 0, "4 ok, 0 failed, 17 skipped");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_something_else_or_not_there_fails_and_nothing_named_is_a_mistake() {
    let mut stack = Stack::deployed().await;
    stack.env.clear();
    let other = wxsession(&stack, &["verify", "--url", &stack.service.wechat_url]);
    ends(&other, 1, "0 ok, 3 failed, 18 skipped");
    let nobody = wxsession(&stack, &["verify", "--url", "http://127.0.0.1:1"]);
    let report = ends(&nobody, 1, "0 ok, 3 failed, 18 skipped");
    assert!(report.contains("POST http://127.0.0.1:1/login: Connection refused"), "{report}");
    let nothing = wxsession(&stack, &["verify"]);
    assert_eq!(nothing.status.code(), Some(2));
    assert!(said(&nothing).contains("no service is named"), "{}", said(&nothing));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_simulator_nothing_is_tried() {
    let mut stack = Stack::deployed().await;
    stack.env.clear();
    let service = stack.service.url.clone();
    let said_of = |wechat: &str, lang: &str| {
        let words = ["verify", "--url", &service, "--wechat-url", wechat, "--lang", lang];
        let done = wxsession(&stack, &words);
        assert!(done.status.code() == Some(2) && done.stdout.is_empty(), "{}", said(&done));
        said(&done)
    };
    let nobody = said_of("http://127.0.0.1:1", "en");
    assert!(
        nobody.contains("no WeChat simulator answers at http://127.0.0.1:1 (Connection refused"),
        "{nobody}"
    );
    assert!(said_of("http://127.0.0.1:1", "zh").contains("http://127.0.0.1:1 上没有微信模拟器响应"));
    assert!(said_of(&service, "en").contains("is not the WeChat simulator"));
}
