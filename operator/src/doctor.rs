//! `wxsession doctor`: what is wrong with a deployment or a set of credentials.
//!
//! It reads only, and prints no secret. One file per family of checks:
//!
//! - `environment`: what there is to look at, from files, variables and options
//! - `parameters`: every setting of the functions in its range
//! - `aws`, `tables`, `secrets`, `bus`: what the stack consists of
//! - `wechat`, `clock`: the other side, and whether we agree on the time
//! - `domain`, `answers`: the deployed API as a Mini Program meets it
//! - `push`: WeChat's messages to it
//! - `report`, `texts`: one line per check, in English and Chinese

mod answers;
mod aws;
mod bus;
mod clock;
mod domain;
mod environment;
mod parameters;
mod push;
mod report;
mod secrets;
mod tables;
pub(crate) mod texts;
mod wechat;

use std::path::PathBuf;

pub use environment::UsageError;
pub use report::{Finding, Report, State};

use crate::{form, place::Where, surroundings::Surroundings};
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
    #[arg(long, value_parser = form::url)]
    pub url: Option<reqwest::Url>,
    /// Look at this Mini Program only.
    #[arg(long, value_parser = form::app_id)]
    pub app_id: Option<String>,
    /// Fetch an access token too. One call of the day's quota; never `force_refresh`.
    #[arg(long)]
    pub stable_token: bool,
    /// Where WeChat is, instead of `WECHAT_API_BASE_URL`.
    #[arg(long, value_name = "URL", value_parser = form::url_text)]
    pub wechat_endpoint: Option<String>,
    /// Where `DynamoDB` is, instead of `AWS_ENDPOINT_URL_DYNAMODB`.
    #[arg(long, value_name = "URL", value_parser = form::url_text)]
    pub dynamodb_endpoint: Option<String>,
    /// Where Secrets Manager is, instead of `AWS_ENDPOINT_URL_SECRETS_MANAGER`.
    #[arg(long, value_name = "URL", value_parser = form::url_text)]
    pub secrets_manager_endpoint: Option<String>,
    /// Which deployment.
    #[command(flatten)]
    pub place: Where,
}

/// Makes every check that there is something to check for.
///
/// # Errors
///
/// [`UsageError`] when the file of `--env-file` cannot be understood.
pub async fn run(args: &Args, around: &Surroundings) -> Result<Report, UsageError> {
    let mut report = Report::default();
    let is_said = args.url.is_some() || args.env_file.is_some();
    let stack = match args.place.or_exported(around, is_said).find(around).await {
        Ok(stack) => stack.unwrap_or_default(),
        Err(message) => {
            // What is asked about next would be somebody else's deployment.
            report.add(Finding::fail("stack", message));
            return Ok(report);
        }
    };
    let settings = Settings::read(args, &around.env, stack.environment())?;
    parameters::check(args, &settings, &mut report);
    let account = aws::account(args, &settings, around, &mut report).await;
    let mut apps = wechat::of_environment(&settings);
    if let Some(account) = &account {
        clock::check_aws(account, &around.clock, &mut report).await;
        tables::check(account, &settings, &mut report).await;
        apps.extend(secrets::check(account, &settings, &mut report).await);
        bus::check(account, &settings, &stack.parameters, &mut report).await;
    }
    let pushes = push::of(&apps, &settings, args);
    wechat::check(apps, args, &settings, around, &mut report).await;
    let url = args.url.clone().or_else(|| stack.outputs.get("ApiUrl")?.parse().ok());
    let is_reached = domain::check(url.as_ref(), args, around, &mut report).await;
    if let Some(url) = url.filter(|_| is_reached) {
        push::check(&pushes, &url, around, &mut report).await;
    }
    Ok(report)
}
