//! AppID and AppSecret, and everything that looks like them being wrong.

use operator::{doctor::Args, lang::Lang};
use serde_json::json;
use wechat_simulator::{DEFAULT_APP, Fault, FaultKind, SECOND_APP};

use crate::support::{APP, Stack, WRONG_SECRET, nothing_else_fails, says};

const CHECK: &str = "wechat.credentials";

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret() {
    let stack = Stack::deployed().await;
    stack.service.secrets.put("AppsSecret", &json!({APP: WRONG_SECRET}));
    let report = stack.everything().await;
    says(
        &report,
        CHECK,
        "FAIL",
        "wx0123456789abcdef: WeChat does not accept the AppSecret (errcode 40125, rid ",
    );
    says(&report, "wechat.stable_token", "skipped", "accepted");
    says(&report, "domain.login", "FAIL", "service_misconfigured");
    nothing_else_fails(&report, &[CHECK, "domain.login"]);
    assert!(report.text(Lang::Zh).contains("微信不接受该 AppSecret"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_secret() {
    let stack = Stack::deployed().await;
    assert!(stack.service.simulator.freeze_secret(APP, true));
    let report = stack.everything().await;
    says(&report, CHECK, "FAIL", "the AppSecret is frozen (errcode 40243");
    assert!(report.text(Lang::Zh).contains("AppSecret 已被冻结"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_app_among_known_ones() {
    let stack = Stack::deployed().await;
    let unknown = "wx00000000000000aa";
    stack.service.secrets.put("AppsSecret", &json!({unknown: WRONG_SECRET, SECOND_APP.0: SECOND_APP.1}));
    let report = stack.examined(Args::default()).await;
    says(&report, CHECK, "FAIL", "wx00000000000000aa: WeChat does not know the AppID (errcode 40013");
    says(&report, CHECK, "ok", "wxfedcba9876543210: WeChat accepts");
    let one = stack.examined(Args { app_id: Some(SECOND_APP.0.to_owned()), ..Args::default() }).await;
    assert_eq!(one.exit_code(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_not_on_the_list_is_shown() {
    let stack = Stack::deployed().await;
    let seen_from = Some("203.0.113.9".to_owned());
    assert!(stack.service.simulator.set_ip_whitelist(APP, Some(Vec::new()), seen_from));
    let report = stack.everything().await;
    says(&report, CHECK, "FAIL", "our address is not in it (address 203.0.113.9) (errcode 40164");
    assert!(report.text(Lang::Zh).contains("（地址 203.0.113.9）"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wechat_that_cannot_be_reached_or_is_something_else() {
    let mut stack = Stack::deployed().await;
    stack.set("WECHAT_API_BASE_URL", "http://127.0.0.1:1");
    let report = stack.everything().await;
    says(&report, CHECK, "FAIL", "WeChat gives no answer that can be used (no connection)");
    says(&report, "clock.wechat", "skipped", "WeChat gives no time");
    nothing_else_fails(&report, &[CHECK]);

    let stack = Stack::deployed().await;
    stack.service.simulator.inject(Fault::always(FaultKind::Html));
    says(&stack.everything().await, CHECK, "FAIL", "(answer is not JSON)");
    stack.service.simulator.clear_faults();
    let yes = json!({"openid": "o", "session_key": "tiihtNczf5v6AKRyjwEUhQ=="}).to_string();
    let raw = FaultKind::Raw { status: 200, content_type: "text/plain".to_owned(), body: yes };
    stack.service.simulator.inject(Fault::once(raw).on("/sns/jscode2session"));
    says(&stack.examined(Args::default()).await, CHECK, "warn", "takes a code that does not exist");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_wechat_and_a_spent_quota_are_not_failures() {
    let stack = Stack::deployed().await;
    for (errcode, words) in [(-1, "WeChat is busy"), (45011, "quota is spent"), (45009, "quota is spent")] {
        stack.service.simulator.clear_faults();
        stack.service.simulator.inject(Fault::always(FaultKind::Errcode { errcode, errmsg: None }));
        let report = stack.examined(Args::default()).await;
        says(&report, CHECK, "warn", words);
        assert_eq!(report.exit_code(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stable_token_that_is_refused_or_missing() {
    let stack = Stack::deployed().await;
    let faulty = async |kind| {
        stack.service.simulator.inject(Fault::once(kind).on("/cgi-bin/stable_token"));
        stack.everything().await
    };
    let report = faulty(FaultKind::Errcode { errcode: 89503, errmsg: None }).await;
    says(&report, "wechat.stable_token", "FAIL", "an administrator of the account must confirm our address");
    says(&report, CHECK, "ok", "accepts");
    let report = faulty(FaultKind::MissingField { field: "access_token".to_owned() }).await;
    says(&report, "wechat.stable_token", "FAIL", "answers without a token");
    let report = faulty(FaultKind::Errcode { errcode: 12345, errmsg: None }).await;
    says(&report, "wechat.stable_token", "FAIL", "errcode 12345");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pair_from_the_environment_is_enough() {
    let mut stack = Stack::deployed().await;
    stack.env.clear();
    stack.set("WECHAT_APP_ID", APP);
    stack.set("WECHAT_APP_SECRET", DEFAULT_APP.1);
    let url = stack.service.wechat_url.clone();
    let report = stack.examined(Args { wechat_endpoint: Some(url.clone()), ..Args::default() }).await;
    says(&report, CHECK, "ok", "accepts AppID, AppSecret and our address (errcode 40029");
    // Swapped halves: neither is sent, neither is shown.
    stack.service.simulator.forget_calls();
    stack.set("WECHAT_APP_ID", DEFAULT_APP.1);
    stack.set("WECHAT_APP_SECRET", APP);
    let report = stack.examined(Args { wechat_endpoint: Some(url), ..Args::default() }).await;
    says(&report, CHECK, "FAIL", "not of WeChat's form; not sent");
    let asked = stack.service.simulator.calls().into_iter().filter(|call| call.path.starts_with("/sns"));
    assert_eq!(asked.count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_alone_is_nothing_to_look_at() {
    let mut stack = Stack::deployed().await;
    stack.env.clear();
    let url = Some("http://127.0.0.1:1".to_owned());
    let report = stack.examined(Args { wechat_endpoint: url, ..Args::default() }).await;
    says(&report, "parameters", "skipped", "no setting is given");
    assert_eq!(report.exit_code(), 1);
    let url = Some("http://api.weixin.qq.com".to_owned());
    let report = stack.examined(Args { wechat_endpoint: url, ..Args::default() }).await;
    says(&report, "parameters", "FAIL", "WECHAT_API_BASE_URL must be");
}
