//! The SDK's HTTP: hyper's pooled client over rustls with ring and the Mozilla roots.
//!
//! The SDK's own client would read the machine's root certificates at every cold start (8 million
//! instructions) and, by default, bring a second crypto provider. The roots here are static data.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector as TcpConnector},
    rt::{TokioExecutor, TokioTimer},
};

/// Longer than a connection takes in one region, far shorter than any function's budget.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);
/// Priming may use this much of start-up.
const PRIME_TIMEOUT: Duration = Duration::from_millis(800);

/// What AWS and its access logs know us by: one text instead of the SDK's, which is composed at every call.
const USER_AGENT: &str = concat!("wxsession/", env!("CARGO_PKG_VERSION"), " aws-sdk-rust");

/// A pool of connections that the SDK's clients share.
#[derive(Clone, Debug)]
pub struct Connector {
    client: Client<HttpsConnector<TcpConnector>, SdkBody>,
}

impl Connector {
    /// A pool without connections.
    #[must_use]
    pub fn new() -> Self {
        let mut tcp = TcpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
        let https = hyper_rustls::HttpsConnectorBuilder::new()
            .with_tls_config(tls_config())
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        // DynamoDB closes idle connections; one that slept through a freeze is not worth keeping.
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(20))
            .build(https);
        Self { client }
    }

    /// The same pool in the form that SDK clients take.
    #[must_use]
    pub fn shared(&self) -> SharedHttpClient {
        let connector = SharedHttpConnector::new(self.clone());
        http_client_fn(move |_, _| connector.clone())
    }

    /// Opens a connection to `endpoint` with an unsigned `GET /`, whatever it answers.
    pub async fn prime(&self, endpoint: &str) {
        let mut request = HttpRequest::new(SdkBody::empty());
        if request.set_uri(format!("{}/", endpoint.trim_end_matches('/'))).is_err() {
            return;
        }
        let primed = async {
            if let Ok(answer) = self.send(request).await {
                // Only a connection whose answer was read goes back to the pool.
                drop(aws_smithy_types::byte_stream::ByteStream::new(answer.into_body()).collect().await);
            }
        };
        drop(tokio::time::timeout(PRIME_TIMEOUT, primed).await);
    }

    async fn send(&self, mut request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        request.headers_mut().insert("user-agent", USER_AGENT);
        let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
        let answer = self.client.request(request).await.map_err(|error| {
            // A connection that broke can be tried again; the SDK decides.
            ConnectorError::io(error.into())
        })?;
        HttpResponse::try_from(answer.map(SdkBody::from_body_1_x))
            .map_err(|error| ConnectorError::other(error.into(), None))
    }
}

impl Default for Connector {
    fn default() -> Self {
        Self::new()
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let connector = self.clone();
        HttpConnectorFuture::new(async move { connector.send(request).await })
    }
}

/// TLS 1.2 and 1.3 with ring, trusting the Mozilla roots. One configuration, built once: what is returned shares its
/// roots and its remembered sessions.
///
/// # Panics
///
/// Never: ring offers suites for both versions.
#[must_use]
pub fn tls_config() -> rustls::ClientConfig {
    static CONFIG: OnceLock<rustls::ClientConfig> = OnceLock::new();
    CONFIG.get_or_init(new_tls_config).clone()
}

fn new_tls_config() -> rustls::ClientConfig {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring offers suites for TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth()
}
