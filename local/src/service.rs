//! Starts everything, and stops it.

use std::{
    any::Any,
    collections::{BTreeMap, HashMap},
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};

use aws_emulator::{
    dynamodb::{self, EmbeddedDynamoDb},
    secrets_manager::SecretsManager,
};
use axum::Router;
use gateway_emulator::{self as gateway, Gateway};
use sam_template::{Template, TemplateError};
use serde_json::{Map, Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};
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
    #[error("{what} cannot listen on {address}, port {port}: {source}. Choose another one with {option}")]
    Listen {
        /// Who.
        what: &'static str,
        /// Where.
        address: IpAddr,
        /// Where there.
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
        let at = listen("the WeChat simulator", settings.host, settings.wechat_port, "--wechat-port").await?;
        let wechat_url = url_of(&at);
        let mut running: Vec<_> = at.into_iter().map(|at| serve_simulator(&simulator, at, &stop)).collect();

        if let Some(host) = settings.host.filter(|_| settings.containers) {
            for endpoint in [&dynamodb.direct_endpoint(), secrets.endpoint()] {
                running.push(passed_on(host, endpoint, &stop).await?);
            }
        }

        let more = environment(settings, &dynamodb, &secrets, &wechat_url);
        let functions = functions::all(&template, &more, &settings.clock, &settings.new_log)?;
        let gateway = Gateway::new(&template, &settings.placement.place(functions), seconds);
        let at = listen("the gateway", settings.host, settings.port, "--port").await?;
        let url = url_of(&at);
        let page = Page::new(PageParts {
            gateway: &gateway,
            simulator: &simulator,
            dynamodb: &dynamodb,
            tables: template.tables(),
            settings,
            stack: stack(&url, &more),
            stop: stop.subscribe(),
        });
        let (router, attending) = match &settings.attendant {
            Some(attendant) => {
                let (router, attending) = attendant(gateway.router(), &simulator, &secrets);
                (router, Some(attending))
            }
            None => (gateway.router(), None),
        };
        let router = page.in_front_of(router);
        running.extend(at.into_iter().map(|at| serve_gateway(router.clone(), at, &stop)));
        Ok(Self {
            url,
            wechat_url,
            clock: settings.clock.clone(),
            simulator,
            dynamodb,
            secrets,
            gateway,
            stop,
            running,
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
    let port = settings.secrets_port;
    let secrets = SecretsManager::start(port).await.map_err(|source| StartError::Listen {
        what: "Secrets Manager",
        address: Ipv4Addr::LOCALHOST.into(),
        port,
        option: "--secrets-port",
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
    let fresh = json!({"current": "k1", "k1": key}).to_string();
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

fn serve_simulator(simulator: &Simulator, at: TcpListener, stop: &watch::Sender<bool>) -> JoinHandle<()> {
    let (simulator, stopped) = (simulator.clone(), stopped(stop));
    tokio::spawn(async move { drop(simulator.serve(at, stopped).await) })
}

fn serve_gateway(router: Router, at: TcpListener, stop: &watch::Sender<bool>) -> JoinHandle<()> {
    let stopped = stopped(stop);
    tokio::spawn(async move { drop(gateway::serve(at, router, stopped).await) })
}

/// What CloudFormation would say of the deployed stack, and where its services are: for the operator's tool.
fn stack(url: &str, environment: &HashMap<String, String>) -> Value {
    let of = |name: &str| environment.get(name).map_or("", String::as_str);
    json!({
        "outputs": {
            "ApiUrl": url,
            "ApiRootResourceId": "local",
            "UsersTableName": "UsersTable",
            "SessionsTableName": "SessionsTable",
            "AppsSecretArn": of("WECHAT_APPS_SECRET_ID"),
            "SessionKeyRingSecretArn": of("SESSION_KEY_RING_SECRET_ID"),
            "AccountsFunctionArn": "AccountsFunction",
            "WechatUrl": of("WECHAT_API_BASE_URL"),
        },
        "variables": {
            "AWS_REGION": of("AWS_REGION"),
            "AWS_ACCESS_KEY_ID": of("AWS_ACCESS_KEY_ID"),
            "AWS_SECRET_ACCESS_KEY": of("AWS_SECRET_ACCESS_KEY"),
            "AWS_ENDPOINT_URL_DYNAMODB": of("AWS_ENDPOINT_URL_DYNAMODB"),
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": of("AWS_ENDPOINT_URL_SECRETS_MANAGER"),
            "AWS_ENDPOINT_URL_LAMBDA": url,
            "WECHAT_API_BASE_URL": of("WECHAT_API_BASE_URL"),
        },
    })
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

/// On loopback, and at the other address where one is wanted.
async fn listen(
    what: &'static str,
    host: Option<IpAddr>,
    port: u16,
    option: &'static str,
) -> Result<Vec<TcpListener>, StartError> {
    let bind = async |address: IpAddr, port| {
        let listener = TcpListener::bind((address, port)).await;
        listener.map_err(|source| StartError::Listen { what, address, port, option, source })
    };
    let loopback = IpAddr::from(Ipv4Addr::LOCALHOST);
    // Every address of this machine: loopback is one of them.
    if let Some(every) = host.filter(IpAddr::is_unspecified) {
        return Ok(vec![bind(every, port).await?]);
    }
    let first = bind(loopback, port).await?;
    let port = port_of(&first);
    match host.filter(|host| *host != loopback) {
        Some(other) => Ok(vec![first, bind(other, port).await?]),
        None => Ok(vec![first]),
    }
}

/// Passes connections at `host` on to what listens on loopback.
async fn passed_on(
    host: IpAddr,
    endpoint: &str,
    stop: &watch::Sender<bool>,
) -> Result<JoinHandle<()>, StartError> {
    let port = endpoint.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or_default();
    let listener = TcpListener::bind((host, port)).await.map_err(|source| StartError::Listen {
        what: "what containers reach",
        address: host,
        port,
        option: "--host",
        source,
    })?;
    let stopped = stopped(stop);
    Ok(tokio::spawn(async move {
        let accepting = async {
            while let Ok((mut from, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let Ok(mut to) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await else { return };
                    drop(tokio::io::copy_bidirectional(&mut from, &mut to).await);
                });
            }
        };
        tokio::select! {
            () = accepting => {}
            () = stopped => {}
        }
    }))
}

fn port_of(listener: &TcpListener) -> u16 {
    listener.local_addr().map_or(0, |address| address.port())
}

fn url_of(listeners: &[TcpListener]) -> String {
    format!("http://127.0.0.1:{}", listeners.first().map_or(0, port_of))
}

fn stopped(stop: &watch::Sender<bool>) -> impl Future<Output = ()> + Send + 'static {
    let mut stop = stop.subscribe();
    async move { drop(stop.wait_for(|stop| *stop).await) }
}
