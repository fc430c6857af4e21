//! Where one cell happens: tables, WeChat and secrets of its own, each behind a socket.

use std::{
    collections::{BTreeMap, HashMap},
    net::SocketAddr,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicBool, Ordering},
    },
};

use aws_emulator::{
    dynamodb::{self, EmbeddedDynamoDb},
    secrets_manager::{self, SecretsManager},
};
use emulator_harness::watch::{Exchange, Moment};
use local::{
    service::{SAMPLE_TEMPLATE, TEMPLATE},
    settings::Lines,
};
use parking_lot::Mutex;
use sam_template::Template;
use serde_json::json;
use tokio::task::JoinHandle;
use wechat_simulator::{self, DEFAULT_APP, DEFAULT_PUSH, FaultKind, Simulator, SimulatorOptions};
use wxsession::{
    Clock,
    aws::{Account, Budget},
    store::Sessions,
    telemetry::{Level, Log},
};

use crate::{
    canaries::{APP_SECRET, ENVIRONMENT, RING_KEY},
    detour::Detour,
    faults::Fault,
    records::tables,
    user::User,
    wires::{Plug, front, listener},
};

/// The one origin whose pages may have sessions.
pub(crate) const PAGE: &str = "https://m.example.com";
pub(crate) const START: i64 = 1_700_000_000;

/// The deployed truth, with the sample function behind its authorizer.
pub(crate) static DEPLOYED: LazyLock<Template> = LazyLock::new(|| {
    let parameters = [("WechatAppId", DEFAULT_APP.0), ("WechatAppSecret", APP_SECRET), ("PageOrigin", PAGE)];
    let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut template =
        Template::parse_with(TEMPLATE, &parameters.into()).expect("the template is read by all tests");
    template.extend(SAMPLE_TEMPLATE, &BTreeMap::new()).expect("the sample is read by all tests");
    template
});

/// Everything that the functions of one cell talk to.
pub(crate) struct World {
    pub(crate) dynamodb: EmbeddedDynamoDb,
    pub(crate) simulator: Simulator,
    pub(crate) clock: Clock,
    pub(crate) detour: Detour,
    secrets: SecretsManager,
    wechat_plug: Plug,
    secrets_plug: Plug,
    wechat: JoinHandle<()>,
    lines: Lines,
    exchanges: Arc<Mutex<Vec<Exchange>>>,
    strayed: Arc<AtomicBool>,
}

impl World {
    pub(crate) async fn open() -> Self {
        let options = dynamodb::Options {
            port: 0,
            fault_port: 0,
            data: None,
            clock: Arc::new(|| START),
            sweeps: false,
        };
        let tables =
            EmbeddedDynamoDb::start(options, DEPLOYED.tables()).await.expect("tables in memory start");
        let secrets = SecretsManager::start(0).await.expect("loopback has a free port");
        put_secrets(&secrets);
        let simulator = Simulator::new(SimulatorOptions::local(Arc::new(|| START), 7));
        assert!(simulator.reset_secret(DEFAULT_APP.0, APP_SECRET), "the simulator knows the app");
        let (wechat, wechat_url) = serve(&simulator).await;
        let exchanges = Arc::<Mutex<Vec<Exchange>>>::default();
        let seen = Arc::clone(&exchanges);
        tables.proxy().watch(Box::new(move |exchange| seen.lock().push(exchange)));
        Self {
            wechat_plug: Plug::before(&wechat_url).await,
            secrets_plug: Plug::before(secrets.endpoint()).await,
            dynamodb: tables,
            simulator,
            clock: Clock::stopped(START),
            detour: Detour::default(),
            secrets,
            wechat,
            lines: Arc::default(),
            exchanges,
            strayed: Arc::default(),
        }
    }

    /// What the template leaves to Lambda, and where things are. Some faults are there from the start.
    pub(crate) async fn environment(&self, fault: Option<&Fault>) -> HashMap<String, String> {
        let wechat = match fault {
            Some(Fault::WechatBehind(kind)) => front(*kind).await,
            _ => self.wechat_plug.endpoint(),
        };
        let places = [
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ENDPOINT_URL_DYNAMODB", self.dynamodb.endpoint()),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", self.secrets_plug.endpoint()),
            ("WECHAT_APPS_SECRET_ID", "AppsSecret".to_owned()),
            ("SESSION_KEY_RING_SECRET_ID", "SessionKeyRingSecret".to_owned()),
            ("WECHAT_API_BASE_URL", wechat),
        ];
        let credentials = ENVIRONMENT.map(|(name, value)| (name, value.to_owned()));
        places.into_iter().chain(credentials).map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// The table past the functions.
    pub(crate) async fn sessions_table(&self) -> Sessions {
        let account = Account::read(&self.environment(None).await).expect("complete settings");
        Sessions::new(account.dynamodb(Budget::WRITE), tables()[0])
    }

    /// A log of `function` at the level that says most.
    pub(crate) fn log(&self, function: &'static str) -> Log {
        Log::stdout(function, Level::Debug, self.clock.clone()).kept(Arc::clone(&self.lines))
    }

