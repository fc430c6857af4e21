//! `wxsession doctor`: what is wrong with a deployment or a set of credentials.
//!
//! It reads only, and prints no secret. One file per family of checks:
//!
//! - `environment`: what there is to look at, from files, variables and options
//! - `parameters`: every setting of the functions in its range
//! - `aws`, `tables`, `secrets`: what the stack consists of
//! - `wechat`, `clock`: the other side, and whether we agree on the time
//! - `domain`, `answers`: the deployed API as a Mini Program meets it
//! - `report`, `texts`: one line per check, in English and Chinese

mod answers;
mod aws;
mod clock;
mod domain;
mod environment;
mod parameters;
mod report;
mod secrets;
mod tables;
mod texts;
mod wechat;

use std::{collections::HashMap, path::PathBuf};

use wxsession::Clock;

pub use environment::UsageError;
pub use report::{Finding, Lang, Report, State};

use environment::Settings;

/// Exit code when the command line or the file cannot be understood; clap uses the same.
pub const USAGE: u8 = 2;

/// What to look at.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Args {
    /// The functions' environment: JSON as in `env.json`, or lines of `KEY=VALUE`. The file wins over the process.
    #[arg(long, value_name = "FILE")]
    pub env_file: Option<PathBuf>,
    /// Base URL of the deployed API, with the stage if there is one.
    #[arg(long)]
    pub url: Option<reqwest::Url>,
    /// Look at this Mini Program only.
    #[arg(long)]
    pub app_id: Option<String>,
    /// Fetch an access token too. One call of the day's quota; never `force_refresh`.
    #[arg(long)]
    pub stable_token: bool,
    /// Where WeChat is, instead of `WECHAT_API_BASE_URL`.
    #[arg(long, value_name = "URL")]
    pub wechat_endpoint: Option<String>,
    /// Where `DynamoDB` is, instead of `AWS_ENDPOINT_URL_DYNAMODB`.
    #[arg(long, value_name = "URL")]
    pub dynamodb_endpoint: Option<String>,
    /// Where Secrets Manager is, instead of `AWS_ENDPOINT_URL_SECRETS_MANAGER`.
    #[arg(long, value_name = "URL")]
    pub secrets_manager_endpoint: Option<String>,
    /// Language of the answer.
    #[arg(long, value_enum, default_value_t)]
    pub lang: Lang,
}

/// What a run depends on besides its arguments.
pub struct Surroundings {
    /// Variables of the process.
    pub env: HashMap<String, String>,
    /// Our idea of the time.
    pub clock: Clock,
    /// Whom `--url` may be certified by.
    pub tls: rustls::ClientConfig,
    /// Whether credentials and region that are not among the variables may come from elsewhere: the AWS profile,
    /// a container, an instance.
    pub uses_default_chain: bool,
}

impl Surroundings {
    /// The machine's clock, the Mozilla roots, and those variables that mean something here.
    #[must_use]
    pub fn of_process() -> Self {
        Self {
            env: environment::known(&wxsession::env::Process),
            clock: Clock::system(),
            tls: wxsession::aws::tls_config(),
            uses_default_chain: true,
        }
    }
}

/// Makes every check that there is something to check for.
///
/// # Errors
///
/// [`UsageError`] when the file of `--env-file` cannot be understood.
pub async fn run(args: &Args, around: &Surroundings) -> Result<Report, UsageError> {
    let settings = Settings::read(args, &around.env)?;
    let mut report = Report::default();
    parameters::check(&settings, &mut report);
    let account = aws::account(&settings, around, &mut report).await;
    let mut apps = wechat::of_environment(&settings);
    if let Some(account) = &account {
        clock::check_aws(account, &around.clock, &mut report).await;
        tables::check(account, &settings, &mut report).await;
        apps.extend(secrets::check(account, &settings, &mut report).await);
    }
    wechat::check(apps, args, &settings, around, &mut report).await;
    domain::check(args, around, &mut report).await;
    Ok(report)
}
