//! One session after the other: written, listed, renewed, ended.

use futures_util::future::join_all;
use wxsession::{
    SessionId,
    live::Install,
    session::{Ended, Refusal, Rules, Session, SessionRecord},
    store::{
        End, SessionKey,
        users::{KeyChange, Registered},
    },
    token::SessionToken,
    user::SealedKey,
};

use super::{NOW, Store, ended, renewed};

#[tokio::test]
async fn what_is_written_is_read_back_at_once_and_whole() {
    let store = Store::start().await;
    let (user, openid) = store.stranger();
    let (token, key, session) = store.logged_in_as(user, &openid).await;
    let found = store.reader.find(&token).await.unwrap();
    assert_eq!(found.session(), Some(&session));
    let good = found.decide(NOW, &Rules::AS_PROMISED).unwrap();
    assert_eq!(good.session, &session);
    assert_eq!(
        (good.person.openid.as_str(), good.person.unionid.as_deref()),
        (openid.as_str(), Some("oUNION"))
    );
    assert_eq!(good.person.created_at_ms, NOW * 1_000 + 120, "to the millisecond");
    let read = store.sessions.some(user, [key.hash]).await.unwrap();
    assert_eq!(read, [(key.hash, Ok(SessionRecord::Active(session)))]);
    let installs: Vec<_> =
        store.read(user).await.unwrap().live.entries().map(|entry| entry.install).collect();
    assert_eq!(installs, [Install::new("0123456789abcdef")]);
}

#[tokio::test]
async fn a_token_nobody_was_given_is_unknown() {
    let store = Store::start().await;
    let (user, openid) = store.stranger();
    let token = SessionToken::generate(user, &store.random);
    assert_eq!(store.decide(&token).await, Err(Refusal::Unknown));
    store.logged_in_as(user, &openid).await;
    assert_eq!(store.decide(&token).await, Err(Refusal::Unknown));
}

#[tokio::test]
async fn a_session_is_good_once_it_is_listed_and_not_before() {
    let store = Store::start().await;
    let (user, openid) = store.stranger();
    let (token, key, session) = store.session(user);
    store.sessions.create(&key, &session).await.unwrap();
    assert_eq!(store.decide(&token).await, ended(Ended::Deleted));
    store.list(&key, &openid, None, KeyChange::Keep).await;
    assert_eq!(store.decide(&token).await, Ok(session.id));
}

#[tokio::test]
async fn of_many_writes_of_one_list_one_is_made_and_the_others_are_given_what_it_left() {
    let store = Store::start().await;
    let (user, openid) = store.stranger();
    for round in 1..=2 {
        let read = store.read(user).await;
        let keys: Vec<SessionKey> = (0..8).map(|_| store.session(user).1).collect();
        let writes = keys.iter().map(|key| store.list(key, &openid, read.as_ref(), KeyChange::Keep));
        let outcomes = join_all(writes).await;
        let now = store.read(user).await.expect("one was made");
        assert_eq!(now.live.len(), round);
        assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Registered::Done)).count(), 1);
        for outcome in outcomes {
            if let Registered::Overtaken(given) = outcome {
                assert_eq!(given.expect("there is one").live, now.live);
            }
        }
    }
}

#[tokio::test]
async fn a_new_session_key_moves_the_vault_on_in_the_same_write() {
    let store = Store::start().await;
    let (user, openid) = store.stranger();
    let sealed = |text: &str| SealedKey {
        sealed: text.as_bytes().to_vec(),
        kid: "k1".to_owned(),
        fingerprint: text.as_bytes().to_vec(),
        obtained_at: NOW,
    };
    for (change, kept) in [
        (KeyChange::Begin(sealed("first")), vec!["first"]),
        (KeyChange::Shift(sealed("second")), vec!["second", "first"]),
        (KeyChange::Keep, vec!["second", "first"]),
        (KeyChange::Retire(b"second".to_vec()), vec!["second"]),
        (KeyChange::Begin(sealed("third")), vec!["third", "second"]),
        (KeyChange::Shift(sealed("fourth")), vec!["fourth", "third"]),
    ] {
        let read = store.read(user).await;
        let listed = store.list(&store.session(user).1, &openid, read.as_ref(), change).await;
        assert!(matches!(listed, Registered::Done));
        let kept: Vec<Vec<u8>> = kept.iter().map(|text| text.as_bytes().to_vec()).collect();
        assert_eq!(store.users.sealed_keys(user).await.unwrap(), kept);
    }
    let read = store.read(user).await;
    let stale = KeyChange::Reseal(sealed("first"));
    let listed = store.list(&store.session(user).1, &openid, read.as_ref(), stale).await;
    assert!(matches!(listed, Registered::Overtaken(_)), "another key is the current one");
}

#[tokio::test]
async fn creating_again_with_the_same_id_is_the_same_session_and_with_another_a_clash() {
    let store = Store::start().await;
    let (_, key, session) = store.logged_in().await;
    store.sessions.create(&key, &session).await.unwrap();
    let other =
        Session { id: SessionId::generate(NOW * 1_000 + 121, store.random.bytes()), ..session.clone() };
    let clash = store.sessions.create(&key, &other).await.unwrap_err();
    assert_eq!((clash.operation, clash.kind.as_str()), ("PutItem", "ConditionalCheckFailedException"));
    let read = store.sessions.some(key.user, [key.hash]).await.unwrap();
    assert_eq!(read, [(key.hash, Ok(SessionRecord::Active(session)))]);
}

#[tokio::test]
async fn a_renewal_wins_once_from_the_state_it_saw() {
    let store = Store::start().await;
    let (token, key, session) = store.logged_in().await;
    let (first, second, late) = (renewed(&session, 600), renewed(&session, 900), renewed(&session, 1_200));
    assert!(store.renew(&key, &session, &first).await);
    assert!(store.renew(&key, &session, &first).await, "its own lost answer");
    assert!(!store.renew(&key, &session, &late).await, "it saw a session that was never used");
    assert!(store.renew(&key, &first, &second).await);
    assert!(!store.renew(&key, &first, &late).await, "it saw an older state");
    assert_eq!(store.reader.find(&token).await.unwrap().session(), Some(&second));
}

#[tokio::test]
async fn a_renewal_never_brings_a_logged_out_session_back() {
    let store = Store::start().await;
    let (token, key, session) = store.logged_in().await;
    assert_eq!(store.end(&key, Ended::LoggedOut).await, End::Now(Some(session.id)));
    assert_eq!(store.end(&key, Ended::EndedByUser).await, End::Before);
    assert!(!store.renew(&key, &session, &renewed(&session, 600)).await);
    assert_eq!(store.decide(&token).await, ended(Ended::LoggedOut));
}

#[tokio::test]
async fn a_renewal_and_a_logout_at_once_end_logged_out() {
    let store = Store::start().await;
    for _ in 0..8 {
        let (token, key, session) = store.logged_in().await;
        let new = renewed(&session, 600);
        let (_, end) =
            futures_util::join!(store.renew(&key, &session, &new), store.end(&key, Ended::LoggedOut));
        assert_eq!(end, End::Now(Some(session.id)));
        assert_eq!(store.decide(&token).await, ended(Ended::LoggedOut));
    }
}

#[tokio::test]
async fn ending_what_is_not_there_makes_nothing() {
    let store = Store::start().await;
    let (_, key, _) = store.session(store.stranger().0);
    assert_eq!(store.end(&key, Ended::LoggedOut).await, End::Missing);
    assert!(store.sessions.some(key.user, [key.hash]).await.unwrap().is_empty());
}
