//! The SDK's HTTP with a turning: the shipped connector, led elsewhere or into a panic once the fault is there.
//!
//! A function knows its endpoint from the start. One that is to have served before its DynamoDB stops speaking TLS
//! has to be led there later.

use std::sync::{Arc, Once};

use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::HttpRequest,
};
use local::settings::Lines;
use parking_lot::Mutex;
use wxsession::{
    Clock,
    aws::Connector,
    serve::quiet_panics,
    telemetry::{Level, Log},
};

/// A panic that is meant, told from a failed assertion by its text. Behind it stands a secret.
const MEANT: &str = "a panic that is meant";

#[derive(Clone, Debug, Default)]
enum Way {
    #[default]
    Straight,
    To(String),
    Panic(String),
}

/// One turning; clones are the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Detour {
    connector: Connector,
    way: Arc<Mutex<Way>>,
}

impl Detour {
    pub(crate) fn client(&self) -> SharedHttpClient {
        let connector = SharedHttpConnector::new(self.clone());
        http_client_fn(move |_, _| connector.clone())
    }

    /// DynamoDB is at `url` from now on.
    pub(crate) fn lead_to(&self, url: String) {
        self.set(Way::To(url));
    }

    /// Asking DynamoDB panics from now on, with `secret` in the text of the panic.
    pub(crate) fn panic_with(&self, secret: &str) {
        self.set(Way::Panic(format!("{MEANT}: {secret}")));
    }

    pub(crate) fn straighten(&self) {
        self.set(Way::Straight);
    }

    fn set(&self, way: Way) {
        *self.way.lock() = way;
    }
}

impl HttpConnector for Detour {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        let asks_tables =
            request.headers().get("x-amz-target").is_some_and(|target| target.starts_with("DynamoDB_"));
        let way = self.way.lock().clone();
        match way {
            Way::To(url) if asks_tables => request.set_uri(url).expect("a URL of this test"),
            Way::Panic(text) if asks_tables => std::panic::panic_any(text),
            _ => {}
        }
        self.connector.call(request)
    }
}

/// The lines of the shipped panic hook, which from now on sees the panics that are meant and no others.
pub(crate) fn hooked() -> Lines {
    static HOOKED: Once = Once::new();
    static LINES: Mutex<Option<Lines>> = Mutex::new(None);
    let mut lines = LINES.lock();
    let lines = lines.get_or_insert_default();
    HOOKED.call_once(|| {
        let before = std::panic::take_hook();
        let log = Log::stdout("hook", Level::Debug, Clock::stopped(0)).kept(Arc::clone(lines));
        quiet_panics(log);
        let shipped = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let is_meant =
                panic.payload().downcast_ref::<String>().is_some_and(|text| text.starts_with(MEANT));
            if is_meant { shipped(panic) } else { before(panic) }
        }));
    });
    Arc::clone(lines)
}
