//! Starts everything, and stops it.

mod account;
mod sockets;

use std::{any::Any, collections::BTreeMap, io::ErrorKind, net::IpAddr, sync::Arc, time::Duration};

use aws_emulator::{
    dynamodb::{self, EmbeddedDynamoDb},
    event_bridge::EventBridge,
    secrets_manager::SecretsManager,
};
use gateway_emulator::Gateway;
use sam_template::{Template, TemplateError};
use serde_json::Value;
use tokio::{sync::watch, task::JoinHandle};
use wechat_simulator::{Simulator, SimulatorOptions};
use wxsession::Clock;

use crate::{
    functions,
    page::{Page, PageParts},
    settings::Settings,
    stream, web_view,
};
use account::{environment, key_ring, parameters, push, stack, start_event_bridge, start_secrets};
use sockets::{listen, passed_on, serve_gateway, serve_simulator, url_of};

/// The deployed truth.
pub const TEMPLATE: &str = include_str!("../../template.yaml");
/// The sample function behind the authorizer.
pub const SAMPLE_TEMPLATE: &str = include_str!("../../examples/template.yaml");

/// The secret with the keys that seal.
pub const RING_SECRET: &str = "SessionKeyRingSecret";
/// A simulator that was told to stay silent must not keep the process.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken or may not be used, or the address is not of this machine.
    #[error("{what} cannot listen on {address}, port {port}: {source}. {}", remedy(option, source))]
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
    #[error("{}", with_remedy(source))]
    DynamoDb {
        /// What it said.
        #[from]
        source: dynamodb::Error,
    },
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

/// What the stacks share.
fn of_the_sample(template: &Template) -> BTreeMap<String, String> {
    let page = template.parameters().get("PageOrigin").and_then(Value::as_str);
    page.map(|page| ("PageOrigin".to_owned(), page.to_owned())).into_iter().collect()
}

fn remedy(option: &str, source: &std::io::Error) -> String {
    match source.kind() {
        ErrorKind::AddrNotAvailable => "Choose an address of this machine with --host".to_owned(),
        _ => format!("Choose another one with {option}"),
    }
}

fn with_remedy(error: &dynamodb::Error) -> String {
    let remedy = match error {
        dynamodb::Error::Listen { .. } => "Choose another port with --dynamodb-port",
        dynamodb::Error::Engine(_) | dynamodb::Error::Request(_) => {
            "The file of --data cannot be used, or this program did not make it: choose another one with --data"
        }
    };
    // The engine's texts end with a full stop, the system's do not.
    format!("{}. {remedy}", error.to_string().trim_end_matches('.'))
}

/// The running service.
pub struct Service {
    /// The gateway's base URL.
    pub url: String,
    /// The WeChat simulator's base URL.
    pub wechat_url: String,
    /// The origin of the page that the Mini Program opens in a web-view.
    pub web_view: Option<String>,
    /// The functions' clock.
    pub clock: Clock,
    /// WeChat.
    pub simulator: Simulator,
    /// The tables and the faults in front of them.
    pub dynamodb: EmbeddedDynamoDb,
    /// The secrets and their faults.
    pub secrets: SecretsManager,
    /// The bus, and its faults: told of something where the parameter `EventBusName` names it.
    pub event_bridge: EventBridge,
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
        // Its origin is a parameter of the template.
        let at_web_view = match settings.web_view_port {
            Some(port) => listen("the page of the web-view", None, port, "--web-view-port").await?,
            None => Vec::new(),
        };
        let web_view = (!at_web_view.is_empty()).then(|| url_of(&at_web_view));
        let mut template = Template::parse_with(TEMPLATE, &parameters(settings, web_view.as_deref()))?;
        template.extend(SAMPLE_TEMPLATE, &of_the_sample(&template))?;

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
        let event_bridge = start_event_bridge(settings).await?;
        let simulator = Simulator::new(SimulatorOptions::local(Arc::clone(&seconds), seed()));
        let at = listen("the WeChat simulator", settings.host, settings.wechat_port, "--wechat-port").await?;
        let wechat_url = url_of(&at);
        let mut running: Vec<_> = at.into_iter().map(|at| serve_simulator(&simulator, at, &stop)).collect();

        if let Some(host) = settings.host.filter(|_| settings.containers) {
            for endpoint in [&dynamodb.direct_endpoint(), secrets.endpoint()] {
                running.push(passed_on(host, endpoint, &stop).await?);
            }
        }

        let more = environment(settings, &dynamodb, (&secrets, &event_bridge), &wechat_url);
        let functions = functions::all(&template, &more, &settings.clock, &settings.new_log)?;
        let functions = settings.placement.place(functions);
        running.extend(stream::start(&template, &dynamodb, &functions, &stop)?);
        let gateway = Gateway::new(&template, &functions, seconds);
        let at = listen("the gateway", settings.host, settings.port, "--port").await?;
        let url = url_of(&at);
        simulator.set_push(push(&url));
        let page = Page::new(PageParts {
            gateway: &gateway,
            simulator: &simulator,
            dynamodb: &dynamodb,
            tables: template.tables(),
            bus: event_bridge.onlooker(),
            settings,
            stack: stack(&url, &more, settings),
            web_view: web_view.clone(),
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
        let router = web_view::router(&url, settings.page_files.clone());
        running.extend(at_web_view.into_iter().map(|at| serve_gateway(router.clone(), at, &stop)));
        Ok(Self {
            url,
            wechat_url,
            web_view,
            clock: settings.clock.clone(),
            simulator,
            dynamodb,
            secrets,
            event_bridge,
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
