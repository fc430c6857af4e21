//! What the local service is told on the command line and by the environment.

use std::{path::PathBuf, sync::Arc};

use wxsession::{Clock, telemetry::Log};

use crate::functions::NewLog;

/// The Mini Program of the simulator.
pub use crate::wechat_simulator::DEFAULT_APP;

/// Ports, files and the clock. Port 0 means any free one.
#[derive(Clone)]
pub struct Settings {
    /// The gateway.
    pub port: u16,
    /// The WeChat simulator.
    pub wechat_port: u16,
    /// DynamoDB.
    pub dynamodb_port: u16,
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
    /// Where the page's files are read from for every request; the built-in ones when `None`.
    pub page_files: Option<PathBuf>,
    /// Values of the template's parameters that differ from its defaults.
    pub parameters: std::collections::BTreeMap<String, String>,
}

impl Settings {
    /// Any free ports, tables in memory, a clock that can be moved, lines to nowhere.
    #[must_use]
    pub fn for_tests(clock: Clock) -> Self {
        let log_clock = clock.clone();
        Self {
            port: 0,
            wechat_port: 0,
            dynamodb_port: 0,
            data: None,
            page_files: None,
            sweep_ttl: false,
            real_wechat: None,
            clock,
            new_log: Arc::new(move |name, level| {
                Log::stdout(name, level, log_clock.clone()).kept(Arc::default())
            }),
            parameters: std::collections::BTreeMap::new(),
        }
    }

    /// The same, with every line of every function kept in `lines`.
    #[must_use]
    pub fn keeping(self, lines: Arc<std::sync::Mutex<Vec<String>>>) -> Self {
        let clock = self.clock.clone();
        let new_log: NewLog = Arc::new(move |name, _| {
            Log::stdout(name, wxsession::telemetry::Level::Debug, clock.clone()).kept(Arc::clone(&lines))
        });
        Self { new_log, ..self }
    }
}
