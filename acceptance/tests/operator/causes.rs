//! What keeps an operator from asking AWS at all: each cause has a sentence of its own, in both languages.

use std::{collections::BTreeSet, path::Path};

use tempfile::TempDir;

use crate::{
    exit_codes::{said, wxsession},
    support::Stack,
};

const CONFIG: &str = "\
[profile keys]
aws_access_key_id = local
aws_secret_access_key = local
[profile leaning]
role_arn = arn:aws:iam::123456789012:role/Operator
source_profile = gone
[profile nowhere]
region = us-east-1
[profile office]
sso_session = office
sso_account_id = 123456789012
sso_role_name = Operator
region = us-east-1
[sso-session office]
sso_start_url = https://example.awsapps.com/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access
";

struct Desk {
    stack: Stack,
    home: TempDir,
}

/// An operator's machine with profiles and nothing else.
async fn desk() -> Desk {
    let mut stack = Stack::deployed().await;
    stack.env.clear();
    let home = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(home.path().join(".aws")).expect("a folder in it");
    std::fs::write(home.path().join(".aws/config"), CONFIG).expect("a file in that");
    stack.set("HOME", &home.path().to_string_lossy());
    stack.set("AWS_EC2_METADATA_DISABLED", "true");
    Desk { stack, home }
}

impl Desk {
    fn cached(&self, file: &str, text: &str) {
        let folder = self.home.path().join(".aws/sso/cache");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(Path::new(&folder).join(file), text).expect("a file in it");
    }

    #[track_caller]
    fn says(&self, words: &[&str], english: &str, chinese: &str) -> String {
        let done = wxsession(&self.stack, words);
        assert!(!done.status.success(), "{}", said(&done));
        assert!(said(&done).contains(english), "{english:?} in {}", said(&done));
        let mut words = words.to_vec();
        words.extend(["--lang", "zh"]);
        let again = said(&wxsession(&self.stack, &words));
        assert!(again.contains(chinese), "{chinese:?} in {again}");
        english.to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_cause_has_its_own_sentence() {
    let mut desk = desk().await;
    let of_stack =
        |profile: &'static str| ["doctor", "--stack", "x", "--region", "us-east-1", "--profile", profile];
    let mut causes = BTreeSet::new();
    causes.insert(desk.says(&["doctor", "--stack", "x"], "no Region", "没有指定区域"));
    let without = ["doctor", "--stack", "x", "--region", "us-east-1"];
    causes.insert(desk.says(&without, "no credentials in environment", "都没有凭证"));
    causes.insert(desk.says(&of_stack("none"), "there is no profile none", "没有名为 none 的 profile"));
    causes.insert(desk.says(&of_stack("nowhere"), "profile nowhere gives no credentials", "无法提供凭证"));
    causes.insert(desk.says(&of_stack("office"), "profile office is not signed in", "尚未登录或登录已过期"));
    let file = ["doctor", "--env-file", "no-such-file"];
    causes.insert(desk.says(&file, "there is no such file", "没有这个文件"));
    desk.stack.set("AWS_ENDPOINT_URL_CLOUDFORMATION", "http://127.0.0.1:1");
    let refused = "cloudformation:DescribeStacks: nothing listens at its address";
    causes.insert(desk.says(&of_stack("keys"), refused, "没有服务在监听"));
    desk.stack.set("AWS_ENDPOINT_URL_CLOUDFORMATION", "http://no-such-name.invalid");
    causes.insert(desk.says(&of_stack("keys"), "its address cannot be resolved", "无法解析对应的地址"));
    assert_eq!(causes.len(), 8, "{causes:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_is_not_there_is_named_before_what_it_would_have_given() {
    let desk = desk().await;
    let none = (
        ["doctor", "--stack", "x", "--profile", "none"],
        "there is no profile none",
        "没有名为 none 的 profile",
    );
    desk.says(&none.0, none.1, none.2);
    // One that leans on another that is not there is there.
    desk.says(
        &["doctor", "--stack", "x", "--region", "us-east-1", "--profile", "leaning"],
        "profile leaning gives no",
        "无法提供凭证",
    );
    std::fs::remove_file(desk.home.path().join(".aws/config")).expect("it is there");
    desk.says(&none.0, none.1, none.2);
    let words = [&none.0[..], &["--region", "us-east-1"]].concat();
    desk.says(&words, none.1, none.2);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_profile_it_is_credentials_that_are_missing_whatever_failed_last() {
    let mut desk = desk().await;
    std::fs::remove_dir_all(desk.home.path().join(".aws")).expect("it is there");
    // An instance that gives none.
    desk.stack.env.remove("AWS_EC2_METADATA_DISABLED");
    desk.stack.set("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1");
    desk.stack.set("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "1");
    let words = ["doctor", "--stack", "x", "--region", "us-east-1"];
    desk.says(&words, "no credentials in environment", "都没有凭证");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_has_expired_says_how_to_log_in_again() {
    let desk = desk().await;
    let token = "canary-token-of-single-sign-on";
    let cached = format!(
        "{{\"accessToken\": \"{token}\", \"expiresAt\": \"2020-01-01T00:00:00Z\", \"region\": \"us-east-1\", \
         \"startUrl\": \"https://example.awsapps.com/start\"}}"
    );
    {
        let file = sha1_of("office") + ".json";
        desk.cached(&file, &cached);
    }
    let words = ["doctor", "--stack", "x", "--profile", "office"];
    desk.says(&words, "aws sso login --profile office", "aws sso login --profile office");
    assert!(!said(&wxsession(&desk.stack, &words)).contains(token));
}

/// `aws sso login` names the file of its token so.
fn sha1_of(text: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes());
    digest.as_ref().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_is_named_wins_over_keys_of_the_environment() {
    let mut desk = desk().await;
    desk.stack.set("AWS_ACCESS_KEY_ID", "of-the-environment");
    desk.stack.set("AWS_SECRET_ACCESS_KEY", "of-the-environment");
    let words = ["doctor", "--stack", "x", "--region", "us-east-1", "--profile", "office"];
    desk.says(&words, "profile office is not signed in", "尚未登录");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_language_is_that_of_the_environment() {
    let mut desk = desk().await;
    desk.stack.set("LANG", "zh_CN.UTF-8");
    let help = wxsession(&desk.stack, &["--help"]);
    assert!(said(&help).contains("检查部署或凭证有什么问题"), "{}", said(&help));
    let wrong = wxsession(&desk.stack, &["doctor", "--no-such-option"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(said(&wrong).starts_with("命令行有误：没有参数 --no-such-option\n"), "{}", said(&wrong));
    let english = wxsession(&desk.stack, &["doctor", "--lang", "en"]);
    assert!(said(&english).contains("no setting is given"), "{}", said(&english));
}
