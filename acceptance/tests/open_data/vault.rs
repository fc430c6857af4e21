//! Sealed keys that were moved, rotation of the key ring, and two updates at once.

use aws_emulator::secrets_manager::Fault;
use serde_json::{Map, Value, json};
use wechat_simulator::NewPhoneCode;
use wxsession::{
    Random, Secret, UserId,
    aws::{Account, Budget},
    store::Users,
};
use wxsession_wechat::{
    secrets::SecretValue as _,
    vault::{KeyRing, Owner},
};

use crate::support::{APP, OTHER_APP, RING_KEY, User, World, is_problem};

const SECOND_RING_KEY: &str = "ring-key-two-of-forty-random-characters-";
const THIRD_RING_KEY: &str = "ring-key-three-of-forty-random-character";
const VAULT: [&str; 6] = [
    "session_key",
    "session_key_at",
    "session_key_kid",
    "session_key_fingerprint",
    "session_key_previous",
    "session_key_previous_at",
];

async fn decrypt(world: &World, user: &User) -> (u16, Value) {
    let data = world.simulator.mint_encrypted_data(user.app_id, &user.openid, json!({"openGId": "g"}));
    let asked = json!({"encrypted_data": data.encrypted_data, "iv": data.iv});
    world.post(user, "/open-data/decrypt", &asked).await
}

fn with_vault_of(record: &Map<String, Value>, other: &Map<String, Value>) -> Map<String, Value> {
    let mut moved = record.clone();
    moved.extend(VAULT.iter().filter_map(|name| Some(((*name).to_owned(), other.get(*name)?.clone()))));
    moved
}

#[tokio::test]
async fn a_sealed_key_moved_to_another_user_or_app_opens_nothing() {
    let world = World::start().await;
    let one = world.user(APP).await;
    let other = world.user(APP).await;
    // The same person at another Mini Program of this deployment: the same openid, to be strict.
    let code = world.simulator.mint_code(OTHER_APP, Some(&one.openid));
    let elsewhere = world.trade(OTHER_APP, &code, one.openid.clone()).await;
    let users = [&one, &other, &elsewhere];
    let records: Vec<_> = users.iter().map(|user| world.record(user)).collect();
    for (to, user) in users.iter().enumerate() {
        for (from, foreign) in records.iter().enumerate() {
            world.put_record(&with_vault_of(&records[to], foreign));
            let answer = decrypt(&world, user).await;
            if from == to {
                assert_eq!(answer.0, 200, "{}", answer.1);
                continue;
            }
            is_problem(&answer, 409, "session_key_stale");
            let line = world.line();
            assert_eq!((&line["reason"], &line["unopened_keys"]), (&json!("no_session_key"), &json!(1)));
            assert_eq!(world.get(user, "/session-key").await, (200, json!({"valid": false})));
        }
        world.put_record(&records[to]);
    }
    assert!(world.lines().iter().any(|line| line["audit"] == "crypt_decrypt_fail"));
}

#[tokio::test]
async fn a_record_that_was_put_under_another_user_opens_nothing() {
    let world = World::start().await;
    let (one, other) = (world.user(APP).await, world.user(APP).await);
    let mut stolen = world.record(&one);
    stolen.insert("user_id".to_owned(), json!({"S": other.id()}));
    world.put_record(&stolen);
    is_problem(&decrypt(&world, &other).await, 409, "session_key_stale");
}

#[tokio::test]
async fn a_ring_is_rotated_without_anybody_noticing() {
    let world = World::start().await;
    let (early, late) = (world.user(APP).await, world.user(APP).await);
    assert_eq!(decrypt(&world, &early).await.0, 200);

    world.secrets.put("ring", &json!({"current": "k2", "k1": RING_KEY, "k2": SECOND_RING_KEY}));
    world.clock.advance(301);
    assert_eq!(decrypt(&world, &early).await.0, 200, "the former key still opens");
    let early = world.again(&early).await;
    assert_eq!(world.record(&early)["session_key_kid"], json!({"S": "k2"}), "the same key, sealed anew");
    assert_eq!(decrypt(&world, &early).await.0, 200);

    world.secrets.put("ring", &json!({"current": "k2", "k2": SECOND_RING_KEY}));
    world.clock.advance(301);
    assert_eq!(decrypt(&world, &early).await.0, 200, "nothing of theirs needs the retired key");
    assert_eq!(world.record(&late)["session_key_kid"], json!({"S": "k1"}));
    is_problem(&decrypt(&world, &late).await, 409, "session_key_stale");
    let late = world.again(&late).await;
    assert_eq!(decrypt(&world, &late).await.0, 200, "a login mends it");
}

