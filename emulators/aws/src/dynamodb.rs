//! `DynamoDB` in this process, behind a real socket, with the tables of the template.
//!
//! The engine is the crate `dynoxide-rs`. Functions talk to the fault proxy in front of it, so that a test or a
//! developer can take the table away, slow it down or make it lie without touching the code under test.
//!
//! - `tables`: creating what the template declares
//! - `ttl`: deleting expired items when our clock says so
//! - `faults`: what can go wrong on the way
//! - `proxy`: the socket the functions talk to; `direct`: the one for tools; `engine`: what is behind both
//! - `stream`: what was written to a table, in order
//! - `items`: looking into a table past the faults
//! - `watched`: what a watcher learns of a call

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dynoxide::{Database, DynoxideError};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub use self::faults::{Call, Fault};
pub use self::items::{Items, TableSize};
pub use self::proxy::FaultProxy;
pub use self::stream::Stream;
use emulator_harness::Clock;
use sam_template::Table;

mod direct;
mod engine;
mod faults;
mod items;
mod proxy;
mod stream;
mod tables;
mod ttl;
mod watched;

/// How often expired items are looked for. AWS promises "a few days"; a developer wants to see it happen.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);

/// How to start.
#[derive(Clone)]
pub struct Options {
    /// Port of the engine, for the AWS CLI and other tools. 0 takes any free one.
    pub port: u16,
    /// Port of the fault proxy, for the functions. 0 takes any free one.
    pub fault_port: u16,
    /// File that keeps the data; without it everything is gone at the end.
    pub data: Option<PathBuf>,
    /// Decides which items are expired.
    pub clock: Clock,
    /// Whether expired items are deleted from the start.
    pub sweeps: bool,
}

/// Why it did not start, or a sweep failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The port is taken, or may not be used.
    #[error("DynamoDB cannot listen on 127.0.0.1:{port}: {source}")]
    Listen {
        /// The port.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// The engine refused, for example because the data file is something else.
    #[error("DynamoDB engine: {0}")]
    Engine(#[from] DynoxideError),
    /// A request that we built is not one the engine understands.
    #[error("DynamoDB request: {0}")]
    Request(#[from] serde_json::Error),
}

/// A running engine and the proxy in front of it. Both end when this is dropped.
pub struct EmbeddedDynamoDb {
    address: SocketAddr,
    proxy: FaultProxy,
    proxying: JoinSet<()>,
    database: Database,
    sweeper: Arc<ttl::Sweeper>,
    sweeps: Arc<AtomicBool>,
    serving: JoinSet<()>,
    sweeping: JoinSet<()>,
}

impl EmbeddedDynamoDb {
    /// Starts it and creates the tables that do not exist yet.
    ///
    /// # Errors
    /// [`Error`]: the port is taken, the data file cannot be used, a table definition is wrong.
    pub async fn start(options: Options, tables: &[Table]) -> Result<Self, Error> {
        let database = match &options.data {
            Some(file) => Database::new(&file.to_string_lossy())?,
            None => Database::memory()?,
        };
        tables::create(&database, tables)?;
        let listener = listen(options.port).await?;
        let address = listener.local_addr().map_err(|source| Error::Listen { port: options.port, source })?;
        let (proxy, proxying) = FaultProxy::start(listen(options.fault_port).await?, database.clone())
            .map_err(|source| Error::Listen { port: options.fault_port, source })?;
        let sweeper = Arc::new(ttl::Sweeper::new(database.clone(), tables, options.clock));
        let sweeps = Arc::new(AtomicBool::new(options.sweeps));
        Ok(Self {
            address,
            proxy,
            proxying,
            serving: direct::start(listener, database.clone()),
            database,
            sweeping: JoinSet::from_iter([sweep_regularly(Arc::clone(&sweeper), Arc::clone(&sweeps))]),
            sweeper,
            sweeps,
        })
    }

    /// Where the functions find it: `AWS_ENDPOINT_URL_DYNAMODB`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.proxy.address())
    }

    /// Where tools find it, past the fault proxy.
    #[must_use]
    pub fn direct_endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The proxy: faults to inject, calls to count.
    #[must_use]
    pub fn proxy(&self) -> &FaultProxy {
        &self.proxy
    }

    /// The items themselves, past the faults.
    #[must_use]
    pub fn items(&self) -> Items {
        Items(self.database.clone())
    }

    /// The stream of a table from its beginning; `None` when the table has none.
    ///
    /// # Errors
    /// When the engine refuses.
    pub fn stream(&self, table: &str) -> Result<Option<Stream>, Error> {
        Stream::of(self.database.clone(), table)
    }

    /// Switches the regular sweep on or off. Off is how AWS looks for up to a few days: expired items stay readable.
    pub fn set_sweeping(&self, sweeps: bool) {
        self.sweeps.store(sweeps, Ordering::Relaxed);
    }

    /// Deletes every expired item now; says how many there were.
    ///
    /// # Errors
    /// When the engine refuses.
    pub fn sweep(&self) -> Result<usize, Error> {
        self.sweeper.sweep()
    }

    /// Stops. What the engine has begun with is done: it works on a request without a pause.
    pub async fn stop(mut self) {
        self.sweeping.shutdown().await;
        self.proxying.shutdown().await;
        self.serving.shutdown().await;
    }
}

async fn listen(port: u16) -> Result<TcpListener, Error> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    listener.map_err(|source| Error::Listen { port, source })
}

async fn sweep_regularly(sweeper: Arc<ttl::Sweeper>, sweeps: Arc<AtomicBool>) {
    loop {
        tokio::time::sleep(SWEEP_INTERVAL).await;
        if sweeps.load(Ordering::Relaxed) {
            let sweeper = Arc::clone(&sweeper);
            // The engine's calls block. A sweep that fails is tried again at the next turn.
            let _ = tokio::task::spawn_blocking(move || sweeper.sweep()).await;
        }
    }
}
