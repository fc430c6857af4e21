//! The alarms of the template.

use facts::{
    Alarm, Function,
    alarm::{
        Limit::{AtLeast, MoreThan},
        Metric, Of, Rule,
        Watched::{Formula, One, Sum},
    },
    alarms::ALL,
};

use crate::yaml::{member, scalar, wrapped};

/// All of them, an empty line between two.
pub(crate) fn declared() -> Vec<String> {
    ALL.iter().map(alarm).collect::<Vec<_>>().join(&String::new())
}

fn alarm(Alarm { name, why, says, rule }: &Alarm) -> Vec<String> {
    let mut lines = wrapped("#", why);
    lines.extend([format!("{name}Alarm:"), "  Type: AWS::CloudWatch::Alarm".to_owned()]);
    lines.extend(rule.condition.map(|condition| format!("  Condition: {condition}")));
    lines.push("  Properties:".to_owned());
    lines.extend(member("AlarmDescription", says, 4));
    lines.extend(watched(rule).iter().map(|line| format!("    {line}")));
    let (datapoints, periods) = rule.periods;
    let (comparison, threshold) = match rule.limit {
        AtLeast(threshold) => ("GreaterThanOrEqualToThreshold", threshold),
        MoreThan(threshold) => ("GreaterThanThreshold", threshold),
    };
    lines.extend([
        format!("    EvaluationPeriods: {periods}"),
        format!("    DatapointsToAlarm: {datapoints}"),
        format!("    Threshold: {threshold}"),
        format!("    ComparisonOperator: {comparison}"),
        "    TreatMissingData: notBreaching".to_owned(),
        "    AlarmActions: !If [HasAlarmTopic, [!Ref AlarmTopicArn], !Ref AWS::NoValue]".to_owned(),
    ]);
    lines
}

fn watched(Rule { watched, period, .. }: &Rule) -> Vec<String> {
    match watched {
        One(metric) => {
            let mut lines = members(metric).to_vec();
            lines.extend([format!("Statistic: {}", metric.statistic), format!("Period: {period}")]);
            lines
        }
        Formula { id, label, expression, metrics } => {
            let mut lines = calculated(id, label, expression);
            lines.extend(metrics.iter().flat_map(|(id, metric)| named(id, metric, *period)));
            lines
        }
        Sum { metric, label, of } => {
            let functions: Vec<_> = Function::ALL.iter().copied().filter(|function| of(*function)).collect();
            let filled: Vec<_> =
                functions.iter().map(|function| format!("FILL({}, 0)", id(*function))).collect();
            let mut lines = calculated("total", label, &filled.join(" + "));
            lines.extend(functions.into_iter().flat_map(|function| {
                let metric = Metric { of: Of::Function(function), name: metric, statistic: "Sum" };
                named(&id(function), &metric, *period)
            }));
            lines
        }
    }
}

/// A name in an expression: lower case, nothing but letters.
fn id(function: Function) -> String {
    function.name().replace('-', "")
}

fn calculated(id: &str, label: &str, expression: &str) -> Vec<String> {
    let expression = format!("    Expression: {}", scalar(expression));
    vec!["Metrics:".to_owned(), format!("  - Id: {id}"), expression, format!("    Label: {}", scalar(label))]
}

/// A metric by its name in an expression.
fn named(id: &str, metric: &Metric, period: u32) -> [String; 3] {
    let (statistic, members) = (metric.statistic, members(metric).join(", "));
    [
        format!("  - Id: {id}"),
        "    ReturnData: false".to_owned(),
        format!("    MetricStat: {{Period: {period}, Stat: {statistic}, Metric: {{{members}}}}}"),
    ]
}

/// The name of a metric, and that it is this stack's.
fn members(Metric { of, name, .. }: &Metric) -> [String; 3] {
    let by = |name: &str, value: &str| format!("[{{Name: {name}, Value: {value}}}]");
    let (namespace, dimensions) = match of {
        Of::Stack => ("WxSession", by("stack", "!Ref AWS::StackName")),
        Of::Function(function) => {
            ("AWS/Lambda", by("FunctionName", &format!("!Ref {}Function", function.logical())))
        }
        Of::UsersTable => {
            let table = "!If [CreatesUsersTable, !Ref UsersTable, !Ref ExistingUsersTable]";
            ("AWS/DynamoDB", by("TableName", table))
        }
        Of::SessionsTable => ("AWS/DynamoDB", by("TableName", "!Ref SessionsTable")),
        Of::Queue(queue) => ("AWS/SQS", by("QueueName", &format!("!GetAtt {queue}.QueueName"))),
        Of::Api => {
            let stage = "{Name: Stage, Value: !Ref Api.Stage}";
            ("AWS/ApiGateway", format!("[{{Name: ApiName, Value: !Ref AWS::StackName}}, {stage}]"))
        }
    };
    [format!("Namespace: {namespace}"), format!("MetricName: {name}"), format!("Dimensions: {dimensions}")]
}

#[cfg(test)]
mod tests;