#[tokio::test]
async fn a_ring_made_anew_under_the_same_id_is_mended_by_a_login() {
    let mut world = World::start().await;
    let user = world.user(APP).await;
    assert_eq!(decrypt(&world, &user).await.0, 200);
    world.secrets.put("ring", &json!({"current": "k1", "k1": SECOND_RING_KEY}));
    world.clock.advance(301);
    world.restart(&[]);
    is_problem(&decrypt(&world, &user).await, 409, "session_key_stale");
    // WeChat's key is the one that is stored already.
    let user = world.again(&user).await;
    assert_eq!(decrypt(&world, &user).await.0, 200);
    assert_eq!(world.get(&user, "/session-key").await, (200, json!({"valid": true})));
}

#[tokio::test]
async fn a_key_that_could_not_be_stored_leaves_no_newest_one() {
    let mut world = World::start().await;
    world.knobs(|knobs| knobs.always_rotate = true);
    let user = world.user(APP).await;
    let before = world.simulator.mint_encrypted_data(APP, &user.openid, json!({"openGId": "g"}));
    let before = json!({"encrypted_data": before.encrypted_data, "iv": before.iv});
    assert_eq!(decrypt(&world, &user).await.0, 200);
    world.secrets.put_text("ring", "{}");
    world.restart_login();
    let user = world.again(&user).await;
    let record = world.record(&user);
    assert!(record.contains_key("session_key_previous") && !record.contains_key("session_key"), "{record:?}");
    // This environment of open-data has the last good ring.
    assert_eq!(world.post(&user, "/open-data/decrypt", &before).await.0, 200);
    is_problem(&decrypt(&world, &user).await, 409, "session_key_stale");
    assert_eq!(world.get(&user, "/session-key").await, (200, json!({"valid": false})));
    is_problem(&world.post(&user, "/session-key/reset", &Value::Null).await, 409, "session_key_stale");

    world.secrets.put("ring", &json!({"current": "k1", "k1": RING_KEY}));
    world.restart_login();
    let user = world.again(&user).await;
    assert_eq!(decrypt(&world, &user).await.0, 200);
    assert_eq!(
        world.post(&user, "/open-data/decrypt", &before).await.0,
        200,
        "and the one before is not lost"
    );
    assert_eq!(world.get(&user, "/session-key").await, (200, json!({"valid": true})));
}

#[tokio::test]
async fn a_key_that_is_new_to_this_environment_is_fetched_at_once() {
    let mut world = World::start().await;
    let user = world.user(APP).await;
    assert_eq!(decrypt(&world, &user).await.0, 200);
    world.secrets.put("ring", &json!({"current": "k2", "k1": RING_KEY, "k2": SECOND_RING_KEY}));
    world.clock.advance(60);
    let sealed_by_k2 = {
        let ring =
            KeyRing::read(&json!({"current": "k2", "k2": SECOND_RING_KEY}).to_string()).expect("a ring");
        let key = world.simulator.session_key(APP, &user.openid).expect("the user logged in");
        let user_id = UserId::parse(user.id()).expect("a user id");
        ring.seal(Owner { user_id, app_id: APP }, &Secret::new(key), &Random::system())
    };
    store(&world, &user, sealed_by_k2).await;
    let before = world.secrets.calls();
    assert_eq!(decrypt(&world, &user).await.0, 200);
    assert_eq!(world.secrets.calls() - before, 1);
    world.restart(&[]);
    assert_eq!(decrypt(&world, &user).await.0, 200);
}

#[tokio::test]
async fn a_ring_without_the_key_is_not_fetched_again_and_again() {
    let world = World::start().await;
    let user = world.user(APP).await;
    world.secrets.put("ring", &json!({"current": "k3", "k3": THIRD_RING_KEY}));
    let before = world.secrets.calls();
    for _ in 0..20 {
        is_problem(&decrypt(&world, &user).await, 409, "session_key_stale");
    }
    assert_eq!(world.secrets.calls() - before, 1);
    world.clock.advance(10);
    is_problem(&decrypt(&world, &user).await, 409, "session_key_stale");
    assert_eq!(world.secrets.calls() - before, 2);
}

