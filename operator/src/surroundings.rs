//! What a run depends on besides its arguments.

use std::collections::HashMap;

use wxsession::{Clock, env::Source};

pub(crate) type Variables = HashMap<String, String>;

/// Every variable that the functions or this program read.
const KNOWN: [&str; 33] = [
    "USERS_TABLE",
    "SESSIONS_TABLE",
    "REALM",
    "IDLE_SECONDS",
    "ABSOLUTE_SECONDS",
    "RENEW_AFTER_SECONDS",
    "MAX_SESSIONS_PER_USER",
    "STORE_SESSION_KEY",
    "OPEN_DATA_MAX_AGE_SECONDS",
    "WECHAT_APPS_SECRET_ID",
    "SESSION_KEY_RING_SECRET_ID",
    "WECHAT_API_BASE_URL",
    "LOG_LEVEL",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_PROFILE",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_CLOUDFORMATION",
    "AWS_ENDPOINT_URL_DYNAMODB",
    "AWS_ENDPOINT_URL_LAMBDA",
    "AWS_ENDPOINT_URL_SECRETS_MANAGER",
    "WECHAT_APP_ID",
    "WECHAT_APP_SECRET",
    "WXSESSION_STACK",
    "LC_ALL",
    "LC_MESSAGES",
    "LANG",
    "USER",
    "USERNAME",
    "LOGNAME",
];

/// What a run depends on besides its arguments.
pub struct Surroundings {
    /// Variables of the process.
    pub env: Variables,
    /// Our idea of the time.
    pub clock: Clock,
    /// Whom the API may be certified by.
    pub tls: rustls::ClientConfig,
    /// Whether credentials and region that are not among the variables may come from elsewhere: the AWS profile,
    /// single sign-on, a container, an instance.
    pub uses_default_chain: bool,
}

impl Surroundings {
    /// The machine's clock, the Mozilla roots, and those variables that mean something here.
    #[must_use]
    pub fn of_process() -> Self {
        Self {
            env: known(&wxsession::env::Process),
            clock: Clock::system(),
            tls: wxsession::aws::tls_config(),
            uses_default_chain: true,
        }
    }
}

/// The variables of `source` that are known here.
pub(crate) fn known(source: &impl Source) -> Variables {
    KNOWN.into_iter().filter_map(|name| Some((name.to_owned(), source.text(name)?))).collect()
}
