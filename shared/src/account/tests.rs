use aws_sdk_dynamodb::types::AttributeValue;
use proptest::{prelude::*, sample::select};
use serde_json::{Map, Value, json};

use super::*;
use crate::{
    property::{Checked, check, holds, refuted},
    store::item::{b, n, s},
};

const NOW: i64 = 1_700_000_000;

fn reason(code: &str) -> Reason {
    Reason::new(code).unwrap()
}

fn claims(value: &Value) -> Result<Claims, Malformed> {
    Claims::new(value.as_object().unwrap().iter().map(|(name, value)| (name.as_str(), value)))
}

fn item(name: &str, value: AttributeValue) -> Item {
    [(name.to_owned(), value)].into()
}

#[track_caller]
fn damaged(name: &'static str, value: AttributeValue) {
    let item = item(name, value);
    let read = if name == BLOCKED { Block::of(&item).map(drop) } else { profile(&item).map(drop) };
    assert_eq!(read, Err(Damaged(name)));
}

#[test]
fn a_block_is_in_force_until_its_last_second_or_for_good() {
    let short = Block::new(NOW, Some(NOW + 60), reason("spam")).unwrap();
    assert!(short.is_in_force(NOW) && short.is_in_force(NOW + 59));
    assert!(!short.is_in_force(NOW + 60));
    assert!(Block::new(NOW, None, reason("spam")).unwrap().is_in_force(i64::MAX));
}

#[test]
fn a_block_that_would_never_be_in_force_is_refused_and_so_is_an_end_in_milliseconds() {
    for until in [NOW, NOW - 1, 0, -1, i64::MIN, (NOW + 60) * 1000, i64::MAX] {
        assert_eq!(Block::new(NOW, Some(until), reason("spam")), Err(Malformed("until_form")), "{until}");
    }
}

#[test]
fn a_reason_is_a_code_and_no_text() {
    for code in ["a", "spam", "chargeback_2", &"r".repeat(32)] {
        assert_eq!(Reason::new(code).map(|reason| reason.to_string()), Ok(code.to_owned()));
    }
    for text in ["", "Spam", "2nd", "_x", "a b", "a-b", "垃圾", "a\n", &"r".repeat(33)] {
        assert_eq!(Reason::new(text), Err(Malformed("reason_form")), "{text:?}");
    }
}

#[test]
fn a_block_that_cannot_be_read_is_never_no_block() {
    assert_eq!(Block::of(&Item::new()), Ok(None));
    let block = Block::new(NOW, Some(NOW + 60), reason("spam")).unwrap();
    assert_eq!(Block::of(&item(BLOCKED, block.to_attribute())), Ok(Some(block.clone())));
    for other in [
        s("spam"),
        AttributeValue::Bool(false),
        AttributeValue::Null(true),
        b(*b"x"),
        AttributeValue::M(Item::new()),
    ] {
        damaged(BLOCKED, other);
    }
    let change = |name: &str, value: Option<AttributeValue>| {
        let mut map = block.to_attribute().as_m().unwrap().clone();
        map.remove(name);
        map.extend(value.map(|value| (name.to_owned(), value)));
        damaged(BLOCKED, AttributeValue::M(map));
    };
    change("since", None);
    change("reason", None);
    change("since", Some(s("1700000000")));
    change("until", Some(s("")));
    change("until", Some(AttributeValue::Null(true)));
    change("until", Some(AttributeValue::N("1e99".to_owned())));
    change("reason", Some(s("Spam!")));
    change("lifted", Some(AttributeValue::Bool(true)));
}

/// What roles, claims and an external id look like when they are good is tested where they live.
#[test]
fn a_profile_that_cannot_be_read_names_the_attribute_and_is_never_an_empty_one() {
    assert_eq!(profile(&Item::new()), Ok(Profile::default()));
    let good = Item::from([
        (ROLES.to_owned(), s("editor staff")),
        (CLAIMS.to_owned(), s("level#3 tier=4:gold")),
        (EXTERNAL_ID.to_owned(), s("crm:4711")),
    ]);
    let read = profile(&good).unwrap();
    assert!(read.roles.contains("staff") && read.claims.get("tier") == Some("gold"));
    assert_eq!(read.external_id, ExternalId::new("crm:4711").ok());
    for (name, text) in [(ROLES, "b a"), (CLAIMS, "a=2:x"), (EXTERNAL_ID, "a b")] {
        for other in [s(text), s(""), n(1), AttributeValue::Null(true), AttributeValue::M(Item::new())] {
            damaged(name, other);
        }
    }
    damaged(ROLES, AttributeValue::Ss(vec!["a".to_owned()]));
}

