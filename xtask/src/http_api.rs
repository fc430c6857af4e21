//! `template-http-api.yaml`: `template.yaml` with an HTTP API in place of the REST API.
//!
//! What differs stands in [`PATCH`]; here is only what follows from it, or repeats with every route.

use crate::patch;

/// What the HTTP API's template has in place of the other's.
pub(crate) const PATCH: &str = "xtask/http-api.yaml";

/// Lines within texts, where no key can be named: of the REST API, of the HTTP API.
const LINES: &[(&str, &str)] = &[(
    r#"[["AWS/ApiGateway", "Count", "ApiName", "${AWS::StackName}", "Stage", "${StageName}"], [".", "4XXError", ".", ".", ".", "."], [".", "5XXError", ".", ".", ".", "."]]"#,
    r#"[["AWS/ApiGateway", "Count", "ApiId", "${Api}"], [".", "4xx", ".", "."], [".", "5xx", ".", "."]]"#,
)];

const HEAD: &str =
    "# Written by `cargo xtask generate` from template.yaml and xtask/http-api.yaml: edit those.\n";

/// The HTTP API's template.
pub(crate) fn template(rest: &str, patch: &str) -> Result<String, String> {
    let mut text = patch::apply(rest, patch)?;
    for (theirs, ours) in LINES {
        if text.matches(theirs).count() != 1 {
            return Err(format!("template.yaml does not have once: {theirs}"));
        }
        text = text.replace(theirs, ours);
    }
    let text = with_events(&without_their_parameters(&text, rest))?;
    let left = ["AWS::Serverless::Api\n", "AWS::ApiGateway::", "${StageName}", "RestApiId"];
    match left.into_iter().find(|word| text.contains(word)) {
        Some(word) => Err(format!("of the REST API, and not replaced by {PATCH}: {}", word.trim())),
        None => Ok(format!("{HEAD}{text}")),
    }
}

/// The names of the parameters of a template.
fn parameters(text: &str) -> impl Iterator<Item = &str> {
    let section = text.lines().skip_while(|line| *line != "Parameters:").skip(1);
    let section = section.take_while(|line| line.is_empty() || line.starts_with(' '));
    section
        .filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':').filter(|name| !name.starts_with(' ')))
}

/// The groups of parameters name only those that are there.
fn without_their_parameters(text: &str, rest: &str) -> String {
    let kept: Vec<&str> = parameters(text).collect();
    let gone: Vec<&str> = parameters(rest).filter(|name| !kept.contains(name)).collect();
    let grouped = |line: &str| {
        let (label, names) = line.split_once("Parameters: [")?;
        let names = names.strip_suffix(']')?.split(", ").filter(|name| !gone.contains(name));
        Some(format!("{label}Parameters: [{}]", names.collect::<Vec<_>>().join(", ")))
    };
    text.lines().map(|line| grouped(line).unwrap_or_else(|| line.to_owned()) + "\n").collect()
}

/// Each route is one of the HTTP API, which sends events of the second form.
fn with_events(text: &str) -> Result<String, String> {
    let mut lines: Vec<String> = Vec::new();
    let mut events = 0;
    for line in text.lines() {
        let indent = &line[..line.len() - line.trim_start().len()];
        match line.trim_start() {
            "Type: Api" => {
                events += 1;
                lines.push(format!("{indent}Type: HttpApi"));
            }
            "RestApiId: !Ref Api" => {
                events -= 1;
                lines.push(format!("{indent}ApiId: !Ref Api"));
                lines.push(format!("{indent}PayloadFormatVersion: '2.0'"));
            }
            _ => lines.push(line.to_owned()),
        }
    }
    if events != 0 {
        return Err("template.yaml: `Type: Api` and `RestApiId: !Ref Api` do not come in pairs".to_owned());
    }
    lines.push(String::new());
    Ok(lines.join("\n"))
}

#[cfg(test)]
mod tests;
