//! What a run depends on besides its arguments.

use std::collections::HashMap;

use wxsession::{Clock, env::Source};

pub(crate) type Variables = HashMap<String, String>;

/// Variables that mean something here, besides the functions' settings.
const OWN: [&str; 19] = [
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_PROFILE",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_CLOUDFORMATION",
    "AWS_ENDPOINT_URL_LAMBDA",
    "WECHAT_APP_SECRET",
    "WECHAT_PUSH_TOKEN",
    "WECHAT_PUSH_ENCODING_AES_KEY",
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
    let settings = facts::settings::ALL.iter().map(|setting| setting.name);
    settings.chain(OWN).filter_map(|name| Some((name.to_owned(), source.text(name)?))).collect()
}
