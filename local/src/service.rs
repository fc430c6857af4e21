//! Starts everything, and stops it.

use std::{
    any::Any,
    collections::{BTreeMap, HashMap},
    net::Ipv4Addr,
    sync::Arc,
    time::Duration,
};

use aws_emulator::{
    dynamodb::{self, EmbeddedDynamoDb},
    secrets_manager::SecretsManager,
};
use gateway_emulator::{self as gateway, Gateway};
use sam_template::{Template, TemplateError};
use serde_json::{Map, Value};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};
use wechat_simulator::{DEFAULT_APP, Simulator, SimulatorOptions};
use wxsession::Clock;

use crate::{
    functions,
    page::{Page, PageParts},
    settings::Settings,
};

/// The deployed truth.
pub const TEMPLATE: &str = include_str!("../../template.yaml");
/// The sample function behind the authorizer.
pub const SAMPLE_TEMPLATE: &str = include_str!("../../examples/template.yaml");

const APPS_SECRET: &str = "AppsSecret";
/// The secret with the keys that seal.
pub const RING_SECRET: &str = "SessionKeyRingSecret";
/// A simulator that was told to stay silent must not keep the process.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken, or may not be used.
    #[error("{what} cannot listen on 127.0.0.1:{port}: {source}. Choose another one with {option}")]
    Listen {
        /// Who.
        what: &'static str,
        /// Where.
        port: u16,
        /// The option that changes it.
        option: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// The embedded DynamoDB.
    #[error("{0}. Choose another port with --dynamodb-port, another file with --data")]
    DynamoDb(#[from] dynamodb::Error),
    /// The file beside `--data`.
    #[error("the key ring beside the data file: {0}")]
    KeyRing(std::io::Error),
    /// The template.
    #[error("template.yaml: {0}")]
    Template(#[from] TemplateError),
    /// A function.
    #[error("a function cannot start: {0}")]
    Function(#[from] wxsession::env::EnvError),
}

/// The running service.
pub struct Service {
    /// The gateway's base URL.
    pub url: String,
    /// The WeChat simulator's base URL.
    pub wechat_url: String,
    /// The functions' clock.
    pub clock: Clock,
    /// WeChat.
    pub simulator: Simulator,
    /// The tables and the faults in front of them.
    pub dynamodb: EmbeddedDynamoDb,
    /// The secrets and their faults.
    pub secrets: SecretsManager,
    /// The gateway, for whoever looks on.
    pub gateway: Gateway,
    stop: watch::Sender<bool>,
    running: Vec<JoinHandle<()>>,
    /// Dropped last, when everything has been said.
    _attending: Option<Box<dyn Any + Send + Sync>>,
}

impl Service {
    /// Starts everything; when this returns, requests are served.
    ///
    /// # Errors
    ///
    /// [`StartError`] saying what to change.
    pub async fn start(settings: &Settings) -> Result<Self, StartError> {
        let (stop, _) = watch::channel(false);
        let seconds = seconds_of(&settings.clock);
        let mut template = Template::parse_with(TEMPLATE, &parameters(settings))?;
        template.extend(SAMPLE_TEMPLATE, &BTreeMap::new())?;

        let options = dynamodb::Options {
            port: settings.dynamodb_port,
            fault_port: 0,
            data: settings.data.clone(),
            clock: Arc::clone(&seconds),
            sweeps: settings.sweep_ttl,
        };
        let dynamodb = settings.placement.start_dynamodb(options, template.tables()).await?;
        let key_ring = key_ring(settings)?;
        let secrets = start_secrets(settings, &key_ring).await?;
        let simulator = Simulator::new(SimulatorOptions::local(Arc::clone(&seconds), seed()));
        let (wechat_url, wechat) = serve_simulator(&simulator, settings.wechat_port, &stop).await?;

        let more = environment(settings, &dynamodb, &secrets, &wechat_url);
        let functions = functions::all(&template, &more, &settings.clock, &settings.new_log)?;
        let gateway = Gateway::new(&template, &settings.placement.place(functions), seconds);
        let listener = listen("the gateway", settings.port, "--port").await?;
        let url = url_of(&listener);
        let page = Page::new(PageParts {
            gateway: &gateway,
            simulator: &simulator,
            dynamodb: &dynamodb,
            tables: template.tables(),
            settings,
            stop: stop.subscribe(),
        });
        let stopped = stopped(&stop);
        let (router, attending) = match &settings.attendant {
            Some(attendant) => {
                let (router, attending) = attendant(gateway.router(), &simulator, &secrets);
                (router, Some(attending))
            }
            None => (gateway.router(), None),
        };
        let router = page.in_front_of(router);
        let serving = tokio::spawn(async move { drop(gateway::serve(listener, router, stopped).await) });
        Ok(Self {
            url,
            wechat_url,
            clock: settings.clock.clone(),
            simulator,
            dynamodb,
            secrets,
            gateway,
            stop,
            running: vec![serving, wechat],
            _attending: attending,
        })
    }

    /// Stops everything. Requests that are running are finished, unless they take too long.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for mut task in self.running {
            if tokio::time::timeout(STOP_TIMEOUT, &mut task).await.is_err() {
                task.abort();
            }
        }
        drop(tokio::time::timeout(STOP_TIMEOUT, self.dynamodb.stop()).await);
    }
}

fn seconds_of(clock: &Clock) -> emulator_harness::Clock {
    let clock = clock.clone();
    Arc::new(move || clock.now())
}

fn seed() -> u64 {
    u64::from_be_bytes(wxsession::Random::system().bytes())
}

fn parameters(settings: &Settings) -> BTreeMap<String, String> {
    let (app_id, app_secret) = app(settings);
    let mut parameters = settings.parameters.clone();
    parameters.insert("WechatAppId".to_owned(), app_id.to_owned());
    parameters.insert("WechatAppSecret".to_owned(), app_secret.to_owned());
    parameters
}

fn app(settings: &Settings) -> (&str, &str) {
    settings.real_wechat.as_ref().map_or(DEFAULT_APP, |(id, secret)| (id, secret))
}

async fn start_secrets(settings: &Settings, key_ring: &str) -> Result<SecretsManager, StartError> {
    let secrets = SecretsManager::start(0).await.map_err(|source| StartError::Listen {
        what: "Secrets Manager",
        port: 0,
        option: "nothing: the system has no free port",
        source,
    })?;
    let (app_id, app_secret) = app(settings);
    let apps = Map::from_iter([(app_id.to_owned(), Value::from(app_secret))]);
    secrets.put(APPS_SECRET, &Value::Object(apps));
    secrets.put_text(RING_SECRET, key_ring);
    Ok(secrets)
}

/// Tables that are kept need the keys that sealed what is in them, so those are kept beside them.
fn key_ring(settings: &Settings) -> Result<String, StartError> {
    let key = format!("{:064x}", u128::from_be_bytes(wxsession::Random::system().bytes()));
    let fresh = serde_json::json!({"current": "k1", "k1": key}).to_string();
    let Some(data) = &settings.data else { return Ok(fresh) };
    let mut file = data.clone().into_os_string();
    file.push(".keyring.json");
    match std::fs::read_to_string(&file) {
        Ok(kept) => Ok(kept),
        Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => {
            std::fs::write(&file, &fresh).map_err(StartError::KeyRing)?;
            Ok(fresh)
        }
        Err(error) => Err(StartError::KeyRing(error)),
    }
}

async fn serve_simulator(
    simulator: &Simulator,
    port: u16,
    stop: &watch::Sender<bool>,
) -> Result<(String, JoinHandle<()>), StartError> {
    let listener = listen("the WeChat simulator", port, "--wechat-port").await?;
    let url = url_of(&listener);
    let (simulator, stopped) = (simulator.clone(), stopped(stop));
    let serving = tokio::spawn(async move { drop(simulator.serve(listener, stopped).await) });
    Ok((url, serving))
}

/// What the template leaves to Lambda, and what is elsewhere on this machine.
fn environment(
    settings: &Settings,
    dynamodb: &EmbeddedDynamoDb,
    secrets: &SecretsManager,
    wechat_url: &str,
) -> HashMap<String, String> {
    let mut env: HashMap<String, String> = [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("AWS_ENDPOINT_URL_DYNAMODB", &dynamodb.endpoint()),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", secrets.endpoint()),
        ("WECHAT_APPS_SECRET_ID", APPS_SECRET),
        ("SESSION_KEY_RING_SECRET_ID", RING_SECRET),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    if settings.real_wechat.is_none() {
        env.insert("WECHAT_API_BASE_URL".to_owned(), wechat_url.to_owned());
    }
    env
}

async fn listen(what: &'static str, port: u16, option: &'static str) -> Result<TcpListener, StartError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    listener.map_err(|source| StartError::Listen { what, port, option, source })
}

fn url_of(listener: &TcpListener) -> String {
    let port = listener.local_addr().map_or(0, |address| address.port());
    format!("http://127.0.0.1:{port}")
}

fn stopped(stop: &watch::Sender<bool>) -> impl Future<Output = ()> + Send + 'static {
    let mut stop = stop.subscribe();
    async move { drop(stop.wait_for(|stop| *stop).await) }
}
