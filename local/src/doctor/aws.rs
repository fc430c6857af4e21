//! The account, and what a call that failed means.

use std::time::Duration;

use aws_sdk_dynamodb::{
    config::timeout::TimeoutConfig,
    error::{ProvideErrorMetadata, SdkError},
};
use wxsession::{
    aws::{Account, Budget},
    env::EnvError,
};

use super::{
    environment::Settings,
    report::{Finding, Report},
    texts::{AWS_NONE, AWS_UNSET, CALL_CREDENTIALS, CALL_DENIED, CALL_FAILED, CALL_UNREACHABLE},
};

/// An operator may sit on another continent than the stack.
const ATTEMPT: Duration = Duration::from_secs(5);
const TOTAL: Duration = Duration::from_secs(10);
const NAMES: [&str; 4] =
    ["USERS_TABLE", "SESSIONS_TABLE", "WECHAT_APPS_SECRET_ID", "SESSION_KEY_RING_SECRET_ID"];

/// Clients with an operator's patience, and where `DynamoDB` is.
pub(super) struct Aws {
    pub(super) dynamodb: aws_sdk_dynamodb::Client,
    pub(super) secrets_manager: aws_sdk_secretsmanager::Client,
    pub(super) dynamodb_url: String,
}

/// `None` when nothing of AWS is named, or what it takes to ask is missing.
pub(super) fn account(settings: &Settings, report: &mut Report) -> Option<Aws> {
    if !NAMES.iter().any(|name| settings.is_set(name)) {
        report.add(Finding::skipped("aws", AWS_NONE));
        return None;
    }
    let account = match Account::read(&settings.all) {
        Ok(account) => account,
        Err(EnvError::Absent(name) | EnvError::Malformed(name, _)) => {
            report.add(Finding::fail("aws", AWS_UNSET).with("name", &name));
            return None;
        }
    };
    let (dynamodb, secrets) = (account.dynamodb(Budget::READ), account.secrets_manager());
    let (dynamodb, secrets) = (dynamodb.config().to_builder(), secrets.config().to_builder());
    Some(Aws {
        dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb.timeout_config(patient()).build()),
        secrets_manager: aws_sdk_secretsmanager::Client::from_conf(secrets.timeout_config(patient()).build()),
        dynamodb_url: dynamodb_url(settings),
    })
}

fn patient() -> TimeoutConfig {
    TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).operation_timeout(TOTAL).build()
}

fn dynamodb_url(settings: &Settings) -> String {
    let region = settings.all.get("AWS_REGION").map_or("us-east-1", String::as_str);
    // https://docs.aws.amazon.com/general/latest/gr/ddb.html
    let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    let regional = || format!("https://dynamodb.{region}.{suffix}");
    let endpoint = settings.all.get("AWS_ENDPOINT_URL_DYNAMODB").filter(|url| !url.is_empty());
    endpoint.cloned().unwrap_or_else(regional)
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
    Finding::fail(check, text).with("call", &call).with("kind", &kind)
}
