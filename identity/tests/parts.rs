//! Roles, claims and external ids: what is accepted, what is refused, and the form in which each is stored.

use serde_json::{Map, Value, json};
use wxsession_identity::{Claims, ExternalId, Malformed, Profile, Roles};

fn claims(value: &Value) -> Result<Claims, Malformed> {
    let object = value.as_object().expect("an object");
    Claims::new(object.iter().map(|(name, value)| (name.as_str(), value)))
}

#[test]
fn roles_are_a_set_in_order() {
    let roles = Roles::new(["editor", "admin", "editor", "shop:42.read-only_x", "V2"]).unwrap();
    assert_eq!(roles.as_str(), "V2 admin editor shop:42.read-only_x");
    assert!(roles.contains("admin"));
    assert!(!roles.contains("adm") && !roles.contains("") && !roles.contains("admin editor"));
    assert_eq!(roles.iter().count(), 4);
    let none = Roles::new([]).unwrap();
    assert!(none.is_empty() && none.iter().next().is_none() && !none.contains(""));
}

#[test]
fn a_role_has_a_form_and_a_user_sixteen_at_most() {
    for text in ["", " ", "a b", "-a", ":a", "a,b", "a\"", "管理", "a\u{7f}", &"r".repeat(33)] {
        assert_eq!(Roles::new([text]), Err(Malformed("role_form")), "{text:?}");
    }
    assert!(Roles::new([&*"r".repeat(32)]).is_ok());
    let many: Vec<String> = (0..17).map(|i| format!("role{i}")).collect();
    let first = |count| Roles::new(many[..count].iter().map(String::as_str));
    assert!(first(16).is_ok());
    assert_eq!(first(17), Err(Malformed("too_many_roles")));
}

#[test]
fn claims_are_stored_without_escapes_and_read_back_with_their_types() {
    let given = json!({"tier": "gold", "level": 3, "beta": true, "rate": -0.25, "note": "a=1 b#2 \"c\" 研发\\", "empty": ""});
    let claims = claims(&given).unwrap();
    assert_eq!(
        claims.as_str(),
        "beta?true empty=0: level#3 note=19:a=1 b#2 \"c\" 研发\\ rate#-0.25 tier=4:gold"
    );
    assert_eq!(Claims::stored(claims.as_str()), Ok(claims.clone()));
    assert_eq!(Value::Object(claims.to_json()), given);
    let handed_on: Vec<_> = claims.iter().map(|(name, claim)| (name, claim.as_str())).collect();
    assert_eq!(handed_on[..3], [("beta", "true"), ("empty", ""), ("level", "3")]);
}

#[test]
fn a_claim_has_a_name_of_its_own_and_a_flat_value() {
    let refuses = |value: Value, word| assert_eq!(claims(&value), Err(Malformed(word)), "{value}");
    for name in ["", "Tier", "1st", "_a", "a-b", "a.b", "a b", "a=1", "é", &"n".repeat(33)] {
        refuses(json!({name: 1}), "claim_name");
    }
    for name in RESERVED_NAMES {
        refuses(json!({*name: 1}), "claim_name_reserved");
    }
    assert!(claims(&json!({"n".repeat(32): 1, "user_ids": 1, "rolesx": 1})).is_ok());
    refuses(json!({"a": null}), "claim_value");
    refuses(json!({"a": ["x"]}), "claim_value");
    refuses(json!({"a": {"b": 1}}), "claim_value");
    for text in ["\0", "a\nb", "\u{7f}", "\u{85}", "\u{1f}"] {
        refuses(json!({"a": text}), "claim_value");
    }
    let twice = [("a", &json!(1)), ("a", &json!(1))];
    assert_eq!(Claims::new(twice), Err(Malformed("claim_twice")));
}

/// What docs/accounts.md says is reserved.
const RESERVED_NAMES: &[&str] = &[
    "app_id",
    "aud",
    "audience",
    "auth_time",
    "azp",
    "client_id",
    "exp",
    "expires_at",
    "external_id",
    "iat",
    "iss",
    "jti",
    "nbf",
    "openid",
    "principal_id",
    "reason",
    "roles",
    "scope",
    "scopes",
    "session_id",
    "sub",
    "unionid",
    "user_id",
];

