use wxsession::{
    Random,
    account::Profile,
    user::{Person, StoredKeys},
};

use super::*;

/// A record with an account that began then, or with none.
fn record(began: Option<i64>) -> User {
    let person = began.map(|created_at_ms| Person {
        app_id: "wx1".to_owned(),
        openid: "oUser".to_owned(),
        unionid: None,
        created_at_ms,
        last_login_at: None,
        profile: Profile::default(),
        version: 0,
    });
    let live = Live::new(&[], &Random::system());
    User { live, person, signed_out_at_ms: None, block: None, keys: StoredKeys::default() }
}

#[test]
fn a_login_goes_on_with_the_account_that_it_found_and_with_a_first_one() {
    for (read, now) in [
        (Some(Some(1)), Some(Some(1))),
        (None, Some(Some(1))),
        (Some(None), Some(Some(1))),
        // What stays of an erased account goes after a day.
        (Some(None), None),
    ] {
        let (before, after) = (read.map(record), now.map(record));
        assert!(!was_erased(before.as_ref(), after.as_ref()), "{read:?} {now:?}");
    }
}

#[test]
fn a_login_does_not_go_on_when_an_account_was_erased_meanwhile() {
    for (read, now) in [
        (Some(Some(1)), Some(None)),
        (Some(Some(1)), Some(Some(2))),
        (Some(Some(1)), None),
        (None, Some(None)),
        (Some(None), Some(None)),
    ] {
        let (before, after) = (read.map(record), now.map(record));
        assert!(was_erased(before.as_ref(), after.as_ref()), "{read:?} {now:?}");
    }
}
