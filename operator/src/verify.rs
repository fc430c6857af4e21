//! `wxsession verify`: the conversations of the tests with a deployed service, and a report to paste into an issue.
//!
//! - `report`: Markdown, without what an issue must not hold
//! - `texts`: every sentence of it

mod report;
pub(crate) mod texts;

use crate::{
    conversation::{self, Gateway, SIMULATED, Target},
    form,
    http_client::HttpClient,
    lang::Lang,
    place::{Stack, Where},
    surroundings::Surroundings,
    text::Message,
};

pub use report::Report;

use texts::{NO_SIMULATOR, NOT_NAMED, NOT_SIMULATOR};

/// Which service, and how to log in at it.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Args {
    /// Which deployment.
    #[command(flatten)]
    pub place: Where,
    /// Base URL of the service, with the stage if there is one; instead of a stack.
    #[arg(long, alias = "base-url", value_name = "URL", value_parser = form::url)]
    pub url: Option<reqwest::Url>,
    /// Base URL of the WeChat simulator that the service uses. Without it only what needs no login is tried.
    #[arg(long, value_name = "URL", value_parser = form::url)]
    pub wechat_url: Option<reqwest::Url>,
    /// A fresh code of `wx.login()`, where the service asks the real WeChat: one whole login is tried with it.
    #[arg(long, value_name = "CODE", conflicts_with = "wechat_url")]
    pub code: Option<String>,
    /// The Mini Program. A service that serves several needs it in each login.
    #[arg(long, value_name = "APPID", value_parser = form::app_id)]
    pub app_id: Option<String>,
    /// The API is an HTTP API, which refuses in words of its own. Of a stack this is known.
    #[arg(long)]
    pub http_api: bool,
}

/// Has every conversation that can be had; `progress` is told of each.
///
/// # Errors
///
/// Why there is no service to talk to, or no simulator.
pub async fn run(
    args: &Args,
    around: &Surroundings,
    progress: impl FnMut(&conversation::Outcome),
) -> Result<Report, Message> {
    let place = args.place.or_exported(around, args.url.is_some());
    let stack = place.find(around).await?;
    let target = target(args, &place, stack.as_ref(), around)?;
    if let Some(wechat) = &target.wechat {
        is_simulator(wechat).await?;
    }
    let outcomes = conversation::run_with(&target, progress).await;
    Ok(Report {
        url: target.service.base_url().to_owned(),
        stack: stack.is_some().then(|| place.name()),
        gateway: target.gateway,
        is_simulated: target.wechat.is_some(),
        at: around.clock.now(),
        outcomes,
    })
}

/// Without it every conversation that logs somebody in would fail for the same reason.
async fn is_simulator(wechat: &HttpClient) -> Result<(), Message> {
    let url = wechat.base_url();
    let answer = wechat.request("GET", "/_control/faults").answered().await;
    let answer = answer.map_err(|kind| Message::from(NO_SIMULATOR).with("url", url).with("kind", &kind))?;
    let is_list = answer.status == 200 && answer.body.is_array();
    is_list.then_some(()).ok_or_else(|| Message::from(NOT_SIMULATOR).with("url", url))
}

fn target(
    args: &Args,
    place: &Where,
    stack: Option<&Stack>,
    around: &Surroundings,
) -> Result<Target, Message> {
    let client = |url: &str| HttpClient::with_tls(url, around.tls.clone());
    let service = match (&args.url, stack) {
        (Some(url), _) => client(url.as_str()),
        (None, Some(stack)) => client(stack.output("ApiUrl", place)?),
        (None, None) => return Err(NOT_NAMED.into()),
    };
    let simulated = stack.and_then(|stack| stack.outputs.get("WechatUrl")).map(String::as_str);
    let wechat = args.wechat_url.as_ref().map(reqwest::Url::as_str).or(simulated);
    // Only a REST API has a root resource.
    let is_http = stack.map_or(args.http_api, |stack| !stack.outputs.contains_key("ApiRootResourceId"));
    let app_id = args.app_id.clone().unwrap_or_else(|| SIMULATED[0].to_owned());
    Ok(Target {
        service,
        wechat: wechat.map(HttpClient::new),
        code: args.code.clone(),
        foreign_app_id: SIMULATED.into_iter().find(|known| *known != app_id).unwrap_or_default().to_owned(),
        app_id,
        named_app: args.app_id.clone(),
        gateway: if is_http { Gateway::Http } else { Gateway::Rest },
    })
}

/// One line on the progress.
#[must_use]
pub fn progress(outcome: &conversation::Outcome, lang: Lang) -> String {
    let word = match outcome {
        conversation::Outcome { failure: Some(_), .. } => "FAILED",
        conversation::Outcome { skipped: Some(_), .. } => "skipped",
        _ => "ok",
    };
    format!("{word:<8}{}", lang.pick(outcome.name, outcome.name_zh))
}