fn hostile_text() -> impl Strategy<Value = String> {
    let piece = select(vec![
        "\"",
        "\\",
        " ",
        "=",
        "#",
        "?",
        ":",
        "1",
        "a=3:x y",
        "\u{2028}",
        "研",
        "\u{202e}",
        "{",
        "😀",
        "%",
        "</script>",
    ]);
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn claim_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        hostile_text().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(Value::from),
        (-1e15..1e15).prop_map(Value::from),
        any::<f64>().prop_map(|real| json!(real)).prop_filter("a number", Value::is_number),
    ]
}

fn some_claims() -> impl Strategy<Value = Map<String, Value>> {
    proptest::collection::btree_map("[a-z][a-z0-9_]{0,9}", claim_value(), 0..12)
        .prop_map(|map| map.into_iter().collect())
}

/// Whatever is accepted comes back as it was, and its stored form is no longer than its JSON.
fn claims_round_trip(read: impl Fn(&str) -> Option<Map<String, Value>>) -> Checked {
    check(some_claims(), move |given| {
        let Ok(claims) = claims(&Value::Object(given.clone())) else { return Ok(()) };
        prop_assert!(claims.as_str().len() <= Value::Object(given.clone()).to_string().len());
        if !given.is_empty() {
            prop_assert_eq!(read(claims.as_str()), Some(given));
        }
        Ok(())
    })
}

#[test]
fn whatever_claims_are_accepted_come_back_as_they_were() {
    holds(&claims_round_trip(|text| Claims::stored(text).ok().map(|claims| claims.to_json())));
    // The control: a reader that trusts spaces more than lengths.
    refuted(&claims_round_trip(|text| {
        let pairs = text.split(' ').map(|pair| pair.split_once(['=', '#', '?']));
        pairs.map(|pair| pair.map(|(name, value)| (name.to_owned(), value.into()))).collect()
    }));
}

#[test]
fn whatever_can_be_read_is_what_would_be_written() {
    let text = prop_oneof![
        hostile_text(),
        "([a-z]{1,3}(=[0-9]{1,2}:[a-z ]{0,9}|#-?[0-9]{1,20}|\\?(true|false)) ?){1,4}"
    ];
    holds(&check(text, |text| {
        if let Ok(read) = Claims::stored(&text) {
            let json = read.to_json();
            prop_assert_eq!(json.len(), read.iter().count(), "each value is a value of JSON");
            let again = Claims::new(json.iter().map(|(name, value)| (name.as_str(), value)));
            prop_assert_eq!(again.map(|claims| claims.to_json()), Ok(json));
        }
        if let Ok(read) = Roles::stored(&text) {
            prop_assert_eq!(Roles::new(read.iter()), Ok(read.clone()));
        }
        Ok(())
    }));
}

#[test]
fn any_block_is_read_back_and_in_force_exactly_before_its_end() {
    let any_block = ("[a-z][a-z0-9_]{0,31}", 0..LATEST_TEST, proptest::option::of(1..LATEST_TEST));
    holds(&check(any_block, |(code, since, after)| {
        let until = after.map(|seconds| since.saturating_add(seconds));
        let Ok(block) = Block::new(since, until, reason(&code)) else { return Ok(()) };
        prop_assert_eq!(Block::of(&item(BLOCKED, block.to_attribute())), Ok(Some(block.clone())));
        prop_assert!(block.is_in_force(since));
        prop_assert_eq!(block.is_in_force(until.unwrap_or(i64::MAX)), until.is_none());
        Ok(())
    }));
}

const LATEST_TEST: i64 = 253_402_300_799;
