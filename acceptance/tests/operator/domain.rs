//! The address of the API: DNS, TLS, certificate, and what is behind it.

use aws_emulator::dynamodb;
use operator::{
    doctor::{Args, Report},
    lang::Lang,
};
use serde_json::json;
use wechat_simulator::{DEFAULT_APP, Fault, FaultKind, SECOND_APP};

use crate::{
    support::{Stack, nothing_else_fails, says},
    tls::{Authority, Validity, blurt, terminate},
};

const TLS: &str = "domain.tls";
const LOGIN: &str = "domain.login";

async fn at(stack: &Stack, url: &str) -> Report {
    let report = stack.examined(Args { url: Some(url.parse().expect("a URL")), ..Args::default() }).await;
    nothing_else_fails(
        &report,
        &[
            TLS,
            LOGIN,
            "domain.session",
            "domain.authorizer",
            "push.url",
            "push.sealed",
            "push.forged",
            "push.plain",
        ],
    );
    report
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_leads_nowhere() {
    let stack = Stack::deployed().await;
    says(&at(&stack, "https://localhost:1").await, TLS, "FAIL", "does not accept connections on port 1");
    says(
        &at(&stack, "https://no-such-name.invalid").await,
        TLS,
        "FAIL",
        "no-such-name.invalid cannot be resolved",
    );
    says(&at(&stack, "http://api.example.com").await, TLS, "FAIL", "without TLS");
    let report = at(&stack, &stack.service.url).await;
    says(&report, TLS, "skipped", "this machine");
    says(&report, LOGIN, "ok", "login_code_invalid");
    let nobody = at(&stack, "http://127.0.0.1:1").await;
    says(
        &nobody,
        TLS,
        "FAIL",
        "127.0.0.1 does not accept connections on port 1  → Fix: start the service there",
    );
    assert!(nobody.findings.iter().all(|found| found.check != LOGIN), "{}", nobody.text(Lang::En));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_hangs_up_gives_no_answer_and_is_said_to() {
    let stack = Stack::deployed().await;
    let report = at(&stack, &format!("http://127.0.0.1:{}", blurt(b"").await)).await;
    says(&report, LOGIN, "FAIL", "no answer (");
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_that_a_phone_would_refuse() {
    let stack = Stack::deployed().await;
    let with = async |config| format!("https://localhost:{}", terminate(config, String::new()).await);
    let expired = with(stack.authority.server("localhost", Validity::LastCentury)).await;
    says(&at(&stack, &expired).await, TLS, "FAIL", "has expired or is not valid yet");
    let other_name = with(stack.authority.server("example.com", Validity::Now)).await;
    says(&at(&stack, &other_name).await, TLS, "FAIL", "the certificate is for another name");
    let unknown = with(Authority::new().server("localhost", Validity::Now)).await;
    let report = at(&stack, &unknown).await;
    says(&report, TLS, "FAIL", "not signed by a public authority");
    assert!(report.findings.iter().all(|found| found.check != LOGIN));
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_speak_an_old_tls_or_none() {
    let stack = Stack::deployed().await;
    // A fatal alert protocol_version (70) in a TLS 1.0 record: RFC 5246 section 7.2.
    let old = blurt(&[21, 3, 1, 0, 2, 2, 70]).await;
    says(
        &at(&stack, &format!("https://localhost:{old}")).await,
        TLS,
        "FAIL",
        "does not speak TLS 1.2 or 1.3",
    );
    let plain = blurt(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    says(
        &at(&stack, &format!("https://localhost:{plain}")).await,
        TLS,
        "FAIL",
        "does not complete a TLS handshake",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_ends_in_an_operators_error() {
    let stack = Stack::deployed().await;
    let simulator = &stack.service.simulator;
    let login = async |kind| {
        // The doctor's own question to WeChat comes first.
        simulator.clear_faults();
        simulator.inject(Fault::once(FaultKind::ExtraFields).on("/sns/jscode2session"));
        simulator.inject(Fault::times(2, kind).on("/sns/jscode2session"));
        stack.examined(Args { url: stack.url.parse().ok(), ..Args::default() }).await
    };
    let report = login(FaultKind::Errcode { errcode: 40013, errmsg: None }).await;
    says(&report, LOGIN, "FAIL", "misconfigured (service_misconfigured): nobody can log in");
    nothing_else_fails(&report, &[LOGIN]);
    let report = login(FaultKind::HttpStatus { status: 502 }).await;
    says(&report, LOGIN, "FAIL", "cannot reach WeChat (upstream_unavailable)");
    let report = login(FaultKind::Errcode { errcode: 45011, errmsg: None }).await;
    says(&report, LOGIN, "warn", "throttled (status 429, code rate_limited)");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_mini_programs_the_one_that_is_named_is_tried_and_else_the_templates() {
    let stack = Stack::deployed().await;
    let apps = json!({DEFAULT_APP.0: DEFAULT_APP.1, SECOND_APP.0: SECOND_APP.1});
    stack.service.secrets.put("AppsSecret", &apps);
    says(&at(&stack, &stack.url).await, LOGIN, "ok", "login_code_invalid");
    let named = |app_id: &str| Args {
        url: stack.url.parse().ok(),
        app_id: Some(app_id.to_owned()),
        ..Args::default()
    };
    says(&stack.examined(named(SECOND_APP.0)).await, LOGIN, "ok", "login_code_invalid");
    says(&stack.examined(named("wx00000000000000aa")).await, LOGIN, "FAIL", "wrong_app");
}

#[tokio::test(flavor = "multi_thread")]
async fn something_else_behind_the_address() {
    let stack = Stack::deployed().await;
    let report = at(&stack, &format!("{}/no-such-stage", stack.url)).await;
    says(&report, LOGIN, "FAIL", "there is no such route (status 404");
    let report = at(&stack, &stack.service.wechat_url).await;
    says(&report, "domain.session", "FAIL", "(status 200, code -)");
    says(&report, "domain.authorizer", "FAIL", "this is not the answer of the login backend (status 200");
    stack.service.secrets.set_fault(aws_emulator::secrets_manager::Fault::Down);
    let report = stack.examined(Args { url: stack.url.parse().ok(), ..Args::default() }).await;
    says(&report, LOGIN, "FAIL", "cannot read its secrets or tables (store_unavailable)");
    stack.service.dynamodb.proxy().inject(dynamodb::Fault::Refuse).await;
    says(&at_session(&stack).await, "domain.session", "ok", "refused as it should be");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authorizer_that_cannot_read_its_tables_lets_nobody_pass() {
    let stack = Stack::deployed().await;
    says(&at(&stack, &stack.url).await, "domain.authorizer", "ok", "knows no session of a made-up token");
    let proxy = stack.service.dynamodb.proxy();
    proxy.inject_on(&["BatchGetItem"], dynamodb::Fault::ExpiredCredentials).await;
    let report = at(&stack, &stack.url).await;
    says(&report, "domain.authorizer", "FAIL", "cannot read its tables (status 503, code store_unavailable)");
    says(&report, "domain.session", "ok", "refused as it should be");
}

/// Without a token no table is asked.
async fn at_session(stack: &Stack) -> Report {
    stack.examined(Args { url: stack.url.parse().ok(), ..Args::default() }).await
}
