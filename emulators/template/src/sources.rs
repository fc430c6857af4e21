//! Event sources of the template that are streams of `DynamoDB` tables.

use serde_json::Value;

use super::TemplateError;
use super::functions::is_wanted;
use super::intrinsics::{Scope, plain};

/// Lambda's own default. <https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html>
const DEFAULT_BATCH_SIZE: usize = 100;

/// A function that a table's stream feeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamSource {
    /// Logical id of the function.
    pub function: String,
    /// Logical id of the table.
    pub table: String,
    /// Only records that fit one of these are sent; all of them when there is none.
    pub filters: Vec<Value>,
    /// How many records one call has at most.
    pub batch_size: usize,
    /// The answer of the function names the records that it could not do.
    pub reports_failures: bool,
    /// A batch that fails as a whole is sent again in halves.
    pub bisects: bool,
}

pub(super) fn read(document: &Value, scope: &Scope) -> Result<Vec<StreamSource>, TemplateError> {
    let mut sources = Vec::new();
    for (id, resource) in document["Resources"].as_object().into_iter().flatten() {
        if resource["Type"] == "AWS::Lambda::EventSourceMapping" && is_wanted(resource, scope)? {
            let properties = &resource["Properties"];
            let function = scope.resolve(&properties["FunctionName"])?.unwrap_or_default();
            sources.push(source(function.as_str().unwrap_or(id), id, properties, scope)?);
        }
        if resource["Type"] != "AWS::Serverless::Function" || !is_wanted(resource, scope)? {
            continue;
        }
        for (name, event) in resource["Properties"]["Events"].as_object().into_iter().flatten() {
            if event["Type"] == "DynamoDB" {
                sources.push(source(id, name, &event["Properties"], scope)?);
            }
        }
    }
    Ok(sources)
}

fn source(function: &str, name: &str, event: &Value, scope: &Scope) -> Result<StreamSource, TemplateError> {
    let shape = |property: &str, expected: &'static str| TemplateError::Shape {
        place: format!("Resources.{function}.Properties.Events.{name}.{property}"),
        expected,
    };
    let event = scope.resolve(event)?.unwrap_or_default();
    let stream = event["Stream"].as_str().or(event["EventSourceArn"].as_str());
    let table = stream.and_then(|stream| stream.strip_suffix(".StreamArn").or_else(|| named(stream)));
    let filters = event["FilterCriteria"]["Filters"].as_array().into_iter().flatten();
    let filters = filters.map(|filter| serde_json::from_str(filter["Pattern"].as_str()?).ok());
    let filters: Option<Vec<_>> = filters.collect();
    let batch_size = match &event["BatchSize"] {
        Value::Null => DEFAULT_BATCH_SIZE,
        size => plain(size).parse().map_err(|_| shape("BatchSize", "a whole number"))?,
    };
    let reports = event["FunctionResponseTypes"].as_array().into_iter().flatten();
    Ok(StreamSource {
        function: function.to_owned(),
        table: table.ok_or_else(|| shape("Stream", "!GetAtt Table.StreamArn or a stream's ARN"))?.to_owned(),
        filters: filters.ok_or_else(|| shape("FilterCriteria", "patterns of JSON"))?,
        batch_size,
        reports_failures: reports.into_iter().any(|kind| kind == "ReportBatchItemFailures"),
        bisects: plain(&event["BisectBatchOnFunctionError"]) == "true",
    })
}

/// The table of `arn:aws:dynamodb:eu-west-1:123456789012:table/NAME/stream/…`
fn named(arn: &str) -> Option<&str> {
    let (_, table) =
        arn.strip_prefix("arn:").filter(|arn| arn.contains(":dynamodb:"))?.split_once(":table/")?;
    table.split_once("/stream/").map(|(name, _)| name)
}
