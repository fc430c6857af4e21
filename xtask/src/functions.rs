//! Functions: those of their properties that follow from the tables, and their log groups.

use facts::{
    Function,
    route::{ALL, Auth},
};

use crate::settings;

/// What a function is made of, what it may read, and who calls it by which route.
pub(crate) fn properties(of: &str) -> Option<Vec<String>> {
    let function = *Function::ALL.iter().find(|function| function.name() == of)?;
    let name = function.logical();
    let mut lines = vec![
        "CodeUri: .".to_owned(),
        format!("Role: !GetAtt {name}Role.Arn"),
        "LoggingConfig:".to_owned(),
        format!("  LogGroup: !Ref {name}Logs"),
        "Environment:".to_owned(),
        "  Variables:".to_owned(),
    ];
    lines.extend(settings::environment(of)?.iter().map(|line| format!("    {line}")));
    lines.extend(events(function));
    Some(lines)
}

fn events(function: Function) -> Vec<String> {
    let mut lines = Vec::new();
    for route in ALL.iter().filter(|route| route.function == function) {
        if lines.is_empty() {
            lines.push("Events:".to_owned());
        }
        lines.extend([
            format!("  {}:", route.event),
            "    Type: Api".to_owned(),
            "    Properties:".to_owned(),
            "      RestApiId: !Ref Api".to_owned(),
            format!("      Path: {}", route.path),
            format!("      Method: {}", route.method),
        ]);
        if route.auth != Auth::Authorizer {
            lines.push("      Auth: {Authorizer: NONE}".to_owned());
        }
    }
    lines
}

/// One log group for each, an empty line between two.
pub(crate) fn log_groups() -> Vec<String> {
    let group = |function: &Function| {
        vec![
            format!("{}Logs:", function.logical()),
            "  Type: AWS::Logs::LogGroup".to_owned(),
            "  DeletionPolicy: Delete".to_owned(),
            "  UpdateReplacePolicy: Delete".to_owned(),
            "  Properties:".to_owned(),
            "    RetentionInDays: !Ref LogRetentionDays".to_owned(),
        ]
    };
    Function::ALL.iter().map(group).collect::<Vec<_>>().join(&String::new())
}

#[cfg(test)]
mod tests;
