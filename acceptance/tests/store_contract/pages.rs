//! Tickets, and the sessions of pages.

use wxsession::{
    Random, SessionId,
    session::{Ended, Rules, Session},
    store::{
        End, SessionKey,
        children::{Named, with_child},
        tickets::{StoredTicket, Used},
    },
    ticket::Ticket,
    token::TokenHash,
};

use super::{NOW, PAGE, Store, ended, page_ended, realm};

/// A page's session of `parent`, as it would be written.
fn page(key: &SessionKey, parent: &Session) -> Session {
    let id = SessionId::generate(NOW * 1_000, Random::system().bytes());
    Rules::AS_PROMISED.page_session((&key.hash, parent), id, PAGE, NOW)
}

#[tokio::test]
async fn children_are_named_one_after_the_other_and_a_copy_that_comes_late_does_nothing() {
    let store = Store::start().await;
    let (_, parent, _) = store.logged_in().await;
    let hashes: Vec<_> = (0..5).map(|_| store.session(parent.user).1.hash).collect();
    let mut named = Vec::new();
    let mut writes = Vec::new();
    for child in &hashes {
        let (new, _) = with_child(&named, &[], *child);
        writes.push((named.clone(), new.clone()));
        assert_eq!(store.name(&parent, &named, &new).await, Named::Done);
        assert_eq!(store.name(&parent, &named, &new).await, Named::Done, "its answer was lost");
        named = new;
    }
    assert_eq!(named, hashes[2..], "the oldest two went");
    for (read, new) in &writes[..2] {
        assert_eq!(store.name(&parent, read, new).await, Named::Overtaken(named.clone()));
    }
    let records = store.sessions.some(parent.user, [parent.hash]).await.unwrap();
    let record = records[0].1.as_ref().unwrap();
    assert_eq!(record.session().unwrap().children, named);
    store.end(&parent, Ended::LoggedOut).await;
    assert_eq!(store.name(&parent, &named, &hashes[..1]).await, Named::Over);
    let (_, nobody, _) = store.session(parent.user);
    assert_eq!(store.name(&nobody, &[], &hashes[..1]).await, Named::Over);
}

#[tokio::test]
async fn children_end_with_their_parent_written_or_not() {
    let store = Store::start().await;
    let (_, parent, session) = store.logged_in().await;
    let children: Vec<_> = (0..2).map(|_| store.session(parent.user)).collect();
    let hashes: Vec<_> = children.iter().map(|(_, key, _)| key.hash).collect();
    assert_eq!(store.name(&parent, &[], &hashes).await, Named::Done);
    let (token, key, _) = &children[0];
    let child = page(&parent, &session);
    assert!(store.sessions.create_if_absent(key, &child).await.unwrap());
    assert!(store.sessions.create_if_absent(key, &child).await.unwrap(), "its answer was lost");
    assert_eq!(store.decide(token).await, Ok(child.id));
    store.end(&parent, Ended::LoggedOut).await;
    assert_eq!(store.decide(token).await, page_ended(Ended::LoggedOut));
    let (token, unwritten, _) = &children[1];
    let late = store.sessions.create_if_absent(unwritten, &page(&parent, &session)).await;
    assert_eq!(late, Ok(false), "its tombstone stands in the way");
    assert_eq!(store.decide(token).await, ended(Ended::LoggedOut));
    let again = store.sessions.end_child(key, Ended::TicketReused, NOW).await;
    assert_eq!(again, Ok(End::Before), "a tombstone stays as it is");
}

#[tokio::test]
async fn a_ticket_is_used_once_by_the_right_page_in_time() {
    let store = Store::start().await;
    let (_, parent, _) = store.logged_in().await;
    let realm = realm();
    let made = Ticket::generate(&store.random).hash(&realm);
    let ticket = StoredTicket {
        user: parent.user,
        parent: parent.hash,
        audience: PAGE.to_owned(),
        expires_at: NOW + 60,
        child: None,
    };
    let tables = &store.sessions;
    assert_eq!(tables.ticket(&made).await, Ok(None));
    let [first, second] = [1, 2].map(|byte| TokenHash::from_bytes([byte; 32]));
    assert_eq!(tables.use_ticket(&made, PAGE, &first, NOW).await, Ok(Used::Not(None)), "and makes none");
    for _ in 0..2 {
        assert_eq!(tables.create_ticket(&made, &ticket).await, Ok(()));
        assert_eq!(tables.ticket(&made).await, Ok(Some(ticket.clone())));
    }
    let not = Ok(Used::Not(Some(ticket.clone())));
    assert_eq!(tables.use_ticket(&made, "https://n.example.com", &first, NOW).await, not);
    assert_eq!(tables.use_ticket(&made, PAGE, &first, NOW + 60).await, not);
    for _ in 0..2 {
        assert_eq!(tables.use_ticket(&made, PAGE, &first, NOW + 59).await, Ok(Used::Now));
    }
    let used = StoredTicket { child: Some(first), ..ticket };
    assert_eq!(tables.use_ticket(&made, PAGE, &second, NOW).await, Ok(Used::Not(Some(used.clone()))));
    assert_eq!(tables.ticket(&made).await, Ok(Some(used)));
}

#[tokio::test]
async fn as_many_pages_as_there_can_be_are_read_a_hundred_at_a_time() {
    let store = Store::start().await;
    let (_, parent, session) = store.logged_in().await;
    let mut hashes = Vec::new();
    for _ in 0..150 {
        let (_, key, _) = store.session(parent.user);
        assert!(store.sessions.create_if_absent(&key, &page(&parent, &session)).await.unwrap());
        hashes.push(key.hash);
    }
    assert_eq!(store.sessions.some(parent.user, hashes).await.unwrap().len(), 150);
}
