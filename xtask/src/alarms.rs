//! Alarms that add up a metric of Lambda over functions.

use facts::Function;

/// The members `Expression`, `Label` and so on of an alarm's list of metrics.
pub(crate) fn metrics(which: &str) -> Option<Vec<String>> {
    let (metric, label, functions): (_, _, Vec<_>) = match which {
        // The authorizer has an alarm of its own.
        "errors" => (
            "Errors",
            "function errors",
            Function::ALL.iter().filter(|each| **each != Function::Authorizer).collect(),
        ),
        // Who calls a function without a route, a backend, is told by Lambda itself.
        "turned away" => (
            "Throttles",
            "calls turned away",
            Function::ALL.iter().filter(|each| each.is_called_by_the_gateway()).collect(),
        ),
        _ => return None,
    };
    let sum: Vec<_> = functions.iter().map(|function| format!("FILL({}, 0)", id(**function))).collect();
    let mut lines = vec![
        "- Id: total".to_owned(),
        format!("  Expression: {}", sum.join(" + ")),
        format!("  Label: {label}"),
    ];
    for function in functions {
        lines.push(format!("- Id: {}", id(*function)));
        lines.push("  ReturnData: false".to_owned());
        lines.extend(["  MetricStat:", "    Period: 60", "    Stat: Sum"].map(str::to_owned));
        let name = function.logical();
        lines.push(format!("    Metric: {{Namespace: AWS/Lambda, MetricName: {metric}, Dimensions: [{{Name: FunctionName, Value: !Ref {name}Function}}]}}"));
    }
    Some(lines)
}

/// A name in an expression: lower case, nothing but letters.
fn id(function: Function) -> String {
    function.name().replace('-', "")
}
