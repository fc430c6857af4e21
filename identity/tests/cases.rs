//! The table that the reader of every language keeps to: `examples/` has copies of it.

use serde_json::{Map, Value, json};
use wxsession_identity::Identity;

fn plain(identity: &Identity) -> Value {
    let Identity { user_id, app_id, openid, unionid, session_id, expires_at, auth_time, profile } = identity;
    let claims = profile.claims.iter().map(|(name, claim)| (name.to_owned(), claim.as_str().into()));
    json!({
        "user_id": user_id.to_string(), "app_id": app_id, "openid": openid, "unionid": unionid,
        "session_id": session_id.to_string(), "expires_at": expires_at, "auth_time": auth_time,
        "roles": profile.roles.iter().collect::<Vec<_>>(),
        "claims": claims.collect::<Map<_, _>>(),
        "external_id": profile.external_id.as_ref().map(wxsession_identity::ExternalId::as_str),
    })
}

#[test]
fn reads_what_is_an_identity_and_nothing_else_as_every_reader_does() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("../cases.json")).expect("a list");
    assert!(cases.len() > 60);
    for case in cases {
        let read = Identity::from_authorizer(&case["authorizer"]);
        assert_eq!(read.as_ref().map_or(Value::Null, plain), case["identity"], "{}", case["what"]);
    }
}
