//! SDK clients: one connector, settings from the environment, time limits and retries set on purpose.

mod connector;
mod per_call;

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Region, SharedHttpClient, StalledStreamProtectionConfig, retry::RetryConfig,
    timeout::TimeoutConfig,
};

pub use connector::{Connector, tls_config};
use per_call::{FewerHeaders, OneEndpoint};

use crate::env::{EnvError, Source};

/// How long a call may take, retries included. The SDK's default has no read limit at all: a silent
/// endpoint would hold the function until it is killed.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    attempt: Duration,
    total: Duration,
}

impl Budget {
    /// Reads on the hot path: three attempts of 300 ms within a second.
    pub const READ: Self = Self { attempt: Duration::from_millis(300), total: Duration::from_secs(1) };
    /// Writes: within a second and a half.
    pub const WRITE: Self = Self { attempt: Duration::from_millis(400), total: Duration::from_millis(1500) };

    fn timeouts(self) -> TimeoutConfig {
        TimeoutConfig::builder().operation_attempt_timeout(self.attempt).operation_timeout(self.total).build()
    }

    fn retries() -> RetryConfig {
        // The SDK's first back-off is up to a second, as long as the whole budget.
        RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(50))
    }
}

/// Region, credentials and endpoints as Lambda sets them for the life of an environment. No chain is
/// walked: no metadata service, no files, nothing to wait for at a cold start.
#[derive(Clone, Debug)]
pub struct Account {
    region: Region,
    credentials: Credentials,
    dynamodb_endpoint: Option<OneEndpoint>,
    dynamodb_endpoint_url: Option<String>,
    #[cfg(feature = "wechat")]
    secrets_endpoint: Option<String>,
    connector: Connector,
    http_client: SharedHttpClient,
}

impl Account {
    /// Reads `AWS_REGION`, the three `AWS_` credentials variables, `AWS_ENDPOINT_URL_DYNAMODB` and
    /// `AWS_ENDPOINT_URL_SECRETS_MANAGER`.
    ///
    /// # Errors
    ///
    /// [`EnvError`] naming the variable.
    pub fn read(env: &impl Source) -> Result<Self, EnvError> {
        let credentials = Credentials::from_keys(
            env.required("AWS_ACCESS_KEY_ID")?,
            env.required("AWS_SECRET_ACCESS_KEY")?,
            env.text("AWS_SESSION_TOKEN"),
        );
        let region = env.required("AWS_REGION")?;
        let dynamodb_endpoint_url = env.text("AWS_ENDPOINT_URL_DYNAMODB");
        let connector = Connector::new();
        Ok(Self {
            dynamodb_endpoint: OneEndpoint::resolve(&region, dynamodb_endpoint_url.as_deref()),
            dynamodb_endpoint_url,
            region: Region::new(region),
            credentials,
            #[cfg(feature = "wechat")]
            secrets_endpoint: env.text("AWS_ENDPOINT_URL_SECRETS_MANAGER"),
            http_client: connector.shared(),
            connector,
        })
    }

    /// The same account, its clients' requests sent through `http_client`. Priming still uses ours.
    #[must_use]
    pub fn over(self, http_client: SharedHttpClient) -> Self {
        Self { http_client, ..self }
    }

    /// A client of DynamoDB.
    #[must_use]
    pub fn dynamodb(&self, budget: Budget) -> aws_sdk_dynamodb::Client {
        let mut config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(self.region.clone())
            .credentials_provider(self.credentials.clone())
            .timeout_config(budget.timeouts())
            .retry_config(Budget::retries())
            // It waits longer for a stalled body than the budget lets any call take.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .interceptor(FewerHeaders)
            .http_client(self.http_client.clone());
        match self.dynamodb_endpoint.clone() {
            Some(endpoint) => config = config.endpoint_resolver(endpoint),
            None => drop(config.set_endpoint_url(self.dynamodb_endpoint_url.clone())),
        }
        aws_sdk_dynamodb::Client::from_conf(config.build())
    }

    /// A client of Secrets Manager.
    #[cfg(feature = "wechat")]
    #[must_use]
    pub fn secrets_manager(&self) -> aws_sdk_secretsmanager::Client {
        let mut config = aws_sdk_secretsmanager::Config::builder()
            .behavior_version(aws_sdk_secretsmanager::config::BehaviorVersion::v2026_01_12())
            .region(self.region.clone())
            .credentials_provider(self.credentials.clone())
            .timeout_config(Budget { attempt: Duration::from_millis(500), ..Budget::WRITE }.timeouts())
            .retry_config(Budget::retries())
            .http_client(self.http_client.clone());
        config.set_endpoint_url(self.secrets_endpoint.clone());
        aws_sdk_secretsmanager::Client::from_conf(config.build())
    }

    /// Opens the connection to DynamoDB before the first event, while start-up runs at full speed.
    /// A failure is ignored: the first event will open it.
    pub async fn prime(&self) {
        if let Some(endpoint) = &self.dynamodb_endpoint {
            self.connector.prime(endpoint.url()).await;
        }
    }
}
