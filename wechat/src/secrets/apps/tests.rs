use serde_json::json;

use super::*;

const APP: &str = "wx0123456789abcdef";
const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

/// What is wrong with a secret of one entry.
#[track_caller]
fn is(text: &str, wrong: &'static str) {
    match Apps::read(text) {
        Err(Cause::WrongEntries(flaws)) => {
            assert_eq!(flaws, [Flaw { app_id: None, what: wrong }], "{text}");
        }
        read => assert_eq!(read.map(drop), Err(Cause::WrongForm(wrong)), "{text}"),
    }
}

fn get<'a>(apps: &'a Apps, id: &str) -> (&'a str, &'a App) {
    apps.get(id).expect("a good entry").expect("an entry")
}

fn app_key(app: &App) -> Result<Option<&str>, &'static str> {
    let part = app.virtual_payment.as_ref().map_err(|what| *what)?;
    Ok(part.as_ref().map(|payment| payment.app_key.expose()))
}

#[test]
fn an_app_is_its_secret_or_an_object_with_more() {
    let text = json!({APP: "s", "wxfedcba9876543210": {"secret": "t", "push": {"token": "AAAAA",
        "encoding_aes_key": KEY}, "virtual_payment": {"app_key": "12345", "sandbox_app_key": "6", "offer_id":
        "1450000001"}}, "wx1": {"secret": "u"}});
    let apps = Apps::read(&text.to_string()).unwrap();
    assert_eq!((apps.iter().count(), apps.only().is_none()), (3, true));
    assert_eq!(get(&apps, APP).1.secret.expose(), "s");
    let (id, app) = get(&apps, "wxfedcba9876543210");
    assert_eq!((id, app.secret.expose()), ("wxfedcba9876543210", "t"));
    let push = |app: &App| app.push.as_ref().unwrap().as_ref().map(|push| push.allow_plain);
    assert_eq!(app.push.as_ref().unwrap().as_ref().unwrap().encoding_aes_key.expose(), KEY);
    assert_eq!(app_key(app), Ok(Some("12345")));
    assert_eq!(push(app), Some(false), "sealed messages only");
    let plain = json!({"wx1": {"secret": "s", "push": {"token": "AAAAA", "encoding_aes_key": KEY, "allow_plain": true}}});
    assert_eq!(push(get(&Apps::read(&plain.to_string()).unwrap(), "wx1").1), Some(true));
    assert!(push(get(&apps, "wx1").1).is_none() && apps.get("wx2").unwrap().is_none());
    assert_eq!(Apps::read(r#"{"wx1":"s"}"#).unwrap().only().unwrap().0, "wx1");
}

#[test]
fn nonsense_is_refused_by_a_word_that_says_where_it_is() {
    is("{}", "no_app");
    is(r#"{"":"s"}"#, "bad_app_id");
    is(r#"{"wx 1":"s"}"#, "bad_app_id");
    for secret in [r#""""#, r#""a b""#, r#""é""#, &format!(r#""{}""#, "a".repeat(129))] {
        is(&format!(r#"{{"wx1":{secret}}}"#), "bad_app_secret");
    }
    for other in [
        "[]",
        "7",
        r#""s""#,
        r#"{"wx1":7}"#,
        r#"{"wx1":null}"#,
        r#"{"wx1":["s"]}"#,
        r#"{"wx1":{}}"#,
        r#"{"wx1":"s","wx1":"t"}"#,
        r#"{"wx1":{"secret":"s","secret":"t"}}"#,
        r#"{"wx1":true}"#,
        r#"{"wx1":-1}"#,
        r#"{"wx1":1.5}"#,
    ] {
        is(other, "not_the_documented_form");
    }
    for text in ["", "{", "s3cret", r#"{"wx1":"s"}}"#, "\u{feff}{}"] {
        assert_eq!(Apps::read(text).map(drop), Err(Cause::NotJson), "{text}");
    }
}

#[test]
fn each_entry_is_judged_by_itself() {
    let (second, third) = ("wxfedcba9876543210", "wxaaaaaaaaaaaaaaaa");
    for (entries, what) in [
        (r#""wxfedcba9876543210":"""#, "bad_app_secret"),
        (r#""wxfedcba9876543210":[{"x":1}]"#, FORM),
        (r#""wxfedcba9876543210":"s","wxfedcba9876543210":"t""#, FORM),
        (r#""wxfedcba9876543210":"s","wxfedcba9876543210":"""#, "bad_app_secret"),
        (r#""wxfedcba9876543210":"","wxfedcba9876543210":"s""#, FORM),
    ] {
        let apps = Apps::read(&format!(r#"{{"{APP}":"s3cret",{entries},"{third}":"u"}}"#)).expect(entries);
        assert_eq!(get(&apps, APP).1.secret.expose(), "s3cret", "{entries}");
        assert_eq!(get(&apps, third).1.secret.expose(), "u", "{entries}");
        let flaws = Cause::WrongEntries(vec![Flaw { app_id: Some(second.to_owned()), what }]);
        assert_eq!(apps.flaw(), Some(flaws.clone()), "{entries}");
        let refused = apps.get(second).map(drop);
        assert_eq!(refused, Err(SecretError { secret: "apps", cause: flaws }), "{entries}");
        assert_eq!((apps.iter().count(), apps.count(), apps.only().is_none()), (2, 3, true), "{entries}");
    }
    assert_eq!(Apps::read(r#"{"wx1":"s"}"#).unwrap().flaw(), None);
    let one_is_bad = Apps::read(&format!(r#"{{"{APP}":"s","{second}":7}}"#)).unwrap();
    assert!(one_is_bad.only().is_none(), "whoever names none may mean the other");
}

/// A login needs the AppSecret and nothing else.
#[test]
fn each_part_of_an_entry_is_judged_by_itself_and_its_app_secret_serves() {
    for (parts, what) in [
        (json!({"push": {"token": "ab", "encoding_aes_key": KEY}}), "bad_push"),
        (json!({"push": {"token": "a-b", "encoding_aes_key": KEY}}), "bad_push"),
        (json!({"push": {"token": "abc", "encoding_aes_key": &KEY[1..]}}), "bad_push"),
        (json!({"push": {"token": "abc", "encoding_aes_key": format!("{}=", &KEY[1..])}}), "bad_push"),
        (json!({"push": {"token": "abc", "encoding_aes_key": KEY, "more": 1}}), "bad_push"),
        (json!({"push": {"token": "abc"}}), "bad_push"),
        (json!({"push": "p"}), "bad_push"),
        (json!({"push": {"token": "abc", "encoding_aes_key": KEY, "allow_plain": "true"}}), "bad_push"),
        (json!({"virtual_payment": {"app_key": ""}}), "bad_virtual_payment"),
        (json!({"virtual_payment": {"app_key": "1", "sandbox_app_key": " "}}), "bad_virtual_payment"),
        (json!({"virtual_payment": {"app_key": "1", "offer_id": ""}}), "bad_virtual_payment"),
        (json!({"virtual_payment": {"app_key": 7}}), "bad_virtual_payment"),
        (json!({"virtual_payment": {}}), "bad_virtual_payment"),
        (json!({"virtual_payment": []}), "bad_virtual_payment"),
        // It may be that a part's name is wrong.
        (json!({"virtual_paymnet": {"app_key": "1"}}), FORM),
    ] {
        let mut entry = parts.clone();
        entry["secret"] = "s3cret".into();
        let apps = Apps::read(&json!({APP: entry}).to_string()).expect("its AppSecret is good");
        let (id, app) = get(&apps, APP);
        assert_eq!(app.secret.expose(), "s3cret", "{parts}");
        let flaws = vec![Flaw { app_id: Some(APP.to_owned()), what }];
        assert_eq!(apps.flaw(), Some(Cause::WrongEntries(flaws.clone())), "{parts}");
        let refused =
            if what == "bad_push" { app.push.as_ref().err() } else { app.virtual_payment.as_ref().err() };
        assert_eq!(refused, Some(&what), "{parts}");
        assert_eq!(app.push.is_err() && app.virtual_payment.is_err(), what == FORM, "{parts}");
        let asked = Apps::part(id, &app.virtual_payment).map(|part| part.is_none());
        let error = SecretError { secret: "apps", cause: Cause::WrongEntries(flaws) };
        assert_eq!(asked, if what == "bad_push" { Ok(true) } else { Err(error) }, "{parts}");
    }
    let twice = r#"{"wx1":{"secret":"s","push":{"token":"abc","token":"abc","encoding_aes_key":"k"}}}"#;
    assert_eq!(get(&Apps::read(twice).unwrap(), "wx1").1.push.as_ref().err(), Some(&"bad_push"));
    let twice =
        r#"{"wx1":{"secret":"s","virtual_payment":{"app_key":"1"},"virtual_payment":{"app_key":"2"}}}"#;
    assert_eq!(app_key(get(&Apps::read(twice).unwrap(), "wx1").1), Err("bad_virtual_payment"));
}

#[test]
fn where_a_part_is_wrong_its_last_good_form_serves_beside_the_new_app_secret() {
    let read = |secret: &str, payment: serde_json::Value| {
        Apps::read(&json!({APP: {"secret": secret, "virtual_payment": payment}}).to_string()).unwrap()
    };
    let last = read("old", json!({"app_key": "old-key"}));
    let apps = read("new", json!({"app_key": ""})).over(&last);
    let app = get(&apps, APP).1;
    assert_eq!((app.secret.expose(), app_key(app)), ("new", Ok(Some("old-key"))));
    let flaws = vec![Flaw { app_id: Some(APP.to_owned()), what: "bad_virtual_payment" }];
    assert_eq!(apps.flaw(), Some(Cause::WrongEntries(flaws)), "still to be mended");
    let again = read("newer", json!({"app_key": ""})).over(&apps);
    assert_eq!(app_key(get(&again, APP).1), Ok(Some("old-key")), "however old");
    let never =
        read("new", json!({"app_key": ""})).over(&Apps::read(&json!({APP: "old"}).to_string()).unwrap());
    assert_eq!(app_key(get(&never, APP).1), Err("bad_virtual_payment"), "there was none");
    assert_eq!(read("new", json!(null)).over(&last).flaw(), None, "it was taken out");
}

#[test]
fn where_an_entry_is_wrong_its_last_good_form_serves() {
    let read = |text: serde_json::Value| Apps::read(&text.to_string()).unwrap();
    let last = read(json!({APP: "old", "wx1": "old", "wx2": "old"}));
    let apps = read(json!({APP: 7, "wx1": "new"})).over(&last);
    assert_eq!(get(&apps, APP).1.secret.expose(), "old");
    assert_eq!(get(&apps, "wx1").1.secret.expose(), "new");
    assert!(apps.get("wx2").unwrap().is_none(), "it was taken out");
    assert_eq!(apps.count(), 2);
    let flaws = vec![Flaw { app_id: Some(APP.to_owned()), what: FORM }];
    assert_eq!(apps.flaw(), Some(Cause::WrongEntries(flaws)), "still to be mended");
    let again = read(json!({APP: 7, "wx1": "newer"})).over(&apps);
    assert_eq!(get(&again, APP).1.secret.expose(), "old", "however old");
}

#[test]
fn the_operator_is_told_whose_entry_it_is_and_nothing_of_a_secret() {
    let swapped = "0123456789abcdef0123456789abcdef";
    let apps = json!({"wxfedcba9876543210": "s", APP: " ", swapped: 7, "a b": "s"});
    let error = SecretError { secret: "apps", cause: Apps::read(&apps.to_string()).unwrap().flaw().unwrap() };
    let (cause, fix) = error.for_the_operator().unwrap();
    assert!(cause.contains("wx0123456789abcdef (bad_app_secret)"), "{cause}");
    assert_eq!(cause.matches("one whose name is no AppID").count(), 2, "{cause}");
    assert!(!cause.contains(swapped) && !cause.contains("a b") && fix.contains("operations.md"), "{cause}");
    let many: serde_json::Map<_, _> = (0..30).map(|n| (format!("wx{n:016x}"), json!(n))).collect();
    let error = SecretError { secret: "apps", cause: Apps::read(&json!(many).to_string()).unwrap_err() };
    let (cause, _) = error.for_the_operator().unwrap();
    assert!(cause.ends_with("wx0000000000000009 (not_the_documented_form) and 20 more"), "{cause}");
}

#[test]
fn nothing_of_it_is_printed() {
    let text = json!({APP: {"secret": "s3cret", "push": {"token": "t0ken", "encoding_aes_key": KEY}}});
    let printed = format!("{:?}", Apps::read(&text.to_string()).unwrap());
    assert!(!["s3cret", "t0ken", KEY].iter().any(|secret| printed.contains(secret)), "{printed}");
}