#[tokio::test]
async fn without_secrets_manager_a_new_environment_cannot_tell_and_an_old_one_goes_on() {
    let mut world = World::start().await;
    let user = world.user(APP).await;
    assert_eq!(decrypt(&world, &user).await.0, 200);
    world.secrets.set_fault(Fault::Down);
    world.clock.advance(3_600);
    assert_eq!(decrypt(&world, &user).await.0, 200);
    world.restart(&[]);
    is_problem(&decrypt(&world, &user).await, 503, "store_unavailable");
    world.secrets.set_fault(Fault::Denied);
    world.clock.advance(1);
    is_problem(&decrypt(&world, &user).await, 500, "service_misconfigured");
    assert!(world.line()["operator"]["fix"].is_string());
}

#[tokio::test]
async fn two_keys_stored_at_once_are_both_kept() {
    let world = World::start().await;
    let user = world.user(APP).await;
    let users = users(&world);
    let user_id = UserId::parse(user.id()).expect("a user id");
    let owner = Owner { user_id, app_id: APP };
    let ring = KeyRing::read(&json!({"current": "k1", "k1": RING_KEY}).to_string()).expect("a ring");
    for round in 0..20_u8 {
        let sealed = |place: u8| {
            let key = Secret::new(format!("key-{round}-{place}"));
            ring.for_storage(owner, &key, i64::from(round), &Random::system())
        };
        let (one, other) = (sealed(1), sealed(2));
        let both = tokio::join!(users.replace_key(user_id, &one), users.replace_key(user_id, &other));
        assert_eq!(both, (Ok(true), Ok(true)));
        let stored = users.sealed_keys(user_id).await.expect("the table answers");
        let mut opened: Vec<_> =
            stored.iter().map(|key| ring.open(owner, key).expect("ours").expose().to_owned()).collect();
        opened.sort();
        assert_eq!(opened, [format!("key-{round}-1"), format!("key-{round}-2")]);
        assert_eq!(
            users.replace_key(user_id, &other).await.and(users.replace_key(user_id, &other).await),
            Ok(false)
        );
    }
    let nobody = UserId::of(APP, "nobody");
    let key = ring.for_storage(owner, &Secret::new("k"), 0, &Random::system());
    assert_eq!(users.replace_key(nobody, &key).await, Ok(false), "a deleted user does not come back");
}

#[tokio::test]
async fn without_a_vault_nothing_is_stored_and_only_phone_codes_are_served() {
    let world = World::with(&[("STORE_SESSION_KEY", "false"), ("SESSION_KEY_RING_SECRET_ID", "")]).await;
    let user = world.user(APP).await;
    assert!(world.record(&user).keys().all(|name| !name.starts_with("session_key")));
    is_problem(&decrypt(&world, &user).await, 404, "not_enabled");
    is_problem(&world.post(&user, "/open-data/verify", &json!({})).await, 404, "not_enabled");
    is_problem(&world.get(&user, "/session-key").await, 404, "not_enabled");
    is_problem(&world.post(&user, "/session-key/reset", &Value::Null).await, 404, "not_enabled");
    let code = world.simulator.mint_phone_code(NewPhoneCode::of_user(APP, &user.openid)).code;
    assert_eq!(world.post(&user, "/phone-number", &json!({"code": code})).await.0, 200);
}

#[tokio::test]
async fn a_user_who_logged_in_before_the_vault_was_switched_on_is_asked_to_log_in() {
    let world = World::start().await;
    let user = world.user(APP).await;
    let mut record = world.record(&user);
    record.retain(|name, _| !name.starts_with("session_key"));
    world.put_record(&record);
    is_problem(&decrypt(&world, &user).await, 409, "session_key_stale");
    assert_eq!(world.line()["reason"], "no_session_key");
    let user = world.again(&user).await;
    assert_eq!(decrypt(&world, &user).await.0, 200);
}

fn users(world: &World) -> Users {
    let account = Account::read(&world.env).expect("complete settings");
    Users::new(account.dynamodb(Budget::WRITE), "users")
}

async fn store(world: &World, user: &User, sealed: Vec<u8>) {
    let user_id = UserId::parse(user.id()).expect("a user id");
    let key = wxsession::user::SealedKey {
        sealed,
        kid: "k2".to_owned(),
        fingerprint: b"another".to_vec(),
        obtained_at: world.clock.now(),
    };
    assert_eq!(users(world).replace_key(user_id, &key).await, Ok(true));
}