#[test]
fn a_number_that_some_language_would_read_as_another_one_is_refused() {
    for digits in [
        "9007199254740991",
        "-9007199254740991",
        "0",
        "0.1",
        "-0.0",
        "1.5e-7",
        "1000000.0",
        "123456789012345.0",
    ] {
        let value: Value = serde_json::from_str(digits).unwrap();
        assert_eq!(claims(&json!({"a": value})).unwrap().as_str(), format!("a#{digits}"));
    }
    for digits in [
        "9007199254740992",
        "-9007199254740992",
        "18446744073709551615",
        "9007199254740993.0",
        "-967825275599773.1",
        "0.1234567890123456",
        "1e17",
        "-1e40",
        &"9".repeat(40),
        &"9".repeat(300),
    ] {
        let value: Value = serde_json::from_str(digits).unwrap();
        assert_eq!(claims(&json!({"a": value})), Err(Malformed("claim_number")), "{digits}");
    }
}

#[test]
fn claims_are_twenty_at_most_and_a_kilobyte_of_json_together() {
    let many =
        |count: u32| Value::Object((0..count).map(|i| (format!("c{i}"), json!(i))).collect::<Map<_, _>>());
    assert!(claims(&many(20)).is_ok());
    assert_eq!(claims(&many(21)), Err(Malformed("too_many_claims")));
    let long = |length: usize| json!({"a": "x".repeat(length - r#"{"a":""}"#.len())});
    assert_eq!(long(1024).to_string().len(), 1024);
    assert!(claims(&long(1024)).is_ok());
    assert_eq!(claims(&long(1025)), Err(Malformed("claims_too_large")));
}

#[test]
fn an_external_id_is_visible_ascii() {
    for text in ["1", "crm:4711/x", &"e".repeat(64)] {
        assert_eq!(ExternalId::new(text).unwrap().as_str(), text);
    }
    for text in ["", "a b", " a", "a\n", "研", "\u{7f}", &"e".repeat(65)] {
        assert_eq!(ExternalId::new(text), Err(Malformed("external_id_form")), "{text:?}");
    }
}

#[test]
fn nothing_known_of_a_person_is_printed() {
    let profile = Profile {
        roles: Roles::new(["shopkeeper"]).unwrap(),
        claims: claims(&json!({"diagnosis": "shopkeeper"})).unwrap(),
        external_id: Some(ExternalId::new("shopkeeper").unwrap()),
    };
    let printed = format!("{profile:?}{:?}{:?}{:?}", profile.roles, profile.claims, profile.external_id);
    assert!(!printed.contains("shopkeeper") && !printed.contains("diagnosis"), "{printed}");
}

#[test]
fn what_this_code_would_not_have_written_is_not_read() {
    for text in ["", " ", "a ", " a", "a  b", "b a", "a a", "a,b", "a\tb", &"r".repeat(33), "-a"] {
        assert_eq!(Roles::stored(text), Err(Malformed("roles")), "{text:?}");
    }
    for text in [
        "",
        " ",
        "a",
        "a=",
        "a=1",
        "a=1:",
        "a=1:xy",
        "a=2:x",
        "a=+1:x",
        "a=-1:x",
        "a=:x",
        "a=1:x ",
        " a=1:x",
        "a=1:x  b=1:y",
        "a=1:xb=1:y",
        "b=1:x a=1:y",
        "a=1:x a=1:y",
        "A=1:x",
        "sub=1:x",
        "=1:x",
        "a#",
        "a#x",
        "a#1.",
        "a#01",
        "a#1e400",
        "a#9007199254740992",
        "a#NaN",
        "a?",
        "a?yes",
        "a?TRUE",
        "a=1:研",
        "a=2:研",
        "a=1:\n",
        "a=2:\u{85}",
        "a=99999999999999999999999:x",
        "{\"a\":1}",
    ] {
        assert_eq!(Claims::stored(text), Err(Malformed("claims")), "{text:?}");
    }
    let many: Vec<String> = (10..27).map(|i| format!("role{i}")).collect();
    assert!(Roles::stored(&many[..16].join(" ")).is_ok() && Roles::stored(&many.join(" ")).is_err());
    let many: Vec<String> = (10..31).map(|i| format!("c{i}#1")).collect();
    assert!(Claims::stored(&many[..20].join(" ")).is_ok() && Claims::stored(&many.join(" ")).is_err());
    assert!(Claims::stored(&format!("a=1022:{}", "x".repeat(1022))).is_err());
}
