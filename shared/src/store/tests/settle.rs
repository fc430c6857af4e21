//! Writes that end every session of a user at once.

use std::time::{Duration, Instant};

use super::{users::users, *};
use crate::{
    account::{Block, Reason},
    store::users::Moment,
    user::User,
};

const BLOCKED: &str = "blocked";

fn moment(random: &Random) -> Moment<'_> {
    Moment { now_ms: NOW * 1_000 + 7, until: Instant::now() + Duration::from_mins(1), random }
}

fn block(until: Option<i64>) -> Block {
    Block::new(NOW, until, Reason::new("spam").unwrap()).unwrap()
}

fn blocked(until: Option<i64>) -> Value {
    let mut map = json!({"since": {"N": NOW.to_string()}, "reason": {"S": "spam"}});
    if let Some(until) = until {
        map["until"] = json!({"N": until.to_string()});
    }
    json!({"M": map})
}

fn item(record: impl Into<Value>) -> Value {
    json!({"Item": record.into()})
}

fn husk() -> Value {
    json!({"user_id": {"S": user().to_string()}, "live": {"B": EMPTY}, "ttl": {"N": "1795415400"}})
}

fn ok(body: &Value) -> Answer {
    Answer::Says(200, body.to_string())
}

async fn known(record: Value) -> User {
    let read = users(&Script::of([item(record)])).read(user()).await;
    read.expect("the table answers").expect("there is one")
}

/// What the one write sets, by name, and removes; the condition and the new list are checked, and the list left out.
fn written(asked: &Value, read: &[TokenHash]) -> (Value, Vec<String>) {
    let (mut set, removed) = changed(asked, read);
    let live = set.as_object_mut().expect("a map").remove("live").expect("the list is written");
    assert_eq!(live["B"].as_str().unwrap().len(), EMPTY.len(), "it is empty");
    assert_ne!(live["B"], EMPTY, "its mark is another one");
    (set, removed)
}

/// The same with the list in it, if it is written.
fn changed(asked: &Value, read: &[TokenHash]) -> (Value, Vec<String>) {
    assert_eq!(asked["ConditionExpression"], "live = :read");
    assert_eq!(asked["ExpressionAttributeValues"][":read"], json!({"B": base64(&live_of(read))}));
    let text = asked["UpdateExpression"].as_str().unwrap();
    let (mut set, mut removed) = (json!({}), Vec::new());
    for (place, name) in asked["ExpressionAttributeNames"].as_object().unwrap() {
        let name = name.as_str().unwrap();
        let value = place.replace("#s", ":s");
        if text.contains(&format!("{place} = {value}")) {
            set[name] = asked["ExpressionAttributeValues"][value].clone();
        } else {
            assert!(text.split_once("REMOVE").unwrap().1.contains(place), "{text}");
            removed.push(name.to_owned());
        }
    }
    removed.sort();
    (set, removed)
}

fn live_of(hashes: &[TokenHash]) -> Vec<u8> {
    live(hashes)
}

#[tokio::test]
async fn signing_out_everywhere_is_one_read_and_one_write() {
    let hashes = [a_key().hash, a_key().hash];
    let script = Script::of([item(user_record(&hashes)), json!({})]);
    let random = Random::system();
    assert_eq!(users(&script).sign_out_everywhere(user(), moment(&random)).await, Ok(true));
    let asked = script.asked();
    assert_eq!(asked[1].0, "UpdateItem");
    let (set, removed) = written(&asked[1].1, &hashes);
    assert_eq!(
        (set, removed),
        (json!({"signed_out_at": {"N": "1795329000.007"}}), vec!["installs".to_owned()])
    );
    assert_eq!(
        asked[1].1["ReturnValuesOnConditionCheckFailure"],
        Value::Null,
        "the vault does not come back"
    );
}

