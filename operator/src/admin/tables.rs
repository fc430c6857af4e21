//! The two tables, with the operator's own credentials.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, timeout::TimeoutConfig};
use aws_credential_types::Credentials;
use wxsession::{
    aws::Connector,
    store::{Sessions, Users},
};

use super::User;

pub(super) struct Tables {
    pub(super) users: Users,
    pub(super) sessions: Sessions,
}

impl Tables {
    /// Credentials and region come from the default chain: environment, profile, web identity,
    /// container, instance.
    pub(super) async fn open(wanted: &User) -> Self {
        let limits = TimeoutConfig::builder()
            .operation_attempt_timeout(Duration::from_secs(3))
            .operation_timeout(Duration::from_secs(10));
        let mut config = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .http_client(Connector::new().shared())
            .timeout_config(limits.build());
        if let Some(endpoint) = &wanted.endpoint {
            config = config.endpoint_url(endpoint);
            if endpoint.starts_with("http://") {
                let made_up = Credentials::from_keys("local", "local", None);
                config = config.credentials_provider(made_up).region(Region::new("us-east-1"));
            }
        }
        if let Some(region) = &wanted.region {
            config = config.region(Region::new(region.clone()));
        }
        let client = aws_sdk_dynamodb::Client::new(&config.load().await);
        Self {
            users: Users::new(client.clone(), &wanted.users_table),
            sessions: Sessions::new(client, &wanted.sessions_table),
        }
    }
}
