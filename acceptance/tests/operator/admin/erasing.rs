//! One account, and the list that WeChat mails.

use super::{DONE, Desk, NOT_CONFIRMED, NOT_FOUND, OPENID, REFUSED, UNAVAILABLE, of};
use crate::support::APP;

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_account_is_gone() {
    let desk = Desk::open().await;
    let phone = desk.log_in().await;
    desk.ends(&["find", "--unionid", "uCANARYunionid"], DONE, &phone.user);
    desk.ends(&of("erase", &["--yes"]), DONE, "Done.");
    assert!(!desk.passes(&phone).await);
    desk.ends(&of("find", &[]), NOT_FOUND, "has no account");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_users_of_a_mailed_list_are_erased_and_a_second_time_there_is_nothing_to_do() {
    let desk = Desk::open().await;
    let phone = desk.log_in().await;
    let file = tempfile::NamedTempFile::new().expect("a file");
    let path = file.path().to_str().expect("a path of this machine");
    let list = |more: &[&str]| [&["erase-list", path, "--app-id", APP], more].concat().join(" ");
    let ends = |more: &[&str], code, expected: &str| {
        let words = list(more);
        desk.ends(&words.split(' ').collect::<Vec<_>>(), code, expected);
    };
    let write = |text: &str| std::fs::write(path, text).expect("it is written");
    write(&format!("\u{feff}# closed\n\n {OPENID} \r\noCANARYwithoutAnAccount\n{OPENID}\n"));
    let words = list(&[]);
    let (ended, said) = desk.typed(&words.split(' ').collect::<Vec<_>>(), "no\n");
    assert!(ended == NOT_CONFIRMED && said.contains("the accounts of 2 users"), "{said}");
    ends(
        &["--yes", "--created-before", "2020-01-01T00:00:00Z"],
        DONE,
        "erased: 0; without an account: 1; newer, left alone: 1",
    );
    assert!(desk.passes(&phone).await);
    ends(&["--yes"], DONE, "erased: 1; without an account: 1; newer, left alone: 0; failed: 0");
    assert!(!desk.passes(&phone).await);
    ends(&["--yes"], DONE, "erased: 0; without an account: 2");
    desk.log_in().await;
    write("# nobody\n\n");
    ends(&["--yes"], REFUSED, "the list names no user");
    write(&format!("{OPENID}\no CANARY two\n"));
    ends(&["--yes"], REFUSED, "line 2 of the list is no openid");
    ends(&["--yes", "--created-before", "soon"], REFUSED, "time");
    desk.ends(&of("show", &[]), DONE, "user: ");
    desk.stack.service.dynamodb.proxy().inject(aws_emulator::dynamodb::Fault::Refuse).await;
    write(OPENID);
    ends(&["--yes"], UNAVAILABLE, "failed: 1");
}
