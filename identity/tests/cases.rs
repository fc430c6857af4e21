//! The table that the reader of every language keeps to: `examples/` has copies of it.

use serde_json::{Map, Value, json};
use wxsession_identity::Identity;

fn plain(identity: &Identity) -> Value {
    let Identity { user_id, app_id, openid, unionid, session_id, expires_at, auth_time, audience, profile } =
        identity;
    let claims = profile.claims.iter().map(|(name, claim)| (name.to_owned(), claim.as_str().into()));
    json!({
        "user_id": user_id.to_string(), "app_id": app_id, "openid": openid, "unionid": unionid,
        "session_id": session_id.to_string(), "expires_at": expires_at, "auth_time": auth_time,
        "audience": audience,
        "roles": profile.roles.iter().collect::<Vec<_>>(),
        "claims": claims.collect::<Map<_, _>>(),
        "external_id": profile.external_id.as_ref().map(wxsession_identity::ExternalId::as_str),
    })
}

#[test]
fn reads_what_is_an_identity_and_nothing_else_as_every_reader_does() {
    let table: Value = serde_json::from_str(include_str!("../cases.json")).expect("a table");
    let list = |name: &str| table[name].as_array().expect("a list");
    let mut wrong = Vec::new();
    let mut count = 0;
    let mut check = |what: String, authorizer: &Value, identity: &Value| {
        count += 1;
        let read = Identity::from_authorizer(authorizer).as_ref().map_or(Value::Null, plain);
        if read != *identity {
            wrong.push(format!("{what}: {read}"));
        }
    };
    for case in list("cases") {
        check(case["what"].to_string(), &case["authorizer"], &case["identity"]);
    }
    let first = &list("cases")[0];
    for case in list("changed") {
        let gives =
            if case["gives"].is_null() { Value::Null } else { with(&first["identity"], &case["gives"]) };
        check(case["what"].to_string(), &with(&first["authorizer"], &case["with"]), &gives);
    }
    for (name, values) in table["refused"].as_object().expect("an object") {
        for value in values.as_array().expect("a list") {
            let change = json!({name: value});
            check(change.to_string(), &with(&first["authorizer"], &change), &Value::Null);
        }
    }
    assert!(count > 350, "{count} cases");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn with(first: &Value, change: &Value) -> Value {
    let mut changed = first.clone();
    let names = changed.as_object_mut().expect("an object");
    names.extend(change.as_object().expect("an object").clone());
    changed
}