#[tokio::test]
async fn signing_out_nobody_writes_nothing() {
    let random = Random::system();
    for nobody in [json!({}), item(husk())] {
        let script = Script::of([nobody]);
        assert_eq!(users(&script).sign_out_everywhere(user(), moment(&random)).await, Ok(false));
        script.asked_once("GetItem");
    }
    is_refused(
        users(&Script::default().then([refused()])).sign_out_everywhere(user(), moment(&random)).await,
        "GetItem",
    );
}

#[tokio::test]
async fn an_overtaken_write_is_made_again_on_what_is_there() {
    let (before, after) = ([a_key().hash], [a_key().hash, a_key().hash]);
    let read = |hashes: &[TokenHash]| ok(&item(user_record(hashes)));
    let script =
        Script::default().then([read(&before), condition_failed(None), read(&after), ok(&json!({}))]);
    let random = Random::system();
    assert_eq!(users(&script).sign_out_everywhere(user(), moment(&random)).await, Ok(true));
    let asked = script.asked();
    written(&asked[1].1, &before);
    written(&asked[3].1, &after);
}

#[tokio::test]
async fn a_write_is_not_tried_for_ever() {
    let read = || ok(&item(user_record(&[])));
    let script = Script::default().then([read(), condition_failed(None), read()]);
    let random = Random::system();
    let late = Moment { until: Instant::now(), ..moment(&random) };
    let error = users(&script).sign_out_everywhere(user(), late).await.unwrap_err();
    assert_eq!(error.to_string(), "UpdateItem: overtaken");
    assert_eq!(script.asked().len(), 3);
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_not_made_twice() {
    let random = Random::seeded(9);
    let ours = Live::new(&[], &Random::seeded(9));
    let left = with(user_record(&[]), "live", json!({"B": base64(ours.bytes())}));
    let script =
        Script::default().then([ok(&item(user_record(&[]))), condition_failed(None), ok(&item(left))]);
    assert_eq!(users(&script).sign_out_everywhere(user(), moment(&random)).await, Ok(true));
    assert_eq!(script.asked().len(), 3);
}

#[tokio::test]
async fn blocking_ends_every_session_in_the_same_write() {
    let hashes = [a_key().hash];
    let script = Script::of([item(user_record(&hashes)), json!({})]);
    let random = Random::system();
    users(&script).block(user(), &block(None), moment(&random)).await.unwrap();
    let (set, removed) = written(&script.asked()[1].1, &hashes);
    let both = json!({"signed_out_at": {"N": "1795329000.007"}, BLOCKED: blocked(None)});
    assert_eq!((set, removed), (both, vec!["installs".to_owned()]));
}

#[tokio::test]
async fn who_was_never_seen_is_blocked_and_who_was_erased_stays_so() {
    let random = Random::system();
    for (until, ttl) in
        [(None, None), (Some(NOW + 60), Some(NOW + 86_400)), (Some(NOW + 200_000), Some(NOW + 200_000))]
    {
        let ttl = ttl.map(|at| json!({"N": at.to_string()}));
        let script = Script::of([json!({}), json!({})]);
        users(&script).block(user(), &block(until), moment(&random)).await.unwrap();
        let asked = &script.asked()[1].1;
        assert_eq!(asked["ConditionExpression"], "attribute_not_exists(user_id)");
        let values = &asked["ExpressionAttributeValues"];
        assert_eq!(values[":s1"], blocked(until));
        assert_eq!(
            values.as_object().unwrap().values().any(|value| Some(value) == ttl.as_ref()),
            ttl.is_some()
        );

        let script = Script::of([item(husk()), json!({})]);
        users(&script).block(user(), &block(until), moment(&random)).await.unwrap();
        let (set, removed) = written(&script.asked()[1].1, &[]);
        assert_eq!((set.get("ttl"), removed.contains(&"ttl".to_owned())), (ttl.as_ref(), ttl.is_none()));
    }
}

#[tokio::test]
async fn a_block_is_lifted_from_the_list_that_was_read_with_it_and_the_list_stays() {
    let random = Random::system();
    let hashes = [a_key().hash];
    let script = Script::of([item(with(user_record(&hashes), BLOCKED, blocked(Some(NOW)))), json!({})]);
    assert_eq!(users(&script).unblock(user(), moment(&random)).await, Ok(true));
    assert_eq!(changed(&script.asked()[1].1, &hashes), (json!({}), vec![BLOCKED.to_owned()]));

    let script = Script::of([item(with(husk(), BLOCKED, blocked(None))), json!({})]);
    assert_eq!(users(&script).unblock(user(), moment(&random)).await, Ok(true));
    let ttl = json!({"ttl": {"N": "1795415400"}});
    assert_eq!(
        changed(&script.asked()[1].1, &[]),
        (ttl, vec![BLOCKED.to_owned()]),
        "nothing keeps it any more"
    );

    for unblocked in [json!({}), item(user_record(&[]))] {
        let script = Script::of([unblocked]);
        assert_eq!(users(&script).unblock(user(), moment(&random)).await, Ok(false));
    }
}

#[tokio::test]
async fn erasing_leaves_a_husk_for_a_day_and_of_a_blocked_user_the_block() {
    let random = Random::system();
    let hashes = [a_key().hash];
    let cases = [
        (None, None, Some("1795415400")),
        (Some(blocked(None)), Some(blocked(None)), None),
        (Some(blocked(Some(NOW + 60))), Some(blocked(Some(NOW + 60))), Some("1795415400")),
        (Some(blocked(Some(NOW + 200_000))), Some(blocked(Some(NOW + 200_000))), Some("1795529000")),
        (Some(blocked(Some(NOW))), None, Some("1795415400")),
    ];
    for (block, kept, ttl) in cases {
        let read = known(with(user_record(&hashes), BLOCKED, block.unwrap_or(Value::Null))).await;
        let script = Script::of([json!({})]);
        assert_eq!(users(&script).erase(user(), read, moment(&random)).await, Ok(true));
        let asked = script.asked_once("PutItem");
        assert_eq!(asked["ConditionExpression"], "live = :read");
        assert_eq!(asked["ExpressionAttributeValues"], json!({":read": {"B": base64(&live(&hashes))}}));
        let item = asked["Item"].as_object().unwrap();
        assert_eq!(item["user_id"], json!({"S": user().to_string()}));
        assert_eq!(item["live"]["B"].as_str().unwrap().len(), EMPTY.len());
        assert_ne!(item["live"]["B"], EMPTY);
        assert_eq!(
            (item.get(BLOCKED), item.get("ttl")),
            (kept.as_ref(), ttl.map(|at| json!({"N": at})).as_ref())
        );
        assert_eq!(
            item.len(),
            2 + usize::from(kept.is_some()) + usize::from(ttl.is_some()),
            "and nothing else"
        );
    }
}

#[tokio::test]
async fn an_erasure_that_was_overtaken_spares_the_account_that_came_after() {
    let random = Random::system();
    let hash = a_key().hash;
    let next = with(user_record(&[hash]), "created_at", json!({"N": "1795329001"}));
    for now in [item(next), item(husk()), json!({})] {
        let read = known(user_record(&[])).await;
        let script = Script::default().then([condition_failed(None), ok(&now)]);
        assert_eq!(users(&script).erase(user(), read, moment(&random)).await, Ok(false));
        assert_eq!(script.asked().len(), 2);
    }
    let read = known(user_record(&[])).await;
    let same = ok(&item(user_record(&[hash])));
    let script = Script::default().then([condition_failed(None), same, ok(&json!({}))]);
    assert_eq!(users(&script).erase(user(), read, moment(&random)).await, Ok(true), "a login was faster");
    is_refused(
        users(&Script::default().then([refused()]))
            .erase(user(), known(user_record(&[])).await, moment(&random))
            .await,
        "PutItem",
    );
}
