//! CloudWatch embedded metric format: the numbers of the line, named.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use serde::Serialize;

/// The member `_aws` of a line.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Metrics {
    timestamp: i64,
    cloud_watch_metrics: [Directive; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive {
    namespace: &'static str,
    dimensions: [&'static [&'static str]; 2],
    metrics: Vec<Metric>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metric {
    name: &'static str,
    unit: &'static str,
}

impl Metrics {
    /// Names the numbers that every line has, and `durations`, which this one has as well.
    pub(super) fn new(timestamp: i64, durations: impl Iterator<Item = &'static str>) -> Self {
        let mut metrics = Vec::with_capacity(5);
        metrics.extend(["requests", "cold_starts"].map(|name| Metric { name, unit: "Count" }));
        let durations = std::iter::once("duration_ms").chain(durations);
        metrics.extend(durations.map(|name| Metric { name, unit: "Milliseconds" }));
        let dimensions: [&[_]; 2] = [&["function"], &["function", "outcome"]];
        Self { timestamp, cloud_watch_metrics: [Directive { namespace: "WxSession", dimensions, metrics }] }
    }
}
