//! Whether our clock and the other side's agree. AWS refuses signatures of another time.

use std::time::Duration;

use wxsession::Clock;

use super::{
    aws::Aws,
    report::{Finding, Report},
    texts::{CLOCK_OK, CLOCK_SKEWED, CLOCK_UNSAID},
};
use crate::http_client::HttpClient;

/// The network's share of a difference is far smaller.
const MOST_SECONDS: u64 = 60;
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) async fn check_aws(aws: &Aws, clock: &Clock, report: &mut Report) {
    report.add(check("clock.aws", "DynamoDB", &aws.dynamodb_url, clock).await);
}

pub(super) async fn check_wechat(base_url: &str, clock: &Clock, report: &mut Report) {
    report.add(check("clock.wechat", "WeChat", base_url, clock).await);
}

async fn check(check: &'static str, whom: &str, url: &str, clock: &Clock) -> Finding {
    let Some(theirs) = date_of(url).await else {
        return Finding::skipped(check, CLOCK_UNSAID).with("whom", &whom);
    };
    let ahead = clock.now().saturating_sub(theirs);
    let (en, zh) = if ahead < 0 { ("behind", "慢") } else { ("ahead of", "快") };
    let seconds = ahead.unsigned_abs();
    let finding = if seconds > MOST_SECONDS {
        Finding::warn(check, CLOCK_SKEWED)
    } else {
        Finding::ok(check, CLOCK_OK)
    };
    finding.with("seconds", &seconds).with_words("direction", en, zh).with("whom", &whom)
}

/// The time in the `Date` of whatever `GET /` is answered with.
async fn date_of(url: &str) -> Option<i64> {
    let answer = tokio::time::timeout(PATIENCE, HttpClient::new(url).request("GET", "/").send()).await;
    let answer = answer.ok()?.ok()?;
    let date = httpdate::parse_http_date(answer.headers.get("date")?).ok()?;
    let since = date.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok()
}
