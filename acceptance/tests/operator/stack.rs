//! A deployment that is named: by its stack, or as the local one.

use operator::{
    doctor::{Args, Report, State},
    lang::Lang,
    place::Where,
};

use crate::{
    cloudformation,
    exit_codes::{said, wxsession},
    support::{Stack, says},
};

/// A deployment that is known by its stack's name alone, but for the endpoints.
async fn named(more: &[(&str, &str)]) -> Stack {
    let mut stack = Stack::deployed().await;
    let endpoint = cloudformation::of(&stack, more).await;
    stack.set("AWS_ENDPOINT_URL_CLOUDFORMATION", &endpoint);
    let kept = ["AWS_", "LANG"];
    stack.env.retain(|name, _| kept.iter().any(|start| name.starts_with(start)));
    stack
}

async fn looked_at(stack: &Stack, name: &str) -> Report {
    let place = Where { stack: Some(name.to_owned()), ..Where::default() };
    stack.examined(Args { place, ..Args::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_found_from_the_name_of_the_stack() {
    let stack = named(&[]).await;
    let report = looked_at(&stack, cloudformation::NAME).await;
    let text = report.text(Lang::En);
    for check in ["parameters", "tables.sessions", "secrets.apps", "wechat.credentials", "domain.authorizer"]
    {
        assert!(
            report.findings.iter().any(|found| found.check == check && found.state == State::Ok),
            "{text}"
        );
    }
    assert_eq!((report.count(State::Fail), report.exit_code()), (0, 0), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_that_is_not_there_is_one_failure_and_nobody_elses_is_looked_at() {
    let stack = named(&[]).await;
    let report = looked_at(&stack, "no-such-stack").await;
    says(&report, "stack", "FAIL", "there is no stack no-such-stack in this account and in us-east-1");
    assert_eq!((report.findings.len(), report.exit_code()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_of_another_template_is_not_taken_for_ours() {
    let stack = named(&[]).await;
    let other = Stack::deployed().await;
    let endpoint = {
        let mut other = other;
        other.service.url.clear();
        cloudformation::of(&other, &[]).await
    };
    let mut stack = stack;
    stack.set("AWS_ENDPOINT_URL_CLOUDFORMATION", &endpoint);
    says(&looked_at(&stack, cloudformation::NAME).await, "stack", "FAIL", "has no output ApiUrl");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_local_service_is_named_with_one_flag() {
    let mut stack = Stack::deployed().await;
    stack.env.clear();
    let done = wxsession(&stack, &["doctor", "--local", &stack.service.url]);
    let text = said(&done);
    assert_eq!(done.status.code(), Some(0), "{text}");
    for check in ["tables.users ", "secrets.key_ring", "wechat.credentials", "domain.authorizer"] {
        assert!(text.contains(&format!("ok      {check}")), "{check} in {text}");
    }
    let nobody = wxsession(&stack, &["doctor", "--local", "http://127.0.0.1:1"]);
    assert!(said(&nobody).contains("no local service answers at http://127.0.0.1:1/"), "{}", said(&nobody));
    let other = wxsession(&stack, &["doctor", "--local", &stack.service.wechat_url]);
    assert!(said(&other).contains("is not the local service"), "{}", said(&other));
    assert_eq!((nobody.status.code(), other.status.code()), (Some(1), Some(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stack_of_the_environment_counts_where_no_option_says_which() {
    let mut stack = named(&[]).await;
    let (local, wechat) = (stack.service.url.clone(), stack.service.wechat_url.clone());
    stack.set("WXSESSION_STACK", cloudformation::NAME);
    let done = wxsession(&stack, &["doctor"]);
    assert!(done.status.success() && said(&done).contains("ok      tables.sessions "), "{}", said(&done));
    stack.set("WXSESSION_STACK", "no-such-stack");
    assert!(said(&wxsession(&stack, &["doctor"])).contains("there is no stack no-such-stack"));
    let sessions = ["admin", "find", "--external-id", "nobody"];
    assert!(said(&wxsession(&stack, &sessions)).contains("there is no stack no-such-stack"));
    for words in [
        &["doctor", "--local", &local][..],
        &["doctor", "--stack", cloudformation::NAME],
        &["verify", "--local", &local],
        &["verify", "--url", &local, "--wechat-url", &wechat],
    ] {
        let done = wxsession(&stack, words);
        assert!(done.status.success(), "{words:?}: {}", said(&done));
    }
    let found = wxsession(&stack, &[&sessions[..], &["--local", &local]].concat());
    assert_eq!(found.status.code(), Some(3), "{}", said(&found));
    for words in
        [&["doctor", "--url", &local][..], &["admin", "find", "--external-id", "x", "--function", "F"]]
    {
        let done = wxsession(&stack, words);
        assert!(!said(&done).contains("no-such-stack"), "{words:?}: {}", said(&done));
    }
    let both = wxsession(&stack, &["doctor", "--stack", "a", "--local"]);
    assert_eq!(both.status.code(), Some(2), "{}", said(&both));
}
