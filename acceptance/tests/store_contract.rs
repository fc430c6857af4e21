//! What the functions rely on of the two tables, held against whichever `DynamoDB` is given: the embedded one, or the one at
//! `TEST_DYNAMODB_ENDPOINT`, which has the tables of template.yaml. Every test has users of its own.

use std::{collections::HashMap, sync::Arc};

use aws_emulator::dynamodb::{EmbeddedDynamoDb, Options};
use futures_util::future::join_all;
use sam_template::Template;
use wxsession::{
    Random, SessionId, UserId,
    aws::{Account, Budget},
    config::Tables,
    env::{Process, Source},
    session::{Generation, Refusal, Session, State},
    store::{Reader, Revoked, Sessions, Users, users::Registration},
    token::{Realm, SessionToken, TokenHash},
};

const NOW: i64 = 1_795_329_000;
const APP: &str = "wx0123456789abcdef";
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

    async fn register(&self, user: UserId, openid: &str) -> (Generation, bool) {
        let generation = Generation(self.random.bytes());
        let login = Registration { app_id: APP, openid, unionid: None, now: NOW, generation, key: None };
        let registered = self.users.register(user, &login).await.expect("the table answers");
        (registered.generation, registered.is_new)
    }

    /// A registered user with one session.
    async fn logged_in(&self) -> (SessionToken, TokenHash, Session) {
        let (user, openid) = self.stranger();
        let (generation, _) = self.register(user, &openid).await;
        let token = SessionToken::generate(user, &self.random);
        let hash = token.hash(&realm());
        let session = Session {
            id: SessionId::generate(NOW * 1000, &self.random),
            user_id: user,
            generation,
            app_id: APP.to_owned(),
            openid: Some(openid),
            unionid: None,
            created_at: NOW,
            last_seen_at: NOW,
            expires_at: NOW + 3_600,
            absolute_expires_at: NOW + 7_200,
            state: State::Active,
        };
        self.sessions.create(&hash, &session).await.expect("the table answers");
        (token, hash, session)
    }

    async fn decide(&self, token: &SessionToken, now: i64) -> Result<SessionId, Refusal> {
        let found = self.reader.find(token).await.expect("the tables answer");
        found.decide(now).map(|session| session.id)
    }
}

fn realm() -> Realm {
    Realm::new("1").expect("a realm of one digit is allowed")
}

fn renewed(session: &Session, seconds: i64) -> Session {
    let (seen, expires) = (session.last_seen_at + seconds, session.expires_at + seconds);
    Session { last_seen_at: seen, expires_at: expires, ..session.clone() }
}

async fn embedded() -> EmbeddedDynamoDb {
    let text = std::fs::read_to_string(TEMPLATE).expect("template.yaml lies at the root");
    let template = Template::parse(&text).expect("it is a template");
    let options = Options { port: 0, fault_port: 0, data: None, clock: Arc::new(|| NOW), sweeps: false };
    EmbeddedDynamoDb::start(options, template.tables()).await.expect("it starts")
}

#[tokio::test]
async fn what_is_written_is_read_back_at_once_and_whole() {
    let store = Store::start().await;
    let (token, hash, session) = store.logged_in().await;
    let found = store.reader.find(&token).await.unwrap();
    assert_eq!(found.session(), Some(&session));
    assert_eq!(found.decide(NOW).unwrap(), &session);
    let listed = store.sessions.of_user(session.user_id).await.unwrap();
    assert_eq!(
        listed.iter().map(|(hash, session)| (hash.as_str(), session)).collect::<Vec<_>>(),
        [(hash.as_str(), &session)]
    );
}

#[tokio::test]
async fn a_token_nobody_was_given_is_unknown() {
    let store = Store::start().await;
    let (user, openid) = store.stranger();
    let token = SessionToken::generate(user, &store.random);
    assert_eq!(store.decide(&token, NOW).await, Err(Refusal::Unknown));
    store.register(user, &openid).await;
    assert_eq!(store.decide(&token, NOW).await, Err(Refusal::Unknown));
}

#[tokio::test]
async fn a_login_is_new_once_and_keeps_the_generation() {
    let store = Store::start().await;
    let (user, openid) = store.stranger();
    let (first, is_new) = store.register(user, &openid).await;
    assert!(is_new);
    assert_eq!(store.register(user, &openid).await, (first, false));
    assert_eq!(store.users.generation(user).await.unwrap(), Some(first));
}

#[tokio::test]
async fn of_many_first_logins_at_once_one_is_new_and_all_agree() {
    let store = Store::start().await;
    let (user, openid) = store.stranger();
    let registered = join_all((0..8).map(|_| store.register(user, &openid))).await;
    assert_eq!(registered.iter().filter(|(_, is_new)| *is_new).count(), 1);
    assert!(registered.iter().all(|(generation, _)| *generation == registered[0].0));
}

