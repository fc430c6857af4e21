//! The command itself: what a script sees.

use std::process::{Command, Output};

use serde_json::json;
use wechat_simulator::DEFAULT_APP;

use crate::support::{Stack, WRONG_SECRET};

/// `wxsession …` with the deployment's variables and no others.
pub(crate) fn wxsession(stack: &Stack, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_operator-wxsession"));
    command.args(words).env_clear().envs(&stack.env).output().expect("the command runs")
}

pub(crate) fn doctor(stack: &Stack, arguments: &[&str]) -> Output {
    wxsession(stack, &[&["doctor"], arguments].concat())
}

/// Everything that was printed.
pub(crate) fn said(done: &Output) -> String {
    text(&done.stdout) + &text(&done.stderr)
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn zero_when_nothing_fails_one_when_something_does_two_when_asked_wrongly() {
    let stack = Stack::deployed().await;
    let fine = doctor(&stack, &["--url", &stack.service.url, "--stable-token"]);
    assert_eq!(fine.status.code(), Some(0), "{}{}", text(&fine.stdout), text(&fine.stderr));
    assert!(text(&fine.stdout).ends_with("\n20 ok, 0 warn, 0 FAIL, 1 skipped\n"), "{}", text(&fine.stdout));

    stack.service.secrets.put("AppsSecret", &json!({DEFAULT_APP.0: WRONG_SECRET}));
    let failed = doctor(&stack, &["--lang", "zh"]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(text(&failed.stdout).contains("微信不接受该 AppSecret"), "{}", text(&failed.stdout));
    assert!(!text(&failed.stdout).contains(WRONG_SECRET));

    for wrong in [["--env-file", "no-such-file"], ["--url", "not a URL"], ["--lang", "fr"]] {
        let refused = doctor(&stack, &wrong);
        assert_eq!(refused.status.code(), Some(2), "{wrong:?}");
        assert!(refused.stdout.is_empty() && !refused.stderr.is_empty(), "{wrong:?}");
    }
    let bare = doctor(&stack, &["--local", "127.0.0.1:9"]);
    assert_eq!(bare.status.code(), Some(2));
    assert!(
        said(&bare).contains("http:// or https:// is missing  → Fix: write http://127.0.0.1:9"),
        "{}",
        said(&bare)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_and_region_may_come_from_a_profile() {
    let mut stack = Stack::deployed().await;
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join(".aws")).unwrap();
    let profile = "[default]\nregion = us-east-1\naws_access_key_id = local\naws_secret_access_key = local\n";
    stack.set("HOME", &home.path().to_string_lossy());
    stack.set("AWS_EC2_METADATA_DISABLED", "true");
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"] {
        stack.env.remove(name);
    }
    let nothing = doctor(&stack, &[]);
    assert_eq!(nothing.status.code(), Some(1));
    assert!(text(&nothing.stdout).contains("no Region, AWS_REGION is not set"), "{}", text(&nothing.stdout));
    stack.set("AWS_REGION", "us-east-1");
    let nobody = doctor(&stack, &[]);
    assert!(
        text(&nobody.stdout).contains("no credentials in environment, profile, single sign-on or instance")
    );
    stack.env.remove("AWS_REGION");
    std::fs::write(home.path().join(".aws/credentials"), profile).unwrap();
    std::fs::write(home.path().join(".aws/config"), profile).unwrap();
    let found = doctor(&stack, &[]);
    assert_eq!(found.status.code(), Some(0), "{}", text(&found.stdout));
    assert!(text(&found.stdout).contains("UsersTable is active"));
}
