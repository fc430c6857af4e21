//! Every error that the functions' code can make, met for real over sockets, and every type that holds a secret, as
//! `Display`, as `Debug` and with all sources.

use std::collections::HashMap;

use acceptance::leaks::{Canaries, Record, Sink, scanned};
use aws_emulator::{dynamodb::Fault as Tables, secrets_manager::Fault as Secrets};
use local::service::Service;
use serde_json::{Value, json};
use wechat_simulator::{DEFAULT_APP, Fault, FaultKind};
use wxsession::{
    Clock, Random, Secret, UserId,
    aws::{Account, Budget},
    live::{Entry, Live},
    secrets::{Apps, CachedSecret, SecretError, SecretValue as _},
    session::Ended,
    store::{
        SessionKey, Sessions, Users,
        users::{KeyChange, Registration},
    },
    token::{Realm, SessionToken},
    vault::{KeyRing, Owner},
    wechat::{JsCode, Wechat},
};

use crate::deployment::{APP_SECRET, RING_KEY, all, client, credentials, put_secrets};

/// Everything that is needed to make mistakes with.
struct Bench {
    service: Service,
    record: Record,
    canaries: Canaries,
}

impl Bench {
    async fn open() -> Self {
        let settings = scanned(Clock::shifted());
        let service = Service::start(&settings).await.expect("the local service starts on free ports");
        assert!(service.simulator.reset_secret(DEFAULT_APP.0, APP_SECRET));
        put_secrets(&service);
        Self { service, record: Record::default(), canaries: Canaries::default() }
    }

    fn debug(&mut self, what: &str, value: &impl std::fmt::Debug) {
        self.record.keep(Sink::DebugText, what, format!("{value:?} {value:#?}"));
    }

    async fn wechat(&mut self) -> usize {
        let wechat = Wechat::new(&self.service.wechat_url).expect("a loopback address");
        let secret = Secret::new(APP_SECRET);
        let kinds = [
            json!({"kind": "errcode", "errcode": 40029, "errmsg": format!("{APP_SECRET} is wrong")}),
            json!({"kind": "truncated_json"}),
            json!({"kind": "wrong_types"}),
            json!({"kind": "html"}),
            json!({"kind": "missing_field", "field": "session_key"}),
            json!({"kind": "huge_body"}),
            json!({"kind": "http_status", "status": 502}),
            json!({"kind": "close_after_processing"}),
            json!({"kind": "close_mid_body"}),
            json!({"kind": "redirect", "location": "http://127.0.0.1:1/"}),
        ];
        for kind in &kinds {
            let kind: FaultKind = serde_json::from_value(kind.clone()).expect("a fault of the simulator");
            self.service.simulator.inject(Fault::always(kind.clone()));
            let code = Secret::new(self.service.simulator.mint_code(DEFAULT_APP.0, None));
            let code = JsCode::new(&code).expect("printable");
            let traded = wechat.code2session(DEFAULT_APP.0, &secret, &code).await;
            self.record.keep_error(&format!("{kind:?}"), &traded.expect_err("the fault breaks it"));
            self.service.simulator.clear_faults();
        }
        for url in
            [format!("http://{APP_SECRET}:80/"), format!("https://x:{APP_SECRET}@h/?secret={APP_SECRET}")]
        {
            self.record.keep_error("a wrong URL", &Wechat::new(&url).err().expect("refused"));
        }
        let unreachable = Wechat::new("http://127.0.0.1:1").expect("a loopback address");
        let code = JsCode::new(&Secret::new(self.service.simulator.mint_code(DEFAULT_APP.0, None)));
        let traded = unreachable.code2session(DEFAULT_APP.0, &secret, &code.expect("printable")).await;
        self.record.keep_error("nobody there", &traded.expect_err("nobody is there"));
        kinds.len() + 3
    }

