//! What the local service is told on the command line and by the environment.

use std::{
    any::Any,
    collections::{BTreeMap, HashMap},
    net::IpAddr,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use aws_emulator::{
    dynamodb::{self, EmbeddedDynamoDb},
    secrets_manager::SecretsManager,
};
use axum::Router;
use gateway_emulator::invoke::Invoke;
use sam_template::Table;
use tokio::runtime::Handle;
use wechat_simulator::Simulator;
use wxsession::{
    Clock,
    telemetry::{Level, Log},
};

use crate::functions::NewLog;

/// Lines of a log, in memory.
pub type Lines = Arc<Mutex<Vec<String>>>;

/// Ports, files and the clock. Port 0 means any free one.
#[derive(Clone)]
pub struct Settings {
    /// Where else than on loopback the gateway and the WeChat simulator are reached, at the same ports.
    pub host: Option<IpAddr>,
    /// The gateway.
    pub port: u16,
    /// The WeChat simulator.
    pub wechat_port: u16,
    /// The page that the Mini Program opens in a web-view; `None` for no page, and no tickets.
    pub web_view_port: Option<u16>,
    /// DynamoDB.
    pub dynamodb_port: u16,
    /// Secrets Manager.
    pub secrets_port: u16,
    /// Whether DynamoDB and Secrets Manager are reached at `host`, too.
    pub containers: bool,
    /// Where to keep the tables; in memory when `None`.
    pub data: Option<PathBuf>,
    /// Whether expired items are swept, as DynamoDB does some time later.
    pub sweep_ttl: bool,
    /// App id and secret of a real Mini Program: the real WeChat is asked instead of the simulator.
    pub real_wechat: Option<(String, String)>,
    /// The functions' clock.
    pub clock: Clock,
    /// Where the functions' lines go.
    pub new_log: NewLog,
    /// Who stands around the gateway.
    pub attendant: Option<Arc<Attendant>>,
    /// Where the page's files are read from for every request; the built-in ones when `None`.
    pub page_files: Option<PathBuf>,
    /// Values of the template's parameters that differ from its defaults.
    pub parameters: BTreeMap<String, String>,
    /// Which threads do what.
    pub placement: Placement,
}

/// Takes the gateway, WeChat and the secrets; gives what is served in the gateway's place, and what is to be dropped
/// when the service has ended.
pub type Attendant =
    dyn Fn(Router, &Simulator, &SecretsManager) -> (Router, Box<dyn Any + Send + Sync>) + Send + Sync;

/// Takes a function's name and code, gives what is called in its place.
pub type Mover = dyn Fn(&str, Invoke) -> Invoke + Send + Sync;

/// Which threads do what: all of it is the caller's runtime's, unless something is said here. A thread's CPU time can
/// be told apart from another's.
#[derive(Clone, Default)]
pub struct Placement {
    /// Moves a function elsewhere: its binary's name and its code come in, what is called instead goes out.
    pub function: Option<Arc<Mover>>,
    /// Where DynamoDB and the proxy in front of it run.
    pub dynamodb: Option<Handle>,
}

impl Placement {
    /// The functions, each where it belongs.
    pub(crate) fn place(&self, functions: HashMap<String, Invoke>) -> HashMap<String, Invoke> {
        let Some(place) = &self.function else { return functions };
        functions
            .into_iter()
            .map(|(name, invoke)| {
                let placed = place(&name, invoke);
                (name, placed)
            })
            .collect()
    }

    /// Starts DynamoDB where it belongs.
    pub(crate) async fn start_dynamodb(
        &self,
        options: dynamodb::Options,
        tables: &[Table],
    ) -> Result<EmbeddedDynamoDb, dynamodb::Error> {
        let Some(runtime) = &self.dynamodb else { return EmbeddedDynamoDb::start(options, tables).await };
        let tables = tables.to_vec();
        let starting = runtime.spawn(async move { EmbeddedDynamoDb::start(options, &tables).await });
        starting.await.unwrap_or_else(|ended| {
            let source = std::io::Error::other(ended.to_string());
            Err(dynamodb::Error::Listen { port: 0, source })
        })
    }
}

impl Settings {
    /// Any free ports, tables in memory, every line of every function kept in `lines`.
    #[must_use]
    pub fn on_free_ports(clock: Clock, lines: Lines) -> Self {
        let log_clock = clock.clone();
        Self {
            host: None,
            port: 0,
            wechat_port: 0,
            web_view_port: None,
            dynamodb_port: 0,
            secrets_port: 0,
            containers: false,
            data: None,
            page_files: None,
            sweep_ttl: false,
            real_wechat: None,
            new_log: Arc::new(move |name, _| {
                Log::stdout(name, Level::Debug, log_clock.clone()).kept(Arc::clone(&lines))
            }),
            attendant: None,
            clock,
            parameters: BTreeMap::new(),
            placement: Placement::default(),
        }
    }
}
