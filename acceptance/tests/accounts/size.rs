//! The largest record of a user is read with one read unit: 4,096 bytes. So a check stays at two.

use std::collections::BTreeMap;

use local::service::RING_SECRET;
use serde_json::{Value, json};
use wxsession::Clock;

use crate::support::{Person, Stage};

/// One read unit of a strongly consistent read.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html>
const READ_UNIT: usize = 4_096;

/// What DynamoDB counts.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>
fn size(value: &Value) -> usize {
    let (kind, value) = value.as_object().and_then(|typed| typed.iter().next()).expect("a typed value");
    match (kind.as_str(), value) {
        ("S", Value::String(text)) => text.len(),
        ("B", Value::String(base64)) => base64.trim_end_matches('=').len() * 3 / 4,
        // One byte for two significant digits, and one. One more for a fraction, whose digits pair up otherwise. DynamoDB
        // counts no zeros at the end; a number that happens to end with one is no reason to find more room.
        ("N", Value::String(digits)) => {
            digits.replace('.', "").len().div_ceil(2) + 1 + usize::from(digits.contains('.'))
        }
        ("M", Value::Object(map)) => {
            3 + map.iter().map(|(name, value)| name.len() + size(value) + 1).sum::<usize>()
        }
        other => panic!("no record of ours has {other:?}"),
    }
}

fn sizes(record: &Value) -> BTreeMap<&str, usize> {
    let attributes = record.as_object().expect("a record").iter();
    attributes.map(|(name, value)| (name.as_str(), name.len() + size(value))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_with_everything_at_its_most_is_read_with_one_unit() {
    // A clock that runs: times have all their digits.
    let stage = Stage::at(Clock::shifted(), &[("MaxSessionsPerUser", "50")]).await;
    let kid = "k".repeat(16);
    let ring = json!({"current": kid, &kid: "0123456789abcdef0123456789abcdef"});
    stage.service.secrets.put(RING_SECRET, &ring);
    let person = Person::new(&"o".repeat(LONGEST_NAME));
    stage.bind(&person, &"u".repeat(LONGEST_NAME));
    stage.log_in(&person).await;
    let roles: Vec<String> = (0..16).map(|number| format!("{number:0>32}")).collect();
    stage.done("set_roles", &person, json!({"version": 0, "roles": roles})).await;
    // One long text takes more than twenty short ones, each of which has a name.
    let claims = json!({"c": "v".repeat(1024 - json!({"c": ""}).to_string().len())});
    assert_eq!(claims.to_string().len(), 1024);
    stage.done("set_claims", &person, json!({"version": 1, "claims": claims})).await;
    stage.done("set_external_id", &person, json!({"version": 2, "external_id": "e".repeat(64)})).await;
    stage.damage(&person, "version", &json!({"N": u32::MAX.to_string()}));
    let until = stage.service.clock.now() + 60;
    stage.done("block", &person, json!({"reason": "r".repeat(32), "until": until})).await;
    stage.service.clock.advance(61);
    for number in 0..50 {
        stage.service.simulator.rotate_session_key(wechat_simulator::DEFAULT_APP.0, &person.openid);
        let reply = stage.post_login(&person, json!({"install_id": format!("{number:0>32}")})).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
    }
    let record = stage.record(&person).expect("it is there");
    let sizes = sizes(&record);
    // The negative control of this test: nothing of what counts is missing.
    for (attribute, bytes) in [
        ("live", 4 + 8 + 50 * 32),
        ("installs", 8 + 50 * 4),
        ("roles", 5 + 16 * 32 + 15),
        ("claims", 6 + "c=1016:".len() + 1016),
        ("external_id", 11 + 64),
        ("openid", 6 + LONGEST_NAME),
        ("unionid", 7 + LONGEST_NAME),
        ("session_key_kid", 15 + 16),
    ] {
        assert_eq!(sizes[attribute], bytes, "{attribute}: {sizes:?}");
    }
    for attribute in
        ["blocked", "session_key", "session_key_previous", "session_key_previous_at", "signed_out_at"]
    {
        assert!(sizes.contains_key(attribute), "{attribute} is not there: {sizes:?}");
    }
    let whole: usize = sizes.values().sum();
    assert!(whole > READ_UNIT - 64, "{whole} bytes: something has become smaller: {sizes:?}");
    assert!(whole <= READ_UNIT, "{whole} bytes: {sizes:?}");
    stage.close().await;
}

/// The longest openid and unionid that a login takes from WeChat.
const LONGEST_NAME: usize = 48;