    async fn tables(&mut self) -> usize {
        let dynamodb = client(&self.service.dynamodb.endpoint());
        let (users, sessions) =
            (Users::new(dynamodb.clone(), "UsersTable"), Sessions::new(dynamodb, "SessionsTable"));
        let openid = self
            .service
            .simulator
            .mint(wechat_simulator::NewCode { app_id: DEFAULT_APP.0.to_owned(), ..Default::default() });
        let openid = openid.openid;
        let user = UserId::of(DEFAULT_APP.0, &openid);
        let token = SessionToken::generate(user, &Random::system());
        self.canaries.add_token(&token.expose());
        let key = SessionKey::of(&token, &Realm::new("1").expect("the default"));
        let live = Live::new(&[Entry { hash: key.hash, install: None }], &Random::system());
        let login = Registration {
            app_id: DEFAULT_APP.0,
            openid: &openid,
            unionid: None,
            now_ms: 0,
            live: &live,
            keys: KeyChange::Keep,
        };
        let faults =
            [Tables::Refuse, Tables::Silent, Tables::Throttle { times: None }, Tables::ExpiredCredentials];
        for fault in faults.clone() {
            let operations = ["BatchGetItem", "GetItem", "UpdateItem"];
            self.service.dynamodb.proxy().inject_on(&operations, fault.clone()).await;
            let (read, registered, listed, ended) = tokio::join!(
                users.read(user),
                users.register(user, None, &login),
                sessions.some(user, [key.hash]),
                sessions.end(&key, Ended::LoggedOut, 0)
            );
            let errors = [read.err(), registered.err(), listed.err(), ended.err()];
            for error in errors {
                self.record.keep_error(&format!("{fault:?}"), &error.expect("the fault breaks it"));
            }
        }
        self.service.dynamodb.proxy().clear().await;
        self.debug("a token", &token);
        self.debug("a token's hash", &key);
        faults.len() * 4
    }

    async fn secrets(&mut self) -> usize {
        let env = credentials().into_iter().chain([(
            "AWS_ENDPOINT_URL_SECRETS_MANAGER".to_owned(),
            self.service.secrets.endpoint().to_owned(),
        )]);
        let account = Account::read(&env.collect::<HashMap<_, _>>()).expect("complete");
        self.debug("an account", &account);
        self.debug("a client", &account.secrets_manager());
        self.debug("a client", &account.dynamodb(Budget::READ));
        let apps = |account: &Account| {
            CachedSecret::<Apps>::new(account.secrets_manager(), "AppsSecret", Clock::system())
        };
        for fault in [Secrets::Down, Secrets::Denied, Secrets::MarkedForDeletion, Secrets::Undecryptable] {
            self.service.secrets.set_fault(fault);
            let error = apps(&account).value().await.expect_err("the fault breaks it");
            self.record.keep_error(&format!("{fault:?}"), &error);
        }
        self.service.secrets.set_fault(Secrets::None);
        for text in [format!("\"{APP_SECRET}\""), format!("{{\"{APP_SECRET}\":7}}"), APP_SECRET.to_owned()] {
            self.service.secrets.put_text("AppsSecret", &text);
            let error = apps(&account).value().await.expect_err("it cannot be used");
            self.record.keep_error("apps secret", &error);
        }
        5
    }

    fn rings_and_tokens(&mut self) -> usize {
        let ring = KeyRing::read(&json!({"current": "k1", "k1": RING_KEY}).to_string()).expect("a key ring");
        let owner = Owner { user_id: UserId::of("wx", "o"), app_id: "wx" };
        let session_key = Secret::new("tiihtNczf5v6AKRyjwEUhQ==");
        self.canaries.add_session_key(session_key.expose());
        let sealed = ring.for_storage(owner, &session_key, 0, &Random::system());
        self.debug("a key ring", &ring);
        self.debug("a sealed key", &sealed);
        self.debug("a secret", &Some(session_key));
        let mut errors = 0;
        for wrong in [
            json!({"current": RING_KEY}),
            json!({"current": RING_KEY, "k1": RING_KEY}),
            json!({"current": "k1", "k1": RING_KEY, "k2": RING_KEY, "k3": RING_KEY}),
        ] {
            let error = KeyRing::read(&wrong.to_string()).expect_err("not a key ring");
            self.record.keep_error("a key ring", &SecretError { secret: "key_ring", cause: error });
            errors += 1;
        }
        let ticket = wxsession::ticket::Ticket::generate(&Random::system());
        self.canaries.add_ticket(&ticket.expose());
        self.debug("a ticket", &ticket);
        let token = SessionToken::generate(owner.user_id, &Random::system()).expose().to_string();
        self.canaries.add_token(&token);
        for wrong in [
            &token[1..],
            &token.to_uppercase(),
            &format!("{}!", &token[..73]),
            &format!("xxs_{}", &token[4..]),
        ] {
            self.record.keep_error("a token", &SessionToken::parse(wrong).expect_err("not a token"));
            errors += 1;
        }
        errors
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_error_and_no_debug_text_holds_a_secret() {
    let mut bench = Bench::open().await;
    let met = bench.wechat().await + bench.tables().await + bench.secrets().await + bench.rings_and_tokens();
    all(&mut bench.canaries, &bench.service);
    let Bench { service, record, canaries } = bench;
    let verdict = record.verdict(&canaries);
    let findings: Value = verdict.findings.iter().map(ToString::to_string).collect();
    assert_eq!(verdict.findings, [], "{findings:#}");
    assert!(verdict.texts[&Sink::ErrorText] >= 2 * met, "each was printed as Display and as Debug");
    println!("{met} errors\n{verdict}");
    service.stop().await;
}
