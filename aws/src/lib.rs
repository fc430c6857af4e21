//! SDK clients: one connector, settings from the environment, time limits and retries set on purpose.

mod connector;
pub mod env;
mod per_call;

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_sdk_dynamodb::config::{
    SharedHttpClient, StalledStreamProtectionConfig, retry::RetryConfig, timeout::TimeoutConfig,
};
use futures_util::FutureExt;

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
    /// A secret, fetched once in minutes.
    pub const SECRET: Self = Self { attempt: Duration::from_millis(500), ..Self::WRITE };

    fn timeouts(self) -> TimeoutConfig {
        TimeoutConfig::builder().operation_attempt_timeout(self.attempt).operation_timeout(self.total).build()
    }

    fn retries() -> RetryConfig {
        // The SDK's first back-off is up to a second, as long as the whole budget.
        RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(50))
    }
}

/// What the SDK reads of the environment, for the life of an environment: `aws_config`, with the region and the
/// credentials that Lambda sets as the only providers, and without profiles. So no chain is walked: no metadata service,
/// no files, nothing to wait for at a cold start.
#[derive(Clone, Debug)]
pub struct Account {
    sdk: SdkConfig,
    dynamodb_endpoint: Option<OneEndpoint>,
    dynamodb_endpoint_url: Option<String>,
    endpoints: Endpoints,
    connector: Connector,
    http_client: SharedHttpClient,
}

impl Account {
    /// Reads `AWS_REGION`, the three `AWS_` credentials variables, `AWS_USE_FIPS_ENDPOINT`, `AWS_USE_DUALSTACK_ENDPOINT` and
    /// the `AWS_ENDPOINT_URL` of each service, as AWS documents them:
    /// <https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html>. The SDK's other settings come from the
    /// process's environment alone.
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
        let endpoints = Endpoints::read(env);
        let dynamodb_endpoint_url =
            endpoints.url(env, env.text(facts::settings::AWS_ENDPOINT_URL_DYNAMODB.name));
        let sdk = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .region(Region::new(region.clone()))
            .credentials_provider(credentials)
            .use_fips(endpoints.fips)
            .use_dual_stack(endpoints.dual_stack)
            .profile_files(EnvConfigFiles::builder().with_contents(EnvConfigFileKind::Config, "").build())
            .load();
        let connector = Connector::new();
        Ok(Self {
            // Where a runtime counts what a task does, it would make this one wait.
            sdk: tokio::task::unconstrained(sdk)
                .now_or_never()
                .expect("explicit providers and no profile: there is nothing to wait for"),
            dynamodb_endpoint: OneEndpoint::resolve(&region, dynamodb_endpoint_url.as_deref(), endpoints),
            dynamodb_endpoint_url,
            endpoints,
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
        let mut config = aws_sdk_dynamodb::config::Builder::from(&self.sdk)
            .timeout_config(budget.timeouts())
            .retry_config(Budget::retries())
            // It waits longer for a stalled body than the budget lets any call take.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .interceptor(FewerHeaders)
            .http_client(self.http_client.clone());
        config.set_endpoint_url(self.dynamodb_endpoint_url.clone());
        if let Some(endpoint) = self.dynamodb_endpoint.clone() {
            config = config.endpoint_resolver(endpoint);
        }
        aws_sdk_dynamodb::Client::from_conf(config.build())
    }

    /// What a client of another service is made of, all but its endpoint.
    #[must_use]
    pub fn service(&self, budget: Budget) -> SdkConfig {
        let sdk = self.sdk.to_builder().timeout_config(budget.timeouts()).retry_config(Budget::retries());
        sdk.http_client(self.http_client.clone()).build()
    }

    /// Where a service is, by its own setting or by that of all; `None`: where AWS has it.
    #[must_use]
    pub fn endpoint_url(&self, env: &impl Source, of_the_service: &str) -> Option<String> {
        self.endpoints.url(env, env.text(of_the_service))
    }

    /// Opens the connection to DynamoDB before the first event, while start-up runs at full speed.
    /// A failure is ignored: the first event will open it.
    pub async fn prime(&self) {
        if let Some(endpoint) = &self.dynamodb_endpoint {
            self.connector.prime(endpoint.url()).await;
        }
    }
}

/// Which of a service's endpoints is asked.
#[derive(Clone, Copy, Debug, Default)]
struct Endpoints {
    fips: bool,
    dual_stack: bool,
    /// `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`
    as_aws_has_them: bool,
}

impl Endpoints {
    fn read(env: &impl Source) -> Self {
        let is_on = |name| env.text(name).is_some_and(|text| text.eq_ignore_ascii_case("true"));
        Self {
            fips: is_on("AWS_USE_FIPS_ENDPOINT"),
            dual_stack: is_on("AWS_USE_DUALSTACK_ENDPOINT"),
            as_aws_has_them: is_on("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"),
        }
    }

    /// The service's own URL, or the one of all services.
    fn url(self, env: &impl Source, of_the_service: Option<String>) -> Option<String> {
        let set = || of_the_service.or_else(|| env.text("AWS_ENDPOINT_URL"));
        if self.as_aws_has_them { None } else { set() }
    }
}
