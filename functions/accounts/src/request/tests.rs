use serde_json::{Value, json};
use wxsession::account::Malformed;

use super::*;

const NOW: i64 = 1_700_000_000;
const USER: &str = "12bbf084-f063-861b-9b20-51bba2f93072";

fn read(request: &Value) -> Result<Asked, Malformed> {
    Asked::read(&request.to_string(), NOW)
}

#[track_caller]
fn refuses(request: &Value, word: &'static str) {
    assert_eq!(read(request).map(|asked| asked.action.name()), Err(Malformed(word)), "{request}");
}

/// `request` with the members of `change`; null takes one away.
fn with(mut request: Value, change: &Value) -> Value {
    for (name, value) in change.as_object().unwrap() {
        let members = request.as_object_mut().unwrap();
        match value {
            Value::Null => members.remove(name),
            value => members.insert(name.clone(), value.clone()),
        };
    }
    request
}

/// One good request for each action.
fn all() -> Vec<Value> {
    let of_user = |action: &str| json!({"action": action, "actor": "ops", "user_id": USER});
    let versioned =
        |action: &str, name: &str, value: Value| with(of_user(action), &json!({"version": 0, name: value}));
    vec![
        of_user("get"),
        json!({"action": "find_by_openid", "actor": "ops", "app_id": "wx0123456789abcdef", "openid": "oABC"}),
        json!({"action": "find_by_unionid", "actor": "ops", "unionid": "oUNION"}),
        json!({"action": "find_by_external_id", "actor": "ops", "external_id": "crm:4711"}),
        with(of_user("block"), &json!({"reason": "spam", "until": NOW + 60})),
        of_user("unblock"),
        versioned("set_roles", "roles", json!(["editor"])),
        versioned("set_claims", "claims", json!({"tier": "gold"})),
        versioned("set_external_id", "external_id", json!("crm:4711")),
        of_user("list_sessions"),
        with(of_user("end_session"), &json!({"session_id": "018bcfe5-6800-7000-8000-000000000000"})),
        of_user("end_sessions"),
        with(of_user("erase"), &json!({"created_before": NOW})),
    ]
}

#[test]
fn every_action_is_read_under_its_own_name() {
    for request in all() {
        let asked = read(&request).unwrap();
        assert_eq!(asked.action.name(), request["action"], "{request}");
        assert_eq!(asked.actor.as_str(), "ops");
        let by_name = ["find_by_unionid", "find_by_external_id"].contains(&asked.action.name());
        assert_eq!(asked.action.user().is_none(), by_name);
    }
}

#[test]
fn a_member_too_many_too_few_twice_or_of_another_type_is_refused() {
    for request in all() {
        refuses(&with(request.clone(), &json!({"reasons": "x"})), "request_form");
        for name in request
            .as_object()
            .unwrap()
            .keys()
            .filter(|name| !["until", "created_before"].contains(&name.as_str()))
        {
            let mut without = request.clone();
            without.as_object_mut().unwrap().remove(name);
            refuses(&without, "request_form");
            refuses(&with(request.clone(), &json!({name: [[]]})), "request_form");
            let text = request.to_string();
            let again = format!("{},{}:{}}}", &text[..text.len() - 1], json!(name), request[name]);
            assert_eq!(Asked::read(&again, NOW).err(), Some(Malformed("request_form")), "{again}");
        }
    }
}

#[test]
fn what_is_no_object_is_refused_without_a_word_of_it() {
    let deep = "[".repeat(100_000);
    let array = json!(["get", "ops", USER]).to_string();
    let texts = [
        "",
        "null",
        "1",
        "\"get\"",
        "{",
        "{}",
        r#"{"action":"get"}"#,
        r#"{"action":1}"#,
        "\u{feff}{}",
        &array,
        &deep,
    ];
    for text in texts {
        assert_eq!(Asked::read(text, NOW).err(), Some(Malformed("request_form")), "{text:.40}");
    }
    refuses(&json!({"action": "drop", "actor": "ops", "user_id": USER}), "request_form");
}

#[test]
fn an_actor_is_128_printable_characters_at_most() {
    let get = |actor: &str| json!({"action": "get", "actor": actor, "user_id": USER});
    for actor in ["a", "王芳 <wang@shop>", &"研".repeat(128), "ops \"night\""] {
        assert!(read(&get(actor)).is_ok(), "{actor}");
    }
    for actor in [
        "",
        " ",
        "a\nb",
        "\u{0}",
        "\u{7f}",
        "\u{85}",
        "\u{202e}ops",
        "\u{2028}",
        "\u{200b}",
        "\u{61c}ops",
        "ops\u{e0001}",
        &"a".repeat(129),
    ] {
        refuses(&get(actor), "actor_form");
    }
}

#[test]
fn names_have_one_spelling() {
    let request = |change: &Value| with(all()[10].clone(), change);
    for user in ["", "12BBF084-F063-861B-9B20-51BBA2F93072", "12bbf084f063861b9b2051bba2f93072", "oABC"] {
        refuses(&request(&json!({"user_id": user})), "user_id_form");
    }
    refuses(&request(&json!({"session_id": "current"})), "session_id_form");
    let find = |change: &Value| with(all()[1].clone(), change);
    refuses(&find(&json!({"openid": ""})), "openid_form");
    refuses(&find(&json!({"openid": "o BC"})), "openid_form");
    refuses(&find(&json!({"app_id": "x".repeat(49)})), "app_id_form");
    refuses(&with(all()[2].clone(), &json!({"unionid": "\u{e9}"})), "unionid_form");
    refuses(&with(all()[3].clone(), &json!({"external_id": ""})), "external_id_form");
}

#[test]
fn values_are_refused_with_the_word_that_says_why() {
    let block = |change: &Value| with(all()[4].clone(), change);
    refuses(&block(&json!({"until": NOW})), "until_form");
    refuses(&block(&json!({"until": (NOW + 60) * 1000})), "until_form");
    refuses(&block(&json!({"reason": "He was rude"})), "reason_form");
    refuses(&block(&json!({"until": 1.5})), "request_form");
    assert!(read(&with(all()[4].clone(), &json!({"until": null}))).is_ok());
    refuses(&with(all()[6].clone(), &json!({"roles": ["a b"]})), "role_form");
    refuses(&with(all()[6].clone(), &json!({"version": -1})), "request_form");
    refuses(&with(all()[7].clone(), &json!({"claims": {"sub": 1}})), "claim_name_reserved");
    refuses(&with(all()[7].clone(), &json!({"claims": {"a": {}}})), "claim_value");
    refuses(&with(all()[7].clone(), &json!({"claims": {"a": 1e300}})), "claim_number");
    let twice = all()[7].to_string().replace(r#""tier":"gold""#, r#""tier":"gold","tier":"gold""#);
    assert_eq!(Asked::read(&twice, NOW).err(), Some(Malformed("claim_twice")));
    let huge = all()[7].to_string().replace("\"gold\"", "1e400");
    assert_eq!(Asked::read(&huge, NOW).err(), Some(Malformed("request_form")));
}

#[test]
fn an_external_id_is_taken_away_only_by_a_null_that_is_there() {
    let mut request = all()[8].clone();
    request["external_id"] = Value::Null;
    assert!(matches!(
        read(&request).unwrap().action,
        Action::Set(_, Seen { version: 0, created_at: None }, Change::ExternalId(None))
    ));
    request.as_object_mut().unwrap().remove("external_id");
    refuses(&request, "request_form");
}
