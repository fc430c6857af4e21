//! The phone number button's code, redeemed for the backend.

use serde_json::json;
use wechat_simulator::NewPhoneCode;

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
    for code in [of_other, login] {
        let refused = stage.refused("phone_number", Some(&person), json!({"code": code})).await;
        assert_eq!(refused, "phone_code_invalid");
    }
    stage.close().await;
}
