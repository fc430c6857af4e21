//! The account, and what a call that failed means.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_credential_types::{Credentials, provider::ProvideCredentials as _};
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use wxsession::{aws::Connector, env::Source as _};

use super::{
    Surroundings,
    environment::Settings,
    report::{Finding, Report},
    texts::{
        AWS_NO_CREDENTIALS, AWS_NONE, AWS_UNSET, CALL_CREDENTIALS, CALL_DENIED, CALL_FAILED, CALL_UNREACHABLE,
    },
};

const CHECK: &str = "aws";
/// An operator may sit on another continent than the stack.
const ATTEMPT: Duration = Duration::from_secs(5);
const TOTAL: Duration = Duration::from_secs(10);
/// Not the SDK's second: what is down stays down while a person waits.
const BACKOFF: Duration = Duration::from_millis(100);
const NAMES: [&str; 4] =
    ["USERS_TABLE", "SESSIONS_TABLE", "WECHAT_APPS_SECRET_ID", "SESSION_KEY_RING_SECRET_ID"];

/// Clients with an operator's patience, and where `DynamoDB` is.
pub(super) struct Aws {
    pub(super) dynamodb: aws_sdk_dynamodb::Client,
    pub(super) secrets_manager: aws_sdk_secretsmanager::Client,
    pub(super) dynamodb_url: String,
}

/// `None` when nothing of AWS is named, or what it takes to ask is missing.
pub(super) async fn account(settings: &Settings, around: &Surroundings, report: &mut Report) -> Option<Aws> {
    if !NAMES.iter().any(|name| settings.is_set(name)) {
        report.add(Finding::skipped(CHECK, AWS_NONE));
        return None;
    }
    match config(settings, around).await {
        Ok(config) => Some(clients(settings, &config)),
        Err(finding) => {
            report.add(finding);
            None
        }
    }
}

fn clients(settings: &Settings, config: &SdkConfig) -> Aws {
    let endpoint = settings.all.text("AWS_ENDPOINT_URL_DYNAMODB");
    let mut dynamodb = aws_sdk_dynamodb::config::Builder::from(config);
    let mut secrets = aws_sdk_secretsmanager::config::Builder::from(config);
    if let Some(endpoint) = &endpoint {
        dynamodb.set_endpoint_url(Some(endpoint.clone()));
    }
    if let Some(endpoint) = settings.all.text("AWS_ENDPOINT_URL_SECRETS_MANAGER") {
        secrets.set_endpoint_url(Some(endpoint));
    }
    Aws {
        dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb.build()),
        secrets_manager: aws_sdk_secretsmanager::Client::from_conf(secrets.build()),
        dynamodb_url: endpoint.unwrap_or_else(|| dynamodb_url(config)),
    }
}

/// Keys and region that are set win. What is not comes from the default chain: profile, web identity, process,
/// container, instance.
async fn config(settings: &Settings, around: &Surroundings) -> Result<SdkConfig, Finding> {
    let unset = |name| Finding::fail(CHECK, AWS_UNSET).with("name", name);
    let limits = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).operation_timeout(TOTAL);
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(Connector::new().shared())
        .timeout_config(limits.build())
        .retry_config(RetryConfig::standard().with_initial_backoff(BACKOFF));
    match (settings.all.text("AWS_ACCESS_KEY_ID"), settings.all.text("AWS_SECRET_ACCESS_KEY")) {
        (Some(id), Some(secret)) => {
            let token = settings.all.text("AWS_SESSION_TOKEN");
            loader = loader.credentials_provider(Credentials::from_keys(id, secret, token));
        }
        (Some(_), None) => return Err(unset("AWS_SECRET_ACCESS_KEY")),
        (None, _) if !around.uses_default_chain => return Err(unset("AWS_ACCESS_KEY_ID")),
        (None, _) => {}
    }
    match settings.all.text("AWS_REGION") {
        Some(region) => loader = loader.region(Region::new(region)),
        None if !around.uses_default_chain => return Err(unset("AWS_REGION")),
        None => {}
    }
    let config = loader.load().await;
    if config.region().is_none() {
        return Err(unset("AWS_REGION"));
    }
    let found = match config.credentials_provider() {
        Some(provider) => provider.provide_credentials().await.is_ok(),
        None => false,
    };
    if found { Ok(config) } else { Err(Finding::fail(CHECK, AWS_NO_CREDENTIALS)) }
}

fn dynamodb_url(config: &SdkConfig) -> String {
    let region = config.region().map_or("us-east-1", |region| region.as_ref());
    // https://docs.aws.amazon.com/general/latest/gr/ddb.html
    let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    format!("https://dynamodb.{region}.{suffix}")
}

/// AWS's error code, or the kind of transport failure.
pub(super) fn kind_of<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> String {
    match error {
        SdkError::TimeoutError(_) => "timeout".to_owned(),
        SdkError::DispatchFailure(_) => "connection".to_owned(),
        SdkError::ServiceError(service) => service.err().code().unwrap_or("unknown_error").to_owned(),
        _ => "unreadable_answer".to_owned(),
    }
}

/// The finding for a failure that says nothing of the thing that was asked about.
pub(super) fn failed(check: &'static str, call: &str, kind: &str) -> Finding {
    let text = match kind {
        "timeout" | "connection" | "unreadable_answer" => CALL_UNREACHABLE,
        "AccessDeniedException" | "AccessDenied" => CALL_DENIED,
        // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
        "ExpiredTokenException"
        | "UnrecognizedClientException"
        | "InvalidSignatureException"
        | "IncompleteSignatureException"
        | "InvalidClientTokenId"
        | "MissingAuthenticationTokenException" => CALL_CREDENTIALS,
        _ => CALL_FAILED,
    };
    Finding::fail(check, text).with("call", call).with("kind", kind)
}
