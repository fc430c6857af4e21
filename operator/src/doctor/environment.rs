//! What there is to look at: the functions' environment from a file, else from the process.

use std::{io::ErrorKind, path::Path};

use facts::settings;
use serde_json::{Map, Value};
use wxsession::env::Source as _;

use super::{
    Args,
    texts::{ENV_FILE_FORM, ENV_FILE_MISSING, ENV_FILE_UNREADABLE},
};
use crate::{
    surroundings::{Variables, known},
    text::Message,
};

/// Whoever has one of these describes a deployment, and then all of them are needed.
pub(super) const NAMES: [&str; 4] = [
    settings::USERS_TABLE.name,
    settings::SESSIONS_TABLE.name,
    settings::WECHAT_APPS_SECRET_ID.name,
    settings::SESSION_KEY_RING_SECRET_ID.name,
];

/// The file of `--env-file` cannot be understood. Nothing of its text is quoted: it may hold secrets.
#[derive(Debug, thiserror::Error)]
pub enum UsageError {
    /// It cannot be opened.
    #[error("--env-file {file}: {kind}")]
    Unreadable {
        /// Its path.
        file: String,
        /// What the system says.
        kind: std::io::ErrorKind,
    },
    /// It begins as JSON and is not, or holds no variable.
    #[error("--env-file {0}: neither JSON objects of variables nor lines of KEY=VALUE")]
    Form(String),
}

impl UsageError {
    /// For the operator.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Unreadable { file, kind: ErrorKind::NotFound } => {
                Message::from(ENV_FILE_MISSING).with("file", file)
            }
            Self::Unreadable { file, kind } => {
                Message::from(ENV_FILE_UNREADABLE).with("file", file).with("kind", kind)
            }
            Self::Form(file) => Message::from(ENV_FILE_FORM).with("file", file),
        }
    }
}

/// Everything that is set.
pub(super) struct Settings {
    /// The environment of each function that the file tells apart, or the only one.
    pub(super) functions: Vec<Function>,
    /// All of it in one: for names of tables and secrets, which do not differ.
    pub(super) all: Variables,
}

/// One function's environment.
pub(super) struct Function {
    /// Its name in the file; empty when there is only one environment.
    pub(super) name: String,
    pub(super) env: Variables,
}

impl Settings {
    /// What the file says wins over `stack`, and that over the process.
    pub(super) fn read(args: &Args, process: &Variables, stack: Variables) -> Result<Self, UsageError> {
        let mut process = known(process);
        process.extend(stack);
        let mut functions = match &args.env_file {
            Some(file) => functions_of(file)?,
            None => vec![Function { name: String::new(), env: Variables::new() }],
        };
        let mut all = process.clone();
        for function in &mut functions {
            let mut env = process.clone();
            env.extend(std::mem::take(&mut function.env));
            override_endpoints(args, &mut env);
            all.extend(env.clone());
            function.env = env;
        }
        // The AWS CLI's name for it.
        if let (None, Some(region)) = (all.text("AWS_REGION"), all.text("AWS_DEFAULT_REGION")) {
            all.insert("AWS_REGION".to_owned(), region);
        }
        Ok(Self { functions, all })
    }

    pub(super) fn is_set(&self, name: &str) -> bool {
        self.all.text(name).is_some()
    }
}

fn override_endpoints(args: &Args, env: &mut Variables) {
    let endpoints = [
        ("WECHAT_API_BASE_URL", &args.wechat_endpoint),
        ("AWS_ENDPOINT_URL_DYNAMODB", &args.dynamodb_endpoint),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &args.secrets_manager_endpoint),
    ];
    for (name, endpoint) in endpoints {
        env.extend(endpoint.clone().map(|endpoint| (name.to_owned(), endpoint)));
    }
}

fn functions_of(file: &Path) -> Result<Vec<Function>, UsageError> {
    let path = file.display().to_string();
    let text = std::fs::read_to_string(file)
        .map_err(|error| UsageError::Unreadable { file: path.clone(), kind: error.kind() })?;
    let text = text.trim_start_matches('\u{feff}').trim();
    let read = if text.starts_with('{') { json(text) } else { lines(text) };
    read.filter(|functions| functions.iter().any(|function| !function.env.is_empty()))
        .ok_or(UsageError::Form(path))
}

/// `sam local --env-vars` takes `{"Parameters": {…}}` for all functions and `{"<function>": {…}}` for one;
/// the AWS CLI prints `{…}` or `{"Environment": {"Variables": {…}}}`.
fn json(text: &str) -> Option<Vec<Function>> {
    let Value::Object(mut root) = serde_json::from_str(text).ok()? else { return None };
    while let Some(Value::Object(inner)) = root.remove("Environment").or_else(|| root.remove("Variables")) {
        root = inner;
    }
    let mut shared = variables(&root);
    if let Some(Value::Object(parameters)) = root.get("Parameters") {
        shared.extend(variables(parameters));
    }
    let named = root.iter().filter(|(name, _)| *name != "Parameters");
    let mut functions: Vec<_> = named
        .filter_map(|(name, value)| {
            let mut env = shared.clone();
            env.extend(variables(value.as_object()?));
            Some(Function { name: name.clone(), env })
        })
        .collect();
    if functions.is_empty() {
        functions.push(Function { name: String::new(), env: shared });
    }
    Some(functions)
}

fn variables(object: &Map<String, Value>) -> Variables {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    };
    object.iter().filter_map(|(name, value)| Some((name.clone(), text(value)?))).collect()
}

fn lines(text: &str) -> Option<Vec<Function>> {
    let mut env = Variables::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (name, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
        let quoted = |mark| value.strip_prefix(mark)?.strip_suffix(mark);
        let value = quoted('"').or_else(|| quoted('\'')).unwrap_or(value);
        env.insert(name.trim().to_owned(), value.to_owned());
    }
    Some(vec![Function { name: String::new(), env }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(functions: Option<Vec<Function>>, expected: &[(&str, &[(&str, &str)])]) {
        let mut read: Vec<_> = functions.unwrap().into_iter().map(|f| (f.name, f.env)).collect();
        read.sort_by(|a, b| a.0.cmp(&b.0));
        let pairs = |env: &[(&str, &str)]| {
            env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let expected: Vec<(String, Variables)> =
            expected.iter().map(|(name, env)| ((*name).to_owned(), pairs(env))).collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn reads_the_shapes_of_sam_and_of_the_aws_cli() {
        reads(json(r#"{"Parameters": {"REALM": "1"}}"#), &[("", &[("REALM", "1")])]);
        reads(
            json(r#"{"REALM": "1", "IDLE_SECONDS": 900}"#),
            &[("", &[("REALM", "1"), ("IDLE_SECONDS", "900")])],
        );
        reads(json(r#"{"Environment": {"Variables": {"REALM": "1"}}}"#), &[("", &[("REALM", "1")])]);
        reads(
            json(r#"{"Parameters": {"REALM": "1"}, "Login": {"REALM": "2", "X": null}, "Me": {}}"#),
            &[("Login", &[("REALM", "2")]), ("Me", &[("REALM", "1")])],
        );
    }

    #[test]
    fn reads_lines_and_refuses_what_is_neither() {
        let text = "# why\nREALM=1\nexport A='b c'\n\nURL=\"http://x?a=b\"";
        reads(lines(text), &[("", &[("REALM", "1"), ("A", "b c"), ("URL", "http://x?a=b")])]);
        assert!(lines("just words").is_none() && json("[1]").is_none() && json("{").is_none());
    }
}
