//! Each broken design is caught, in the scenario that shows it.

use super::{
    super::{
        explorer::{Explorer, Scenario},
        promises::Broken,
        variants::Variant,
    },
    a_block, a_block_again, a_fourth_page, a_page_that_comes_late, a_renewal_that_comes_late, a_ticket_twice,
    coming_and_going, deletion_pressed_twice, empty_again, first_logins, pages_of_somebody_erased,
    two_logins, two_pages,
};

/// In a scenario that shows what is wrong with the design: all of them take minutes.
#[track_caller]
fn is_caught(variant: Variant, shown_by: fn() -> Scenario, expected: fn(Broken) -> bool) {
    let caught = Explorer::new(&shown_by(), variant).run().broken;
    let (broken, way) = caught.expect("a broken design is caught");
    println!("{variant:?}: {broken:?} after {} steps", way.len());
    assert!(expected(broken), "{broken:?} {way:#?}");
}

fn is_accepted(broken: Broken) -> bool {
    matches!(broken, Broken::AcceptedAfterEnd(_) | Broken::AcceptedWhileBlocked(_))
}

#[test]
fn an_unconditional_renewal_is_caught() {
    is_caught(Variant::UnconditionalRenewal, a_renewal_that_comes_late, |broken| {
        broken == Broken::TombstoneWritten
    });
}

#[test]
fn a_renewal_that_puts_the_whole_record_is_caught() {
    is_caught(Variant::WholeRecordRenewal, a_renewal_that_comes_late, |broken| {
        broken == Broken::CameBackToLife
    });
}

#[test]
fn deleting_instead_of_a_tombstone_is_caught() {
    is_caught(Variant::DeleteNoTombstone, a_renewal_that_comes_late, |broken| {
        broken == Broken::CameBackToLife
    });
}

#[test]
fn a_tombstone_that_is_not_looked_at_is_caught() {
    is_caught(Variant::TombstoneIgnored, a_renewal_that_comes_late, is_accepted);
}

#[test]
fn a_list_that_is_not_looked_at_is_caught() {
    is_caught(Variant::MembershipIgnored, two_logins, is_accepted);
}

#[test]
fn a_child_without_its_parents_place_in_the_list_is_caught() {
    is_caught(Variant::ParentIgnored, pages_of_somebody_erased, is_accepted);
}

#[test]
fn children_that_outlive_a_logout_are_caught() {
    is_caught(Variant::ChildrenLeft, a_page_that_comes_late, is_accepted);
}

#[test]
fn a_page_named_whatever_has_become_of_its_parent_is_caught() {
    let expected = |broken| is_accepted(broken) || broken == Broken::TombstoneWritten;
    is_caught(Variant::NamedByNobody, a_page_that_comes_late, expected);
}

#[test]
fn a_page_named_whatever_has_become_of_the_others_is_caught() {
    is_caught(Variant::UnconditionalName, two_pages, is_accepted);
}

#[test]
fn an_oldest_page_that_is_ended_after_the_list_forgot_it_is_caught() {
    is_caught(Variant::EvictionLate, a_fourth_page, is_accepted);
}

#[test]
fn an_oldest_page_that_is_forgotten_is_caught() {
    is_caught(Variant::EvictionLeft, a_fourth_page, |broken| {
        matches!(broken, Broken::TooManyPages(4)) || is_accepted(broken)
    });
}

#[test]
fn a_ticket_that_is_used_whatever_has_become_of_it_is_caught() {
    let expected = |broken| is_accepted(broken) || matches!(broken, Broken::RedeemedTwice(_));
    is_caught(Variant::UnconditionalTicket, a_ticket_twice, expected);
}

#[test]
fn a_ticket_whose_second_use_leaves_the_first_alone_is_caught() {
    is_caught(Variant::ReuseLeft, a_ticket_twice, is_accepted);
}

#[test]
fn a_list_written_without_its_condition_is_caught() {
    let expected = |broken| is_accepted(broken) || matches!(broken, Broken::GoodSessionRefused(_));
    is_caught(Variant::UnconditionalList, first_logins, expected);
}

#[test]
fn a_retry_that_puts_a_stale_list_back_is_caught() {
    is_caught(Variant::StaleRetry, two_logins, is_accepted);
}

#[test]
fn a_list_without_marks_is_caught() {
    is_caught(Variant::NoMarks, empty_again, is_accepted);
}

#[test]
fn a_sign_out_without_its_condition_is_caught() {
    is_caught(Variant::UnconditionalSignOut, empty_again, |broken| {
        matches!(broken, Broken::GoodSessionRefused(_))
    });
}

#[test]
fn a_block_that_keeps_the_list_and_that_nobody_looks_at_is_caught() {
    is_caught(Variant::BlockKeepsList, a_block, is_accepted);
}

#[test]
fn a_block_lifted_without_its_condition_is_caught() {
    let expected =
        |broken| matches!(broken, Broken::AcceptedWhileBlocked(_) | Broken::LoggedInWhileBlocked(_));
    is_caught(Variant::UnconditionalUnblock, a_block_again, expected);
}

#[test]
fn an_erasure_without_its_condition_is_caught() {
    is_caught(Variant::UnconditionalErasure, deletion_pressed_twice, |broken| {
        matches!(broken, Broken::GoodSessionRefused(_))
    });
}

#[test]
fn an_erasure_that_leaves_nothing_is_caught() {
    let expected = |broken| is_accepted(broken) || broken == Broken::NamedAfterErasure;
    is_caught(Variant::NoHusk, coming_and_going, expected);
}
