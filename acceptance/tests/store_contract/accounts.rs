//! What ends all of a user.

use wxsession::{
    account::{Block, Reason},
    session::Ended,
    user::SealedKey,
};

use super::{NOW, Store, ended};

#[tokio::test]
async fn signing_out_everywhere_ends_older_sessions_and_needs_a_user() {
    let store = Store::start().await;
    let (token, key, _) = store.logged_in().await;
    assert!(store.users.sign_out_everywhere(key.user, store.moment()).await.unwrap());
    assert_eq!(store.decide(&token).await, ended(Ended::SignedOutEverywhere));
    assert!(!store.users.sign_out_everywhere(store.stranger().0, store.moment()).await.unwrap());
}

#[tokio::test]
async fn a_block_ends_all_and_lifting_it_revives_nothing() {
    let store = Store::start().await;
    let (user, openid) = store.stranger();
    let (token, _, _) = store.logged_in_as(user, &openid).await;
    let block = Block::new(NOW, None, Reason::new("spam").unwrap()).unwrap();
    store.users.block(user, &block, store.moment()).await.unwrap();
    assert_eq!(store.decide(&token).await, ended(Ended::Blocked));
    assert_eq!(store.read(user).await.unwrap().blocked(NOW), Some(&block));
    assert!(store.users.unblock(user, store.moment()).await.unwrap());
    assert!(!store.users.unblock(user, store.moment()).await.unwrap(), "there is none to lift");
    assert_eq!(store.decide(&token).await, ended(Ended::SignedOutEverywhere));
    let (stranger, _) = store.stranger();
    store.users.block(stranger, &block, store.moment()).await.unwrap();
    let unseen = store.read(stranger).await.unwrap();
    assert!(unseen.person.is_none() && unseen.blocked(NOW).is_some());
}

#[tokio::test]
async fn an_erased_user_takes_the_sessions_along_and_leaves_no_name() {
    let store = Store::start().await;
    let (user, openid) = store.stranger();
    let (token, _, _) = store.logged_in_as(user, &openid).await;
    let read = store.read(user).await.unwrap();
    assert!(store.users.erase(user, read.clone(), store.moment()).await.unwrap());
    assert!(!store.users.erase(user, read, store.moment()).await.unwrap(), "it was gone");
    assert_eq!(store.decide(&token).await, ended(Ended::Deleted));
    let husk = store.read(user).await.unwrap();
    assert!(husk.person.is_none() && husk.live.is_empty());
    let sealed = SealedKey { sealed: vec![1], kid: "k1".to_owned(), fingerprint: vec![1], obtained_at: NOW };
    assert!(!store.users.replace_key(user, &sealed).await.unwrap(), "no key comes onto a husk");
}

#[tokio::test]
async fn as_many_sessions_as_a_user_may_have_are_read_in_one_call() {
    let store = Store::start().await;
    let (user, _) = store.stranger();
    let mut hashes = Vec::new();
    for _ in 0..50 {
        let (_, key, session) = store.session(user);
        store.sessions.create(&key, &session).await.unwrap();
        hashes.push(key.hash);
    }
    hashes.push(store.session(user).1.hash);
    assert_eq!(store.sessions.some(user, hashes).await.unwrap().len(), 50, "what is not there is left out");
}