#[tokio::test]
async fn creating_again_with_the_same_id_is_the_same_session_and_with_another_a_clash() {
    let store = Store::start().await;
    let (_, hash, session) = store.logged_in().await;
    store.sessions.create(&hash, &session).await.unwrap();
    let other = Session { id: SessionId::generate(NOW * 1000 + 1, &store.random), ..session.clone() };
    let clash = store.sessions.create(&hash, &other).await.unwrap_err();
    assert_eq!((clash.operation, clash.kind.as_str()), ("PutItem", "ConditionalCheckFailedException"));
    assert_eq!(store.sessions.of_user(session.user_id).await.unwrap()[0].1.id, session.id);
}

#[tokio::test]
async fn a_renewal_wins_once_from_the_state_it_saw() {
    let store = Store::start().await;
    let (token, hash, session) = store.logged_in().await;
    let (sooner, later) = (renewed(&session, 600), renewed(&session, 900));
    assert!(store.sessions.renew(&hash, &session, &sooner).await.unwrap());
    assert!(store.sessions.renew(&hash, &session, &sooner).await.unwrap(), "its own lost answer");
    assert!(!store.sessions.renew(&hash, &session, &later).await.unwrap(), "it saw an older state");
    assert_eq!(store.reader.find(&token).await.unwrap().session(), Some(&sooner));
}

#[tokio::test]
async fn a_renewal_never_brings_a_logged_out_session_back() {
    let store = Store::start().await;
    let (token, hash, session) = store.logged_in().await;
    let user = session.user_id;
    assert_eq!(store.sessions.revoke(user, &hash, "logout", NOW).await.unwrap(), Revoked::Now);
    assert_eq!(store.sessions.revoke(user, &hash, "logout", NOW).await.unwrap(), Revoked::Before);
    assert!(!store.sessions.renew(&hash, &session, &renewed(&session, 600)).await.unwrap());
    assert_eq!(store.decide(&token, NOW).await, Err(Refusal::Revoked));
}

#[tokio::test]
async fn a_renewal_and_a_logout_at_once_end_logged_out() {
    let store = Store::start().await;
    for _ in 0..8 {
        let (token, hash, session) = store.logged_in().await;
        let new = renewed(&session, 600);
        let (_, revoked) = futures_util::join!(
            store.sessions.renew(&hash, &session, &new),
            store.sessions.revoke(session.user_id, &hash, "logout", NOW),
        );
        assert_eq!(revoked.unwrap(), Revoked::Now);
        assert_eq!(store.decide(&token, NOW).await, Err(Refusal::Revoked));
    }
}

#[tokio::test]
async fn ending_what_is_not_there_makes_nothing() {
    let store = Store::start().await;
    let (user, _) = store.stranger();
    let hash = SessionToken::generate(user, &store.random).hash(&realm());
    assert_eq!(store.sessions.revoke(user, &hash, "logout", NOW).await.unwrap(), Revoked::Missing);
    assert!(store.sessions.of_user(user).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_tombstone_no_longer_names_the_user_at_wechat() {
    let store = Store::start().await;
    let (_, hash, session) = store.logged_in().await;
    store.sessions.revoke(session.user_id, &hash, "logout", NOW).await.unwrap();
    let (_, tombstone) = store.sessions.of_user(session.user_id).await.unwrap().remove(0);
    assert_eq!((tombstone.state, tombstone.openid, tombstone.unionid), (State::Revoked, None, None));
}

#[tokio::test]
async fn signing_out_everywhere_kills_older_sessions_and_needs_a_user() {
    let store = Store::start().await;
    let (token, _, session) = store.logged_in().await;
    let generation = Generation(store.random.bytes());
    assert!(store.users.sign_out_everywhere(session.user_id, generation).await.unwrap());
    assert_eq!(store.decide(&token, NOW).await, Err(Refusal::Generation));
    assert!(!store.users.sign_out_everywhere(store.stranger().0, generation).await.unwrap());
}

#[tokio::test]
async fn a_deleted_user_takes_the_sessions_along_and_may_be_deleted_again() {
    let store = Store::start().await;
    let (token, _, session) = store.logged_in().await;
    for _ in 0..2 {
        store.users.delete(session.user_id).await.unwrap();
    }
    assert_eq!(store.decide(&token, NOW).await, Err(Refusal::UserGone));
    assert_eq!(store.users.generation(session.user_id).await.unwrap(), None);
}

#[tokio::test]
async fn a_list_longer_than_a_page_is_complete() {
    let store = Store::start().await;
    let (_, _, session) = store.logged_in().await;
    // A page ends at 1 MB: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html
    let large = Session { app_id: "a".repeat(300_000), ..session.clone() };
    for _ in 0..4 {
        let hash = SessionToken::generate(session.user_id, &store.random).hash(&realm());
        store.sessions.create(&hash, &large).await.unwrap();
    }
    assert_eq!(store.sessions.of_user(session.user_id).await.unwrap().len(), 5);
}
