//! What the functions rely on of the two tables, held against whichever `DynamoDB` is given: the embedded one, or the one at
//! `TEST_DYNAMODB_ENDPOINT`, which has the tables of template.yaml. Every test has users of its own.

mod accounts;
mod pages;
mod sessions;

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use aws_emulator::dynamodb::{EmbeddedDynamoDb, Options};
use sam_template::Template;
use wxsession::{
    Random, SessionId, UserId,
    aws::{Account, Budget},
    config::Tables,
    env::{Process, Source},
    live::{Entry, Install, Live},
    session::{Ended, Refusal, Rules, Session},
    store::{
        End, Reader, SessionKey, Sessions, Users,
        children::Named,
        users::{KeyChange, Moment, Registered, Registration},
    },
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
