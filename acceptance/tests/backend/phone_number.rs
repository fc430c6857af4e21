//! The phone number button's code, redeemed for the backend.

use serde_json::json;
use wechat_simulator::{Fault, NewPhoneCode};

use crate::support::{APP, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn the_backend_gets_the_number_once() {
    let stage = Stage::open().await;
    let person = stage.person("oPHONE").await;
    let new = NewPhoneCode {
        pure_phone_number: "13912345678".to_owned(),
        ..NewPhoneCode::of_user(APP, &person.openid)
    };
    let code = json!({"code": stage.wechat().mint_phone_code(new).code});
    let number = stage.done("phone_number", Some(&person), code.clone()).await;
    assert_eq!(
        number,
        json!({"phone_number": "13912345678", "pure_phone_number": "13912345678", "country_code": "86"})
    );
    assert_eq!(stage.refused("phone_number", Some(&person), code).await, "phone_code_invalid");
    stage.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_users_code_and_a_login_code_give_no_number() {
    let stage = Stage::open().await;
    let (person, other) = (stage.person("oPHONE").await, stage.person("oOTHER").await);
    let of_other = stage.wechat().mint_phone_code(NewPhoneCode::of_user(APP, &other.openid)).code;
    let login = stage.wechat().mint_code(APP, Some(&person.openid));
    // What WeChat answers for somebody else's code is not documented.
    for (code, told) in [
        (of_other, "phone_code_invalid unexpected_errcode_perhaps_another_users_code"),
        (login, "phone_code_invalid"),
    ] {
        let refused = stage.refused("phone_number", Some(&person), json!({"code": code})).await;
        assert_eq!(refused, told);
    }
    stage.close().await;
}

/// Each press is billed: who knows that WeChat means something else by it can stop asking for another.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_wechats_that_is_in_no_table_says_so() {
    let stage = Stage::open().await;
    let person = stage.person("oPHONE").await;
    let kind = serde_json::from_value(json!({"kind": "errcode", "errcode": 99_999}));
    stage.wechat().inject(Fault::always(kind.expect("a fault of the simulator")));
    let refused = stage.refused("phone_number", Some(&person), json!({"code": "0123456789abcdef"})).await;
    assert_eq!(refused, "phone_code_invalid unexpected_errcode_perhaps_another_users_code");
    stage.close().await;
}
