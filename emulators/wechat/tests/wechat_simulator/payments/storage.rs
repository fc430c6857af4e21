//! User storage.

use wechat_simulator::sign_with_session_key;

use super::Payer;
use crate::{APP, Answer};

impl Payer {
    fn stores(&self, body: &str, signature: &str) -> Answer {
        let (token, openid) = (self.wechat.access_token(), &self.openid);
        let target = format!(
            "/wxa/set_user_storage?access_token={token}&openid={openid}&signature={signature}&sig_method=hmac_sha256"
        );
        self.wechat.send("POST", &target, body)
    }
}

#[test]
fn user_storage_is_signed_over_its_body_in_lower_case() {
    let payer = Payer::new();
    let body = r#"{"kv_list":[{"key":"score","value":"100"}]}"#;
    let signature = sign_with_session_key(&payer.session_key, body);
    payer.stores(body, &signature).assert_errcode(0);
    payer.stores(&body.replace("100", "101"), &signature).assert_errcode(87_009);
    payer.stores(body, &signature.to_uppercase()).assert_errcode(87_009);
}

#[test]
fn of_pairs_with_a_bad_one_none_is_stored() {
    let payer = Payer::new();
    let body = r#"{"kv_list":[{"key":"score","value":"100"},{"key":"level","value":7}]}"#;
    payer.stores(body, &sign_with_session_key(&payer.session_key, body)).assert_errcode(87_017);
    assert!(payer.wechat.simulator.user_storage(APP, &payer.openid).is_empty());
    let body = body.replace(":7", r#":"7""#);
    payer.stores(&body, &sign_with_session_key(&payer.session_key, &body)).assert_errcode(0);
    let stored: Vec<_> = payer.wechat.simulator.user_storage(APP, &payer.openid).into_iter().collect();
    assert_eq!(stored, [("level".to_owned(), "7".to_owned()), ("score".to_owned(), "100".to_owned())]);
}
