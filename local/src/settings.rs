//! What the local service is told on the command line and by the environment.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};

use wxsession::{Clock, telemetry::Log};

use crate::functions::NewLog;

/// The Mini Program of the simulator.
pub use crate::wechat_simulator::DEFAULT_APP;

/// Lines of a log, in memory.
pub type Lines = Arc<Mutex<Vec<String>>>;

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
    /// Where the functions' lines are kept for a test to read. A service that has this looks for secrets in
    /// everything that it said, when it ends.
    pub lines: Option<Lines>,
    /// Where the page's files are read from for every request; the built-in ones when `None`.
    pub page_files: Option<PathBuf>,
    /// Values of the template's parameters that differ from its defaults.
    pub parameters: std::collections::BTreeMap<String, String>,
}

impl Settings {
    /// Any free ports, tables in memory, a clock that can be moved, lines in memory.
    #[must_use]
    pub fn for_tests(clock: Clock) -> Self {
        Self {
            port: 0,
            wechat_port: 0,
            dynamodb_port: 0,
            data: None,
            page_files: None,
            sweep_ttl: false,
            real_wechat: None,
            new_log: Arc::new(|name, level| Log::stdout(name, level, Clock::system())),
            lines: None,
            clock,
            parameters: std::collections::BTreeMap::new(),
        }
        .keeping(Arc::default())
    }

    /// The same, with every line of every function kept in `lines`.
    #[must_use]
    pub fn keeping(self, lines: Lines) -> Self {
        let kept = Arc::clone(&lines);
        let clock = self.clock.clone();
        let new_log: NewLog = Arc::new(move |name, _| {
            Log::stdout(name, wxsession::telemetry::Level::Debug, clock.clone()).kept(Arc::clone(&kept))
        });
        Self { new_log, lines: Some(lines), ..self }
    }
}
