//! All functions as processes, behind the gateway, and the record of what comes out.

use std::{
    collections::{BTreeMap, HashMap},
    process::Command,
    sync::Arc,
};

use acceptance::leaks::{Canaries, Record, Sink, recorded, scanned};
use aws_sdk_dynamodb::types::AttributeValue;
use gateway_emulator as gateway;
use gateway_emulator::runtime_api::Answer;
use gateway_emulator::{
    Gateway,
    invoke::{Invoke, InvokeError, invoke_with},
};
use local::service::{SAMPLE_TEMPLATE, Service, TEMPLATE};
use operator::{conversation::Target, http_client::HttpClient};
use parking_lot::{Mutex, MutexGuard};
use sam_template::Template;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};
use wechat_simulator::{DEFAULT_APP, DEFAULT_PUSH};
use wxsession::Clock;

use crate::function::{self, Function, Written, program};
use crate::log_lines::is_one_object_per_line;

/// Secrets of the deployment. The simulator's own AppSecret looks like its app id.
pub(crate) const APP_SECRET: &str = "9f8e7d6c5b4a39281706f5e4d3c2b1a0";
pub(crate) const APP_KEY: &str = "Hs5Kd9Wq2Zx7Cv4Bn8Mj3Lp6Ft1Gy0Ru";
pub(crate) const SANDBOX_APP_KEY: &str = "Yt6Re3Wq9Ui2Op5As8Df1Gh4Jk7Lz0Xc";
pub(crate) const RING_KEY: &str = "Qm7xT2vLr9Zp4KsWy8Nd3HcJf6Bg1VaEo5UtRiXe";
pub(crate) const AWS_SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
pub(crate) const AWS_SESSION_TOKEN: &str =
    "IQoJb3JpZ2luX2VjEJr//////////wEaCXVzLWVhc3QtMSJHMEUCIQDx+7pQ0canary==";

/// The one origin whose pages may have sessions.
pub(crate) const PAGE: &str = "https://m.example.com";

const TABLES: [(&str, Sink); 2] = [("UsersTable", Sink::UsersItem), ("SessionsTable", Sink::SessionsItem)];

/// A deployment on this machine.
pub(crate) struct Deployment {
    /// The tables, WeChat and the secrets. Its own gateway and functions are not used.
    pub(crate) service: Service,
    /// The gateway in front of the processes.
    pub(crate) target: Target,
    functions: Vec<(String, Arc<Function>)>,
    record: Arc<Mutex<Record>>,
    more: Mutex<Canaries>,
    serving: JoinHandle<()>,
    level: &'static str,
}

impl Deployment {
    /// Starts everything, with this `LOG_LEVEL`.
    pub(crate) async fn open(level: &'static str) -> Self {
        let settings = scanned(Clock::shifted());
        let service = Service::start(&settings).await.expect("the local service starts on free ports");
        assert!(service.simulator.reset_secret(DEFAULT_APP.0, APP_SECRET));
        put_secrets(&service);
        let template = template();
        let record = Arc::new(Mutex::new(Record::default()));
        let (mut functions, mut invokes) = (Vec::new(), HashMap::new());
        for function in template.functions() {
            let environment = environment(&service, &function.environment, level);
            let running =
                Arc::new(function::start(Command::new(program(&function.binary)), environment).await);
            functions.push((function.binary.clone(), Arc::clone(&running)));
            invokes.insert(function.binary.clone(), invoke(&function.binary, running, Arc::clone(&record)));
        }
        let gateway = Gateway::new(&template, &invokes, Arc::new(|| Clock::system().now()));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let router = recorded(gateway.router(), Arc::clone(&record));
        let serving =
            tokio::spawn(async { drop(gateway::serve(listener, router, std::future::pending()).await) });
        let wechat = HttpClient::new(&service.wechat_url);
        let target = Target::simulated(HttpClient::new(&url), wechat);
        Self { service, target, functions, record, more: Mutex::default(), serving, level }
    }

    /// A function of this deployment in another environment of Lambda's: nothing is in its memory yet.
    pub(crate) async fn cold(&self, name: &str, change: &[(&str, &str)]) -> Function {
        let template = template();
        let function = template.function(name).expect("a function of the template");
        let mut environment = environment(&self.service, &function.environment, self.level);
        environment.extend(change.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        function::start(Command::new(program(name)), environment).await
    }

    /// The process behind a name.
    pub(crate) fn function(&self, name: &str) -> &Function {
        let found = self.functions.iter().find(|(known, _)| known == name);
        found.map(|(_, function)| function.as_ref()).expect("a function of the template")
    }

    pub(crate) fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock()
    }

    /// Secrets that only the caller knows.
    pub(crate) fn more(&self) -> MutexGuard<'_, Canaries> {
        self.more.lock()
    }

    /// Keeps what a function that was started by itself said.
    pub(crate) fn keep(&self, what: &str, written: &Written) {
        is_one_object_per_line(written, what);
        keep(&mut self.record(), what, written);
    }

    /// Keeps every attribute of every record of both tables as it is now.
    pub(crate) async fn dump(&self) -> usize {
        let client = tables(&self.service);
        let mut count = 0;
        for (table, sink) in TABLES {
            let items = client.scan().table_name(table).send().await.expect("the tables answer").items;
            for (name, value) in items.into_iter().flatten().flatten() {
                count += 1;
                let bytes = match &value {
                    AttributeValue::S(text) | AttributeValue::N(text) => text.as_bytes().to_vec(),
                    AttributeValue::B(blob) => blob.as_ref().to_vec(),
                    other => format!("{other:?}").into_bytes(),
                };
                self.record().keep(sink, format!("{table}.{name}"), bytes);
            }
        }
        count
    }

    /// Ends everything and gives the whole record and every secret that there was.
    pub(crate) async fn close(self) -> (Record, Canaries) {
        self.serving.abort();
        let mut record = std::mem::take(&mut *self.record());
        let mut canaries = std::mem::take(&mut *self.more());
        for (name, function) in self.functions {
            let written = function.stop();
            is_one_object_per_line(&written, &name);
            keep(&mut record, &name, &written);
        }
        all(&mut canaries, &self.service);
        record.tokens().iter().for_each(|token| canaries.add_token(token));
        record.tickets().iter().for_each(|ticket| canaries.add_ticket(ticket));
        self.service.stop().await;
        (record, canaries)
    }
}

