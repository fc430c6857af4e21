//! The account that is asked.

use aws_config::SdkConfig;
use wxsession::env::Source as _;

use super::{
    Args, Surroundings,
    environment::{NAMES, Settings},
    report::{Finding, Report, State},
    texts::AWS_NONE,
};
use crate::access;

const CHECK: &str = "aws";

/// Clients with an operator's patience, and where `DynamoDB` is.
pub(super) struct Aws {
    pub(super) dynamodb: aws_sdk_dynamodb::Client,
    pub(super) event_bridge: aws_sdk_eventbridge::Client,
    pub(super) secrets_manager: aws_sdk_secretsmanager::Client,
    pub(super) dynamodb_url: String,
}

/// `None` when nothing of AWS is named, or what it takes to ask is missing.
pub(super) async fn account(
    args: &Args,
    settings: &Settings,
    around: &Surroundings,
    report: &mut Report,
) -> Option<Aws> {
    if !NAMES.iter().any(|name| settings.is_set(name)) {
        report.add(Finding::skipped(CHECK, AWS_NONE));
        return None;
    }
    match access::config(&settings.all, &args.place.identity, around).await {
        Ok(config) => Some(clients(settings, &config)),
        Err(message) => {
            report.add(Finding::fail(CHECK, message));
            None
        }
    }
}

fn clients(settings: &Settings, config: &SdkConfig) -> Aws {
    let endpoint = settings.all.text(facts::settings::AWS_ENDPOINT_URL_DYNAMODB.name);
    let mut dynamodb = aws_sdk_dynamodb::config::Builder::from(config);
    let mut secrets = aws_sdk_secretsmanager::config::Builder::from(config);
    if let Some(endpoint) = &endpoint {
        dynamodb.set_endpoint_url(Some(endpoint.clone()));
    }
    if let Some(endpoint) = settings.all.text(facts::settings::AWS_ENDPOINT_URL_SECRETS_MANAGER.name) {
        secrets.set_endpoint_url(Some(endpoint));
    }
    let mut event_bridge = aws_sdk_eventbridge::config::Builder::from(config);
    if let Some(endpoint) = settings.all.text(facts::settings::AWS_ENDPOINT_URL_EVENTBRIDGE.name) {
        event_bridge.set_endpoint_url(Some(endpoint));
    }
    Aws {
        event_bridge: aws_sdk_eventbridge::Client::from_conf(event_bridge.build()),
        dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb.build()),
        secrets_manager: aws_sdk_secretsmanager::Client::from_conf(secrets.build()),
        dynamodb_url: endpoint.unwrap_or_else(|| dynamodb_url(config)),
    }
}

fn dynamodb_url(config: &SdkConfig) -> String {
    let region = config.region().map_or("us-east-1", |region| region.as_ref());
    // https://docs.aws.amazon.com/general/latest/gr/ddb.html
    let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    format!("https://dynamodb.{region}.{suffix}")
}

/// The finding for a failure that says nothing of the thing that was asked about.
pub(super) fn failed(check: &'static str, call: &str, kind: &str) -> Finding {
    Finding::new(State::Fail, check, access::failed(call, kind))
}
