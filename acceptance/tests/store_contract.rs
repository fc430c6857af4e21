//! What the functions rely on of the two tables, held against whichever `DynamoDB` is given: the embedded one, or the one at
//! `TEST_DYNAMODB_ENDPOINT`, which has the tables of template.yaml. Every test has users of its own.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use aws_emulator::dynamodb::{EmbeddedDynamoDb, Options};
use futures_util::future::join_all;
use sam_template::Template;
use wxsession::{
    Random, SessionId, UserId,
    account::{Block, Reason},
    aws::{Account, Budget},
    config::Tables,
    env::{Process, Source},
    live::{Entry, Install, Live},
    session::{Ended, Refusal, Rules, Session, SessionRecord},
    store::{
        End, Reader, SessionKey, Sessions, Users,
        children::{Named, with_child},
        tickets::{StoredTicket, Used},
        users::{KeyChange, Moment, Registered, Registration, SealedKey},
    },
    ticket::Ticket,
    token::{Realm, SessionToken, TokenHash},
    user::User,
};

const NOW: i64 = 1_795_329_000;
const APP: &str = "wx0123456789abcdef";
const PAGE: &str = "https://m.example.com";
const TEMPLATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../template.yaml");

/// Both tables, and the engine while it lives.
struct Store {
    users: Users,
    sessions: Sessions,
    reader: Reader,
    random: Random,
    _engine: Option<EmbeddedDynamoDb>,
}

impl Store {
    async fn start() -> Self {
        let given = Process.text("TEST_DYNAMODB_ENDPOINT");
        let engine = if given.is_none() { Some(embedded().await) } else { None };
        let endpoint = given
            .or_else(|| engine.as_ref().map(EmbeddedDynamoDb::endpoint))
            .expect("one of the two is there");
        let account: HashMap<String, String> = [
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_ENDPOINT_URL_DYNAMODB", &endpoint),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let client = Account::read(&account).expect("all settings are given").dynamodb(Budget::WRITE);
        let tables = Tables { users: "UsersTable".to_owned(), sessions: "SessionsTable".to_owned() };
        Self {
            users: Users::new(client.clone(), &tables.users),
            sessions: Sessions::new(client.clone(), &tables.sessions),
            reader: Reader::new(client, &tables, realm()),
            random: Random::system(),
            _engine: engine,
        }
    }

    /// A user nobody has seen, by a random openid.
    fn stranger(&self) -> (UserId, String) {
        let openid = format!("o-{:032x}", u128::from_be_bytes(self.random.bytes()));
        (UserId::of(APP, &openid), openid)
    }

    fn moment(&self) -> Moment<'_> {
        Moment {
            now_ms: NOW * 1_000 + 500,
            until: Instant::now() + Duration::from_secs(10),
            random: &self.random,
        }
    }

    /// Lists `key` on what was read.
    async fn list(&self, key: &SessionKey, openid: &str, read: Option<&User>, keys: KeyChange) -> Registered {
        let mut entries: Vec<Entry> = read.iter().flat_map(|user| user.live.entries()).collect();
        entries.push(Entry { hash: key.hash, install: Install::new("0123456789abcdef") });
        let live = Live::new(&entries, &self.random);
        let unionid = Some("oUNION");
        let login =
            Registration { app_id: APP, openid, unionid, now_ms: NOW * 1_000 + 120, live: &live, keys };
        self.users.register(key.user, read, &login).await.expect("the table answers")
    }

    async fn read(&self, user: UserId) -> Option<User> {
        self.users.read_whole(user).await.expect("the table answers")
    }

    fn session(&self, user: UserId) -> (SessionToken, SessionKey, Session) {
        let token = SessionToken::generate(user, &self.random);
        let session = Session {
            id: SessionId::generate(NOW * 1_000 + 120, self.random.bytes()),
            user_id: user,
            app_id: APP.to_owned(),
            created_at: NOW,
            last_seen_at: None,
            expires_at: NOW + 3_600,
            absolute_expires_at: NOW + 7_200,
            device: wxsession::session::Device::default(),
            parent: None,
            children: Vec::new(),
        };
        let key = SessionKey::of(&token, &realm());
        (token, key, session)
    }

    /// A new user with one session, or one more of theirs.
    async fn logged_in_as(&self, user: UserId, openid: &str) -> (SessionToken, SessionKey, Session) {
        let (token, key, session) = self.session(user);
        self.sessions.create(&key, &session).await.expect("the table answers");
        let read = self.read(user).await;
        let listed = self.list(&key, openid, read.as_ref(), KeyChange::Keep).await;
        assert!(matches!(listed, Registered::Done));
        (token, key, session)
    }

    async fn logged_in(&self) -> (SessionToken, SessionKey, Session) {
        let (user, openid) = self.stranger();
        self.logged_in_as(user, &openid).await
    }

    async fn name(&self, parent: &SessionKey, read: &[TokenHash], new: &[TokenHash]) -> Named {
        self.sessions.name_children(parent, read, new).await.expect("the table answers")
    }

    async fn decide(&self, token: &SessionToken) -> Result<SessionId, Refusal> {
        let found = self.reader.find(token).await.expect("the tables answer");
        found.decide(NOW, &Rules::AS_PROMISED).map(|good| good.session.id)
    }

    async fn end(&self, key: &SessionKey, reason: Ended) -> End {
        self.sessions.end(key, reason, NOW).await.expect("the table answers")
    }

    async fn renew(&self, key: &SessionKey, old: &Session, new: &Session) -> bool {
        self.sessions.renew(key, old, new).await.expect("the table answers")
    }
}

fn realm() -> Realm {
    Realm::new("1").expect("a realm of one digit is allowed")
}

fn renewed(session: &Session, seconds: i64) -> Session {
    let (seen, expires) = (session.seen_at() + seconds, session.expires_at + seconds);
    Session { last_seen_at: Some(seen), expires_at: expires, ..session.clone() }
}

fn ended(reason: Ended) -> Result<SessionId, Refusal> {
    Err(Refusal::Ended(reason))
}

/// The same for a page's session.
fn page_ended(reason: Ended) -> Result<SessionId, Refusal> {
    Err(Refusal::PageEnded(reason))
}

async fn embedded() -> EmbeddedDynamoDb {
    let text = std::fs::read_to_string(TEMPLATE).expect("template.yaml lies at the root");
    let app = [("WechatAppId".to_owned(), APP.to_owned())].into();
    let template = Template::parse_with(&text, &app).expect("it is a template");
    let options = Options { port: 0, fault_port: 0, data: None, clock: Arc::new(|| NOW), sweeps: false };
    EmbeddedDynamoDb::start(options, template.tables()).await.expect("it starts")
}

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