    /// From now on this goes wrong.
    pub(crate) async fn inject(&self, fault: &Fault, user: &User) {
        self.clock.advance(fault.seconds_before());
        match fault.clone() {
            Fault::Tables(operations, fault) => self.dynamodb.proxy().inject_on(operations, fault).await,
            Fault::OneSlowAnswer => self.slow_down().await,
            Fault::TablesBehind(kind) => self.detour.lead_to(front(kind).await),
            Fault::Record(damage) => self.damage(damage, user),
            Fault::Wechat(kind) => self.simulator.inject(wechat_simulator::Fault::always(kind)),
            Fault::WechatOnce(kind) => self.simulator.inject(wechat_simulator::Fault::once(kind)),
            Fault::Code2Session(kind) => self.answers_of("/sns/jscode2session", kind),
            Fault::CheckSession(kind) => self.answers_of("/wxa/checksession", kind),
            Fault::WechatRedirects => self.redirect().await,
            Fault::WechatGone => self.wechat_plug.pull().await,
            Fault::WechatBehind(_) => {}
            Fault::Secrets(fault) => self.secrets.set_fault(fault),
            Fault::SecretText(name, text) => self.secrets.put_text(name, text),
            Fault::SecretsGone => self.secrets_plug.pull().await,
            Fault::Clock(seconds) => self.clock.advance(seconds),
            Fault::Panic { .. } => self.detour.panic_with(APP_SECRET),
        }
    }

    /// Everything works again, but for records.
    pub(crate) async fn mend(&self, fault: &Fault) {
        self.dynamodb.proxy().clear().await;
        self.simulator.clear_faults();
        self.secrets.set_fault(secrets_manager::Fault::None);
        put_secrets(&self.secrets);
        self.detour.straighten();
        self.clock.set(START);
        match fault {
            Fault::WechatGone => self.wechat_plug.push().await,
            Fault::SecretsGone => self.secrets_plug.push().await,
            _ => {}
        }
    }

    fn answers_of(&self, path: &str, kind: FaultKind) {
        self.simulator.inject(wechat_simulator::Fault::always(kind).on(path));
    }

    async fn slow_down(&self) {
        let proxy = self.dynamodb.proxy().clone();
        proxy.forget_calls();
        proxy.inject(dynamodb::Fault::Slow { milliseconds: 900 }).await;
        tokio::spawn(async move {
            while proxy.calls().is_empty() {
                tokio::time::sleep(std::time::Duration::from_millis(2)).await;
            }
            proxy.inject(dynamodb::Fault::Slow { milliseconds: 100 }).await;
        });
    }

    async fn redirect(&self) {
        let (listener, address) = listener().await;
        let strayed = Arc::clone(&self.strayed);
        tokio::spawn(async move {
            let called = listener.accept().await.is_ok();
            strayed.store(called, Ordering::SeqCst);
        });
        let location = format!("http://{address}/sns/jscode2session");
        self.simulator.inject(wechat_simulator::Fault::always(FaultKind::Redirect { location }));
    }

    /// Whether a redirect was followed.
    pub(crate) fn strayed(&self) -> bool {
        self.strayed.load(Ordering::SeqCst)
    }

    /// Forgets what was said and asked so far.
    pub(crate) fn forget(&self) {
        self.lines.lock().expect("nobody panics while writing a line").clear();
        self.exchanges.lock().clear();
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().expect("nobody panics while writing a line").clone()
    }

    /// How many sessions and users successful batch reads have brought.
    pub(crate) fn reads(&self) -> (u64, u64) {
        let (mut sessions, mut users) = (0, 0);
        for exchange in self.exchanges.lock().iter() {
            if let Moment::Answered { is_failure: false, detail, .. } = &exchange.moment {
                sessions += detail["items"]["SessionsTable"].as_u64().unwrap_or_default();
                users += detail["items"]["UsersTable"].as_u64().unwrap_or_default();
            }
        }
        (sessions, users)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.wechat.abort();
    }
}

fn put_secrets(secrets: &SecretsManager) {
    let payment = json!({"offer_id": "1450000001", "app_key": "app-key-canary-of-forty-characters-01234"});
    let (token, key) = DEFAULT_PUSH;
    let push = json!({"token": token, "encoding_aes_key": key});
    let app = json!({"secret": APP_SECRET, "virtual_payment": payment, "push": push});
    secrets.put("AppsSecret", &json!({(DEFAULT_APP.0): app}));
    secrets.put("SessionKeyRingSecret", &json!({"current": "k1", "k1": RING_KEY}));
}

async fn serve(simulator: &Simulator) -> (JoinHandle<()>, String) {
    let (listener, address) = listener().await;
    let service = simulator.router().into_make_service_with_connect_info::<SocketAddr>();
    let serving = tokio::spawn(async move { drop(axum::serve(listener, service).await) });
    (serving, format!("http://{address}"))
}