pub(crate) fn put_secrets(service: &Service) {
    let payment = json!({"offer_id": "1450000001", "app_key": APP_KEY, "sandbox_app_key": SANDBOX_APP_KEY});
    let (token, key) = DEFAULT_PUSH;
    let push = json!({"token": token, "encoding_aes_key": key});
    let app = json!({"secret": APP_SECRET, "virtual_payment": payment, "push": push});
    service.secrets.put("AppsSecret", &json!({(DEFAULT_APP.0): app}));
    service.secrets.put("SessionKeyRingSecret", &json!({"current": "k1", "k1": RING_KEY}));
}

/// Every secret that a service knows of.
pub(crate) fn all(canaries: &mut Canaries, service: &Service) {
    canaries.add("AppSecret", APP_SECRET);
    canaries.add("AppKey", APP_KEY);
    canaries.add("AppKey", SANDBOX_APP_KEY);
    canaries.add("key ring", RING_KEY);
    canaries.add("AWS secret key", AWS_SECRET_KEY);
    canaries.add("AWS session token", AWS_SESSION_TOKEN);
    canaries.add_all_of(&service.simulator);
}

/// A client that reads the tables past every fault.
pub(crate) fn tables(service: &Service) -> aws_sdk_dynamodb::Client {
    client(&service.dynamodb.direct_endpoint())
}

pub(crate) fn client(endpoint: &str) -> aws_sdk_dynamodb::Client {
    let env =
        credentials().into_iter().chain([("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), endpoint.to_owned())]);
    let account = wxsession::aws::Account::read(&env.collect::<HashMap<_, _>>()).expect("complete");
    account.dynamodb(wxsession::aws::Budget::WRITE)
}

pub(crate) fn credentials() -> [(String, String); 4] {
    [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", AWS_SECRET_KEY),
        ("AWS_SESSION_TOKEN", AWS_SESSION_TOKEN),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
}

/// What the template, the endpoints and Lambda's credentials make of a function's environment.
pub(crate) fn environment(
    service: &Service,
    of_template: &BTreeMap<String, String>,
    level: &str,
) -> HashMap<String, String> {
    let elsewhere = [
        ("AWS_ENDPOINT_URL_DYNAMODB", service.dynamodb.endpoint().as_str()),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", service.secrets.endpoint()),
        ("WECHAT_API_BASE_URL", &service.wechat_url),
        ("WECHAT_APPS_SECRET_ID", "AppsSecret"),
        ("SESSION_KEY_RING_SECRET_ID", "SessionKeyRingSecret"),
        ("LOG_LEVEL", level),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    of_template.clone().into_iter().chain(credentials()).chain(elsewhere).collect()
}

pub(crate) fn template() -> Template {
    let app = [("WechatAppId", DEFAULT_APP.0), ("WechatAppSecret", APP_SECRET), ("PageOrigin", PAGE)];
    let app = app.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let mut template = Template::parse_with(TEMPLATE, &app).expect("our template");
    template.extend(SAMPLE_TEMPLATE, &BTreeMap::new()).expect("our sample template");
    template
}

/// How the gateway calls the process; what it reports past an answer is kept.
fn invoke(name: &str, function: Arc<Function>, record: Arc<Mutex<Record>>) -> Invoke {
    let name = name.to_owned();
    invoke_with(move |event| {
        let (name, function, record) = (name.clone(), Arc::clone(&function), Arc::clone(&record));
        async move {
            let answer = function.invoke(event.text().as_bytes()).await;
            keep_answer(&mut record.lock(), &name, &answer);
            let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            if answer.is_error {
                let text = |member: &str| body[member].as_str().unwrap_or_default().to_owned();
                return Err(InvokeError::new(text("errorType"), text("errorMessage")));
            }
            Ok(body)
        }
    })
}

/// Keeps what a function gave to Lambda. An HTTP answer is kept by the gateway.
pub(crate) fn keep_answer(record: &mut Record, name: &str, answer: &Answer) {
    if answer.is_error {
        record.keep(Sink::FunctionError, name, answer.body.as_ref());
        record.keep(Sink::FunctionError, name, format!("{:?}", answer.headers));
    } else if name == "authorizer" {
        record.keep(Sink::AuthorizerContext, name, answer.body.as_ref());
    } else if name == "accounts" {
        record.keep(Sink::AccountsAnswer, name, answer.body.as_ref());
    } else if name == "wechat" {
        record.keep(Sink::WechatAnswer, name, answer.body.as_ref());
    }
}

pub(crate) fn keep(record: &mut Record, what: &str, written: &Written) {
    for line in written.stdout.split_inclusive(|byte| *byte == b'\n') {
        record.keep_line(what, line);
    }
    record.keep(Sink::Stderr, what, written.stderr.as_slice());
    record.keep(Sink::FunctionError, what, written.start_error.as_slice());
}
