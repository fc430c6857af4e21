//! Sessions of a user: listed, and ended.

use acceptance::halfway;

use super::{DONE, Desk, NOT_CONFIRMED, PAGE, Phone, of};
use crate::support::Stack;

#[tokio::test(flavor = "multi_thread")]
async fn lists_sessions_that_are_good() {
    let desk = Desk::open().await;
    let (first, second) = (desk.log_in().await, desk.log_in().await);
    assert_eq!(desk.asked("DELETE", "/session", &first).await, 204);
    let said = desk.ends(&of("sessions", &[]), DONE, &format!("good sessions of user {}: 1\n", second.user));
    assert!(said.contains(&second.session) && !said.contains(&first.session), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn asks_before_it_signs_out_everywhere() {
    let desk = Desk::open().await;
    let phone = desk.log_in().await;
    for typed in ["", "no\n", "y\n", "YES\n"] {
        assert_eq!(desk.typed(&of("sign-out", &[]), typed).0, NOT_CONFIRMED, "{typed:?}");
    }
    assert!(desk.passes(&phone).await);
    assert_eq!(desk.typed(&of("sign-out", &[]), "yes\n").0, DONE);
    assert!(!desk.passes(&phone).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn ends_one_session_without_asking_when_told_so() {
    let desk = Desk::open().await;
    let (first, second) = (desk.log_in().await, desk.log_in().await);
    let words = of("sign-out", &["--yes", "--session", &first.session]);
    desk.ends(&words, DONE, "Done.");
    assert_eq!((desk.passes(&first).await, desk.passes(&second).await), (false, true));
    desk.ends(&words, DONE, "There was nothing left to do.");
    // Its id alone is enough, too.
    desk.ends(&["sign-out", "--yes", "--session", &second.session], DONE, "Done.");
    assert!(!desk.passes(&second).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_session_that_ended_with_all_others_nothing_is_left_to_do() {
    let desk = Desk::open().await;
    for end in
        [of("sign-out", &["--yes"]), of("block", &["--yes", "--reason", "spam"]), of("erase", &["--yes"])]
    {
        let phone = desk.log_in().await;
        desk.ends(&end, DONE, "Done.");
        let alone = ["sign-out", "--yes", "--session", &phone.session];
        desk.ends(&alone, DONE, "There was nothing left to do.");
        desk.ends(&of("unblock", &["--yes"]), DONE, "");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_the_sessions_of_pages_under_the_phones_and_ends_one_by_its_id_alone() {
    let desk = Desk::at(Stack::deployed_with(&[("PageOrigin", PAGE)]).await);
    let phone = desk.log_in().await;
    let (first, second) = (desk.open_page(&phone).await, desk.open_page(&phone).await);
    let said = desk.ends(&of("sessions", &[]), DONE, &format!("good sessions of user {}: 1\n", phone.user));
    let of_page = |page: &Phone| {
        said.lines().any(|line| line.starts_with(&format!("  {}  ", page.session)) && line.ends_with(PAGE))
    };
    assert!(of_page(&first) && of_page(&second), "{said}");
    desk.ends(&["sign-out", "--yes", "--session", &first.session], DONE, "Done.");
    assert_eq!((desk.passes(&first).await, desk.passes(&second).await), (false, true));
    desk.ends(&["sign-out", "--yes", "--session", &first.session], DONE, "There was nothing left to do.");
    let said = desk.ends(&of("sessions", &[]), DONE, &second.session);
    assert!(!said.contains(&first.session), "{said}");
    desk.ends(&["sign-out", "--yes", "--session", &phone.session], DONE, "Done.");
    assert!(!desk.passes(&second).await, "it goes with the phone's");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_a_page_that_a_logout_left_alive_and_ends_it() {
    let desk = Desk::at(Stack::deployed_with(&[("PageOrigin", PAGE)]).await);
    let phone = desk.log_in().await;
    let page = desk.open_page(&phone).await;
    halfway::log_out(&desk.stack.service.dynamodb.items(), &phone.user, &phone.session);
    let said = desk.ends(&of("sessions", &[]), DONE, &format!("good sessions of user {}: 1\n", phone.user));
    let of_page = said.lines().find(|line| line.starts_with(&page.session));
    assert!(of_page.is_some_and(|line| line.contains(&format!("page of {PAGE}"))), "{said}");
    desk.ends(&of("sessions", &["--lang", "zh"]), DONE, &format!("网页 {PAGE}"));
    desk.ends(&["sign-out", "--yes", "--session", &page.session], DONE, "Done.");
    assert!(!desk.passes(&page).await);
}
